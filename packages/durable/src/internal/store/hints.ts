import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"

/**
 * Keys of changed rows for those who wait in this process.
 *
 * @internal
 */
export interface Hints {
  readonly publish: (key: string) => Effect.Effect<void>
  readonly stream: Stream.Stream<string>
}

/** A slow reader misses the oldest of them. */
const capacity = 4096

/** @internal */
export const makeHints: Effect.Effect<Hints> = Effect.map(PubSub.sliding<string>(capacity), (hub) => ({
  publish: (key) => Effect.asVoid(PubSub.publish(hub, key)),
  stream: Stream.fromPubSub(hub)
}))
