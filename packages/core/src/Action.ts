/**
 * An action of a connector as a value: parameters and options are piped onto it, and nothing
 * is sent before it is run.
 *
 * @since 0.2.0
 */
import type * as Headers from "@effect/platform/Headers"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type { Pipeable } from "effect/Pipeable"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as ActionSchema from "./ActionSchema.js"
import type { ReadError, WriteError } from "./ApiError.js"
import type { ConnectorFile } from "./ConnectorFile.js"
import { decoded } from "./internal/http/outputSchema.js"
import type * as errors from "./internal/http/errors.js"
import type { Page, PageError, PositionInput } from "./Page.js"
import type { UserToken } from "./Users.js"

/**
 * What an action is given: plain data, and files where it takes some.
 *
 * @since 0.2.0
 * @category models
 */
export type Parameters = Readonly<Record<string, unknown>>

/**
 * A user's token: as `users.authenticate` gives it, or its text.
 *
 * @since 0.2.0
 * @category models
 */
export type Token = UserToken | Redacted.Redacted

/**
 * How an action is run.
 *
 * @since 0.2.0
 * @category models
 */
export interface ActionOptions {
  /** The user in whose name it is run. Without one, the user of `Auth`, if it has one. */
  readonly token?: Token | undefined
  /** Which of the user's accounts; not in dialect `bosa`. */
  readonly identifier?: string | undefined
  /** More headers. What authorizes replaces them. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** For one attempt; between two pieces of a file that is streamed. Default 30 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * How often it may be sent in all, 1 to 11. Default 1. Declares that a failure may be followed by another
   * try: 429 and 5xx, in dialect `gl` what the server itself calls retryable. A lost response is never tried again.
   */
  readonly maxAttempts?: number | undefined
  /** With `maxAttempts`: tries again even when it may have happened. It can be done more than once. */
  readonly replayUnsafe?: boolean | undefined
  /** Checks everything that the action's JSON Schema says, and refuses unknown names. */
  readonly strict?: boolean | undefined
  /** Which fields the response shall have, for actions that take it. */
  readonly responseFields?: ReadonlyArray<string> | undefined
  /** The most pages that are read, 100,000 unless given: one more is a `PaginationLoop`. */
  readonly maxPages?: number | undefined
  /** The page to start with. */
  readonly from?: PositionInput | undefined
  /**
   * How whole numbers of the response outside of +-(2^53 - 1) are read, in place of what the layer says: as `"number"`,
   * rounded, or as `"bigint"`.
   */
  readonly integers?: "number" | "bigint" | undefined
}

/**
 * What an action answered with, as a whole.
 *
 * @since 0.2.0
 * @category models
 */
export interface Executed {
  /** The whole body: JSON, a `ConnectorFile` when it is none, or `null` when there is none. */
  readonly data: unknown
  readonly status: number
  readonly headers: Headers.Headers
  readonly requestId: string | undefined
  /** Parameters that the action does not know and that were not sent. */
  readonly ignored: ReadonlyArray<ActionSchema.Ignored>
}

/**
 * How an action can end without its response: what discovery can end with is among it.
 *
 * @since 0.2.0
 * @category errors
 */
export type ActionError = ReadError | WriteError

/**
 * An error that is a response with a status outside of 2xx.
 *
 * @since 0.2.0
 * @category errors
 */
export type StatusError = errors.StatusError

/**
 * What the items of an action are: the elements of a list, or the one thing that is no list.
 *
 * @since 0.2.0
 * @category models
 */
export type Item<A> = A extends ReadonlyArray<infer X> ? X : A

/**
 * An action with its parameters and options. `A` is the type of a page's data, `P` what it takes, where types were
 * generated for it.
 *
 * @since 0.2.0
 * @category models
 */
export interface Action<out A = unknown, P = Parameters> extends Pipeable {
  readonly connector: string
  readonly name: string
  readonly given: Parameters
  readonly options: ActionOptions
  /** What it takes, from discovery. */
  readonly parameters: Effect.Effect<ReadonlyArray<ActionSchema.Parameter>, ReadError>
  /** What it takes as an `effect/Schema`, from discovery. */
  readonly schema: Effect.Effect<Schema.Schema<ActionSchema.Values, ActionSchema.Values>, ReadError>
  /** What would be sent, without sending it; refused with every issue as `InvalidRequest`. */
  readonly validate: Effect.Effect<ActionSchema.Cleaned, ReadError>
  /** See {@link execute}. */
  readonly execute: Effect.Effect<Executed, ActionError>
  /** See {@link either}. */
  readonly either: Effect.Effect<Either.Either<Executed, Executed>, ActionError>
  /** See {@link run}. */
  readonly run: Effect.Effect<Page<A>, PageError>
  /** See {@link download}. */
  readonly download: Effect.Effect<ConnectorFile, ActionError, Scope.Scope>
  /** See {@link pages}. */
  readonly pages: Stream.Stream<Page<A>, PageError>
  /** See {@link pagesBackward}. */
  readonly pagesBackward: Stream.Stream<Page<A>, PageError>
  /** See {@link items}. */
  readonly items: Stream.Stream<Item<A>, PageError>
  /** See {@link itemsBackward}. */
  readonly itemsBackward: Stream.Stream<Item<A>, PageError>
  /** The same action with more parameters or other options; what is not given stays. */
  readonly with: (change: Change) => Action<A, P>
  /** The same action whose pages' data is decoded; what does not fit is reported as a list of "what was expected where". */
  readonly decoding: <B>(decode: (data: unknown) => Either.Either<B, ReadonlyArray<string>>) => Action<B, P>
}

/**
 * What can be changed of an action.
 *
 * @since 0.2.0
 * @category models
 */
export interface Change {
  /** Added to those it has. */
  readonly given?: Parameters
  readonly options?: ActionOptions
}

type Keeping = <A, P>(self: Action<A, P>) => Action<A, P>

const withOptions =
  (options: ActionOptions): Keeping =>
  (self) =>
    self.with({ options })

/**
 * Adds parameters. It may stand in a pipe more than once: whether all that are required were given is checked when the
 * action is run. In the pipe of an action with generated types its names and values are checked by the compiler.
 *
 * @example
 * ```ts
 * import { Action, BosaApi } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 *
 * export const first = Effect.flatMap(BosaApi, (bosa) =>
 *   bosa.connect("github").action("list_pull_requests").pipe(
 *     Action.params({ owner: "effect-ts", repo: "effect" }),
 *     Action.maxAttempts(3),
 *     Action.run
 *   )
 * )
 * ```
 *
 * @since 0.2.0
 * @category combinators
 */
export const params =
  <P = Parameters>(given: NoInfer<Partial<P>>): (<A>(self: Action<A, P>) => Action<A, P>) =>
  (self) =>
    self.with({ given })

/**
 * Runs it in the name of a user.
 *
 * @since 0.2.0
 * @category combinators
 */
export const token = (token: Token): Keeping => withOptions({ token })

/**
 * Adds headers. What authorizes replaces them; those of the connection and the body are refused.
 *
 * @since 0.2.0
 * @category combinators
 */
export const headers =
  (headers: Readonly<Record<string, string>>): Keeping =>
  (self) =>
    self.with({ options: { headers: { ...self.options.headers, ...headers } } })

/**
 * Chooses one of the user's accounts. Dialect `bosa` has none: it is `InvalidRequest` there.
 *
 * @since 0.2.0
 * @category combinators
 */
export const identifier = (identifier: string): Keeping => withOptions({ identifier })

/**
 * Sets how long one attempt may take. Default 30 seconds.
 *
 * @since 0.2.0
 * @category combinators
 */
export const timeout = (timeout: Duration.DurationInput): Keeping => withOptions({ timeout })

/**
 * Lets it be sent up to so many times in all, 1 to 11, when the response is a failure: see {@link ActionOptions}.
 *
 * @since 0.2.0
 * @category combinators
 */
export const maxAttempts = (maxAttempts: number): Keeping => withOptions({ maxAttempts })

/**
 * Lets the tries that `maxAttempts` allows follow a lost or unreadable response too: the action can be done more than once.
 *
 * @since 0.2.0
 * @category combinators
 */
export const replayUnsafe: Keeping = (self) => self.with({ options: { replayUnsafe: true } })

/**
 * Checks everything that the action's JSON Schema says, and refuses unknown names, before anything is sent.
 *
 * @since 0.2.0
 * @category combinators
 */
export const strict: Keeping = (self) => self.with({ options: { strict: true } })

/**
 * Asks for some fields of the response only. An action that does not take it answers with all of them, with a warning in the log.
 *
 * @since 0.2.0
 * @category combinators
 */
export const responseFields = (responseFields: ReadonlyArray<string>): Keeping => withOptions({ responseFields })

/**
 * Sets the most pages that are read, so that a server that never ends does. Default 100,000.
 *
 * @since 0.2.0
 * @category combinators
 */
export const maxPages = (maxPages: number): Keeping => withOptions({ maxPages })

/**
 * Starts at a page, such as the `nextPosition` of one that was read before.
 *
 * @since 0.2.0
 * @category combinators
 */
export const from = (from: PositionInput): Keeping => withOptions({ from })

/**
 * Sets how whole numbers of the response outside of +-(2^53 - 1) are read: as `"number"`, which rounds them, or as `"bigint"`.
 *
 * @since 0.5.0
 * @category combinators
 */
export const integers = (integers: "number" | "bigint"): Keeping => withOptions({ integers })

/**
 * Decodes the data of each page. Data that does not fit is `UnexpectedBody`, with the data as it came.
 *
 * @since 0.2.0
 * @category combinators
 */
export const output =
  <B, I>(schema: Schema.Schema<B, I>) =>
  <P>(self: Action<unknown, P>): Action<B, P> =>
    self.decoding(decoded("data", schema))

/**
 * Runs it and gives the whole response. A response with a status outside of 2xx is a failure that still has its body.
 *
 * @since 0.2.0
 * @category running
 */
export const execute = <A, P>(self: Action<A, P>): Effect.Effect<Executed, ActionError> => self.execute

/**
 * Runs it and gives the whole response at any status: right for 2xx, left for the rest. What got no response still fails, and so
 * does what discovery answered.
 *
 * @since 0.2.0
 * @category running
 */
export const either = <A, P>(self: Action<A, P>): Effect.Effect<Either.Either<Executed, Executed>, ActionError> =>
  self.either

/**
 * Runs it and gives its data and what the server says of it, as a page.
 *
 * @since 0.2.0
 * @category running
 */
export const run = <A, P>(self: Action<A, P>): Effect.Effect<Page<A>, PageError> => self.run

/**
 * Runs it and opens the file it answers with, to be read piece by piece in flat memory. It must be read before
 * the scope ends; one that is cut fails its reader with a `FileError`. JSON is `UnexpectedBody`.
 *
 * @since 0.2.0
 * @category running
 */
export const download = <A, P>(self: Action<A, P>): Effect.Effect<ConnectorFile, ActionError, Scope.Scope> =>
  self.download

/**
 * Its pages, each read when the one before was taken.
 *
 * @since 0.2.0
 * @category running
 */
export const pages = <A, P>(self: Action<A, P>): Stream.Stream<Page<A>, PageError> => self.pages

/**
 * Its pages from the one it starts at to the first.
 *
 * @since 0.2.0
 * @category running
 */
export const pagesBackward = <A, P>(self: Action<A, P>): Stream.Stream<Page<A>, PageError> => self.pagesBackward

/**
 * The items of its pages, each page read when the items before were taken.
 *
 * @since 0.2.0
 * @category running
 */
export const items = <A, P>(self: Action<A, P>): Stream.Stream<Item<A>, PageError> => self.items

/**
 * The items of its pages from the last one of the page it starts at to the first of all.
 *
 * @since 0.2.0
 * @category running
 */
export const itemsBackward = <A, P>(self: Action<A, P>): Stream.Stream<Item<A>, PageError> => self.itemsBackward
