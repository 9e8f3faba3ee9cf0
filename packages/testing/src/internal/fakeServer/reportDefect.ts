import * as Effect from "effect/Effect"

/**
 * Logs the defect of a handler of a world. The response only says that the work broke, as that of a server does.
 *
 * @internal
 */
export const reportDefect =
  (target: string, what: string) =>
  <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.tapDefect(work, (cause) =>
      Effect.logError(`the answer of ${target}/${what} in the test's world broke`, cause)
    )
