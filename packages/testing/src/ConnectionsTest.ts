/**
 * The Connections platform as a Layer: an `HttpClient` over a model in memory, and a service with which a test reads and
 * changes its state.
 *
 * @since 0.1.0
 */
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as ConnectionsModel from "./ConnectionsModel.js"
import { clientOf } from "./internal/fakeServer/client.js"
import { knownOptions } from "./internal/knownOptions.js"
import { verifyAtEnd } from "./internal/fakeServer/verifyAtEnd.js"
import { make as makeModel } from "./internal/connections/model.js"
import * as World from "./World.js"

const optionNames = OptionNames.make<ConnectionsTest.Options>({
  logLimit: true,
  logBytes: true,
  faults: true,
  executorFor: true,
  lenient: true,
  verify: true
})

/**
 * The state of the platform that a program talks to.
 *
 * @example
 * ```ts
 * import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function*() {
 *   const platform = yield* ConnectionsTest
 *   yield* platform.respondNext({ operation: "connections.list" }, [{ status: 503 }, { _tag: "Reset" }])
 *   const response = yield* HttpClient.get("http://localhost/api/v1/connections")
 *   return [response.status, yield* platform.requests]
 * }).pipe(Effect.provide(ConnectionsTest.layer()))
 * ```
 *
 * @since 0.1.0
 * @category services
 */
export class ConnectionsTest extends Context.Tag("@effect-connectors/testing/ConnectionsTest")<
  ConnectionsTest,
  ConnectionsTest.Service
>() {
  /** The service itself, for a program that holds more than one platform. */
  static readonly make = (
    world: World.World = World.demo,
    options?: ConnectionsModel.ConnectionsModelOptions
  ): Effect.Effect<ConnectionsTest.Service, never, Scope.Scope> =>
    Effect.map(makeModel(world, knownOptions("ConnectionsTest", optionNames, options)), ({ receive, ...state }) => ({
      ...state,
      client: clientOf({ receive })
    }))

  /**
   * An `HttpClient` over the platform in memory, for any origin, and the service with its state. The world is
   * `World.demo` unless given. Time is the Clock of the fiber that sends. With `verify` a program that ends well dies
   * when `calls.verify` fails.
   */
  static readonly layer = (
    world?: World.World,
    options?: ConnectionsTest.Options
  ): Layer.Layer<ConnectionsTest | HttpClient.HttpClient> =>
    Layer.scopedContext(
      ConnectionsTest.make(world, options).pipe(
        Effect.tap(({ calls }) => verifyAtEnd(calls.verify, options)),
        Effect.map((service) =>
          Context.make(ConnectionsTest, service).pipe(Context.add(HttpClient.HttpClient, service.client))
        )
      )
    )
}

/**
 * The service that {@link ConnectionsTest} gives.
 *
 * @since 0.1.0
 * @category services
 */
export declare namespace ConnectionsTest {
  /**
   * The state of the platform and the client that reaches it.
   *
   * @since 0.1.0
   * @category services
   */
  export interface Service extends ConnectionsModel.ConnectionsModel {
    readonly client: HttpClient.HttpClient
  }
  /**
   * The options of the Layer.
   *
   * @since 0.4.0
   * @category models
   */
  export interface Options extends ConnectionsModel.ConnectionsModelOptions {
    /**
     * Verifies the calls when the scope of the Layer closes after a success. The program dies of an `AssertionFailed`
     * that lists the requests for what the world does not have, and the scripted answers that were not used. It dies
     * because closing a scope cannot fail.
     */
    readonly verify?: boolean
  }
}
