/**
 * Both platforms of one world in memory, behind one `HttpClient`: Connections under `/api/v1`, BOSA / GL Connectors on
 * all other paths, as the emulator serves them.
 *
 * @since 0.2.0
 */
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { BosaTest } from "./BosaTest.js"
import { ConnectionsTest } from "./ConnectionsTest.js"
import type * as Faults from "./Faults.js"
import { limitsOf } from "./internal/fakeServer/boundedList.js"
import { faultRulesOf } from "./internal/fakeServer/faultRules.js"
import { knownOptions } from "./internal/knownOptions.js"
import { verifyAtEnd } from "./internal/fakeServer/verifyAtEnd.js"
import { clientOfAll, makePlatforms } from "./internal/platforms.js"
import * as World from "./World.js"

/**
 * The options of both platforms.
 *
 * @since 0.4.0
 * @category models
 */
export interface PlatformsOptions {
  /**
   * How many requests, executions and ended jobs each platform keeps; see `ConnectionsModelOptions`.
   *
   * @since 0.5.0
   */
  readonly logLimit?: number
  /**
   * How many bytes of bodies each platform keeps; see `ConnectionsModelOptions`.
   *
   * @since 0.5.0
   */
  readonly logBytes?: number
  /**
   * The largest body of a request of BOSA / GL Connectors in bytes, a larger one gets a 413; 16 MiB unless given.
   *
   * @since 0.5.0
   */
  readonly requestLimit?: number
  /** The faults in force from the start, one plan for both platforms; those of the world come after them. */
  readonly faults?: Faults.Plan
  /**
   * Whether names that Connections does not know pass; see `ConnectionsModelOptions`.
   *
   * @since 0.5.0
   */
  readonly lenient?: boolean
  /**
   * Verifies the calls of both platforms when the scope of the Layer closes after a success; see
   * `ConnectionsTest.Options`.
   */
  readonly verify?: boolean
}

const optionNames = OptionNames.make<PlatformsOptions>({
  faults: true,
  lenient: true,
  verify: true,
  logLimit: true,
  logBytes: true,
  requestLimit: true
})

/**
 * An `HttpClient` over both platforms, for any origin, and the services with their state. The world is `World.demo`
 * unless given. Time is the Clock of the fiber that sends.
 *
 * @example
 * ```ts
 * import { BosaTest } from "@effect-connectors/testing/BosaTest"
 * import * as Platforms from "@effect-connectors/testing/Platforms"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function*() {
 *   const { requests } = yield* BosaTest
 *   yield* HttpClient.get("http://localhost/api/v1/connections")
 *   yield* HttpClient.get("http://localhost/connectors/names")
 *   return yield* requests // the second one
 * }).pipe(Effect.provide(Platforms.layer()))
 * ```
 *
 * @since 0.2.0
 * @category layers
 */
export const layer = (
  world: World.World = World.demo,
  given?: PlatformsOptions
): Layer.Layer<ConnectionsTest | BosaTest | HttpClient.HttpClient> => {
  const options = knownOptions("Platforms.layer", optionNames, given)
  return Layer.scopedContext(
    Effect.suspend(() =>
      makePlatforms(world, {
        rules: faultRulesOf(world, options?.faults),
        lenient: options?.lenient,
        limits: limitsOf(options ?? {}),
        requestLimit: options?.requestLimit
      })
    ).pipe(
      Effect.tap(({ bosa, connections }) =>
        verifyAtEnd(Effect.zipRight(connections.calls.verify, bosa.calls.verify), options)
      ),
      Effect.map((fakes) => {
        const client = clientOfAll(fakes)
        const { receive: _connections, ...connections } = fakes.connections
        const { receive: _bosa, ...bosa } = fakes.bosa
        return Context.make(ConnectionsTest, { ...connections, client }).pipe(
          Context.add(BosaTest, { ...bosa, client }),
          Context.add(HttpClient.HttpClient, client)
        )
      })
    )
  )
}
