/**
 * The answers of an action of a fake platform: a value, an Effect or a function of its input; for BOSA / GL Connectors
 * also pages, files, uploads and refusals.
 *
 * @since 0.4.0
 */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { BosaAction, BosaFailure, BosaFile, BosaPages } from "./BosaWorld.js"
import { ExecutorFailure, type Json, type JsonObject } from "./Executor.js"
import { nullable } from "./internal/bosa/nullable.js"
import { runAnswer } from "./internal/builders/answers.js"
import { makeTypedHandler } from "./internal/builders/typedHandler.js"

/**
 * The result of a handler: a value, or an Effect of one. When the Effect fails, the platform responds with that failure.
 *
 * @since 0.4.0
 * @category models
 */
export type HandlerResult<A = Json> = A | Effect.Effect<A, ExecutorFailure>

/**
 * The answer of an action: a JSON value, the same each time; an Effect, run for each execution; or a function of the
 * input and the context.
 *
 * @since 0.4.0
 * @category models
 */
export type Answer<Input = Json, Context = unknown> =
  | HandlerResult
  | ((input: Input, context: Context) => HandlerResult)

/**
 * A handler with a schema of its input.
 *
 * @since 0.4.0
 * @category models
 */
export interface TypedHandler<in Context> {
  (input: Json, context: Context): Effect.Effect<Json, ExecutorFailure>
  /** The fields of the input as JSON Schema; `schema` holds the definitions that they refer to. */
  readonly parameters: {
    readonly properties: JsonObject
    readonly required: ReadonlyArray<string>
    readonly schema: JsonObject
  }
}

/**
 * Marks a {@link Special}.
 *
 * @since 0.4.0
 * @category symbols
 */
export const SpecialTypeId: unique symbol = Symbol.for("@effect-connectors/testing/Answer/Special")

/**
 * An answer of a BOSA / GL action that is not only a value: pages, a file, an upload, a refusal.
 *
 * @since 0.4.0
 * @category models
 */
export interface Special {
  readonly [SpecialTypeId]: Partial<Omit<BosaAction, "name">>
}

/**
 * The input is the answer.
 *
 * @since 0.4.0
 * @category constructors
 */
export const echo = (input: Json): Json => input

/**
 * The work runs and fails: a response with a status (422 unless given) and a code, or a failed job when the work became
 * a job. Use the Effect as an answer or as the result of a handler.
 *
 * @example
 * ```ts
 * import * as Answer from "@effect-connectors/testing/Answer"
 * import * as World from "@effect-connectors/testing/World"
 *
 * const crm = World.connection("crm").action("fetch-deal", (input) =>
 *   input === null ? Answer.fails("there is no such deal", { status: 404, code: "DEAL_NOT_FOUND" }) : input)
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const fails = (
  message: string,
  options?: { readonly status?: number; readonly code?: string }
): Effect.Effect<never, ExecutorFailure> =>
  Effect.fail(new ExecutorFailure({ status: 422, code: "ACTION_FAILED", ...options, message }))

/**
 * A different answer for each execution, in this order; the last one repeats.
 *
 * @example
 * ```ts
 * import * as Answer from "@effect-connectors/testing/Answer"
 * import * as World from "@effect-connectors/testing/World"
 *
 * const crm = World.connection("crm").action("stock", Answer.inTurn({ left: 2 }, { left: 1 }, Answer.fails("sold out")))
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const inTurn =
  <Input = Json, Context = unknown>(
    first: Answer<Input, Context>,
    ...rest: ReadonlyArray<Answer<Input, Context>>
  ): ((input: Input, context: Context & { readonly execution: number }) => Effect.Effect<Json, ExecutorFailure>) =>
  (input, context) =>
    runAnswer(rest[Math.min(context.execution - 2, rest.length - 1)] ?? first, input, context)

/**
 * A handler of decoded input with encoded output. Input that does not match its schema is refused (400,
 * `INVALID_INPUT`); output that does not match fails (500, `INVALID_OUTPUT`). Both messages name the place. The platform
 * shows the fields of the input schema as the inputs or parameters of the action.
 *
 * @example
 * ```ts
 * import * as Answer from "@effect-connectors/testing/Answer"
 * import * as World from "@effect-connectors/testing/World"
 * import * as Schema from "effect/Schema"
 *
 * const Input = Schema.Struct({ id: Schema.Number })
 * const Deal = Schema.Struct({ name: Schema.String, wonAt: Schema.Date })
 *
 * const crm = World.connection("crm").action(
 *   "fetch-deal",
 *   Answer.typed({ input: Input, output: Deal }, ({ id }) => ({ name: `deal ${id}`, wonAt: new Date(0) }))
 * )
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const typed = <A, I, B, J extends Json, Context = unknown>(
  schemas: { readonly input: Schema.Schema<A, I>; readonly output: Schema.Schema<B, J> },
  handler: (input: A, context: Context) => HandlerResult<B>
): TypedHandler<Context> => makeTypedHandler(schemas.input, schemas.output, handler)

const makeSpecial = (action: Special[typeof SpecialTypeId]): Special => ({ [SpecialTypeId]: action })

const [text, integer] = [nullable({ type: "string" }), nullable({ type: "integer" })]

/**
 * A list in pages: by page number and ten items each, unless the options say otherwise. The action declares the
 * parameters that select a page: `page` and `per_page`, or `cursor` and `limit`.
 *
 * @example
 * ```ts
 * import * as Answer from "@effect-connectors/testing/Answer"
 * import * as World from "@effect-connectors/testing/World"
 *
 * const github = World.connector("github").action(
 *   "list_pull_requests",
 *   Answer.pages([{ number: 1 }, { number: 2 }, { number: 3 }], { by: "cursor", perPage: 2 })
 * )
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const pages = (items: ReadonlyArray<Json>, options?: Omit<BosaPages, "items">): Special =>
  makeSpecial({
    pages: { ...options, items },
    properties: options?.by === "cursor" ? { cursor: text, limit: integer } : { page: integer, per_page: integer }
  })

/**
 * A file.
 *
 * @since 0.4.0
 * @category constructors
 */
export const file = (file: BosaFile): Special => makeSpecial({ file })

/**
 * Accepts any body. The response lists the fields, and for each file the name, type, size and sha256.
 *
 * @since 0.4.0
 * @category constructors
 */
export const upload: Special = makeSpecial({ upload: true })

/**
 * The platform refuses and executes nothing. The refusal may say when to retry.
 *
 * @since 0.4.0
 * @category constructors
 */
export const refuses = (failure: BosaFailure): Special => makeSpecial({ error: failure })
