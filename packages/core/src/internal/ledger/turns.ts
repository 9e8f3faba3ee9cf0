import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Signal from "../runtime/signal.js"

/**
 * Who has a key in this process: one at a time.
 *
 * @internal
 */
export interface Turns {
  readonly isTaken: (key: string) => boolean
  /** Waits until nobody has the key that has it now; nothing when nobody has. */
  readonly others: (key: string) => Effect.Effect<void> | undefined
  readonly inTurn: <A, E, R>(key: string, use: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** @internal */
export const make = (): Turns => {
  // each signal ends when its turn is over
  const running = new Map<string, Signal.Signal<void>>()

  const others: Turns["others"] = (key) => {
    const other = running.get(key)
    return other === undefined ? undefined : Signal.wait(other)
  }

  const inTurn: Turns["inTurn"] = (key, use) =>
    Effect.uninterruptibleMask((restore) => {
      const other = others(key)
      if (other !== undefined) return Effect.zipRight(restore(other), restore(inTurn(key, use)))
      const mine = Signal.make<void>()
      running.set(key, mine)
      const over = Effect.sync(() => {
        running.delete(key)
        Signal.end(mine, Exit.void)
      })
      return Effect.ensuring(restore(use), over)
    })

  return { isTaken: (key) => running.has(key), others, inTurn }
}
