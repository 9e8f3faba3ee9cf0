import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { Calls } from "../../Calls.js"

/**
 * Verifies calls when the scope closes, if wanted, and unless what used it has failed already: that is the news then.
 *
 * @internal
 */
export const verifyAtEnd = (
  verify: Calls["verify"],
  options: { readonly verify?: boolean } = {}
): Effect.Effect<void, never, Scope.Scope> =>
  options.verify === true
    ? Effect.addFinalizer((exit) => (Exit.isSuccess(exit) ? Effect.orDie(verify) : Effect.void))
    : Effect.void
