import * as Effect from "effect/Effect"
import type { Answer, HandlerResult } from "../../Answer.js"
import type { ExecutorFailure, Json } from "../../Executor.js"

/** @internal */
export const toEffect = <A>(result: HandlerResult<A>): Effect.Effect<A, ExecutorFailure> =>
  isEffect(result) ? result : Effect.succeed(result)

const isEffect = <A>(value: HandlerResult<A>): value is Effect.Effect<A, ExecutorFailure> => Effect.isEffect(value)

/** @internal */
export const runAnswer = <Input, Context>(
  answer: Answer<Input, Context>,
  input: Input,
  context: Context
): Effect.Effect<Json, ExecutorFailure> => toEffect(isHandler(answer) ? answer(input, context) : answer)

// some Effects are functions too
const isHandler = <Input, Context>(
  answer: Answer<Input, Context>
): answer is (input: Input, context: Context) => HandlerResult =>
  typeof answer === "function" && !Effect.isEffect(answer)

/**
 * A value stays data, as in a world file; anything else becomes a handler.
 *
 * @internal
 */
export const dataOrHandler = <Input, Context>(
  answer: Answer<Input, Context>
): Json | ((input: Input, context: Context) => Effect.Effect<Json, ExecutorFailure>) =>
  isHandler(answer) || isEffect(answer) ? (input, context) => runAnswer(answer, input, context) : answer
