import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/**
 * Runs an effect until its scope closes. A fiber inherits from its parent whether it can be interrupted, and this one can,
 * wherever it starts.
 *
 * @internal
 */
export const background = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<void, never, R | Scope.Scope> =>
  Effect.asVoid(Effect.forkScoped(Effect.interruptible(effect)))
