import * as Effect from "effect/Effect"

/**
 * The effect of a promise of the program: it fails with what the promise rejects with, whatever that is.
 *
 * @internal
 */
export const fromPromise = <A>(make: () => Promise<A>): Effect.Effect<A, unknown> =>
  Effect.catchAllDefect(Effect.promise(make), Effect.fail)
