/**
 * Both platforms of one world in memory, behind one `HttpClient`: Connections
 * under `/api/v1`, BOSA / GL Connectors beside it, as the emulator serves them.
 *
 * @since 0.2.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { BosaTest } from "./BosaTest.js"
import { ConnectionsTest } from "./ConnectionsTest.js"
import type * as Faults from "./Faults.js"
import { faultRulesOf } from "./internal/fakeServer/faultRules.js"
import { verifyAtEnd } from "./internal/fakeServer/verifyAtEnd.js"
import { clientOfAll, makePlatforms } from "./internal/platforms.js"
import * as World from "./World.js"

/**
 * What both platforms have in common besides their world.
 *
 * @since 0.4.0
 * @category models
 */
export interface PlatformsOptions {
  /** What befalls requests from the start, one plan for both; those of the world come after it. */
  readonly faults?: Faults.Plan
  /**
   * When the layer's scope closes after a success the program dies of what `calls.verify` finds on either platform, as
   * with `ConnectionsTest.Options`.
   */
  readonly verify?: boolean
}

/**
 * An `HttpClient` over both platforms, for any origin, and the services that look into
 * them. `World.demo` unless another world is given. Time is the Clock of whoever asks.
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
  options?: PlatformsOptions
): Layer.Layer<ConnectionsTest | BosaTest | HttpClient.HttpClient> =>
  Layer.scopedContext(
    Effect.suspend(() => makePlatforms(world, { rules: faultRulesOf(world, options?.faults) })).pipe(
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
