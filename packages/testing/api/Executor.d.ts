import type { ConnectionsOperation } from "@effect-connectors/core/Operation"
import type * as Effect from "effect/Effect"

export type Json = null | boolean | number | bigint | string | ReadonlyArray<Json> | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}
export type Kind = "actions" | "http" | "file" | "sql"
export type Operation = Extract<ConnectionsOperation, `${"http" | "file" | "sql"}.${string}`>
export interface ExecutorConnection {
  readonly slug: string
  readonly kind: Kind
  readonly baseUrl: string | undefined
}
export interface Work {
  readonly connection: ExecutorConnection
  readonly operation: Operation
  readonly body: JsonObject
}
declare const ExecutorFailure_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "ExecutorFailure"
} & Readonly<A>
export declare class ExecutorFailure extends ExecutorFailure_base<{
  readonly status: number
  readonly code: string
  readonly message: string
}> {}
export type Executor = (work: Work) => Effect.Effect<Json, ExecutorFailure>
export interface ActionContext {
  readonly connection: string
  readonly action: string
  readonly body: JsonObject
  readonly execution: number
}
export type ActionHandler = (input: Json, context: ActionContext) => Effect.Effect<Json, ExecutorFailure>
export type OperationName = ConnectionsOperation
