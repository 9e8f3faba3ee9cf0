import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { StoreFailed } from "../../DurableError.js"

const waits = Schedule.exponential("200 millis").pipe(Schedule.union(Schedule.spaced("5 seconds")), Schedule.jittered)

/**
 * The writes of a process, which says once per outage that they fail.
 *
 * @internal
 */
export interface Writes {
  /** Warns of a write that failed, unless one failed before and none has worked since. */
  readonly failed: (error: StoreFailed) => Effect.Effect<void>
  /** A write worked. */
  readonly worked: Effect.Effect<void>
  /** Writes what must not be lost: again after 0.2 to 5 seconds, until the database takes it or the caller is interrupted. */
  readonly untilWritten: <A>(write: Effect.Effect<A, StoreFailed>) => Effect.Effect<A>
}

/** @internal */
export const makeWrites = (): Writes => {
  let isAway = false
  const failed = (error: StoreFailed): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (isAway) return Effect.void
      isAway = true
      return Effect.logWarning(error.message)
    })
  const worked = Effect.sync(() => void (isAway = false))
  return {
    failed,
    worked,
    untilWritten: (write) =>
      write.pipe(
        // once for each write: others may work meanwhile
        Effect.catchAll((error) => Effect.zipRight(failed(error), Effect.retry(write, waits))),
        Effect.zipLeft(worked),
        // the schedule has no end
        Effect.orDie
      )
  }
}
