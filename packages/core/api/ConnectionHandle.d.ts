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
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

export type Parameters = object
export interface ExecuteOptions {
  readonly async?: boolean | undefined
  readonly timeoutMs?: number | undefined
  readonly execution?: Parameters | undefined
  readonly retry?: RetryInput | undefined
  readonly integers?: "number" | "bigint" | undefined
}
export interface ActionExecuteOptions extends ExecuteOptions {
  readonly checkInputs?: boolean | undefined
}
export interface ActionBody<Input = Parameters> extends OpenBody {
  readonly input?: Input | undefined
}
export type BodyOf<Input> = {} extends Input
  ? ActionBody<Input>
  : ActionBody<Input> & {
      readonly input: Input
    }
export interface ListFilter {
  readonly relayId?: string | undefined
  readonly authorized?: boolean | undefined
  readonly templateId?: string | undefined
}
export interface AccountFilter {
  readonly accountSlug?: string | undefined
}
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
type ReadExecute<P> = (parameters?: P, options?: ExecuteOptions) => Effect.Effect<Execution, ReadError>
type WriteExecute<P> = (parameters?: P, options?: ExecuteOptions) => Effect.Effect<Execution, WriteError>
export interface ActionOperations {
  readonly list: Effect.Effect<ReadonlyArray<SavedAction>, ReadError>
  readonly get: (action: string) => Effect.Effect<SavedAction, ReadError>
  readonly inputs: (action: string) => Effect.Effect<ReadonlyArray<Field>, ReadError>
  readonly outputs: (action: string) => Effect.Effect<ReadonlyArray<Field>, ReadError>
  readonly execute: (
    action: string,
    body?: ActionBody,
    options?: ActionExecuteOptions
  ) => Effect.Effect<Execution, WriteError>
}
export interface HttpOperations {
  readonly get: ReadExecute<HttpParameters>
  readonly post: WriteExecute<HttpParameters>
  readonly patch: WriteExecute<HttpParameters>
  readonly put: WriteExecute<HttpParameters>
  readonly delete: WriteExecute<HttpParameters>
}
export interface FileOperations {
  readonly read: ReadExecute<FileRead>
  readonly upload: WriteExecute<FileUpload>
  readonly append: WriteExecute<FileAppend>
  readonly list: ReadExecute<FileList>
  readonly rename: WriteExecute<FileRename>
  readonly move: WriteExecute<FileMove>
  readonly delete: WriteExecute<FileDelete>
}
export interface SqlOperations {
  readonly query: WriteExecute<SqlStatement>
  readonly select: ReadExecute<SqlSelect>
  readonly insert: WriteExecute<SqlInsert>
  readonly update: WriteExecute<SqlUpdate>
  readonly delete: WriteExecute<SqlDelete>
  readonly execute: WriteExecute<SqlStatement>
}
export interface TriggerOperations {
  readonly list: (filter?: AccountFilter) => Effect.Effect<TriggerList, ReadError>
  readonly get: (trigger: string, filter?: AccountFilter) => Effect.Effect<TriggerDetail, ReadError>
  readonly subscribe: (trigger: string, subscription: Subscription) => Effect.Effect<Subscribed, WriteError>
}
export interface ConnectionHandle {
  readonly slug: string
  readonly get: Effect.Effect<Connection, ReadError>
  readonly authorize: Effect.Effect<Option.Option<unknown>, WriteError>
  readonly unauthorize: Effect.Effect<Option.Option<unknown>, WriteError>
  readonly setActive: (active: boolean) => Effect.Effect<Option.Option<unknown>, WriteError>
  readonly actions: ActionOperations
  readonly http: HttpOperations
  readonly file: FileOperations
  readonly sql: SqlOperations
  readonly triggers: TriggerOperations
}
export type Unbound<Operations> = {
  readonly [K in keyof Operations]: Operations[K] extends (...args: infer Args) => infer Result
    ? (slug: string, ...args: Args) => Result
    : (slug: string) => Operations[K]
}
export interface TypedActionOperations<Actions> extends Omit<ActionOperations, "execute"> {
  readonly execute: <N extends Name<Actions>>(
    action: N,
    body?: BodyOf<InputOf<Actions, N, Parameters>>,
    options?: ActionExecuteOptions
  ) => Effect.Effect<Execution, WriteError>
}
export interface UnboundActionOperations extends Unbound<Omit<ActionOperations, "execute">> {
  readonly execute: <S extends Name<ConnectionTypes>, N extends Name<ActionsOf<ConnectionTypes, S>>>(
    slug: S,
    action: N,
    body?: [S] extends [keyof ConnectionTypes] ? BodyOf<InputOf<ConnectionTypes[S], N, Parameters>> : ActionBody,
    options?: ActionExecuteOptions
  ) => Effect.Effect<Execution, WriteError>
}
export interface TypedConnectionHandle<Actions> extends Omit<ConnectionHandle, "actions"> {
  readonly actions: TypedActionOperations<Actions>
}
export type ConnectionOf<S extends string> = [S] extends [keyof ConnectionTypes]
  ? TypedConnectionHandle<ConnectionTypes[S]>
  : ConnectionHandle
