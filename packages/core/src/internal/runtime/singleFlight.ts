import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { makeDeferred } from "./deferred.js"

/**
 * Callers that come while the effect runs share its run. The run belongs to
 * none of them: interrupting one caller does not take it from the others.
 *
 * @internal
 */
export const singleFlight = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  let running: Deferred.Deferred<A, E> | undefined
  return Effect.uninterruptibleMask((restore) => {
    if (running !== undefined) return restore(Deferred.await(running))
    const deferred = makeDeferred<A, E>()
    running = deferred
    const run = Effect.onExit(Effect.interruptible(effect), (exit) => {
      running = undefined
      return Deferred.done(deferred, exit)
    })
    return Effect.zipRight(Effect.forkDaemon(run), restore(Deferred.await(deferred)))
  })
}
