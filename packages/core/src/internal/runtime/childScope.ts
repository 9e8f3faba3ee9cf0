import type * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Scope from "effect/Scope"

/**
 * A scope that ends with another one at the latest.
 *
 * @internal
 */
export const childScope = (parent: Scope.Scope): Effect.Effect<Scope.CloseableScope> =>
  Scope.fork(parent, ExecutionStrategy.sequential)
