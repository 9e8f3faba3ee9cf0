import type * as ConnectionsModel from "./ConnectionsModel.js"
import type * as World from "./World.js"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

declare const ConnectionsTest_base: Context.TagClass<
  ConnectionsTest,
  "@effect-connectors/testing/ConnectionsTest",
  ConnectionsTest.Service
>
export declare class ConnectionsTest extends ConnectionsTest_base {
  static readonly make: (
    world?: World.World,
    options?: ConnectionsModel.ConnectionsModelOptions
  ) => Effect.Effect<ConnectionsTest.Service, never, Scope.Scope>
  static readonly layer: (
    world?: World.World,
    options?: ConnectionsTest.Options
  ) => Layer.Layer<ConnectionsTest | HttpClient.HttpClient>
}
export declare namespace ConnectionsTest {
  interface Service extends ConnectionsModel.ConnectionsModel {
    readonly client: HttpClient.HttpClient
  }
  interface Options extends ConnectionsModel.ConnectionsModelOptions {
    readonly verify?: boolean
  }
}
