import * as Effect from "effect/Effect"

/**
 * Waits until `resume` is called. What `register` returns runs when the wait is interrupted. The fiber may go on within
 * the call of `resume`: the caller's own state must be complete before.
 *
 * @internal
 */
export const callback = <A, E = never>(
  register: (resume: (effect: Effect.Effect<A, E>) => void) => (() => void) | undefined
): Effect.Effect<A, E> =>
  Effect.async((resume) => {
    const cancel = register(resume)
    return cancel === undefined ? undefined : Effect.sync(cancel)
  })
