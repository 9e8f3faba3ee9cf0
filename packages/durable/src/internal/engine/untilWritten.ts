import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { StoreFailed } from "../../DurableError.js"

const waits = Schedule.exponential("200 millis").pipe(Schedule.union(Schedule.spaced("5 seconds")), Schedule.jittered)

/**
 * Writes what must not be lost: again after 0.2 to 5 seconds, until the database takes it or the caller is interrupted.
 *
 * @internal
 */
export const untilWritten = <A>(write: Effect.Effect<A, StoreFailed>): Effect.Effect<A> => {
  const warned = Effect.catchAll(write, (error) =>
    Effect.zipRight(Effect.logWarning(error.message), Effect.retry(write, waits))
  )
  // the schedule has no end
  return Effect.orDie(warned)
}
