import * as Result from "../data/result.js"
import { type ApiError, type CallContext, type Unauthorized, UnexpectedBody } from "../../ApiError.js"
import type { ApiResponse } from "../../ApiResponse.js"
import type * as Call from "../../Call.js"
import type { InvalidRequest } from "../../InvalidRequest.js"
import { type TransportResponse, isJsonType, isOk, isRequestId, type Lost, requestIdOf } from "./transport.js"
import { provesNothing, mayReplay, statusError, type StatusError } from "./errors.js"
import { isFields } from "../data/fields.js"
import { parse } from "../data/json.js"
import { receivedFile, unreadFile } from "./receivedFile.js"
import { withoutSecrets } from "./secrets.js"
import type { Endpoint, RetryClass } from "./endpoint.js"
import type { PreparedRequest } from "./request.js"
import { withResponse } from "./errorDetails.js"
import { retryAfterMillis } from "./retryAfter.js"

/**
 * A 2xx answer whose body could be read.
 *
 * @internal
 */
export interface ParsedResponse {
  readonly body: unknown
  readonly response: TransportResponse
  readonly now: () => number
}

/**
 * Turns an answer into a value; what does not fit is told as a list of "what was expected where".
 *
 * @internal
 */
export type Decode<A> = (received: ParsedResponse) => Result.Result<A, ReadonlyArray<string>>

/** @internal */
export type CallError<E> = E | StatusError | InvalidRequest | Unauthorized | UnexpectedBody

/**
 * What is true of a call over all its attempts.
 *
 * @internal
 */
export interface Course<out E extends ApiError> {
  readonly operation: Endpoint<E>
  readonly retryClass: RetryClass
  readonly settings: Call.CallSettings
  readonly origin: string
  readonly outgoing: Pick<PreparedRequest, "url">
  readonly now: () => number
  attempts: number
  inFlight: boolean
  /** An attempt left and was not proved undone: from here on the work may have been done. */
  mayHaveHappened: boolean
}

/**
 * Why an attempt got no value, and what may be done about it.
 *
 * @internal
 */
export interface Failure<E> {
  readonly error: E
  readonly mayReplay: boolean
  readonly refusedCredentials: boolean
  readonly waitMillis: number | undefined
  readonly timedOut: boolean
  /** The answer, when it was one with a status outside of 2xx. */
  readonly response?: ApiResponse | undefined
  /** It is proved that the server did not see this attempt, and the next one may get through. */
  readonly isNotSent: boolean
  /** It got no readable answer and may have been carried out. */
  readonly isUnknown: boolean
  readonly exhausted: () => E
}

const isJson = (contentType: string | undefined): boolean =>
  contentType === undefined || contentType.startsWith("application/json") || /json/i.test(contentType)

const notJson = { _tag: "Bad", reason: "wrong type" } as const

const bodyOf = (answer: TransportResponse): unknown => {
  if (answer.bytes !== undefined && !isJsonType(answer.headers["content-type"])) {
    return receivedFile(answer.headers, answer.bytes)
  }
  const parsed = isJson(answer.headers["content-type"]) ? parse(answer.text) : undefined
  return parsed?._tag === "Value" ? parsed.value : answer.text
}

const responseOf = (answer: TransportResponse, body: unknown): ApiResponse => ({
  status: answer.status,
  headers: answer.headers,
  requestId: requestIdOf(answer.headers) ?? requestIdIn(body),
  body
})

// some servers name the request in what they say of its failure only
const requestIdIn = (body: unknown): string | undefined => {
  const error = isFields(body) && isFields(body["error"]) ? body["error"] : {}
  return isRequestId(error["request_id"]) ? error["request_id"] : undefined
}

/** @internal */
export const contextOf = <E extends ApiError>(
  run: Course<E>,
  retryable: boolean,
  requestId: string | undefined
): CallContext => ({
  operation: run.operation.name,
  method: run.operation.method,
  route: run.operation.path.route,
  url: run.outgoing.url,
  attempts: run.attempts,
  retryable,
  requestId
})

/** @internal */
export const lostFailure = <E extends ApiError>(run: Course<E>, lost: Lost): Failure<CallError<E>> => {
  const evidence = run.mayHaveHappened ? { ...lost.evidence, sent: true } : lost.evidence
  if (lost.evidence.sent) run.mayHaveHappened = true
  const replay = !evidence.permanent && (!lost.evidence.sent || run.retryClass !== "unsafe")
  const build = (more?: { readonly retryBudgetExhausted: boolean }) =>
    run.operation.kind.lost({ ...contextOf(run, replay, lost.response?.requestId), ...more }, evidence, lost.response)
  return {
    error: build(),
    mayReplay: replay,
    refusedCredentials: false,
    waitMillis: undefined,
    timedOut: evidence.timedOut,
    isNotSent: !lost.evidence.sent && !evidence.permanent,
    isUnknown: lost.evidence.sent,
    exhausted: () => build({ retryBudgetExhausted: true })
  }
}

/** @internal */
export const final = <E extends ApiError>(error: E): Failure<E> => ({
  error,
  mayReplay: false,
  refusedCredentials: false,
  waitMillis: undefined,
  timedOut: false,
  isNotSent: false,
  isUnknown: false,
  exhausted: () => error
})

const statusFailure = <E extends ApiError>(run: Course<E>, answer: TransportResponse): Failure<CallError<E>> => {
  const response = responseOf(answer, kept(run, bodyOf(answer)))
  run.settings.onResponse?.(response)
  const waitMillis = retryAfterMillis(answer.headers, run.now())
  const replay = mayReplay(run.retryClass, response)
  const lostBefore = run.mayHaveHappened && run.operation.retry !== "safe" ? { mayHaveHappened: true } : {}
  if (provesNothing(answer.status)) run.mayHaveHappened = true
  const build = (more?: { readonly retryBudgetExhausted: boolean }) =>
    statusError(
      { ...contextOf(run, replay, response.requestId), ...lostBefore, ...more },
      response,
      run.origin,
      waitMillis
    )
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
 * The value of an answer, or why there is none.
 *
 * @internal
 */
export const received = <A, E extends ApiError>(
  run: Course<E>,
  answer: TransportResponse,
  decode: Decode<A>
): Result.Result<A, Failure<CallError<E>>> => {
  if (!isOk(answer.status)) return Result.fail(statusFailure(run, answer))
  const unreadable = (reason: UnexpectedBody["reason"], body: unknown) => {
    const response = responseOf(answer, kept(run, body))
    if (run.operation.retry !== "safe") run.mayHaveHappened = true
    return Result.fail({
      ...final(run.operation.kind.unreadable(contextOf(run, false, response.requestId), response, reason)),
      isUnknown: run.operation.retry !== "safe"
    })
  }
  const file = run.operation.files ? fileIn(answer) : undefined
  if (file !== undefined) {
    run.settings.onResponse?.(responseOf(answer, file))
    return Result.mapFailure(decode({ body: file, response: answer, now: run.now }), (expected) =>
      unfit(run, answer, file, expected)
    )
  }
  const parsed = answer.text === "" || isJson(answer.headers["content-type"]) ? parse(answer.text) : notJson
  // 204 is the server's word that it did the work and has nothing to say
  const mayBeEmpty = run.operation.mayBeEmpty || (answer.status === 204 && run.operation.retry !== "safe")
  if (parsed._tag === "Bad" && !(parsed.reason === "empty" && mayBeEmpty)) {
    return unreadable(parsed.reason, answer.text)
  }
  const body = parsed._tag === "Value" ? parsed.value : null
  const decoded = decode({ body, response: answer, now: run.now })
  if (decoded._tag === "Failure") return Result.fail(unfit(run, answer, body, decoded.failure))
  run.settings.onResponse?.(responseOf(answer, kept(run, body)))
  return Result.succeed(decoded.success)
}

const unfit = <E extends ApiError>(
  run: Course<E>,
  answer: TransportResponse,
  body: unknown,
  expected: ReadonlyArray<string>
): Failure<CallError<E>> => {
  const response = responseOf(answer, kept(run, body))
  return final(
    withResponse(
      new UnexpectedBody({
        ...contextOf(run, false, response.requestId),
        status: response.status,
        reason: "invalid",
        expected
      }),
      response
    )
  )
}

// what is kept beside a value or an error must not hold what the value holds as redacted
const kept = <E extends ApiError>(run: Course<E>, body: unknown): unknown =>
  run.operation.secret ? withoutSecrets(body) : body

// 204 has no file to give
const fileIn = (answer: TransportResponse): unknown => {
  if (answer.status === 204 || isJsonType(answer.headers["content-type"])) return undefined
  if (answer.unread !== undefined) return unreadFile(answer.headers, answer.unread)
  return answer.bytes === undefined ? undefined : receivedFile(answer.headers, answer.bytes)
}
