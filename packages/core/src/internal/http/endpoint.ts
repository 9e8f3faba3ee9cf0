import type { ReadError, WriteError } from "../../ApiError.js"
import { type NoValueErrors, readErrors, writeErrors } from "./errors.js"
import type { Template } from "./path.js"
import { template } from "./path.js"

/** @internal */
export type RetryClass = "safe" | "idempotent" | "unsafe"

/**
 * An operation as data.
 *
 * @internal
 */
export interface Operation<out E = unknown> {
  readonly name: string
  readonly method: "GET" | "POST" | "DELETE"
  readonly path: Template
  readonly retry: RetryClass
  readonly kind: NoValueErrors<E>
  /** An empty answer is one: the operation has no value to give. */
  readonly mayBeEmpty: boolean
  /** Which of the credentials go along. */
  readonly sends: Sends
  /** An answer that is not JSON is a file. */
  readonly files: boolean
  /** The answer holds secrets: what is kept of it beside the value has none. */
  readonly secret: boolean
  /** For one attempt, unless the caller or the layer says otherwise. */
  readonly timeoutMillis: number | undefined
}

/**
 * Which credentials an operation sends: all there are, none, the API key without
 * the user's token, or the token without the key; `nothing` leaves out the layer's own headers too,
 * since they may authorize, and the request goes to another origin.
 *
 * @internal
 */
export type Sends = "all" | "none" | "key" | "token" | "nothing"

interface Row {
  readonly name: string
  readonly method: Operation["method"]
  readonly route: string
  readonly mayBeEmpty?: boolean
  readonly sends?: Sends
  readonly files?: boolean
  readonly secret?: boolean
  readonly timeoutMillis?: number
}

const common = (row: Row) => ({
  name: row.name,
  method: row.method,
  path: template(row.route),
  mayBeEmpty: row.mayBeEmpty ?? false,
  sends: row.sends ?? "all",
  files: row.files ?? false,
  secret: row.secret ?? false,
  timeoutMillis: row.timeoutMillis
})

/** @internal */
export const safe = (row: Row): Operation<ReadError> => ({ ...common(row), retry: "safe", kind: readErrors })

/** @internal */
export const effectful = (retry: "idempotent" | "unsafe", row: Row): Operation<WriteError> => ({
  ...common(row),
  retry,
  kind: writeErrors
})
