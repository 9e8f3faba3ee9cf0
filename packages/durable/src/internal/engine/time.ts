import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/**
 * Milliseconds on the monotonic time of the Clock: a clock that is set ends or prolongs nothing.
 *
 * @internal
 */
export const monotonicMillis: Effect.Effect<number> = Effect.clockWith((clock) =>
  Effect.sync(() => Number(clock.unsafeCurrentTimeNanos() / 1_000_000n))
)

const longestMillis = 60_000

const backoff = (times: number): number => Math.min(1_000 * 2 ** Math.min(times, 16), longestMillis)

/**
 * The wait after so many failures in a row: a second, doubled up to a minute, with a quarter of jitter both ways.
 *
 * @internal
 */
export const backoffMillis = (times: number): Effect.Effect<number> =>
  Effect.map(Random.nextRange(0.75, 1.25), (jitter) => Math.round(backoff(times) * jitter))

/**
 * How many sends, each after its wait, fit into this time.
 *
 * @internal
 */
export const sendsWithin = (millis: number): number => {
  let [sends, spent] = [1, 0]
  while (spent < millis && backoff(sends - 1) < longestMillis) spent += backoff(sends++ - 1)
  return sends + Math.ceil(Math.max(0, millis - spent) / longestMillis)
}

/**
 * How many sends a wait takes the time of: one, or more where it is longer than any of ours.
 *
 * @internal
 */
export const sendsIn = (millis: number): number => Math.max(1, Math.floor(millis / longestMillis))
