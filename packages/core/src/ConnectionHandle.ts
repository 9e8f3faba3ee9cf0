/**
 * What can be done on one connection, and how an execute is called.
 *
 * Every execute ends in an `Execution`: `Completed` with the response, or `Accepted`
 * with a `JobRef`. The response decides, not the request; `jobs.result` takes either.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ReadError, WriteError } from "./ApiError.js"
import type {
  FileAppend,
  FileDelete,
  FileList,
  FileMove,
  FileRead,
  FileRename,
  FileUpload,
  HttpParameters,
  OpenBody,
  SqlDelete,
  SqlInsert,
  SqlSelect,
  SqlStatement,
  SqlUpdate
} from "./ExecuteParameters.js"
import type { ActionsOf, ConnectionTypes, InputOf, Name } from "./GeneratedTypes.js"
import type { Execution } from "./Job.js"
import type { Connection, Field, SavedAction, Subscribed, TriggerDetail, TriggerList } from "./Records.js"
import type { RetryInput } from "./Retry.js"

/**
 * A JSON object as a caller gives it, of any interface. It is sent as it is, once it is known to have a form in JSON.
 *
 * @since 0.1.0
 * @category models
 */
export type Parameters = object

/**
 * How an execute is to run.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExecuteOptions {
  /** Ask the server to make it a job. It may still answer with the result. */
  readonly async?: boolean | undefined
  /** The server's own limit for the work, in milliseconds. The attempt's limit is 5 seconds more. */
  readonly timeoutMs?: number | undefined
  /** Merged into the body's `options`, and stronger than the same keys there: `source`, `purpose`, `debug` and what the server adds. */
  readonly execution?: Parameters | undefined
  /** When to try again; `"idempotent"` declares that doing it twice is harmless. */
  readonly retry?: RetryInput | undefined
  /**
   * How whole numbers of the response outside of +-(2^53 - 1) are read, in place of what the layer says: as `"number"`,
   * rounded, or as `"bigint"`. Polls of a job go by the layer.
   */
  readonly integers?: "number" | "bigint" | undefined
}

/**
 * How a saved action is to run.
 *
 * @since 0.5.0
 * @category models
 */
export interface ActionExecuteOptions extends ExecuteOptions {
  /**
   * Whether `input` is compared with the inputs that the server declares, before anything is sent. Default the layer's
   * `checkInputs`.
   */
  readonly checkInputs?: boolean | undefined
}

/**
 * The body of a saved action's execute: what the action takes goes into `input`, such as `{ input: { id: 7 } }`, and what only the
 * server knows into `extra`. Anything else in it is `InvalidRequest`, with the place where it was meant.
 *
 * @since 0.1.0
 * @category models
 */
export interface ActionBody<Input = Parameters> extends OpenBody {
  /** The inputs of the action, by name: see `actions.inputs`. */
  readonly input?: Input | undefined
}

/**
 * The body of an execute for what its input is. It needs an input where something in that is required.
 *
 * @since 0.5.0
 * @category models
 */
export type BodyOf<Input> = {} extends Input ? ActionBody<Input> : ActionBody<Input> & { readonly input: Input }

/**
 * Which connections are listed.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListFilter {
  readonly relayId?: string | undefined
  /** Ignored by newer servers: see `authorized` of each connection. `false` is the same as leaving it out. */
  readonly authorized?: boolean | undefined
  readonly templateId?: string | undefined
}

/**
 * Which account's triggers to read.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountFilter {
  readonly accountSlug?: string | undefined
}

/**
 * Where a trigger's events are sent, and by whom they are authorized: a `service`
 * (with an optional `userId`), or an `apiKey` (its header is `x-api-key` unless given).
 *
 * @since 0.1.0
 * @category models
 */
export interface Subscription {
  readonly targetUrl: string
  readonly service?: string | undefined
  readonly userId?: string | number | bigint | undefined
  readonly apiKey?: string | undefined
  readonly apiKeyHeader?: string | undefined
  readonly accountId?: string | number | bigint | undefined
  readonly account?: string | undefined
  readonly inputs?: Parameters | undefined
  readonly name?: string | undefined
}

/** A call that reads by its declared meaning. */
type ReadExecute<P> = (parameters?: P, options?: ExecuteOptions) => Effect.Effect<Execution, ReadError>
/** A call that changes something: never replayed unless it is proved not to have been done. */
type WriteExecute<P> = (parameters?: P, options?: ExecuteOptions) => Effect.Effect<Execution, WriteError>

/**
 * The saved actions of a connection.
 *
 * @since 0.1.0
 * @category models
 */
export interface ActionOperations {
  readonly list: Effect.Effect<ReadonlyArray<SavedAction>, ReadError>
  readonly get: (action: string) => Effect.Effect<SavedAction, ReadError>
  /** The names and types that `input` takes. */
  readonly inputs: (action: string) => Effect.Effect<ReadonlyArray<Field>, ReadError>
  readonly outputs: (action: string) => Effect.Effect<ReadonlyArray<Field>, ReadError>
  readonly execute: (
    action: string,
    body?: ActionBody,
    options?: ActionExecuteOptions
  ) => Effect.Effect<Execution, WriteError>
}

/**
 * HTTP calls that the server makes on behalf of a connection. `get` counts as a read: where a system changes
 * something on GET, give `retry: "none"`.
 *
 * @since 0.1.0
 * @category models
 */
export interface HttpOperations {
  readonly get: ReadExecute<HttpParameters>
  readonly post: WriteExecute<HttpParameters>
  readonly patch: WriteExecute<HttpParameters>
  readonly put: WriteExecute<HttpParameters>
  readonly delete: WriteExecute<HttpParameters>
}

/**
 * Files on a connection.
 *
 * @since 0.1.0
 * @category models
 */
export interface FileOperations {
  readonly read: ReadExecute<FileRead>
  readonly upload: WriteExecute<FileUpload>
  readonly append: WriteExecute<FileAppend>
  readonly list: ReadExecute<FileList>
  readonly rename: WriteExecute<FileRename>
  readonly move: WriteExecute<FileMove>
  readonly delete: WriteExecute<FileDelete>
}

/**
 * SQL on a connection. `query` and `execute` run the text they are given: never build it
 * from input that is not yours, pass that as parameters instead.
 *
 * @since 0.1.0
 * @category models
 */
export interface SqlOperations {
  /** Counts as a change, since any statement can be one. */
  readonly query: WriteExecute<SqlStatement>
  readonly select: ReadExecute<SqlSelect>
  readonly insert: WriteExecute<SqlInsert>
  readonly update: WriteExecute<SqlUpdate>
  readonly delete: WriteExecute<SqlDelete>
  /** Raw SQL: text built from foreign input is an injection. */
  readonly execute: WriteExecute<SqlStatement>
}

/**
 * The triggers of a connection.
 *
 * @since 0.1.0
 * @category models
 */
export interface TriggerOperations {
  readonly list: (filter?: AccountFilter) => Effect.Effect<TriggerList, ReadError>
  readonly get: (trigger: string, filter?: AccountFilter) => Effect.Effect<TriggerDetail, ReadError>
  /**
   * You may repeat it, one after the other: `created` is false where the subscription was there already. `ServerFailed` with
   * 502: the provider refused, and nothing was saved, so it is tried again. A lost response is `OutcomeUnknown`, since the
   * first request may still be at work.
   */
  readonly subscribe: (trigger: string, subscription: Subscription) => Effect.Effect<Subscribed, WriteError>
}

/**
 * One connection: all that can be done on it, bound to its slug.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectionHandle {
  readonly slug: string
  readonly get: Effect.Effect<Connection, ReadError>
  /** The response's body, where the server gives one. */
  readonly authorize: Effect.Effect<Option.Option<unknown>, WriteError>
  readonly unauthorize: Effect.Effect<Option.Option<unknown>, WriteError>
  /** Sets the state that is given, despite the wire's name `toggle-active`. */
  readonly setActive: (active: boolean) => Effect.Effect<Option.Option<unknown>, WriteError>
  readonly actions: ActionOperations
  readonly http: HttpOperations
  readonly file: FileOperations
  readonly sql: SqlOperations
  readonly triggers: TriggerOperations
}

/**
 * The same operations with the slug as their first argument; a value becomes a function of the slug.
 *
 * @since 0.1.0
 * @category models
 */
export type Unbound<Operations> = {
  readonly [K in keyof Operations]: Operations[K] extends (...args: infer Args) => infer Result
    ? (slug: string, ...args: Args) => Result
    : (slug: string) => Operations[K]
}

/**
 * The saved actions of a connection for which types were generated: those of {@link ActionOperations}, with the input that
 * `Actions` has for the action. An action that is not there takes any.
 *
 * @since 0.5.0
 * @category models
 */
export interface TypedActionOperations<Actions> extends Omit<ActionOperations, "execute"> {
  readonly execute: <N extends Name<Actions>>(
    action: N,
    body?: BodyOf<InputOf<Actions, N, Parameters>>,
    options?: ActionExecuteOptions
  ) => Effect.Effect<Execution, WriteError>
}

/**
 * The saved actions with the slug of their connection first, typed where types were generated for it. `execute` is written
 * by hand: {@link Unbound} keeps no type parameters.
 *
 * @since 0.5.0
 * @category models
 */
export interface UnboundActionOperations extends Unbound<Omit<ActionOperations, "execute">> {
  readonly execute: <S extends Name<ConnectionTypes>, N extends Name<ActionsOf<ConnectionTypes, S>>>(
    slug: S,
    action: N,
    body?: [S] extends [keyof ConnectionTypes] ? BodyOf<InputOf<ConnectionTypes[S], N, Parameters>> : ActionBody,
    options?: ActionExecuteOptions
  ) => Effect.Effect<Execution, WriteError>
}

/**
 * A connection for which types were generated. It can be given where a {@link ConnectionHandle} is taken.
 *
 * @since 0.5.0
 * @category models
 */
export interface TypedConnectionHandle<Actions> extends Omit<ConnectionHandle, "actions"> {
  readonly actions: TypedActionOperations<Actions>
}

/**
 * The connection of a slug, typed where types were generated for it.
 *
 * @since 0.5.0
 * @category models
 */
export type ConnectionOf<S extends string> = [S] extends [keyof ConnectionTypes]
  ? TypedConnectionHandle<ConnectionTypes[S]>
  : ConnectionHandle
