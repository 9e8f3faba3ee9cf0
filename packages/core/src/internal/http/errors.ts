import * as Duration from "effect/Duration"
import {
  ApiRejected,
  type CallContext,
  DeadlineExceeded,
  Forbidden,
  NotFound,
  NotSent,
  OutcomeUnknown,
  RateLimited,
  type ReadError,
  ServerFailed,
  Unauthorized,
  UnexpectedBody,
  UnexpectedRedirect,
  Unreachable,
  type WriteError
} from "../../ApiError.js"
import type { ApiResponse } from "../../ApiResponse.js"
import type { Unavailable } from "../../Auth.js"
import type { InvalidRequest } from "../../InvalidRequest.js"
import type { Evidence } from "../../Transport.js"
import * as Outcome from "./outcome.js"
import { encodingInvalid, encodingUnsupported, encodingUnverified } from "./contentEncoding.js"
import { withCredentialsReason, withResponse } from "./errorDetails.js"

/** @internal */
export type StatusError =
  | Unauthorized
  | Forbidden
  | NotFound
  | RateLimited
  | ApiRejected
  | ServerFailed
  | UnexpectedRedirect

/** @internal */
export type CallError<E> = E | StatusError | InvalidRequest | Unauthorized | UnexpectedBody

/** @internal */
export type BadBody = Exclude<UnexpectedBody["reason"], "ended">

/**
 * A response, and what of its head an error shows.
 *
 * @internal
 */
export interface ResponseSeen {
  readonly response: ApiResponse
  readonly contentType: string | undefined
}

/**
 * What the server says in a response, as an error shows it.
 *
 * @internal
 */
export interface Said {
  readonly serverCode: string | undefined
  readonly serverReason: string | undefined
}

/**
 * How a call without a value ends: the one difference between reads, which
 * changed nothing, and writes, which may have.
 *
 * @internal
 */
export interface NoValueErrors<out E> {
  readonly lost: (
    call: CallContext,
    outcome: Outcome.State,
    evidence: Evidence,
    response: ResponseSeen | undefined
  ) => E
  readonly unreadable: (call: CallContext, response: ResponseSeen, reason: BadBody) => E
  /** `isWaiting`: its attempt waited in the limits of the client. */
  readonly late: (call: CallContext, outcome: Outcome.State, deadline: Duration.Duration, isWaiting: boolean) => E
}

const waitedInLimits = {
  code: "LIMIT_WAIT",
  detail:
    "It waited in the `limits` of this client until its deadline. Give it more time, raise the limits, or send less"
}

const bodyCodes: Record<BadBody, string> = {
  empty: "EMPTY_BODY",
  invalid: "INVALID_BODY",
  truncated: "TRUNCATED_BODY",
  "too deep": "BODY_TOO_DEEP",
  "too large": "BODY_TOO_LARGE",
  "wrong type": "NOT_JSON"
}

/** @internal */
export const bodyTooLarge = bodyCodes["too large"]

// what came is known, unlike that of a body that was cut
const lostBodies: Readonly<Record<string, BadBody>> = {
  [bodyTooLarge]: "too large",
  [encodingInvalid]: "invalid",
  [encodingUnsupported]: "wrong type",
  [encodingUnverified]: "wrong type"
}

const badBody = (
  call: CallContext,
  status: number,
  reason: BadBody,
  { contentType, response }: Partial<ResponseSeen> = {}
): UnexpectedBody => withResponse(new UnexpectedBody({ ...call, status, reason, contentType }), response)

/** @internal */
export const readErrors: NoValueErrors<ReadError> = {
  lost: (call, _outcome, { code, detail, phase, status, timedOut }, response) =>
    status === undefined
      ? new Unreachable({ ...call, code, phase, timedOut, detail })
      : badBody(call, status, lostBodies[code] ?? "truncated", response),
  unreadable: (call, seen, reason) => badBody(call, seen.response.status, reason, seen),
  late: (call, _outcome, deadline) => new DeadlineExceeded({ ...call, deadline })
}

/** @internal */
export const writeErrors: NoValueErrors<WriteError> = {
  lost: (call, outcome, { code, detail, phase, status }, response) =>
    Outcome.lostWrite(outcome) === "NotSent"
      ? new NotSent({ ...call, code, detail })
      : withResponse(new OutcomeUnknown({ ...call, phase, code, status, detail }), response?.response),
  unreadable: (call, { response }, reason) =>
    withResponse(
      new OutcomeUnknown({ ...call, phase: "body", code: bodyCodes[reason], status: response.status }),
      response
    ),
  late: (call, outcome, deadline, isWaiting) =>
    Outcome.lateWrite(outcome) === "DeadlineExceeded"
      ? isWaiting
        ? new NotSent({ ...call, ...waitedInLimits })
        : new DeadlineExceeded({ ...call, deadline })
      : new OutcomeUnknown({ ...call, phase: "request", code: "DEADLINE" })
}

const locationOf = ({ origin, response, shown }: StatusSeen): { location?: string; sameOrigin?: boolean } => {
  const header = response.headers["location"]
  if (header === undefined || !URL.canParse(header, origin)) return {}
  const target = new URL(header, origin).origin
  return { location: shown(target), sameOrigin: target === origin }
}

/**
 * What is known of a response with a status outside of 2xx.
 *
 * @internal
 */
export interface StatusSeen {
  readonly response: ApiResponse
  readonly said: Said
  readonly waitMillis: number | undefined
  /** The origin that was called. */
  readonly origin: string
  /** What the path was made of, by the names of its parameters. */
  readonly requested: Readonly<Record<string, string>> | undefined
  /** A name that the server gives, as it may be shown. */
  readonly shown: (name: string) => string
}

/**
 * The error that a response with a status outside of 2xx stands for.
 *
 * @internal
 */
export const statusError = (call: CallContext, seen: StatusSeen): StatusError => {
  const { requested, response, said, waitMillis } = seen
  const { status } = response
  const answered = { ...call, status, ...said }
  const hinted = waitMillis === undefined ? answered : { ...answered, retryAfter: Duration.millis(waitMillis) }
  if (status === 401) return withResponse(new Unauthorized(answered), response)
  if (status === 403) return withResponse(new Forbidden(answered), response)
  if (status === 404) return withResponse(new NotFound({ ...answered, requested }), response)
  if (status === 429) return withResponse(new RateLimited(hinted), response)
  if (status >= 500) return withResponse(new ServerFailed(hinted), response)
  if (status >= 400) return withResponse(new ApiRejected(hinted), response)
  return withResponse(new UnexpectedRedirect({ ...answered, ...locationOf(seen) }), response)
}

/**
 * The error of a body that could be read and is not what the operation promises.
 *
 * @internal
 */
export const unfitBody = (
  call: CallContext,
  response: ApiResponse,
  said: Said,
  expected: ReadonlyArray<string>
): UnexpectedBody =>
  withResponse(new UnexpectedBody({ ...call, status: response.status, reason: "invalid", ...said, expected }), response)

/**
 * The error of a call whose credentials could not be had.
 *
 * @internal
 */
export const withoutCredentials = (call: CallContext, { reason }: Unavailable): Unauthorized =>
  withCredentialsReason(new Unauthorized({ ...call, status: 0 }), reason)
