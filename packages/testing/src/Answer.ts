/**
 * What an action of a fake platform answers with: a value, an Effect, or a function of its input; and
 * the few answers that are more than that.
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
 * What a handler gives: a value, or an Effect of one. What the Effect fails with is what the platform answers.
 *
 * @since 0.4.0
 * @category models
 */
export type HandlerResult<A = Json> = A | Effect.Effect<A, ExecutorFailure>

/**
 * What an action answers with: a JSON value, the same each time; an Effect, run for each execution; or a
 * function of the input and of what the platform tells besides.
 *
 * @since 0.4.0
 * @category models
 */
export type Answer<Input = Json, Context = unknown> =
  | HandlerResult
  | ((input: Input, context: Context) => HandlerResult)

/**
 * A handler that knows which fields its input has.
 *
 * @since 0.4.0
 * @category models
 */
export interface TypedHandler<in Context> {
  (input: Json, context: Context): Effect.Effect<Json, ExecutorFailure>
  /** As JSON Schema has them; `schema` is what the properties refer to. */
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
 * An answer of a BOSA / GL action that is more than a value: pages, a file, what was uploaded, a refusal.
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
 * The work is done, and fails: the status of the answer (422 unless given) with a code, or a failed job where the work
 * had become one. An Effect, to answer with or to give from a handler.
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
 * Another answer for each execution, in this order; the last one stays.
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
 * A handler of decoded input whose output is encoded. Input that does not fit the schema is refused (400,
 * `INVALID_INPUT`), output that does not is the handler's mistake (500, `INVALID_OUTPUT`); both say where.
 * The platform tells the fields of the input's schema as the action's inputs or parameters.
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
 * A list in pages: by number, ten items each, unless said otherwise. The action declares the parameters that ask for a
 * page: `page` and `per_page`, or `cursor` and `limit`.
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
 * Takes any body, and answers what came: the fields, and of each file the name, type, size and sha256.
 *
 * @since 0.4.0
 * @category constructors
 */
export const upload: Special = makeSpecial({ upload: true })

/**
 * Nothing is executed: the platform refuses, and may say when to come again.
 *
 * @since 0.4.0
 * @category constructors
 */
export const refuses = (failure: BosaFailure): Special => makeSpecial({ error: failure })
