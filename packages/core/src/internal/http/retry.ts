import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { ApiError } from "../../ApiError.js"
import type { ApiResponse } from "../../ApiResponse.js"
import type { Credentials } from "../../Auth.js"
import type { Evidence } from "../../Transport.js"
import { resultOf } from "../runtime/fromResult.js"
import { monotonicMillis } from "../runtime/monotonic.js"
import { step } from "../runtime/scheduleStep.js"
import type { CallState } from "./callState.js"
import type { RetryClass } from "./endpoint.js"
import type { CallError } from "./errors.js"
import type { AttemptFailure } from "./failure.js"
import type { ReplayPolicy } from "./request.js"
import type { Bucket } from "./retryBucket.js"

const maxAttempts = 10

const transient = new Set([408, 425, 429, 500, 502, 503, 504])

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
 * Whether a call that got this response may be sent again. A status alone is no
 * proof that unsafe work was not done: a gateway gives up on work that goes on.
 *
 * @internal
 */
export const mayReplayStatus = (retry: RetryClass, response: ApiResponse): boolean =>
  recoveryOf(response.body) ?? (retry !== "unsafe" && transient.has(response.status))

/**
 * Whether a call that got no whole response may be sent again.
 *
 * @internal
 */
export const mayReplayLost = (retry: RetryClass, evidence: Evidence): boolean =>
  !evidence.permanent && (!evidence.sent || retry !== "unsafe")

/**
 * Whether anything may be done about a first failure.
 *
 * @internal
 */
export const mayGoOn = <E extends ApiError>(
  call: CallState<E>,
  { mayReplay, refusedCredentials }: AttemptFailure<unknown>
): boolean => mayReplay || refusedCredentials || call.replayPolicy !== undefined

// the caller's own policy goes before what the operation's class allows
const waitByPolicy = <E>(
  policy: ReplayPolicy,
  attempts: number,
  { isNotSent, isUnknown, response, waitMillis }: AttemptFailure<E>
): Effect.Effect<number | undefined> =>
  response !== undefined || isNotSent || isUnknown
    ? policy({ response, isNotSent, retryAfterMillis: waitMillis, attempts })
    : Effect.succeed(undefined)

// in milliseconds; `undefined` when it may not be sent again
const waitBefore = Effect.fnUntraced(function* <E extends ApiError>(
  call: CallState<E>,
  failure: AttemptFailure<CallError<E>>,
  now: number,
  maxRetryAfterMillis: number
) {
  const { replayPolicy, schedule } = call
  const byPolicy = replayPolicy === undefined ? undefined : yield* waitByPolicy(replayPolicy, call.attempts, failure)
  // what was not sent is tried as any call is, however often the caller lets it be sent
  if (replayPolicy !== undefined && !failure.isNotSent) return byPolicy
  if (byPolicy === undefined && (!failure.mayReplay || call.attempts >= maxAttempts)) return undefined
  const { state, waitMillis } = yield* step(schedule, now, failure.error, call.scheduleState)
  call.scheduleState = state
  if (byPolicy !== undefined) return byPolicy
  const hinted = failure.waitMillis ?? 0
  if (waitMillis === undefined || hinted > maxRetryAfterMillis) return undefined
  return Math.max(waitMillis, hinted)
})

/**
 * What a retry needs of the client and of the call's own steps.
 *
 * @internal
 */
export interface Retrying<A, E> {
  readonly bucket: Bucket
  readonly maxRetryAfterMillis: number
  /** Makes another attempt; without credentials with those of that time. */
  readonly attempt: (credentials: Credentials | undefined) => Effect.Effect<A, AttemptFailure<E>>
  /** Takes down that it is sent again, and why. */
  readonly resending: (error: E, waitMillis: number) => Effect.Effect<void>
  /** Newer credentials than those that were refused, if there can be any; why not goes to the error. */
  readonly renewed: (error: E) => Effect.Effect<Credentials | undefined>
}

/**
 * Goes on after a first failure, until there is a value or nothing more may be done.
 *
 * @internal
 */
export const retry = Effect.fnUntraced(function* <A, E extends ApiError>(
  call: CallState<E>,
  first: AttemptFailure<CallError<E>>,
  { attempt, bucket, maxRetryAfterMillis, renewed, resending }: Retrying<A, CallError<E>>
) {
  let failure = first
  let canRenew = true
  if (!call.request.isReplayable) return yield* Effect.fail(failure.error)
  while (true) {
    let credentials: Credentials | undefined
    if (failure.refusedCredentials) {
      // a 401 says that nothing was done: with newer credentials, once, any call may be sent again
      if (!canRenew) return yield* Effect.fail(failure.error)
      canRenew = false
      credentials = yield* renewed(failure.error)
      if (credentials === undefined) return yield* Effect.fail(failure.error)
    } else {
      const now = monotonicMillis(call.clock)
      const wait = yield* waitBefore(call, failure, now, maxRetryAfterMillis)
      // a wait that ends too late is the caller's to decide on
      if (wait === undefined || now + wait >= call.deadlineAt) return yield* Effect.fail(failure.error)
      const paid = bucket.take(failure.timedOut)
      if (paid === undefined) return yield* Effect.fail(failure.exhausted())
      call.paid += paid
      yield* resending(failure.error, wait)
      yield* Effect.sleep(wait)
    }
    const outcome = yield* resultOf(attempt(credentials))
    if (outcome._tag === "Success") return outcome.success
    failure = outcome.failure
  }
})
