import * as Effect from "effect/Effect"

/**
 * Tells what the work of a world died of: its answer only says that it broke, as a server's would.
 *
 * @internal
 */
export const reportDefect =
  (target: string, what: string) =>
  <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.tapDefect(work, (cause) =>
      Effect.logError(`the answer of ${target}/${what} in the test's world broke`, cause)
    )
