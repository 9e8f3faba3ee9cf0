import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { Calls } from "../../Calls.js"

/**
 * Verifies calls when the scope closes, if `verify` is set. It does nothing when the scope closes after a failure: that
 * failure is what the test reports.
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
