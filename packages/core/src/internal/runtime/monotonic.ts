import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * The monotonic time of a Clock, in whole milliseconds: for whatever is counted in this process, as the sleeps of the
 * Clock are. The wall clock may be set at any time, so it is for what is stored or comes from elsewhere. The number
 * itself means nothing; where the Clock started, the two agree.
 *
 * @internal
 */
export const monotonicMillis = (clock: Clock.Clock): number => Number(clock.unsafeCurrentTimeNanos() / 1_000_000n)

/**
 * {@link monotonicMillis} of the fiber's Clock.
 *
 * @internal
 */
export const monotonicTime: Effect.Effect<number> = Effect.clockWith((clock) => Effect.succeed(monotonicMillis(clock)))

/**
 * {@link monotonicMillis} with the part of a millisecond.
 *
 * @internal
 */
export const exactMonotonicMillis = (clock: Clock.Clock): number => {
  const nanos = clock.unsafeCurrentTimeNanos()
  // as one number they would be rounded: whole milliseconds would have a part too
  return Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1_000_000
}
