/**
 * What does the work behind a fake connection: typed HTTP, file and SQL calls
 * go to an `Executor`, saved actions to an `ActionHandler`.
 *
 * @since 0.1.0
 */
import type { ConnectionsOperation } from "@effect-connectors/core/Operation"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/**
 * A value that JSON can carry.
 *
 * @since 0.1.0
 * @category models
 */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

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
 * What a connection can do besides its saved actions.
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
 * The part of a connection that an executor may want to know.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExecutorConnection {
  readonly slug: string
  readonly kind: Kind
  /** Where an `http` connection points, when the world says so. */
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
 * Work that was refused or went wrong: the status, code and message of the
 * answer, or of the failed job when the work had become one.
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
 * Does the work of a connection. What it gives is the `result` of the answer.
 *
 * @since 0.1.0
 * @category models
 */
export type Executor = (work: Work) => Effect.Effect<Json, ExecutorFailure>

/**
 * What a saved action is told besides its input.
 *
 * @since 0.1.0
 * @category models
 */
export interface ActionContext {
  readonly connection: string
  readonly action: string
  /** The whole body of the request, with `options` and whatever else was sent. */
  readonly body: JsonObject
  /** How often this action has been executed, this time included. */
  readonly execution: number
}

/**
 * The work of a saved action. What it gives is the `result` of the answer.
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
