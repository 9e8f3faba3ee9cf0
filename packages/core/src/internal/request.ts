import type * as HttpClient from "@effect/platform/HttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import * as Tracer from "effect/Tracer"
import { type ApiError, type CallContext, Unauthorized, UnexpectedBody } from "../ApiError.js"
import type { ApiResponse } from "../ApiResponse.js"
import type { Auth, Credentials } from "../Auth.js"
import * as Call from "../Call.js"
import { InvalidRequest, type Issue } from "../InvalidRequest.js"
import * as Retry from "../Retry.js"
import type * as Transport from "../Transport.js"
import { type Answer, exchange, type Lost, requestIdOf } from "./answer.js"
import * as Bucket from "./bucket.js"
import { isNoProof, mayReplay, statusError, type StatusError } from "./classify.js"
import { headerIssue, plainHeaders } from "./headers.js"
import { jsonIssue, parse } from "./json.js"
import type { Operation, RetryClass } from "./operation.js"
import { segment, segmentIssue } from "./path.js"
import { withResponse } from "./reported.js"
import { retryAfterMillis } from "./retryAfter.js"
import type { Resolved } from "./settings.js"

/**
 * What an operation is called with.
 *
 * @internal
 */
export interface Input {
  /** The path's parameters in order. */
  readonly segments: ReadonlyArray<string>
  /** With its `?`, encoded; empty for none. */
  readonly query?: string
  readonly body?: unknown
  readonly retry?: Retry.RetryInput | undefined
  /** The server's own time limit for the work. */
  readonly timeoutMs?: number | undefined
  readonly issues?: ReadonlyArray<Issue>
}

/**
 * A 2xx answer whose body could be read.
 *
 * @internal
 */
export interface Received {
  readonly body: unknown
  readonly answer: Answer
  readonly now: () => number
}

/**
 * Turns an answer into a value; what does not fit is told as a list of "what was expected where".
 *
 * @internal
 */
export type Decode<A> = (received: Received) => Either.Either<A, ReadonlyArray<string>>

/** @internal */
export type CallError<E> = E | StatusError | InvalidRequest | Unauthorized | UnexpectedBody

/** @internal */
export interface Road {
  readonly origin: string
  readonly call: <A, E extends ApiError>(operation: Operation<E>, input: Input, decode: Decode<A>) => Effect.Effect<A, CallError<E>>
}

const maxAttempts = 10

// what is true of one call while it runs
interface Run<E extends ApiError> {
  readonly operation: Operation<E>
  readonly retry: Retry.Retry
  readonly retryClass: RetryClass
  readonly url: string
  readonly body: HttpBody.HttpBody
  readonly client: HttpClient.HttpClient
  readonly limits: Transport.Attempt
  readonly settings: Call.CallSettings
  readonly idempotencyKey: string | undefined
  readonly deadlineAt: number
  readonly now: () => number
  credentials: Credentials | undefined
  attempts: number
  inFlight: boolean
  /** An attempt left and was not proved undone: from here on the work may have been done. */
  mayHaveHappened: boolean
  paid: number
}

// why an attempt got no value, and what may be done about it
interface Failure<E> {
  readonly error: E
  readonly mayReplay: boolean
  readonly refusedCredentials: boolean
  readonly waitMillis: number | undefined
  readonly timedOut: boolean
  readonly exhausted: () => E
}

const jsonType = { "content-type": "application/json" }

const noBody: Either.Either<HttpBody.HttpBody, Issue> = Either.right(HttpBody.empty)

const isJson = (contentType: string | undefined): boolean =>
  contentType === undefined || contentType.startsWith("application/json") || /json/i.test(contentType)

const notJson = { _tag: "Bad", reason: "wrong type" } as const

const bodyOf = (answer: Answer): unknown => {
  const parsed = isJson(answer.headers["content-type"]) ? parse(answer.text) : undefined
  return parsed?._tag === "Value" ? parsed.value : answer.text
}

const responseOf = (answer: Answer, body: unknown): ApiResponse => ({
  status: answer.status,
  headers: answer.headers,
  requestId: requestIdOf(answer.headers),
  body
})

const ownTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

const isTraced = (fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean =>
  (fiber.currentSpan !== undefined || fiber.currentTracer !== ownTracer) &&
  fiber.getFiberRef(FiberRef.currentTracerEnabled)

const spanned = <A, E, R>(operation: Operation, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withSpan(effect, `connections.${operation.name}`, {
    kind: "client",
    captureStackTrace: false,
    attributes: { "http.request.method": operation.method, "url.template": operation.path.route }
  })

type Decoded<D> = D extends Decode<infer A> ? A : never
type ErrorOf<O> = O extends Operation<infer E> ? E : never

/** @internal */
export const make = (client: HttpClient.HttpClient, auth: Auth.Service, settings: Resolved): Road => {
  const bucket = Bucket.make()
  const common = { accept: "application/json", "user-agent": settings.userAgent }

  const headersFor = (credentials: Credentials, hasBody: boolean): Headers.Headers => {
    const sent = { ...plainHeaders(credentials), ...settings.extraHeaders }
    return Headers.unsafeFromRecord({ ...common, ...(hasBody ? jsonType : {}), ...sent })
  }
  const template = (method: Operation["method"], headers: Headers.Headers): HttpClientRequest.HttpClientRequest =>
    HttpClientRequest.make(method)("", { headers })

  // headers that never change are merged once, not for each request
  const fixed = auth.initial === undefined ? undefined : {
    GET: template("GET", headersFor(auth.initial, false)),
    POST: template("POST", headersFor(auth.initial, true)),
    DELETE: template("DELETE", headersFor(auth.initial, false))
  }

  const limitsFor = (input: Input, call: Call.CallSettings): Transport.Attempt => {
    if (call.attemptTimeout === undefined && input.timeoutMs === undefined) return settings.limits
    const own = call.attemptTimeout === undefined ? settings.limits.timeoutMillis : Duration.toMillis(call.attemptTimeout)
    const timeoutMillis = input.timeoutMs === undefined || call.attemptTimeout !== undefined ? own : input.timeoutMs + 5000
    return { ...settings.limits, timeoutMillis }
  }

  const issuesIn = (operation: Operation, input: Input, deadlineMillis: number): ReadonlyArray<Issue> => {
    const issues: Array<Issue> = [...(input.issues ?? [])]
    input.segments.forEach((value, index) => {
      const name = operation.path.names[index] ?? "path"
      const issue = segmentIssue(name, value, name === "slug" || name === "action" ? settings.slugPattern : undefined)
      if (issue !== undefined) issues.push(issue)
    })
    if (input.timeoutMs !== undefined && deadlineMillis < input.timeoutMs) {
      issues.push({
        path: ["timeoutMs"],
        message: `is ${input.timeoutMs} ms, longer than the call's deadline of ${deadlineMillis} ms`,
        fix: "raise the deadline, or lower timeoutMs"
      })
    }
    return issues
  }

  // checked before and not by writing: JSON.stringify turns NaN into null and drops what it does not know
  const written = (input: Input): Either.Either<HttpBody.HttpBody, Issue> => {
    if (input.body === undefined) return noBody
    try {
      const issue = jsonIssue(input.body, "body")
      return issue === undefined ? Either.right(HttpBody.raw(JSON.stringify(input.body))) : Either.left(issue)
    } catch {
      return Either.left({ path: ["body"], message: "cannot be written as JSON", fix: "send plain data" })
    }
  }

  const urlOf = (operation: Operation, input: Input): string => {
    const { parts } = operation.path
    let url = settings.baseUrl.href + parts[0]
    for (let i = 0; i < input.segments.length; i++) url += segment(input.segments[i] ?? "") + (parts[i + 1] ?? "")
    return input.query === undefined ? url : url + input.query
  }

  const contextOf = <E extends ApiError>(run: Run<E>, retryable: boolean, requestId: string | undefined): CallContext => ({
    operation: run.operation.name,
    method: run.operation.method,
    route: run.operation.path.route,
    attempts: run.attempts,
    retryable,
    requestId
  })

  const requestOf = <E extends ApiError>(run: Run<E>, credentials: Credentials): HttpClientRequest.HttpClientRequest => {
    const { method } = run.operation
    const empty = fixed !== undefined && credentials === auth.initial
      ? fixed[method]
      : template(method, headersFor(credentials, method === "POST"))
    const request = HttpClientRequest.setUrl(empty, run.url)
    const keyed = run.idempotencyKey === undefined || settings.idempotencyKey === undefined
      ? request
      : HttpClientRequest.setHeader(request, settings.idempotencyKey.header, run.idempotencyKey)
    return run.body._tag === "Empty" ? keyed : HttpClientRequest.setBody(keyed, run.body)
  }

  const lostFailure = <E extends ApiError>(run: Run<E>, lost: Lost): Failure<CallError<E>> => {
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
      exhausted: () => build({ retryBudgetExhausted: true })
    }
  }

  const final = <E extends ApiError>(error: E): Failure<E> => ({
    error,
    mayReplay: false,
    refusedCredentials: false,
    waitMillis: undefined,
    timedOut: false,
    exhausted: () => error
  })

  const statusFailure = <E extends ApiError>(run: Run<E>, answer: Answer): Failure<CallError<E>> => {
    const response = responseOf(answer, bodyOf(answer))
    run.settings.onResponse?.(response)
    const waitMillis = retryAfterMillis(answer.headers, run.now())
    const replay = mayReplay(run.retryClass, response)
    if (isNoProof(answer.status)) run.mayHaveHappened = true
    const build = (more?: { readonly retryBudgetExhausted: boolean }) =>
      statusError(
        { ...contextOf(run, replay, response.requestId), ...more },
        response,
        settings.baseUrl.origin,
        waitMillis
      )
    return {
      error: build(),
      mayReplay: replay,
      refusedCredentials: response.status === 401,
      waitMillis,
      timedOut: false,
      exhausted: () => build({ retryBudgetExhausted: true })
    }
  }

  const received = <A, E extends ApiError>(run: Run<E>, answer: Answer, decode: Decode<A>): Effect.Effect<A, Failure<CallError<E>>> => {
    if (answer.status < 200 || answer.status >= 300) return Effect.fail(statusFailure(run, answer))
    const unreadable = (reason: UnexpectedBody["reason"], body: unknown) => {
      const response = responseOf(answer, body)
      return Effect.fail(
        final(run.operation.kind.unreadable(contextOf(run, false, response.requestId), response, reason))
      )
    }
    const parsed = answer.text === "" || isJson(answer.headers["content-type"]) ? parse(answer.text) : notJson
    // 204 is the server's word that it did the work and has nothing to say
    const mayBeEmpty = run.operation.mayBeEmpty || (answer.status === 204 && run.operation.retry !== "safe")
    if (parsed._tag === "Bad" && !(parsed.reason === "empty" && mayBeEmpty)) {
      return unreadable(parsed.reason, answer.text)
    }
    const body = parsed._tag === "Value" ? parsed.value : null
    const decoded = decode({ body, answer, now: run.now })
    if (decoded._tag === "Left") {
      const response = responseOf(answer, body)
      return Effect.fail(final(withResponse(
        new UnexpectedBody({
          ...contextOf(run, false, response.requestId),
          status: response.status,
          reason: "invalid",
          expected: decoded.left
        }),
        response
      )))
    }
    run.settings.onResponse?.(responseOf(answer, body))
    bucket.succeeded(run.paid)
    return Effect.succeed(decoded.right)
  }

  const send = <A, E extends ApiError>(
    run: Run<E>,
    credentials: Credentials,
    decode: Decode<A>
  ): Effect.Effect<A, Failure<CallError<E>>> => {
    run.credentials = credentials
    run.attempts++
    run.inFlight = true
    return Effect.matchEffect(exchange(run.client, requestOf(run, credentials), run.limits), {
      onFailure: (lost) => {
        run.inFlight = false
        return Effect.fail(lostFailure(run, lost))
      },
      onSuccess: (answer) => {
        run.inFlight = false
        return received(run, answer, decode)
      }
    })
  }

  const noCredentials = <E extends ApiError>(run: Run<E>): Failure<CallError<E>> =>
    final(new Unauthorized({ ...contextOf(run, false, undefined), status: 0 }))

  const attempt = <A, E extends ApiError>(run: Run<E>, decode: Decode<A>): Effect.Effect<A, Failure<CallError<E>>> =>
    auth.initial !== undefined
      ? send(run, auth.initial, decode)
      : Effect.matchEffect(auth.current, {
        onFailure: () => Effect.fail(noCredentials(run)),
        onSuccess: (credentials) => send(run, credentials, decode)
      })

  // a 401 says that nothing was done: with newer credentials, once, any call may be sent again
  const renewed = <A, E extends ApiError>(
    run: Run<E>,
    failure: Failure<CallError<E>>,
    decode: Decode<A>
  ): Effect.Effect<A, Failure<CallError<E>>> => {
    const { renew } = auth
    const refused = run.credentials
    if (renew === undefined || refused === undefined) return Effect.fail(failure)
    return Effect.matchEffect(renew(refused), {
      onFailure: () => Effect.fail(failure),
      onSuccess: (credentials) => credentials === refused ? Effect.fail(failure) : send(run, credentials, decode)
    })
  }

  const retrying = Effect.fnUntraced(function*<A, E extends ApiError>(run: Run<E>, first: Failure<CallError<E>>, decode: Decode<A>) {
    let failure = first
    let canRenew = true
    let state: unknown = run.retry.schedule.initial
    while (true) {
      let next: Effect.Effect<A, Failure<CallError<E>>>
      if (failure.refusedCredentials) {
        if (!canRenew) return yield* Effect.fail(failure.error)
        canRenew = false
        next = renewed(run, failure, decode)
      } else {
        if (!failure.mayReplay || run.attempts >= maxAttempts) return yield* Effect.fail(failure.error)
        const now = run.now()
        const [stepped, , decision] = yield* run.retry.schedule.step(now, failure.error, state)
        state = stepped
        if (ScheduleDecision.isDone(decision)) return yield* Effect.fail(failure.error)
        const wait = Math.max(ScheduleIntervals.start(decision.intervals) - now, failure.waitMillis ?? 0, 0)
        // a wait that is longer than allowed, or ends too late, is the caller's to decide on
        if ((failure.waitMillis ?? 0) > settings.maxRetryAfterMillis || now + wait >= run.deadlineAt) {
          return yield* Effect.fail(failure.error)
        }
        const paid = bucket.take(failure.timedOut)
        if (paid === undefined) return yield* Effect.fail(failure.exhausted())
        run.paid += paid
        yield* Effect.logDebug(`${run.operation.name}: attempt ${run.attempts} failed, next in ${Math.round(wait)} ms`)
        yield* Effect.sleep(wait)
        next = attempt(run, decode)
      }
      const outcome = yield* Effect.either(next)
      if (outcome._tag === "Right") return outcome.right
      if (failure.refusedCredentials && outcome.left === failure) return yield* Effect.fail(failure.error)
      failure = outcome.left
    }
  })

  const start = <A, E extends ApiError>(
    fiber: Fiber.RuntimeFiber<unknown, unknown>,
    operation: Operation<E>,
    input: Input,
    decode: Decode<A>,
    idempotencyKey?: string
  ): Effect.Effect<A, CallError<E>> => {
    const given = Context.get(fiber.currentContext, Call.Settings)
    const deadline = given.deadline ?? settings.deadline
    const deadlineMillis = deadline === undefined ? Infinity : Duration.toMillis(deadline)
    const body = written(input)
    const found = issuesIn(operation, input, deadlineMillis)
    const issues = body._tag === "Left" ? [...found, body.left] : found
    if (body._tag === "Left" || issues.length > 0) {
      return Effect.fail(new InvalidRequest({ operation: operation.name, issues }))
    }
    const retry = Retry.resolve(input.retry ?? given.retry ?? settings.retry)
    const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
    const now = () => clock.unsafeCurrentTimeMillis()
    const run: Run<E> = {
      operation,
      retry,
      retryClass: operation.retry === "unsafe" && retry.replay === "declared" ? "idempotent" : operation.retry,
      url: urlOf(operation, input),
      body: body.right,
      client: given.transformClient === undefined ? client : given.transformClient(client),
      limits: limitsFor(input, given),
      settings: given,
      idempotencyKey,
      deadlineAt: deadline === undefined ? Infinity : now() + deadlineMillis,
      now,
      credentials: undefined,
      attempts: 0,
      inFlight: false,
      mayHaveHappened: false,
      paid: 0
    }
    const called = Effect.catchAll(attempt(run, decode), (failure) =>
      failure.mayReplay || failure.refusedCredentials ? retrying(run, failure, decode) : Effect.fail(failure.error))
    return deadline === undefined ? called : Effect.timeoutFail(called, {
      duration: deadline,
      onTimeout: () => operation.kind.late(contextOf(run, operation.retry === "safe", undefined), deadline, run.inFlight || run.mayHaveHappened)
    })
  }

  const { idempotencyKey } = settings
  const call: Road["call"] = (operation, input, decode) => {
    const started = (key?: string) =>
      Effect.withFiberRuntime<Decoded<typeof decode>, CallError<ErrorOf<typeof operation>>>((fiber) => {
        const called = start(fiber, operation, input, decode, key)
        return isTraced(fiber) ? spanned(operation, called) : called
      })
    if (idempotencyKey === undefined || operation.retry === "safe") return started()
    return Effect.flatMap(idempotencyKey.make, (key) => {
      const issue = headerIssue(["idempotencyKey"], idempotencyKey.header, key)
      return issue === undefined
        ? started(key)
        : Effect.fail(new InvalidRequest({ operation: operation.name, issues: [issue] }))
    })
  }
  return { origin: settings.baseUrl.origin, call }
}
