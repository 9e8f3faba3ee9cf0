/**
 * The BOSA / GL Connectors platform as a Layer: an `HttpClient` over a model in memory, and a service with which a test
 * reads and changes its state.
 *
 * @since 0.2.0
 */
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as BosaModel from "./BosaModel.js"
import { make as makeModel } from "./internal/bosa/model.js"
import { clientOf } from "./internal/fakeServer/client.js"
import { knownOptions } from "./internal/knownOptions.js"
import { verifyAtEnd } from "./internal/fakeServer/verifyAtEnd.js"
import * as World from "./World.js"

const optionNames = OptionNames.make<BosaTest.Options>({
  logLimit: true,
  logBytes: true,
  requestLimit: true,
  faults: true,
  verify: true
})

/**
 * The state of the platform that a program talks to.
 *
 * @example
 * ```ts
 * import { BosaTest } from "@effect-connectors/testing/BosaTest"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function*() {
 *   const platform = yield* BosaTest
 *   yield* platform.respondNext({ operation: "connectors.actions" }, [{ status: 503 }, { _tag: "Reset" }])
 *   const response = yield* HttpClient.get("http://localhost/connectors/?modules=demo")
 *   return [response.status, yield* platform.requests]
 * }).pipe(Effect.provide(BosaTest.layer()))
 * ```
 *
 * @since 0.2.0
 * @category services
 */
export class BosaTest extends Context.Tag("@effect-connectors/testing/BosaTest")<BosaTest, BosaTest.Service>() {
  /** The service itself, for a program that holds more than one platform. */
  static readonly make = (
    world: World.World = World.demo,
    options?: BosaModel.BosaModelOptions
  ): Effect.Effect<BosaTest.Service> => {
    const known = knownOptions("BosaTest", optionNames, options)
    return Effect.sync(() => {
      const { receive, ...state } = makeModel(world, known)
      return { ...state, client: clientOf({ receive }) }
    })
  }

  /**
   * An `HttpClient` over the platform in memory, for any origin, and the service with its state. The world is
   * `World.demo` unless given. Time is the Clock of the fiber that sends. With `verify` a program that ends well dies
   * when `calls.verify` fails.
   */
  static readonly layer = (
    world?: World.World,
    options?: BosaTest.Options
  ): Layer.Layer<BosaTest | HttpClient.HttpClient> =>
    Layer.scopedContext(
      BosaTest.make(world, options).pipe(
        Effect.tap(({ calls }) => verifyAtEnd(calls.verify, options)),
        Effect.map((service) =>
          Context.make(BosaTest, service).pipe(Context.add(HttpClient.HttpClient, service.client))
        )
      )
    )
}

/**
 * The service that {@link BosaTest} gives.
 *
 * @since 0.2.0
 * @category services
 */
export declare namespace BosaTest {
  /**
   * The state of the platform and the client that reaches it.
   *
   * @since 0.2.0
   * @category services
   */
  export interface Service extends BosaModel.BosaModel {
    readonly client: HttpClient.HttpClient
  }
  /**
   * The options of the Layer.
   *
   * @since 0.4.0
   * @category models
   */
  export interface Options extends BosaModel.BosaModelOptions {
    /**
     * Verifies the calls when the scope of the Layer closes after a success. The program dies of an `AssertionFailed`
     * that lists the requests for what the world does not have, and the scripted answers that were not used. It dies
     * because closing a scope cannot fail.
     */
    readonly verify?: boolean
  }
}
