import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Tracer from "effect/Tracer"
import type { ApiError } from "../../ApiError.js"
import { locally } from "../runtime/fiberLocal.js"
import { monotonicMillis } from "../runtime/monotonic.js"
import { underSpan } from "../runtime/tracing.js"
import type { CallState } from "./callState.js"
import type { Endpoint } from "./endpoint.js"
import type { Metrics } from "./metrics.js"
import { segmentIssue } from "./path.js"
import type { Input } from "./request.js"
import { exactTextOf } from "./sentSecrets.js"
import type { Resolved } from "./settings.js"
import { type Lost, requestIdOf, type TransportResponse } from "./transport.js"

// of the names in a path those that say what a call is about, and not who its user is
const attributeNames: Readonly<Record<string, string>> = {
  slug: "connectors.connection",
  action: "connectors.action",
  trigger: "connectors.trigger",
  job: "connectors.job_id",
  connector: "connectors.connector"
}

const describe = (span: Tracer.Span, { baseUrl }: Resolved, operation: Endpoint, input: Input): void => {
  span.attribute("http.request.method", operation.method)
  span.attribute("url.template", operation.path.route)
  span.attribute("server.address", baseUrl.hostname)
  span.attribute("server.port", baseUrl.port)
  operation.path.names.forEach((name, index) => {
    const attribute = attributeNames[name]
    const value = input.segments[index]
    // what is refused is not shown: it may be anything
    if (attribute !== undefined && segmentIssue(name, value) === undefined) span.attribute(attribute, value)
  })
}

const errorType = (error: unknown): string => {
  if (Predicate.hasProperty(error, "status") && Predicate.isNumber(error.status) && error.status >= 300) {
    return String(error.status)
  }
  return Predicate.hasProperty(error, "_tag") ? String(error._tag) : "_OTHER"
}

/**
 * A call under a span of its own, which ends as the call ends. It is described where it is kept: of one that is not
 * sampled only the ids go out.
 *
 * @internal
 */
export const spanned = <A, E extends ApiError>(
  settings: Resolved,
  operation: Endpoint,
  input: Input,
  call: (span: Tracer.Span | undefined) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  underSpan(
    `${settings.platform.name}.${operation.name}`,
    (span) => {
      if (span.sampled) describe(span, settings, operation, input)
      const called = call(span.sampled ? span : undefined)
      // another server than the platform's learns nothing of the trace
      return operation.credentials === "bare" ? locally(HttpClient.currentTracerPropagation, false)(called) : called
    },
    (span, error) => {
      if (span.sampled) span.attribute("error.type", errorType(error))
    }
  )

/**
 * One attempt, which the metrics of its client take down.
 *
 * @internal
 */
export const measured = <E extends ApiError>(
  metrics: Metrics,
  { clock, operation }: CallState<E>,
  attempt: Effect.Effect<TransportResponse, Lost>
): Effect.Effect<TransportResponse, Lost> =>
  Effect.suspend(() => {
    const startedAt = monotonicMillis(clock)
    return Effect.onExit(attempt, (exit) =>
      Effect.sync(() => {
        const outcome = Exit.isSuccess(exit)
          ? String(exit.value.status)
          : Option.match(Cause.failureOption(exit.cause), {
              onNone: () => "interrupted",
              onSome: ({ evidence }) => evidence.code
            })
        metrics.requested(operation.name, outcome, monotonicMillis(clock) - startedAt)
      })
    )
  })

/**
 * What the span of a call says of a response to it.
 *
 * @internal
 */
export const describeResponse = <E extends ApiError>(
  span: Tracer.Span,
  call: CallState<E>,
  { headers, status }: TransportResponse
): void => {
  span.attribute("http.response.status_code", status)
  const requestId = exactTextOf(call, "name", requestIdOf(headers))
  if (requestId !== undefined) span.attribute("connectors.request_id", requestId)
}

/**
 * What the span of a call that has a value says of it: the job that it became.
 *
 * @internal
 */
export const describeValue = (span: Tracer.Span, value: unknown): void => {
  if (!Predicate.isTagged(value, "Accepted") || !Predicate.hasProperty(value, "job")) return
  if (Predicate.hasProperty(value.job, "jobId")) span.attribute("connectors.job_id", value.job.jobId)
}

/**
 * A call is sent again, and why.
 *
 * @internal
 */
export const resending = <E extends ApiError>(
  metrics: Metrics | undefined,
  { attempts, operation, span }: CallState<E>,
  error: unknown,
  waitMillis: number
): Effect.Effect<void> =>
  Effect.suspend(() => {
    metrics?.retried(operation.name)
    const why = errorType(error)
    const wait = Math.round(waitMillis)
    const log = Effect.logDebug(`${operation.name}: attempt ${attempts} failed (${why}), next in ${wait} ms`)
    if (span === undefined) return log
    return Effect.zipRight(
      log,
      Effect.map(Clock.currentTimeNanos, (now) => {
        span.attribute("http.request.resend_count", attempts)
        span.event("retry", now, { "error.type": why, "connectors.wait_ms": wait })
      })
    )
  })
