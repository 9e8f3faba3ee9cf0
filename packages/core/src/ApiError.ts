/**
 * Every way a call to a platform can end without its value.
 *
 * No error holds a credential. The server's own reason is in `serverReason` and in
 * the message, without secrets and in 500 characters. All that it said (`body`,
 * `responseOf`) can be read from an error but is never printed with it: not by its
 * message, JSON, `inspect` or a log.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ApiResponse } from "./ApiResponse.js"
import {
  coded,
  endedHint,
  hintOf,
  jobHint,
  namesOf,
  rejectionHint,
  rightHint,
  said,
  attemptsMade,
  serverWait,
  where,
  credentialsHint,
  endedUnknown,
  fileHint
} from "./internal/http/errorMessage.js"
import { JsonDuration } from "./internal/http/jsonDuration.js"
import { shownText } from "./internal/data/serverText.js"
import { credentialsReason, reportedResponse } from "./internal/http/errorDetails.js"
import { InvalidRequest, Issue } from "./InvalidRequest.js"
import { JobRef } from "./JobRef.js"

export {
  /**
   * See {@link InvalidRequest}.
   *
   * @since 0.1.0
   * @category errors
   */
  InvalidRequest,
  /**
   * See {@link Issue}.
   *
   * @since 0.1.0
   * @category models
   */
  Issue
}

/**
 * The whole response that an error is about, with its headers; `undefined` when there was none.
 *
 * @since 0.1.0
 * @category getters
 */
export const responseOf = (error: ApiError): ApiResponse | undefined => reportedResponse(error)

const call = {
  /** The operation, such as `actions.execute`. */
  operation: Schema.String,
  method: Schema.String,
  /** The path with its parameters unfilled: few of them, for metrics. */
  route: Schema.String,
  /** The URL of the request, without the query. */
  url: Schema.String,
  /** How often the request was tried. */
  attempts: Schema.Finite,
  requestId: Schema.optional(Schema.String),
  /**
   * The same call may be repeated as it is: it cannot do its work twice, and it may help. Of a change only with proof that it was not
   * sent, or by the server's own word: a `RateLimited` change has `false`, since a gateway sends 429 too, whatever became of the work behind it.
   * `Ledger.maySubmitAgain` says it of a submit through a ledger.
   */
  retryable: Schema.Boolean,
  /** It was not retried because too many calls were failing. */
  retryBudgetExhausted: Schema.optional(Schema.Boolean),
  /** An earlier attempt of this change was sent and lost: it may have been carried out, whatever this response says. */
  mayHaveHappened: Schema.optional(Schema.Boolean),
  /** The job that was being followed, when the call was one of its polls. */
  job: Schema.optional(JobRef)
}

/**
 * What every error of a call carries.
 *
 * @since 0.1.0
 * @category models
 */
export interface CallContext {
  readonly operation: string
  readonly method: string
  readonly route: string
  readonly url: string
  readonly attempts: number
  readonly requestId?: string | undefined
  readonly retryable: boolean
  readonly retryBudgetExhausted?: boolean | undefined
  readonly mayHaveHappened?: boolean | undefined
  readonly job?: JobRef | undefined
}

const answered = {
  ...call,
  status: Schema.Finite,
  /** The server's own code for what went wrong, such as `NOT_FOUND` or `42P01`, when it gives one. */
  serverCode: Schema.optional(Schema.String),
  /**
   * What the server says of it in its own words, 500 characters at most: without what the call sent as credentials or
   * under names of secrets. Absent when it says nothing, or with the layer option `reasons: "hidden"`.
   */
  serverReason: Schema.optional(Schema.String)
}
const hinted = { ...answered, retryAfter: Schema.optional(JsonDuration) }

const phase = Schema.Literal("connect", "request", "response", "body")

/** What the transport says of it besides its code. */
const detail = Schema.optional(Schema.String)

/**
 * 401: the server does not accept the credentials, or they could not be had (`status` is 0 then).
 *
 * @since 0.1.0
 * @category errors
 */
export class Unauthorized extends Schema.TaggedError<Unauthorized>("@effect-connectors/core/ApiError/Unauthorized")(
  "Unauthorized",
  answered
) {
  /** The response's body. */
  get body(): unknown {
    return reportedResponse(this)?.body
  }
  /**
   * What the effect of `Auth.refreshing`, or `UserAuth`, failed with when it was to give credentials. `Redacted`, since it
   * may hold a secret: it is never printed, and not in JSON.
   */
  get reason(): Redacted.Redacted<unknown> | undefined {
    return credentialsReason(this)
  }
  /** What happened and what to do. */
  override get message(): string {
    return this.status === 0
      ? `${where(this)}: no credentials to send. Auth.refreshing or UserAuth could not give any${this.reason === undefined ? "" : ". Its error is in `reason`, redacted"}`
      : `${where(this)}: the server does not accept the credentials (${this.status}${coded(this.serverCode)}).${said(this.serverReason)} ${credentialsHint(this.serverCode, "Check the key, token or session of Auth, or the token given to this call")}${jobHint(this)}`
  }
}

/**
 * 403: the credentials are known, but not allowed to do this.
 *
 * @since 0.1.0
 * @category errors
 */
export class Forbidden extends Schema.TaggedError<Forbidden>("@effect-connectors/core/ApiError/Forbidden")(
  "Forbidden",
  answered
) {
  /** The response's body. */
  get body(): unknown {
    return reportedResponse(this)?.body
  }
  /** What happened and what to do. */
  override get message(): string {
    return `${where(this)}: these credentials may not do this (403${coded(this.serverCode)}).${said(this.serverReason)} ${credentialsHint(this.serverCode, rightHint(this))}${jobHint(this)}`
  }
}

/**
 * 404: the server knows no such thing. `requested` is what the call named, each by what it is: the connection, the action.
 * With `missing`, what the server does not know and the nearest name that it does.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotFound extends Schema.TaggedError<NotFound>("@effect-connectors/core/ApiError/NotFound")("NotFound", {
  ...answered,
  /** The names in the call's path by what they are, such as `{ connection: "crm", action: "sync" }`. */
  requested: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  missing: Schema.optional(Schema.String)
}) {
  /** The response's body. */
  get body(): unknown {
    return reportedResponse(this)?.body
  }
  /** What happened and what to do. */
  override get message(): string {
    return `${where(this)}: the server knows no ${this.missing ?? namesOf(this.requested, this.serverCode) ?? "such thing"} (${this.status}${coded(this.serverCode)}).${said(this.serverReason)} Check the names, that this account can see them, and \`baseUrl\``
  }
}

/**
 * 429: too many requests. `retryAfter` is how long the server asks to wait.
 *
 * @since 0.1.0
 * @category errors
 */
export class RateLimited extends Schema.TaggedError<RateLimited>("@effect-connectors/core/ApiError/RateLimited")(
  "RateLimited",
  hinted
) {
  /** The response's body. */
  get body(): unknown {
    return reportedResponse(this)?.body
  }
  /** What happened and what to do. */
  override get message(): string {
    return `${where(this)}: the server asks to slow down (429${coded(this.serverCode)})${attemptsMade(this)}.${said(this.serverReason)}${serverWait(this.retryAfter)} Send less at once${jobHint(this)}`
  }
}

/**
 * Any other 4xx: the server refused the request.
 *
 * @since 0.1.0
 * @category errors
 */
export class ApiRejected extends Schema.TaggedError<ApiRejected>("@effect-connectors/core/ApiError/ApiRejected")(
  "ApiRejected",
  hinted
) {
  /** The response's body. */
  get body(): unknown {
    return reportedResponse(this)?.body
  }
  /** What happened and what to do. */
  override get message(): string {
    return `${where(this)}: the server refused the request (${this.status}${coded(this.serverCode)})${attemptsMade(this)}.${said(this.serverReason)} ${
      this.serverReason === undefined ? "What it responded is in `body`" : rejectionHint(this.serverCode)
    }${jobHint(this)}`
  }
}

/**
 * 5xx: the server failed. After an unsafe call the work may have been done.
 *
 * @since 0.1.0
 * @category errors
 */
export class ServerFailed extends Schema.TaggedError<ServerFailed>("@effect-connectors/core/ApiError/ServerFailed")(
  "ServerFailed",
  hinted
) {
  /** The response's body. */
  get body(): unknown {
    return reportedResponse(this)?.body
  }
  /** What happened and what to do. */
  override get message(): string {
    return (
      `${where(this)}: the server failed (${this.status}${coded(this.serverCode)})${attemptsMade(this)}.${said(this.serverReason)}${serverWait(this.retryAfter)}` +
      (this.retryable ? " Try again later" : " See what it did before this is repeated") +
      jobHint(this)
    )
  }
}

/**
 * 3xx: redirects are never followed, since they would take the credentials along.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnexpectedRedirect extends Schema.TaggedError<UnexpectedRedirect>(
  "@effect-connectors/core/ApiError/UnexpectedRedirect"
)("UnexpectedRedirect", {
  ...answered,
  location: Schema.optional(Schema.String),
  sameOrigin: Schema.optional(Schema.Boolean)
}) {
  /** What happened and what to do. */
  override get message(): string {
    return `${where(this)}: the server redirects (${this.status})${
      this.location === undefined ? "" : ` to ${shownText("name", this.location)}`
    }, which is never followed.${said(this.serverReason)} Check \`baseUrl\`${jobHint(this)}`
  }
}

/**
 * The body of a 2xx response is not what was promised. For an unsafe call only
 * when it could be read: one that cannot be read is `OutcomeUnknown`.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnexpectedBody extends Schema.TaggedError<UnexpectedBody>(
  "@effect-connectors/core/ApiError/UnexpectedBody"
)("UnexpectedBody", {
  ...answered,
  /** `ended`: a job is over, and its state word is not known. */
  reason: Schema.Literal("invalid", "empty", "too large", "too deep", "truncated", "wrong type", "ended"),
  contentType: Schema.optional(Schema.String),
  /** What was expected, and where. */
  expected: Schema.optional(Schema.Array(Schema.String)),
  /** The server's word for the state of a job that is over, where the reason is `ended`. */
  word: Schema.optional(Schema.String)
}) {
  /** The response's body; text when it is not JSON. */
  get body(): unknown {
    return reportedResponse(this)?.body
  }
  /** What happened and what to do. */
  override get message(): string {
    if (this.reason === "ended") {
      return `${where(this)}: ${endedUnknown(this.job?.jobId, this.word)}.${said(this.serverReason)} ${endedHint}`
    }
    return `${where(this)}: the response's body is not what was promised: ${this.reason}${
      this.contentType === undefined ? "" : ` (${shownText("name", this.contentType)})`
    }${this.expected === undefined ? "" : `; ${this.expected.join("; ")}`}.${said(this.serverReason)} It is in \`body\`${jobHint(this)}`
  }
}

/**
 * A read that got no response. It changed nothing, and may be repeated.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unreachable extends Schema.TaggedError<Unreachable>("@effect-connectors/core/ApiError/Unreachable")(
  "Unreachable",
  {
    ...call,
    code: Schema.String,
    phase,
    timedOut: Schema.Boolean,
    detail
  }
) {
  /** What happened and what to do. */
  override get message(): string {
    return `${where(this)}: no response (${this.code})${attemptsMade(this)}. ${this.detail ?? hintOf(this.code)}${jobHint(this)}`
  }
}

/**
 * A call that changes something, with proof that it never left: repeating it is safe.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotSent extends Schema.TaggedError<NotSent>("@effect-connectors/core/ApiError/NotSent")("NotSent", {
  ...call,
  code: Schema.String,
  detail
}) {
  /** What happened and what to do. */
  override get message(): string {
    return `${where(this)}: could not be sent (${this.code})${attemptsMade(this)}; the server did not see it. ${this.detail ?? hintOf(this.code)}`
  }
}

/**
 * A call that changes something was sent, and no readable response came: it may
 * have happened. It is never repeated by this library unless your retry policy says so.
 *
 * @since 0.1.0
 * @category errors
 */
export class OutcomeUnknown extends Schema.TaggedError<OutcomeUnknown>(
  "@effect-connectors/core/ApiError/OutcomeUnknown"
)("OutcomeUnknown", {
  ...call,
  /** How far it came. */
  phase,
  /** What ended it, such as `ECONNRESET`, `ATTEMPT_TIMEOUT`, `DEADLINE` or `EMPTY_BODY`. */
  code: Schema.String,
  status: Schema.optional(Schema.Finite),
  detail
}) {
  /** What could be read of the response's body. */
  get body(): unknown {
    return reportedResponse(this)?.body
  }
  /** What happened and what to do. */
  override get message(): string {
    const what =
      this.phase === "body"
        ? "the server responded, but its response cannot be read"
        : "sent, but the response was lost"
    return `${where(this)}: ${what} (${this.code}${
      this.status === undefined ? "" : `, status ${this.status}`
    })${attemptsMade(this)}.${fileHint(this.code)}${this.detail === undefined ? "" : ` ${this.detail}.`} It may have happened: see what the server did before this is repeated`
  }
}

/**
 * The deadline given by the caller passed. For a call that changes something only
 * when it had not been sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class DeadlineExceeded extends Schema.TaggedError<DeadlineExceeded>(
  "@effect-connectors/core/ApiError/DeadlineExceeded"
)("DeadlineExceeded", { ...call, deadline: JsonDuration }) {
  /** What happened and what to do. */
  override get message(): string {
    return `${where(this)}: not done within its deadline of ${Duration.format(this.deadline)}${attemptsMade(this)}. Give it more time`
  }
}

/**
 * How a call that only reads can end without its value.
 *
 * @since 0.1.0
 * @category models
 */
export type ReadError =
  | InvalidRequest
  | Unauthorized
  | Forbidden
  | NotFound
  | RateLimited
  | ApiRejected
  | ServerFailed
  | UnexpectedRedirect
  | UnexpectedBody
  | Unreachable
  | DeadlineExceeded

/**
 * How a call that changes something can end without its value.
 *
 * @since 0.1.0
 * @category models
 */
export type WriteError = Exclude<ReadError, Unreachable> | NotSent | OutcomeUnknown

/**
 * How any call can end without its value.
 *
 * @since 0.1.0
 * @category models
 */
export type ApiError = ReadError | WriteError

// the errors that reads and writes share
const ofAnyCall = [
  InvalidRequest,
  Unauthorized,
  Forbidden,
  NotFound,
  RateLimited,
  ApiRejected,
  ServerFailed,
  UnexpectedRedirect,
  UnexpectedBody
] as const

/**
 * The schema of every {@link ReadError}: the errors of a read as those of an endpoint, a procedure or an activity of yours.
 * What the server responded (`body`, `responseOf`) is not part of it.
 *
 * @since 0.5.0
 * @category schemas
 */
export const ReadError = Schema.Union(...ofAnyCall, Unreachable, DeadlineExceeded)

/**
 * The schema of every {@link WriteError}, as {@link ReadError} for a call that changes something.
 *
 * @since 0.5.0
 * @category schemas
 */
export const WriteError = Schema.Union(...ofAnyCall, DeadlineExceeded, NotSent, OutcomeUnknown)

/**
 * The schema of every {@link ApiError}.
 *
 * @since 0.5.0
 * @category schemas
 */
export const ApiError = Schema.Union(...ReadError.members, NotSent, OutcomeUnknown)
