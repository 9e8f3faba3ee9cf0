import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Clock from "effect/Clock"
import type * as Tracer from "effect/Tracer"
import type { ApiError, CallContext } from "../../ApiError.js"
import type { Credentials } from "../../Auth.js"
import type * as Call from "../../Call.js"
import type * as Retry from "../../Retry.js"
import type { Integers } from "../data/json.js"
import type { Endpoint, RetryClass } from "./endpoint.js"
import type * as Outcome from "./outcome.js"
import type { PreparedRequest, ReplayPolicy } from "./request.js"
import { exactTextOf } from "./sentSecrets.js"
import type { Resolved } from "./settings.js"
import type { Reading } from "./transport.js"

/**
 * What is true of a call over all its attempts.
 *
 * @internal
 */
export interface CallState<out E extends ApiError> {
  readonly operation: Endpoint<E>
  readonly retryClass: RetryClass
  readonly settings: Call.CallSettings
  /** Its own span, where somebody sees it. */
  readonly span: Tracer.Span | undefined
  readonly origin: string
  readonly clock: Clock.Clock
  readonly resolved: Resolved
  readonly integers: Integers
  readonly request: PreparedRequest
  readonly client: HttpClient.HttpClient
  readonly schedule: Retry.Retry["schedule"]
  /** On the monotonic time of the clock. */
  readonly deadlineAt: number
  readonly replayPolicy: ReplayPolicy | undefined
  readonly reading: Reading
  /** What it may have done at the server: `outcome.ts` alone changes it. */
  readonly outcome: Outcome.State
  /** Those of its last attempt. */
  credentials: Credentials | undefined
  /** Its next attempt waits in the limits of the client. */
  isWaiting: boolean
  attempts: number
  /** Where its schedule is. */
  scheduleState: unknown
  /** What its retries took from the bucket. */
  paid: number
}

/**
 * What every error of a call carries.
 *
 * @internal
 */
export const contextOf = <E extends ApiError>(
  call: CallState<E>,
  retryable: boolean,
  requestId: string | undefined
): CallContext => ({
  operation: call.operation.name,
  method: call.operation.method,
  route: call.operation.path.route,
  url: call.request.url,
  attempts: call.attempts,
  retryable,
  requestId: exactTextOf(call, "name", requestId)
})
