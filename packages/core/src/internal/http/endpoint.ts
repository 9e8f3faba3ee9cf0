import type { ReadError, WriteError } from "../../ApiError.js"
import { type NoValueErrors, readErrors, writeErrors } from "./errors.js"
import type { Template } from "./path.js"
import { template } from "./path.js"
import type { FileReader } from "./receivedFile.js"

/** @internal */
export type RetryClass = "safe" | "idempotent" | "unsafe"

/**
 * An operation as one value: all that is known of it before it is called. `I` checks what it is called with and writes
 * it as the input of a request, `D` reads its response; an endpoint whose callers bring one of them has `undefined` there.
 *
 * @internal
 */
export interface Endpoint<out E = unknown, out Name extends string = string, out I = unknown, out D = unknown> {
  readonly name: Name
  readonly method: "GET" | "POST" | "DELETE"
  readonly path: Template
  readonly retry: RetryClass
  readonly kind: NoValueErrors<E>
  /** A response without a body is a success: the operation has no value to give. */
  readonly mayBeEmpty: boolean
  readonly credentials: EndpointCredentials
  /** Reads a response that is not JSON: it is a file. Operations without files hold no code for them. */
  readonly files: FileReader | undefined
  /** The response holds secrets: what is kept of it next to the value has none. */
  readonly secret: boolean
  /** For one attempt, unless the caller or the layer says otherwise. */
  readonly timeoutMillis: number | undefined
  /** A status with which the server itself says, in JSON, that nothing was done: of others above 500 that is not known. */
  readonly refusedBy: number | undefined
  /** It costs money: one attempt, unless the call itself asks for more. */
  readonly isBilled: boolean
  readonly input: I
  readonly decode: D
}

/**
 * Which credentials an operation sends: all there are, none, the API key without
 * the user's token, or the token without the key; `bare` leaves out the layer's own headers too,
 * since they may authorize, and the request goes to another origin.
 *
 * @internal
 */
export type EndpointCredentials = "all" | "none" | "key" | "token" | "bare"

interface Row<Name extends string, I, D> {
  readonly name: Name
  readonly method: Endpoint["method"]
  readonly route: string
  readonly mayBeEmpty?: boolean
  readonly credentials?: EndpointCredentials
  readonly files?: FileReader
  readonly secret?: boolean
  readonly timeoutMillis?: number
  readonly refusedBy?: number
  readonly isBilled?: boolean
  readonly input: I
  readonly decode: D
}

const endpoint = <E, Name extends string, I, D>(
  retry: RetryClass,
  kind: NoValueErrors<E>,
  row: Row<Name, I, D>
): Endpoint<E, Name, I, D> => ({
  name: row.name,
  method: row.method,
  path: template(row.route),
  retry,
  kind,
  mayBeEmpty: row.mayBeEmpty ?? false,
  credentials: row.credentials ?? "all",
  files: row.files,
  secret: row.secret ?? false,
  timeoutMillis: row.timeoutMillis,
  refusedBy: row.refusedBy,
  isBilled: row.isBilled ?? false,
  input: row.input,
  decode: row.decode
})

/** @internal */
export const safe = <const Name extends string, I, D>(row: Row<Name, I, D>): Endpoint<ReadError, Name, I, D> =>
  endpoint("safe", readErrors, row)

/** @internal */
export const effectful = <const Name extends string, I, D>(
  retry: "idempotent" | "unsafe",
  row: Row<Name, I, D>
): Endpoint<WriteError, Name, I, D> => endpoint(retry, writeErrors, row)

/**
 * The names of a table of endpoints, by group.
 *
 * @internal
 */
export type NameIn<Groups> = {
  [G in keyof Groups]-?: NonNullable<Groups[G]>[keyof NonNullable<Groups[G]>]
}[keyof Groups] extends infer Of
  ? Of extends Endpoint<unknown, infer Name>
    ? Name
    : never
  : never

/** @internal */
export function namesIn<Groups extends object>(groups: Groups): ReadonlyArray<NameIn<Groups>>
export function namesIn(
  groups: Readonly<Record<string, Readonly<Record<string, Endpoint | undefined>> | undefined>>
): ReadonlyArray<string> {
  return Object.values(groups).flatMap((group = {}) =>
    Object.values(group).flatMap((endpoint) => (endpoint === undefined ? [] : [endpoint.name]))
  )
}
