import * as Effect from "effect/Effect"
import * as Signal from "./signal.js"

/**
 * Callers that come while the effect runs share its run. The run belongs to
 * none of them: interrupting one caller does not take it from the others.
 *
 * @internal
 */
export const singleFlight = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  let running: Signal.Signal<A, E> | undefined
  return Effect.uninterruptibleMask((restore) => {
    if (running !== undefined) return restore(Signal.wait(running))
    const ended = Signal.make<A, E>()
    running = ended
    const run = Effect.onExit(Effect.interruptible(effect), (exit) => {
      // first, since a caller that waits may call again at once
      running = undefined
      return Effect.sync(() => Signal.end(ended, exit))
    })
    return Effect.zipRight(Effect.forkDaemon(run), restore(Signal.wait(ended)))
  })
}
