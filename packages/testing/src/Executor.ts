/**
 * The work behind a fake connection: an `Executor` does the typed HTTP, file and SQL calls, an `ActionHandler` the saved
 * actions.
 *
 * @since 0.1.0
 */
import type { ConnectionsOperation } from "@effect-connectors/core/Operation"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/**
 * A value that JSON can carry. A whole number outside of +-(2^53 - 1) is a bigint, with all its digits.
 *
 * @since 0.1.0
 * @category models
 */
export type Json = null | boolean | number | bigint | string | ReadonlyArray<Json> | JsonObject

/**
 * A JSON object.
 *
 * @since 0.1.0
 * @category models
 */
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * The kind of a connection: which typed operations it has. `actions` has saved actions only.
 *
 * @since 0.1.0
 * @category models
 */
export type Kind = "actions" | "http" | "file" | "sql"

/**
 * The typed operations, by the name the client gives them.
 *
 * @since 0.1.0
 * @category models
 */
export type Operation = Extract<ConnectionsOperation, `${"http" | "file" | "sql"}.${string}`>

/**
 * The part of a connection that an executor gets.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExecutorConnection {
  readonly slug: string
  readonly kind: Kind
  /** The base URL of an `http` connection, if the world gives one. */
  readonly baseUrl: string | undefined
}

/**
 * One piece of work: an operation with the parameters as they were sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Work {
  readonly connection: ExecutorConnection
  readonly operation: Operation
  readonly body: JsonObject
}

/**
 * Work that was refused or failed: the status, code and message of the response, or of the failed job when the work
 * became a job.
 *
 * @since 0.1.0
 * @category errors
 */
export class ExecutorFailure extends Data.TaggedError("ExecutorFailure")<{
  readonly status: number
  readonly code: string
  readonly message: string
}> {}

/**
 * Does the work of a connection. Its result is the `result` of the response.
 *
 * @since 0.1.0
 * @category models
 */
export type Executor = (work: Work) => Effect.Effect<Json, ExecutorFailure>

/**
 * What a saved action gets with its input.
 *
 * @since 0.1.0
 * @category models
 */
export interface ActionContext {
  readonly connection: string
  readonly action: string
  /** The whole body of the request, with `options` and all other fields. */
  readonly body: JsonObject
  /** How often this action has been executed, this time included. */
  readonly execution: number
}

/**
 * The work of a saved action. Its result is the `result` of the response.
 *
 * @since 0.1.0
 * @category models
 */
export type ActionHandler = (input: Json, context: ActionContext) => Effect.Effect<Json, ExecutorFailure>

/**
 * Every operation of the platform, by the name the client gives it.
 *
 * @since 0.1.0
 * @category models
 */
export type OperationName = ConnectionsOperation
