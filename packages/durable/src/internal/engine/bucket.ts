import * as Effect from "effect/Effect"
import * as Deferred from "effect/Deferred"
import type { Follower } from "./follower.js"
import type { Send } from "./send.js"

/**
 * A bucket while this process owns it.
 *
 * @internal
 */
export interface Bucket {
  readonly number: number
  readonly follower: Follower
  readonly sends: Set<Send>
  /** All its open rows were read once. */
  isLoaded: boolean
  /** It is given up: nothing leaves any more. */
  isStopped: boolean
}

// for writing the outcomes of the sends that were stopped
const writeMillis = 1_000

/**
 * Gives a bucket up: no request leaves any more, and those that have left get their time. What has no outcome by then
 * stays `intended`, and the next owner makes it `unknown`.
 *
 * @internal
 */
export const stop = (bucket: Bucket, drainMillis: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    bucket.isStopped = true
    return Effect.forEach(
      Array.from(bucket.sends),
      (send) => Effect.zipRight(send.stop(drainMillis), Deferred.await(send.done)),
      { concurrency: "unbounded", discard: true }
    )
  }).pipe(Effect.interruptible, Effect.timeoutOption(drainMillis + writeMillis), Effect.asVoid)
