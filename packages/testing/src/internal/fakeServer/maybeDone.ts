import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** Whether nothing is left to do: the result is there. @internal */
export const isDone = <A>(effect: Effect.Effect<A>): effect is Exit.Exit<A> => Exit.isExit(effect)

/** As `Effect.map`, and done when what is mapped is done. @internal */
export const map = <A, B>(effect: Effect.Effect<A>, f: (value: A) => B): Effect.Effect<B> =>
  isDone(effect) ? Exit.map(effect, f) : Effect.map(effect, f)
