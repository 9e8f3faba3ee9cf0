import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** Whether nothing is left to do: the outcome is there. @internal */
export const isDone = <A>(begun: Effect.Effect<A>): begun is Exit.Exit<A> => Exit.isExit(begun)

/** As `Effect.map`, and done when what is mapped is done. @internal */
export const map = <A, B>(begun: Effect.Effect<A>, f: (value: A) => B): Effect.Effect<B> =>
  isDone(begun) ? Exit.map(begun, f) : Effect.map(begun, f)
