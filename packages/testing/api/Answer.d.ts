import type { BosaAction, BosaFailure, BosaFile, BosaPages } from "./BosaWorld.js"
import type { ExecutorFailure, Json, JsonObject } from "./Executor.js"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"

export type HandlerResult<A = Json> = A | Effect.Effect<A, ExecutorFailure>
export type Answer<Input = Json, Context = unknown> =
  | HandlerResult
  | ((input: Input, context: Context) => HandlerResult)
export interface TypedHandler<in Context> {
  (input: Json, context: Context): Effect.Effect<Json, ExecutorFailure>
  readonly parameters: {
    readonly properties: JsonObject
    readonly required: ReadonlyArray<string>
    readonly schema: JsonObject
  }
}
export declare const SpecialTypeId: unique symbol
export interface Special {
  readonly [SpecialTypeId]: Partial<Omit<BosaAction, "name">>
}
export declare const echo: (input: Json) => Json
export declare const fails: (
  message: string,
  options?: {
    readonly status?: number
    readonly code?: string
  }
) => Effect.Effect<never, ExecutorFailure>
export declare const inTurn: <Input = Json, Context = unknown>(
  first: Answer<Input, Context>,
  ...rest: ReadonlyArray<Answer<Input, Context>>
) => (
  input: Input,
  context: Context & {
    readonly execution: number
  }
) => Effect.Effect<Json, ExecutorFailure>
export declare const typed: <A, I, B, J extends Json, Context = unknown>(
  schemas: {
    readonly input: Schema.Schema<A, I>
    readonly output: Schema.Schema<B, J>
  },
  handler: (input: A, context: Context) => HandlerResult<B>
) => TypedHandler<Context>
export declare const pages: (items: ReadonlyArray<Json>, options?: Omit<BosaPages, "items">) => Special
export declare const file: (file: BosaFile) => Special
export declare const upload: Special
export declare const refuses: (failure: BosaFailure) => Special
