import type * as Effect from "effect/Effect"
import type { ExecutorFailure, Json } from "../../Executor.js"

type Check = (input: Json) => Effect.Effect<unknown, ExecutorFailure>

const checks = new WeakMap<object, Check>()

/** Gives a handler a check of its input that runs before the work starts. @internal */
export const withInputCheck = <A extends object>(handler: A, check: Check | undefined): A => {
  if (check !== undefined) checks.set(handler, check)
  return handler
}

/** Refuses the input that the schema of a typed handler does not take; nothing for other handlers. @internal */
export const inputCheckOf = (handler: object | undefined): Check | undefined =>
  handler === undefined ? undefined : checks.get(handler)
