/**
 * The Connections platform as a Layer: an `HttpClient` that answers from a model
 * in memory, and the service with which a test looks into it.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as ConnectionsModel from "./ConnectionsModel.js"
import { clientOf } from "./internal/fakeServer/client.js"
import { verifyAtEnd } from "./internal/fakeServer/verifyAtEnd.js"
import { make as makeModel } from "./internal/connections/model.js"
import * as World from "./World.js"

/**
 * Looks into the platform that a program talks to, and turns it.
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
    Effect.map(makeModel(world, options), ({ receive: begin, ...state }) => ({
      ...state,
      client: clientOf({ receive: begin })
    }))

  /**
   * An `HttpClient` over the platform in memory, for any origin, and the service that looks
   * into it. `World.demo` unless another world is given. Time is the Clock of whoever asks. With
   * `verify` a program that ends well dies of what `calls.verify` finds.
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
   * How a platform in memory is made, and whether its calls are verified at its end.
   *
   * @since 0.4.0
   * @category models
   */
  export interface Options extends ConnectionsModel.ConnectionsModelOptions {
    /**
     * When the layer's scope closes after a success, and a request was for something that the world does not have, or
     * something that was scripted was never asked for, the program dies of an `AssertionFailed` that lists them:
     * closing a scope has no way to fail.
     */
    readonly verify?: boolean
  }
}
