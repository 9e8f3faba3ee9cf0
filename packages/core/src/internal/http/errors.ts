import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import {
  ApiRejected,
  type CallContext,
  Forbidden,
  NotFound,
  RateLimited,
  ServerFailed,
  Unauthorized,
  UnexpectedRedirect
} from "../../ApiError.js"
import type { ApiResponse } from "../../ApiResponse.js"
import { codeIn } from "./serverCode.js"
import type { RetryClass } from "./endpoint.js"
import { withResponse } from "./errorDetails.js"

/** @internal */
export type StatusError =
  | Unauthorized
  | Forbidden
  | NotFound
  | RateLimited
  | ApiRejected
  | ServerFailed
  | UnexpectedRedirect

const transient = new Set([408, 425, 429, 500, 502, 503, 504])

/**
 * A status that a gateway gives too, whatever became of the work behind it.
 *
 * @internal
 */
export const provesNothing = (status: number): boolean => status >= 500 || transient.has(status)

/**
 * What the server says of repeating a call that failed.
 *
 * @internal
 */
export const recoveryIn = (body: unknown): unknown => {
  const error = Predicate.hasProperty(body, "error") ? body.error : undefined
  return Predicate.hasProperty(error, "recovery") ? error.recovery : undefined
}

// the server's own word on whether its failure may be repeated
const recoveryOf = (body: unknown): boolean | undefined => {
  const recovery = recoveryIn(body)
  const retryable = Predicate.hasProperty(recovery, "retryable") ? recovery.retryable : undefined
  return Predicate.isBoolean(retryable) ? retryable : undefined
}

/**
 * Whether a call that got this answer may be sent again. A status alone is no
 * proof that unsafe work was not done: a gateway gives up on work that goes on.
 *
 * @internal
 */
export const mayReplay = (retry: RetryClass, response: ApiResponse): boolean =>
  recoveryOf(response.body) ?? (retry !== "unsafe" && transient.has(response.status))

const locationOf = (response: ApiResponse, origin: string): { location?: string; sameOrigin?: boolean } => {
  const header = response.headers["location"]
  if (header === undefined || !URL.canParse(header, origin)) return {}
  const target = new URL(header, origin).origin
  return { location: target, sameOrigin: target === origin }
}

/**
 * The error that an answer with a status outside of 2xx stands for.
 *
 * @internal
 */
export const statusError = (
  call: CallContext,
  response: ApiResponse,
  origin: string,
  waitMillis: number | undefined
): StatusError => {
  const { status } = response
  const answered = { ...call, status, serverCode: codeIn(response.body) }
  const hinted = waitMillis === undefined ? answered : { ...answered, retryAfter: Duration.millis(waitMillis) }
  if (status === 401) return withResponse(new Unauthorized(answered), response)
  if (status === 403) return withResponse(new Forbidden(answered), response)
  if (status === 404) return withResponse(new NotFound(answered), response)
  if (status === 429) return withResponse(new RateLimited(hinted), response)
  if (status >= 500) return withResponse(new ServerFailed(hinted), response)
  if (status >= 400) return withResponse(new ApiRejected(hinted), response)
  return withResponse(new UnexpectedRedirect({ ...answered, ...locationOf(response, origin) }), response)
}
