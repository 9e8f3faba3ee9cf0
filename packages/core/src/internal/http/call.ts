import type * as HttpClient from "@effect/platform/HttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ApiError } from "../../ApiError.js"
import type { Auth, Credentials } from "../../Auth.js"
import * as Call from "../../Call.js"
import { InvalidRequest } from "../../InvalidRequest.js"
import * as Retry from "../../Retry.js"
import { type Caller, settingOf, timeOf, withCaller } from "../runtime/callContext.js"
import { initialState } from "../runtime/scheduleStep.js"
import { isTraced } from "../runtime/tracing.js"
import { readyCredentials, renewedCredentials } from "./authorize.js"
import type { CallState } from "./callState.js"
import type { Endpoint } from "./endpoint.js"
import type { CallError } from "./errors.js"
import { type AttemptFailure, credentialsFailure, final, lateError, lostFailure, responseFailure } from "./failure.js"
import { headerIssue } from "./headers.js"
import * as Outcome from "./outcome.js"
import { defaultsOf, type Input, type PreparedRequest, prepareRequest, type RequestDefaults } from "./request.js"
import { type Decode, decodeResponse } from "./response.js"
import { mayGoOn, retry } from "./retry.js"
import * as Bucket from "./retryBucket.js"
import { send } from "./send.js"
import type { Resolved } from "./settings.js"

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
}

/** @internal */
export const make = (client: HttpClient.HttpClient, auth: Auth.Service, settings: Resolved): RequestPipeline => {
  const shared: Shared = { client, auth, settings, defaults: defaultsOf(auth, settings), bucket: Bucket.make() }
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
    const called = carry(shared, caller, operation, input, decode, key)
    return isTraced(caller) ? spanned(shared.settings.platform.name, operation, called) : called
  })

const spanned = <A, E, R>(
  platform: string,
  operation: Endpoint,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withSpan(effect, `${platform}.${operation.name}`, {
    kind: "client",
    captureStackTrace: false,
    attributes: { "http.request.method": operation.method, "url.template": operation.path.route }
  })

// build -> authorize -> send -> read within limits -> classify -> decode -> retry
const carry = <A, E extends ApiError>(
  shared: Shared,
  caller: Caller,
  operation: Endpoint<E>,
  input: Input,
  decode: Decode<A>,
  key: string | undefined
): Effect.Effect<A, CallError<E>> => {
  const settings = settingOf(caller, Call.Settings)
  const now = timeOf(caller)
  const deadlineMillis = deadlineOf(shared.settings, settings, now)
  const request = prepareRequest(shared.defaults, operation, input, settings, deadlineMillis, key)
  if (request._tag === "Failure") return Effect.fail(request.failure)
  const call = stateOf(shared, operation, input, settings, request.success, now, deadlineMillis)
  // a deadline that several calls share may be over before this one starts
  if (deadlineMillis <= 0) return Effect.fail(lateError(call, 0))
  const done = authorized(shared, call, decode, (failure) =>
    mayGoOn(call, failure) ? retried(shared, call, failure, decode) : Effect.fail(failure.error)
  )
  return deadlineMillis === Infinity
    ? done
    : Effect.timeoutFail(done, { duration: deadlineMillis, onTimeout: () => lateError(call, deadlineMillis) })
}

const deadlineOf = (client: Resolved, call: Call.CallSettings, now: () => number): number => {
  const own = call.deadline ?? client.deadline
  const left = call.deadlineAt === undefined ? Infinity : call.deadlineAt - now()
  return Math.min(own === undefined ? Infinity : Duration.toMillis(own), left)
}

const stateOf = <E extends ApiError>(
  shared: Shared,
  operation: Endpoint<E>,
  input: Input,
  settings: Call.CallSettings,
  request: PreparedRequest,
  now: () => number,
  deadlineMillis: number
): CallState<E> => {
  // a policy for this call by name goes before the caller's number of attempts
  const named = input.retry ?? settings.retry
  const policy = Retry.resolve(named ?? shared.settings.retry)
  return {
    operation,
    retryClass: operation.retry === "unsafe" && policy.replay === "declared" ? "idempotent" : operation.retry,
    settings,
    origin: shared.settings.baseUrl.origin,
    now,
    integers: input.integers ?? settings.integers ?? shared.settings.integers,
    request,
    client: settings.transformClient === undefined ? shared.client : settings.transformClient(shared.client),
    schedule: policy.schedule,
    deadlineAt: now() + deadlineMillis,
    replayPolicy: named === undefined ? input.attempts : undefined,
    reading: input.scope ?? (operation.files ? "bytes" : "text"),
    outcome: "clear",
    credentials: undefined,
    attempts: 0,
    scheduleState: initialState(policy.schedule),
    paid: 0
  }
}

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
        onFailure: (error) => onFailure(error._tag === "InvalidRequest" ? final(error) : credentialsFailure(call)),
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
  const { beforeWrite } = call.settings
  return beforeWrite === undefined || call.operation.retry === "safe"
    ? sendOnce(shared, call, credentials, decode, onFailure)
    : Effect.flatMap(beforeWrite, () => sendOnce(shared, call, credentials, decode, onFailure))
}

const sendOnce = <A, E extends ApiError, F>(
  { bucket, defaults }: Shared,
  call: CallState<E>,
  credentials: Credentials,
  decode: Decode<A>,
  onFailure: OnFailure<A, E, F>
): Effect.Effect<A, F> => {
  call.credentials = credentials
  call.attempts++
  Outcome.record(call, "sent")
  return Effect.matchEffect(send(defaults, call, credentials), {
    onFailure: (lost) => onFailure(lostFailure(call, lost)),
    onSuccess: (response) => {
      const value = decodeResponse(call, response, decode)
      if (value._tag === "Failure") return onFailure(responseFailure(call, response, value.failure))
      Outcome.record(call, "answered")
      bucket.succeeded(call.paid)
      return Effect.succeed(value.success)
    }
  })
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
    renewed: renewedCredentials(shared.auth, call)
  })
