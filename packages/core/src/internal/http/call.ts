import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import type { ApiError } from "../../ApiError.js"
import type { Auth, Credentials } from "../../Auth.js"
import * as Call from "../../Call.js"
import { InvalidRequest } from "../../InvalidRequest.js"
import * as Retry from "../../Retry.js"
import { type Caller, clockOf, settingOf, withCaller } from "../runtime/callContext.js"
import { monotonicMillis } from "../runtime/monotonic.js"
import { initialState } from "../runtime/scheduleStep.js"
import { timeLimit } from "../runtime/timeLimit.js"
import { isDebugged, isTraced } from "../runtime/tracing.js"
import { readyCredentials, renewedCredentials } from "./authorize.js"
import type { CallState } from "./callState.js"
import type { Endpoint } from "./endpoint.js"
import type { CallError } from "./errors.js"
import {
  type AttemptFailure,
  credentialsFailure,
  final,
  interruptedError,
  lateError,
  lostFailure,
  responseFailure
} from "./failure.js"
import { headerIssue } from "./headers.js"
import { Limiter } from "./limiter.js"
import * as Outcome from "./outcome.js"
import { defaultsOf, type Input, type PreparedRequest, prepareRequest, type RequestDefaults } from "./request.js"
import { type Decode, decodeResponse } from "./response.js"
import { mayGoOn, retry } from "./retry.js"
import * as Bucket from "./retryBucket.js"
import { send } from "./send.js"
import type { Resolved } from "./settings.js"
import * as Telemetry from "./telemetry.js"
import { takenRequestsOf, transformed } from "./transformClient.js"
import type { Lost, TransportResponse } from "./transport.js"

/**
 * What carries every call of a client.
 *
 * @internal
 */
export interface RequestPipeline {
  readonly origin: string
  /** Origin and path: two tenants of one origin differ in it. */
  readonly base: string
  readonly call: <A, E extends ApiError>(
    operation: Endpoint<E>,
    input: Input,
    decode: Decode<A>
  ) => Effect.Effect<A, CallError<E>>
}

/** What the calls of a client share. */
interface Shared {
  readonly client: HttpClient.HttpClient
  readonly auth: Auth.Service
  readonly settings: Resolved
  readonly defaults: RequestDefaults
  readonly bucket: Bucket.Bucket
  readonly limiter: Limiter | undefined
}

/** @internal */
export const make = (client: HttpClient.HttpClient, auth: Auth.Service, settings: Resolved): RequestPipeline => {
  const shared: Shared = {
    client: transformed(client, settings.transformClient),
    auth,
    settings,
    defaults: defaultsOf(auth, settings),
    bucket: Bucket.make(),
    limiter: settings.bounds && new Limiter(settings.bounds)
  }
  return {
    origin: settings.baseUrl.origin,
    base: settings.baseUrl.href,
    call: (operation, input, decode) => keyed(shared, operation, input, decode)
  }
}

// one key for all attempts of a call
const keyed = <A, E extends ApiError>(
  shared: Shared,
  operation: Endpoint<E>,
  input: Input,
  decode: Decode<A>
): Effect.Effect<A, CallError<E>> => {
  const { idempotencyKey } = shared.settings
  if (idempotencyKey === undefined || operation.retry === "safe") return traced(shared, operation, input, decode)
  return Effect.flatMap(idempotencyKey.make, (key) => {
    const issue = headerIssue(["idempotencyKey"], idempotencyKey.header, key)
    return issue === undefined
      ? traced(shared, operation, input, decode, key)
      : Effect.fail(new InvalidRequest({ operation: operation.name, issues: [issue] }))
  })
}

const traced = <A, E extends ApiError>(
  shared: Shared,
  operation: Endpoint<E>,
  input: Input,
  decode: Decode<A>,
  key?: string
): Effect.Effect<A, CallError<E>> =>
  withCaller((caller) => {
    const call = isTraced(caller)
      ? Telemetry.spanned(shared.settings, operation, input, (span) =>
          carry(shared, caller, operation, input, decode, key, span)
        )
      : carry(shared, caller, operation, input, decode, key, undefined)
    return operation.retry !== "safe" && isDebugged(caller)
      ? Effect.zipRight(Effect.logDebug(`${operation.name}: sending`), call)
      : call
  })

// build -> authorize -> send -> read within limits -> classify -> decode -> retry
const carry = <A, E extends ApiError>(
  shared: Shared,
  caller: Caller,
  operation: Endpoint<E>,
  input: Input,
  decode: Decode<A>,
  key: string | undefined,
  span: Tracer.Span | undefined
): Effect.Effect<A, CallError<E>> => {
  const settings = settingOf(caller, Call.Settings)
  const clock = clockOf(caller)
  const deadlineMillis = deadlineOf(shared.settings, settings, clock)
  const request = prepareRequest(shared.defaults, operation, input, settings, deadlineMillis, key)
  if (request._tag === "Failure") return Effect.fail(request.failure)
  const call = stateOf(shared, operation, input, settings, request.success, clock, deadlineMillis, span)
  settings.onCall?.(startedCall(call))
  // a deadline that several calls share may be over before this one starts
  if (deadlineMillis <= 0) return Effect.fail(lateError(call, 0))
  const done = authorized(shared, call, decode, (failure) =>
    mayGoOn(call, failure) ? retried(shared, call, failure, decode) : Effect.fail(failure.error)
  )
  return deadlineMillis === Infinity
    ? done
    : timeLimit(done, { millis: deadlineMillis, onLate: () => Effect.fail(lateError(call, deadlineMillis)) })
}

const deadlineOf = (client: Resolved, call: Call.CallSettings, clock: Clock.Clock): number => {
  const own = call.deadline ?? client.deadline
  const left = call.deadlineAt === undefined ? Infinity : call.deadlineAt - monotonicMillis(clock)
  return Math.min(own === undefined ? Infinity : Duration.toMillis(own), left)
}

const stateOf = <E extends ApiError>(
  shared: Shared,
  operation: Endpoint<E>,
  input: Input,
  settings: Call.CallSettings,
  request: PreparedRequest,
  clock: Clock.Clock,
  deadlineMillis: number,
  span: Tracer.Span | undefined
): CallState<E> => {
  // a policy for this call by name goes before the caller's number of attempts
  const named = input.retry ?? settings.retry
  const byDefault = operation.isBilled ? Retry.none : shared.settings.retry
  const policy = named === undefined ? byDefault : Retry.resolve(named)
  return {
    operation,
    retryClass: operation.retry === "unsafe" && mayRepeat(shared, request, policy) ? "idempotent" : operation.retry,
    settings,
    span,
    origin: shared.settings.baseUrl.origin,
    clock,
    resolved: shared.settings,
    integers: input.integers ?? settings.integers ?? shared.settings.integers,
    request,
    client: transformed(shared.client, settings.transformClient),
    schedule: policy.schedule,
    deadlineAt: deadlineMillis === Infinity ? Infinity : monotonicMillis(clock) + deadlineMillis,
    replayPolicy: named === undefined ? input.attempts : undefined,
    reading: input.scope ?? (operation.files ? "bytes" : "text"),
    outcome: "clear",
    credentials: undefined,
    isWaiting: false,
    attempts: 0,
    scheduleState: initialState(policy.schedule),
    paid: 0
  }
}

// declared so by the caller, or the server does the work of one key once
const mayRepeat = ({ settings }: Shared, { idempotencyKey }: PreparedRequest, policy: Retry.Retry): boolean =>
  policy.replay === "declared" || (idempotencyKey !== undefined && settings.idempotencyKey?.honored === true)

const startedCall = <E extends ApiError>(call: CallState<E>): Call.StartedCall => ({
  isWrite: call.operation.retry !== "safe",
  attemptMillis: call.request.limits.timeoutMillis,
  mayHaveHappened: () => call.outcome !== "clear",
  interrupted: () => interruptedError(call)
})

/** What becomes of an attempt that gave no value. */
type OnFailure<A, E, F> = (failure: AttemptFailure<CallError<E>>) => Effect.Effect<A, F>

const authorized = <A, E extends ApiError, F>(
  shared: Shared,
  call: CallState<E>,
  decode: Decode<A>,
  onFailure: OnFailure<A, E, F>
): Effect.Effect<A, F> => {
  const credentials = readyCredentials(shared.auth, call.operation.credentials)
  return credentials === undefined
    ? Effect.matchEffect(shared.auth.current, {
        onFailure: (error) =>
          onFailure(error._tag === "InvalidRequest" ? final(error) : credentialsFailure(call, error)),
        onSuccess: (current) => attempt(shared, call, current, decode, onFailure)
      })
    : attempt(shared, call, credentials, decode, onFailure)
}

const attempt = <A, E extends ApiError, F>(
  shared: Shared,
  call: CallState<E>,
  credentials: Credentials,
  decode: Decode<A>,
  onFailure: OnFailure<A, E, F>
): Effect.Effect<A, F> => {
  const { bucket, limiter } = shared
  call.credentials = credentials
  return Effect.matchEffect(
    limiter === undefined ? checked(shared, call, credentials) : limited(limiter, shared, call, credentials),
    {
      onFailure: (lost) => {
        // it ended in the limits, and nothing was sent
        if (call.isWaiting) call.attempts++
        return onFailure(lostFailure(call, lost))
      },
      onSuccess: (response) => {
        if (call.span !== undefined) Telemetry.describeResponse(call.span, call, response)
        const value = decodeResponse(call, response, decode)
        if (value._tag === "Failure") {
          const failure = responseFailure(call, response, value.failure)
          return limiter !== undefined && response.status === 429
            ? Effect.zipRight(pause(limiter, shared.settings, call, failure.waitMillis), onFailure(failure))
            : onFailure(failure)
        }
        limiter?.accepted()
        Outcome.record(call, "answered")
        bucket.succeeded(call.paid)
        if (call.span !== undefined) Telemetry.describeValue(call.span, value.success)
        return Effect.succeed(value.success)
      }
    }
  )
}

// what has to hold when a request leaves is checked when its wait is over
const limited = <E extends ApiError>(
  limiter: Limiter,
  shared: Shared,
  call: CallState<E>,
  credentials: Credentials
): Effect.Effect<TransportResponse, Lost> => {
  const source = call.operation.name === "jobs.get" ? "poll" : "call"
  call.isWaiting = true
  return limiter.run(source, call.clock, (leaves) => {
    call.isWaiting = false
    return checked(shared, call, credentials, leaves)
  })
}

const checked = <E extends ApiError>(
  shared: Shared,
  call: CallState<E>,
  credentials: Credentials,
  leaves?: () => void
): Effect.Effect<TransportResponse, Lost> => {
  const { beforeWrite } = call.settings
  return beforeWrite === undefined || call.operation.retry === "safe"
    ? sendOnce(shared, call, credentials, leaves)
    : Effect.flatMap(beforeWrite, () => sendOnce(shared, call, credentials, leaves))
}

const sendOnce = <E extends ApiError>(
  { defaults, settings }: Shared,
  call: CallState<E>,
  credentials: Credentials,
  leaves: (() => void) | undefined
): Effect.Effect<TransportResponse, Lost> => {
  call.attempts++
  const requests = takenRequestsOf(call.client)
  const onSent = (): void => {
    leaves?.()
    Outcome.record(call, "sent")
  }
  if (requests === undefined) onSent()
  const sent = send(defaults, call, credentials)
  const watched = requests === undefined ? sent : requests.watch(onSent, sent)
  return settings.metrics === undefined ? watched : Telemetry.measured(settings.metrics, call, watched)
}

const pause = <E extends ApiError>(
  limiter: Limiter,
  { metrics }: Resolved,
  { clock }: CallState<E>,
  hintMillis: number | undefined
): Effect.Effect<void> => {
  metrics?.paused("limits")
  return limiter.pause(monotonicMillis(clock), hintMillis)
}

const retried = <A, E extends ApiError>(
  shared: Shared,
  call: CallState<E>,
  first: AttemptFailure<CallError<E>>,
  decode: Decode<A>
): Effect.Effect<A, CallError<E>> =>
  retry(call, first, {
    bucket: shared.bucket,
    maxRetryAfterMillis: shared.settings.maxRetryAfterMillis,
    attempt: (credentials) =>
      credentials === undefined
        ? authorized(shared, call, decode, Effect.fail)
        : attempt(shared, call, credentials, decode, Effect.fail),
    resending: (error, waitMillis) => Telemetry.resending(shared.settings.metrics, call, error, waitMillis),
    renewed: (refused) => renewedCredentials(shared.auth, call, refused)
  })
