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
import type { CallState } from "./callState.js"
import type { Endpoint } from "./endpoint.js"
import type { Metrics } from "./metrics.js"
import { segmentIssue } from "./path.js"
import type { Input } from "./request.js"
import { exactTextOf } from "./sentSecrets.js"
import type { Resolved } from "./settings.js"
import { type Lost, requestIdOf, type TransportResponse } from "./transport.js"
import { serverOf } from "./url.js"

// of the names in a path those that say what a call is about, and not who its user is
const attributeNames: Readonly<Record<string, string>> = {
  slug: "connectors.connection",
  action: "connectors.action",
  trigger: "connectors.trigger",
  job: "connectors.job_id",
  connector: "connectors.connector"
}

const describe = (span: Tracer.Span, { baseUrl }: Resolved, operation: Endpoint, input: Input): void => {
  const { address, port } = serverOf(baseUrl.origin)
  span.attribute("http.request.method", operation.method)
  span.attribute("url.template", operation.path.route)
  span.attribute("server.address", address)
  span.attribute("server.port", port)
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
 * A call under a span of its own, which ends as the call ends.
 *
 * @internal
 */
export const spanned = <A, E extends ApiError>(
  settings: Resolved,
  operation: Endpoint,
  input: Input,
  call: (span: Tracer.Span) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.useSpan(
    `${settings.platform.name}.${operation.name}`,
    { kind: "client", captureStackTrace: false },
    (span) => {
      describe(span, settings, operation, input)
      // another server than the platform's learns nothing of the trace
      const called =
        operation.credentials === "bare" ? locally(HttpClient.currentTracerPropagation, false)(call(span)) : call(span)
      return called.pipe(
        Effect.withParentSpan(span),
        Effect.tapError((error) => Effect.sync(() => span.attribute("error.type", errorType(error))))
      )
    }
  )

/**
 * One attempt, whose response or failure the span of its call and the metrics of its client take down.
 *
 * @internal
 */
export const observed = <E extends ApiError>(
  metrics: Metrics | undefined,
  call: CallState<E>,
  attempt: Effect.Effect<TransportResponse, Lost>
): Effect.Effect<TransportResponse, Lost> =>
  Effect.suspend(() => {
    const { clock, operation, span } = call
    const startedAt = monotonicMillis(clock)
    const took = (outcome: string) => metrics?.requested(operation.name, outcome, monotonicMillis(clock) - startedAt)
    return Effect.onExit(attempt, (exit) =>
      Effect.sync(() => {
        if (Exit.isFailure(exit)) {
          return took(
            Option.match(Cause.failureOption(exit.cause), {
              onNone: () => "interrupted",
              onSome: ({ evidence }) => evidence.code
            })
          )
        }
        const { headers, status } = exit.value
        took(String(status))
        if (span === undefined) return
        span.attribute("http.response.status_code", status)
        const requestId = exactTextOf(call, "name", requestIdOf(headers))
        if (requestId !== undefined) span.attribute("connectors.request_id", requestId)
      })
    )
  })

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
