import type * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import * as Tracer from "effect/Tracer"
import { type ApiError, Unauthorized } from "../../ApiError.js"
import type { Auth, Credentials } from "../../Auth.js"
import * as Call from "../../Call.js"
import { InvalidRequest } from "../../InvalidRequest.js"
import * as Retry from "../../Retry.js"
import { type TransportResponse, exchange, type Lost, type Reading, timedOut } from "./transport.js"
import * as Bucket from "./retryBucket.js"
import { headerIssue } from "./headers.js"
import {
  type CallError,
  contextOf,
  type Course,
  type Decode,
  type Failure,
  final,
  lostFailure,
  received
} from "./response.js"
import { maxTimerMillis } from "../data/checks.js"
import type { Endpoint, EndpointCredentials } from "./endpoint.js"
import * as Outgoing from "./request.js"
import { watched, whileMoving } from "./bodyProgress.js"
import type { Resolved } from "./settings.js"

/**
 * The one way every call takes.
 *
 * @internal
 */
export interface RequestPipeline {
  readonly origin: string
  /** Origin and path: two tenants of one origin differ in it. */
  readonly base: string
  readonly call: <A, E extends ApiError>(
    operation: Endpoint<E>,
    input: Outgoing.Input,
    decode: Decode<A>
  ) => Effect.Effect<A, CallError<E>>
}

const maxAttempts = 10

const noCredentialsNeeded: Credentials = {}

// the caller's word on how often goes before what the operation's class allows
const askedWait = <E>(
  ask: Outgoing.ReplayPolicy,
  attempts: number,
  { isNotSent, isUnknown, response, waitMillis }: Failure<E>
): Effect.Effect<number | undefined> =>
  response !== undefined || isNotSent || isUnknown
    ? ask({ response, isNotSent, retryAfterMillis: waitMillis, attempts })
    : Effect.succeed(undefined)

interface Run<E extends ApiError> extends Course<E> {
  readonly outgoing: Outgoing.PreparedRequest
  readonly client: HttpClient.HttpClient
  readonly schedule: Retry.Retry["schedule"]
  readonly deadlineAt: number
  readonly attemptsAsked: Outgoing.ReplayPolicy | undefined
  readonly reading: Reading
  credentials: Credentials | undefined
  /** Where its schedule is. */
  pace: unknown
  /** What its retries took from the bucket. */
  paid: number
}

const ownTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

const isTraced = (fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean =>
  (fiber.currentSpan !== undefined || fiber.currentTracer !== ownTracer) &&
  fiber.getFiberRef(FiberRef.currentTracerEnabled)

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

/** What becomes of an attempt that gave no value. */
type Failed<A, E, F> = (failure: Failure<CallError<E>>) => Effect.Effect<A, F>

type Decoded<D> = D extends Decode<infer A> ? A : never
type ErrorOf<O> = O extends Endpoint<infer E> ? E : never

// the same values in a new object are no reason to ask again
const isSame = (a: Credentials, b: Credentials): boolean =>
  a === b ||
  (Object.keys(a).length === Object.keys(b).length &&
    Object.entries(a).every(([name, value]) => b[name] !== undefined && Equal.equals(value, b[name])))

/** @internal */
export const make = (client: HttpClient.HttpClient, auth: Auth.Service, settings: Resolved): RequestPipeline => {
  const bucket = Bucket.make()
  const outgoing = Outgoing.make(auth, settings)

  const exchanged = <E extends ApiError>(
    run: Run<E>,
    credentials: Credentials
  ): Effect.Effect<TransportResponse, Lost> => {
    const { client, now, operation, reading } = run
    const { body, limits } = run.outgoing
    if (body._tag !== "Stream") {
      return exchange(client, outgoing.requestOf(operation, run.outgoing, credentials), limits, reading)
    }
    // its time is not known before it is sent: only a pause may be too long
    const moving = watched(body, now)
    const request = outgoing.requestOf(operation, { ...run.outgoing, body: moving.body }, credentials)
    const unbound = { ...limits, timeoutMillis: maxTimerMillis }
    return whileMoving(exchange(client, request, unbound, reading), moving, now, limits.timeoutMillis, () =>
      timedOut(undefined)
    ).pipe(
      // the transport only sees that the body broke off
      Effect.mapError((lost) => {
        const code = moving.failure()
        return code === undefined ? lost : { ...lost, evidence: { ...lost.evidence, code, permanent: true } }
      })
    )
  }

  const send = <A, E extends ApiError, F>(
    run: Run<E>,
    credentials: Credentials,
    decode: Decode<A>,
    failed: Failed<A, E, F>
  ): Effect.Effect<A, F> => {
    run.credentials = credentials
    run.attempts++
    run.inFlight = true
    return Effect.matchEffect(exchanged(run, credentials), {
      onFailure: (lost) => {
        run.inFlight = false
        return failed(lostFailure(run, lost))
      },
      onSuccess: (answer) => {
        run.inFlight = false
        const value = received(run, answer, decode)
        if (value._tag === "Failure") return failed(value.failure)
        bucket.succeeded(run.paid)
        return Effect.succeed(value.success)
      }
    })
  }

  const late = <E extends ApiError>(run: Run<E>, deadlineMillis: number): E =>
    run.operation.kind.late(
      contextOf(run, run.operation.retry === "safe", undefined),
      Duration.millis(deadlineMillis),
      run.inFlight || run.mayHaveHappened
    )

  const noCredentials = <E extends ApiError>(run: Run<E>): Failure<CallError<E>> =>
    final(new Unauthorized({ ...contextOf(run, false, undefined), status: 0 }))

  // what needs no user does not wait for one
  const ready = (sends: EndpointCredentials): Credentials | undefined => {
    if (sends === "none" || sends === "bare") return noCredentialsNeeded
    return sends === "key" ? (auth.initial ?? auth.key) : auth.initial
  }

  const attempt = <A, E extends ApiError, F>(
    run: Run<E>,
    decode: Decode<A>,
    failed: Failed<A, E, F>
  ): Effect.Effect<A, F> => {
    const credentials = ready(run.operation.credentials)
    return credentials === undefined
      ? Effect.matchEffect(auth.current, {
          onFailure: (error) => failed(error._tag === "InvalidRequest" ? final(error) : noCredentials(run)),
          onSuccess: (current) => send(run, current, decode, failed)
        })
      : send(run, credentials, decode, failed)
  }

  // a 401 says that nothing was done: with newer credentials, once, any call may be sent again
  const renewed = <A, E extends ApiError>(
    run: Run<E>,
    failure: Failure<CallError<E>>,
    decode: Decode<A>
  ): Effect.Effect<A, Failure<CallError<E>>> => {
    const { renew } = auth
    const refused = run.credentials
    // a token of the call's own is not Auth's to renew, and where none was sent none was refused
    const isOwn = run.outgoing.own?.after["authorization"] !== undefined || refused === noCredentialsNeeded
    if (renew === undefined || refused === undefined || isOwn) return Effect.fail(failure)
    return Effect.matchEffect(renew(refused), {
      onFailure: () => Effect.fail(failure),
      onSuccess: (credentials) =>
        isSame(credentials, refused) ? Effect.fail(failure) : send(run, credentials, decode, Effect.fail)
    })
  }

  // in milliseconds; `undefined` when it may not be sent again
  const waitBefore = Effect.fnUntraced(function* <E extends ApiError>(
    run: Run<E>,
    failure: Failure<CallError<E>>,
    now: number
  ) {
    const { attemptsAsked, schedule } = run
    const asked = attemptsAsked === undefined ? undefined : yield* askedWait(attemptsAsked, run.attempts, failure)
    // what was not sent is tried as any call is, however often the caller lets it be sent
    if (attemptsAsked !== undefined && !failure.isNotSent) return asked
    if (asked === undefined && (!failure.mayReplay || run.attempts >= maxAttempts)) return undefined
    const [pace, , decision] = yield* schedule.step(now, failure.error, run.pace)
    run.pace = pace
    if (asked !== undefined) return asked
    const hinted = failure.waitMillis ?? 0
    if (ScheduleDecision.isDone(decision) || hinted > settings.maxRetryAfterMillis) return undefined
    return Math.max(ScheduleIntervals.start(decision.intervals) - now, hinted, 0)
  })

  const retrying = Effect.fnUntraced(function* <A, E extends ApiError>(
    run: Run<E>,
    first: Failure<CallError<E>>,
    decode: Decode<A>
  ) {
    let failure = first
    let canRenew = true
    if (!run.outgoing.isReplayable) return yield* Effect.fail(failure.error)
    while (true) {
      let next: Effect.Effect<A, Failure<CallError<E>>>
      if (failure.refusedCredentials) {
        if (!canRenew) return yield* Effect.fail(failure.error)
        canRenew = false
        next = renewed(run, failure, decode)
      } else {
        const now = run.now()
        const wait = yield* waitBefore(run, failure, now)
        // a wait that ends too late is the caller's to decide on
        if (wait === undefined || now + wait >= run.deadlineAt) return yield* Effect.fail(failure.error)
        const paid = bucket.take(failure.timedOut)
        if (paid === undefined) return yield* Effect.fail(failure.exhausted())
        run.paid += paid
        yield* Effect.logDebug(`${run.operation.name}: attempt ${run.attempts} failed, next in ${Math.round(wait)} ms`)
        yield* Effect.sleep(wait)
        next = attempt(run, decode, Effect.fail)
      }
      const outcome = yield* Effect.either(next)
      if (outcome._tag === "Right") return outcome.right
      if (failure.refusedCredentials && outcome.left === failure) return yield* Effect.fail(failure.error)
      failure = outcome.left
    }
  })

  const start = <A, E extends ApiError>(
    fiber: Fiber.RuntimeFiber<unknown, unknown>,
    operation: Endpoint<E>,
    input: Outgoing.Input,
    decode: Decode<A>,
    idempotencyKey?: string
  ): Effect.Effect<A, CallError<E>> => {
    const given = Context.get(fiber.currentContext, Call.Settings)
    const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
    const now = () => clock.unsafeCurrentTimeMillis()
    const own = given.deadline ?? settings.deadline
    const left = given.deadlineAt === undefined ? Infinity : given.deadlineAt - now()
    const deadlineMillis = Math.min(own === undefined ? Infinity : Duration.toMillis(own), left)
    const prepared = outgoing.prepare(operation, input, given, deadlineMillis, idempotencyKey)
    if (prepared._tag === "Failure") return Effect.fail(prepared.failure)
    // a policy for this call by name goes before the caller's number of attempts
    const named = input.retry ?? given.retry
    const retry = Retry.resolve(named ?? settings.retry)
    const run: Run<E> = {
      operation,
      retryClass: operation.retry === "unsafe" && retry.replay === "declared" ? "idempotent" : operation.retry,
      settings: given,
      origin: settings.baseUrl.origin,
      now,
      outgoing: prepared.success,
      client: given.transformClient === undefined ? client : given.transformClient(client),
      schedule: retry.schedule,
      deadlineAt: now() + deadlineMillis,
      attemptsAsked: named === undefined ? input.attempts : undefined,
      reading: input.scope ?? (operation.files ? "bytes" : "text"),
      credentials: undefined,
      attempts: 0,
      inFlight: false,
      mayHaveHappened: false,
      pace: retry.schedule.initial,
      paid: 0
    }
    // a deadline that several calls share may be over before this one begins
    if (deadlineMillis <= 0) return Effect.fail(late(run, 0))
    const called = attempt(run, decode, (failure) =>
      failure.mayReplay || failure.refusedCredentials || run.attemptsAsked !== undefined
        ? retrying(run, failure, decode)
        : Effect.fail(failure.error)
    )
    return deadlineMillis === Infinity
      ? called
      : Effect.timeoutFail(called, { duration: deadlineMillis, onTimeout: () => late(run, deadlineMillis) })
  }

  const { idempotencyKey } = settings
  const call: RequestPipeline["call"] = (operation, input, decode) => {
    const started = (key?: string) =>
      Effect.withFiberRuntime<Decoded<typeof decode>, CallError<ErrorOf<typeof operation>>>((fiber) => {
        const called = start(fiber, operation, input, decode, key)
        return isTraced(fiber) ? spanned(settings.platform.name, operation, called) : called
      })
    if (idempotencyKey === undefined || operation.retry === "safe") return started()
    return Effect.flatMap(idempotencyKey.make, (key) => {
      const issue = headerIssue(["idempotencyKey"], idempotencyKey.header, key)
      return issue === undefined
        ? started(key)
        : Effect.fail(new InvalidRequest({ operation: operation.name, issues: [issue] }))
    })
  }
  return { origin: settings.baseUrl.origin, base: settings.baseUrl.href, call }
}
