import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const nanosInMilli = 1_000_000

/**
 * Milliseconds of this process, whatever becomes of the time of day.
 *
 * @internal
 */
export const nowMillis: Effect.Effect<number> = Effect.map(
  Clock.currentTimeNanos,
  (nanos) => Number(nanos) / nanosInMilli
)
