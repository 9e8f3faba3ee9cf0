import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import { type ApiError, OutcomeUnknown } from "../../ApiError.js"
import type { ApiResponse } from "../../ApiResponse.js"
import type { Unavailable } from "../../Auth.js"
import { type CallState, contextOf } from "./callState.js"
import { type CallError, type ResponseSeen, statusError, unfitBody, withoutCredentials } from "./errors.js"
import { markRefusal } from "./errorDetails.js"
import * as Outcome from "./outcome.js"
import { bodyOf, keptResponse, type NoValue } from "./response.js"
import { mayReplayLost, mayReplayStatus } from "./retry.js"
import { retryAfterMillis } from "./retryAfter.js"
import { saidIn, saidInSuccess } from "./said.js"
import { textOf } from "./sentSecrets.js"
import type { Lost, TransportResponse } from "./transport.js"

/**
 * Why an attempt got no value, and what may be done about it.
 *
 * @internal
 */
export interface AttemptFailure<E> {
  readonly error: E
  readonly mayReplay: boolean
  readonly refusedCredentials: boolean
  readonly waitMillis: number | undefined
  readonly timedOut: boolean
  /** The response, when it was one with a status outside of 2xx. */
  readonly response?: ApiResponse | undefined
  /** It is proved that the server did not see this attempt, and the next one may get through. */
  readonly isNotSent: boolean
  /** It got no readable response and may have been carried out. */
  readonly isUnknown: boolean
  readonly exhausted: () => E
}

/**
 * A failure that no further attempt can mend.
 *
 * @internal
 */
export const final = <E extends ApiError>(error: E): AttemptFailure<E> => ({
  error,
  mayReplay: false,
  refusedCredentials: false,
  waitMillis: undefined,
  timedOut: false,
  isNotSent: false,
  isUnknown: false,
  exhausted: () => error
})

const seenOf = <E extends ApiError>(call: CallState<E>, response: ApiResponse): ResponseSeen => {
  const contentType = response.headers["content-type"]
  return { response, contentType: contentType === undefined ? undefined : textOf(call, "name", contentType) }
}

const mostExpected = 20

// names of the server stand in it
const expectedOf = <E extends ApiError>(call: CallState<E>, expected: ReadonlyArray<string>): ReadonlyArray<string> => {
  const shown = expected.slice(0, mostExpected).map((one) => textOf(call, "reason", one))
  return expected.length > mostExpected ? [...shown, `${expected.length - mostExpected} more`] : shown
}

// the parameters of a path have the names of what they stand for, but for this one
const things: Readonly<Record<string, string>> = { slug: "connection" }

const requestedOf = <E extends ApiError>({ operation, request }: CallState<E>): Record<string, string> | undefined => {
  const { names, parts } = operation.path
  if (names.length === 0) return undefined
  const named = names.map((name, index) => [things[name] ?? name, request.segments[index] ?? ""] as const)
  // a connection may be there, and this not be one of its operations
  const isOfConnection = names.length === 1 && names[0] === "slug" && parts[1] !== ""
  return Object.fromEntries(isOfConnection ? [...named, ["operation", operation.name]] : named)
}

/** @internal */
export const credentialsFailure = <E extends ApiError>(
  call: CallState<E>,
  error: Unavailable
): AttemptFailure<CallError<E>> => final(withoutCredentials(contextOf(call, false, undefined), error))

/**
 * No whole response came.
 *
 * @internal
 */
export const lostFailure = <E extends ApiError>(
  call: CallState<E>,
  { evidence, response }: Lost
): AttemptFailure<CallError<E>> => {
  Outcome.record(call, Outcome.eventOfLoss(evidence))
  const { outcome } = call
  const replay = mayReplayLost(call.retryClass, evidence)
  const seen = response === undefined ? undefined : seenOf(call, response)
  const build = (more?: { readonly retryBudgetExhausted: boolean }) =>
    call.operation.kind.lost({ ...contextOf(call, replay, response?.requestId), ...more }, outcome, evidence, seen)
  return {
    error: build(),
    mayReplay: replay,
    refusedCredentials: false,
    waitMillis: undefined,
    timedOut: evidence.timedOut,
    isNotSent: !evidence.sent && !evidence.permanent,
    isUnknown: evidence.sent,
    exhausted: () => build({ retryBudgetExhausted: true })
  }
}

/**
 * A response came that has no value.
 *
 * @internal
 */
export const responseFailure = <E extends ApiError>(
  call: CallState<E>,
  response: TransportResponse,
  noValue: NoValue
): AttemptFailure<CallError<E>> => {
  if (noValue._tag === "Status") return statusFailure(call, response)
  const kept = keptResponse(call.operation, response, noValue.body)
  const context = contextOf(call, false, kept.requestId)
  if (noValue._tag === "Unfit") {
    Outcome.record(call, "answered")
    return final(unfitBody(context, kept, saidInSuccess(call, kept.body), expectedOf(call, noValue.expected)))
  }
  Outcome.record(call, "unreadable")
  return {
    ...final(call.operation.kind.unreadable(context, seenOf(call, kept), noValue.reason)),
    isUnknown: call.operation.retry !== "safe"
  }
}

const statusFailure = <E extends ApiError>(
  call: CallState<E>,
  received: TransportResponse
): AttemptFailure<CallError<E>> => {
  const response = keptResponse(call.operation, received, bodyOf(call, received))
  call.settings.onResponse?.(response)
  const waitMillis = retryAfterMillis(received.headers, call.clock.unsafeCurrentTimeMillis())
  // a gateway's own page says nothing of the work behind it
  const isRefusal = call.operation.refusedBy === received.status && Predicate.isRecord(response.body)
  const replay = mayReplayStatus(isRefusal ? "idempotent" : call.retryClass, response)
  const earlier =
    Outcome.earlierMayHaveHappened(call.outcome) && call.operation.retry !== "safe" ? { mayHaveHappened: true } : {}
  Outcome.record(call, isRefusal ? "refused" : Outcome.eventOfStatus(received.status))
  const seen = {
    response,
    said: saidIn(call, response.body),
    waitMillis,
    origin: call.origin,
    requested: requestedOf(call),
    shown: (name: string) => textOf(call, "name", name)
  }
  const build = (more?: { readonly retryBudgetExhausted: boolean }) => {
    const error = statusError({ ...contextOf(call, replay, response.requestId), ...earlier, ...more }, seen)
    return isRefusal ? markRefusal(error) : error
  }
  return {
    error: build(),
    mayReplay: replay,
    refusedCredentials: response.status === 401,
    waitMillis,
    timedOut: false,
    response,
    isNotSent: false,
    isUnknown: false,
    exhausted: () => build({ retryBudgetExhausted: true })
  }
}

/**
 * The error of a call whose deadline passed.
 *
 * @internal
 */
export const lateError = <E extends ApiError>(call: CallState<E>, deadlineMillis: number): E =>
  call.operation.kind.late(
    contextOf(call, call.operation.retry === "safe" || (call.isWaiting && call.outcome === "clear"), undefined),
    call.outcome,
    Duration.millis(deadlineMillis),
    call.isWaiting
  )

/**
 * What a call that was interrupted may be reported as: that of a write which may have done its work.
 *
 * @internal
 */
export const interruptedError = <E extends ApiError>(call: CallState<E>): OutcomeUnknown | undefined =>
  call.operation.retry === "safe" || call.outcome === "clear"
    ? undefined
    : new OutcomeUnknown({ ...contextOf(call, false, undefined), phase: "request", code: "INTERRUPTED" })
