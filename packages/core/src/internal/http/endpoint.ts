import type { CallContext, ReadError, WriteError } from "../../ApiError.js"
import { DeadlineExceeded, NotSent, OutcomeUnknown, UnexpectedBody, Unreachable } from "../../ApiError.js"
import type { ApiResponse } from "../../ApiResponse.js"
import type * as Duration from "effect/Duration"
import type { Evidence } from "../../Transport.js"
import type { Template } from "./path.js"
import { template } from "./path.js"
import { withResponse } from "./errorDetails.js"

/** @internal */
export type RetryClass = "safe" | "idempotent" | "unsafe"

type BadBody = UnexpectedBody["reason"]

/**
 * How a call that got no value ends: the one difference between reads, which
 * changed nothing, and writes, which may have.
 */
interface Kind<out E> {
  readonly lost: (call: CallContext, evidence: Evidence, response: ApiResponse | undefined) => E
  readonly unreadable: (call: CallContext, response: ApiResponse, reason: BadBody) => E
  readonly late: (call: CallContext, deadline: Duration.Duration, inFlight: boolean) => E
}

const unreadableBody = (
  call: CallContext,
  status: number,
  reason: BadBody,
  response: ApiResponse | undefined
): UnexpectedBody =>
  withResponse(
    new UnexpectedBody({ ...call, status, reason, contentType: response?.headers["content-type"] }),
    response
  )

const read: Kind<ReadError> = {
  lost: (call, { code, detail, phase, status, timedOut }, response) =>
    status === undefined
      ? new Unreachable({ ...call, code, phase, timedOut, detail })
      : unreadableBody(call, status, code === bodyTooLarge ? "too large" : "truncated", response),
  unreadable: (call, response, reason) => unreadableBody(call, response.status, reason, response),
  late: (call, deadline) => new DeadlineExceeded({ ...call, deadline })
}

const codes: Record<BadBody, string> = {
  empty: "EMPTY_BODY",
  invalid: "INVALID_BODY",
  truncated: "TRUNCATED_BODY",
  "too deep": "BODY_TOO_DEEP",
  "too large": "BODY_TOO_LARGE",
  "wrong type": "NOT_JSON"
}

/** @internal */
export const bodyTooLarge = codes["too large"]

const write: Kind<WriteError> = {
  lost: (call, evidence, response) =>
    evidence.sent
      ? withResponse(
          new OutcomeUnknown({ ...call, phase: evidence.phase, code: evidence.code, status: evidence.status }),
          response
        )
      : new NotSent({ ...call, code: evidence.code, detail: evidence.detail }),
  unreadable: (call, response, reason) =>
    withResponse(
      new OutcomeUnknown({ ...call, phase: "body", code: codes[reason], status: response.status }),
      response
    ),
  late: (call, deadline, inFlight) =>
    inFlight
      ? new OutcomeUnknown({ ...call, phase: "request", code: "DEADLINE" })
      : new DeadlineExceeded({ ...call, deadline })
}

/**
 * An operation as data.
 *
 * @internal
 */
export interface Endpoint<out E = unknown> {
  readonly name: string
  readonly method: "GET" | "POST" | "DELETE"
  readonly path: Template
  readonly retry: RetryClass
  readonly kind: Kind<E>
  /** An empty answer is one: the operation has no value to give. */
  readonly mayBeEmpty: boolean
  /** Which of the credentials go along. */
  readonly credentials: EndpointCredentials
  /** An answer that is not JSON is a file. */
  readonly files: boolean
  /** The answer holds secrets: what is kept of it beside the value has none. */
  readonly secret: boolean
  /** For one attempt, unless the caller or the layer says otherwise. */
  readonly timeoutMillis: number | undefined
}

/**
 * Which credentials an operation sends: all there are, none, the API key without
 * the user's token, or the token without the key; `bare` leaves out the layer's own headers too,
 * since they may authorise, and the request goes to another origin.
 *
 * @internal
 */
export type EndpointCredentials = "all" | "none" | "key" | "token" | "bare"

interface Row {
  readonly name: string
  readonly method: Endpoint["method"]
  readonly route: string
  readonly mayBeEmpty?: boolean
  readonly sends?: EndpointCredentials
  readonly files?: boolean
  readonly secret?: boolean
  readonly timeoutMillis?: number
}

const common = (row: Row) => ({
  name: row.name,
  method: row.method,
  path: template(row.route),
  mayBeEmpty: row.mayBeEmpty ?? false,
  credentials: row.sends ?? "all",
  files: row.files ?? false,
  secret: row.secret ?? false,
  timeoutMillis: row.timeoutMillis
})

/** @internal */
export const safe = (row: Row): Endpoint<ReadError> => ({ ...common(row), retry: "safe", kind: read })

/** @internal */
export const effectful = (retry: "idempotent" | "unsafe", row: Row): Endpoint<WriteError> => ({
  ...common(row),
  retry,
  kind: write
})
