import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** The clock of a machine on which somebody sets the time. */
export interface SettableClock {
  readonly clock: Clock.Clock
  /** Sets the wall clock forward, or back when the milliseconds are negative. */
  readonly set: (byMillis: number) => Effect.Effect<void>
}

export const settableClock: Effect.Effect<SettableClock> = Effect.sync(() => {
  const live = Clock.make()
  let offset = 0
  const wall = () => live.unsafeCurrentTimeMillis() + offset
  const nanos = () => live.unsafeCurrentTimeNanos()
  return {
    clock: {
      [Clock.ClockTypeId]: Clock.ClockTypeId,
      unsafeCurrentTimeMillis: wall,
      currentTimeMillis: Effect.sync(wall),
      unsafeCurrentTimeNanos: nanos,
      currentTimeNanos: Effect.sync(nanos),
      sleep: (duration) => live.sleep(duration)
    },
    set: (byMillis) =>
      Effect.sync(() => {
        offset += byMillis
      })
  }
})
