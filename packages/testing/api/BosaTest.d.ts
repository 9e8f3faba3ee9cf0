import type * as BosaModel from "./BosaModel.js"
import type * as World from "./World.js"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

declare const BosaTest_base: Context.TagClass<BosaTest, "@effect-connectors/testing/BosaTest", BosaTest.Service>
export declare class BosaTest extends BosaTest_base {
  static readonly make: (world?: World.World, options?: BosaModel.BosaModelOptions) => Effect.Effect<BosaTest.Service>
  static readonly layer: (
    world?: World.World,
    options?: BosaTest.Options
  ) => Layer.Layer<BosaTest | HttpClient.HttpClient>
}
export declare namespace BosaTest {
  interface Service extends BosaModel.BosaModel {
    readonly client: HttpClient.HttpClient
  }
  interface Options extends BosaModel.BosaModelOptions {
    readonly verify?: boolean
  }
}
