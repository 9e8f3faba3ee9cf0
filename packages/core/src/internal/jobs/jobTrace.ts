import type * as Clock from "effect/Clock"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Tracer from "effect/Tracer"
import type { JobRef } from "../../JobRef.js"
import { clockOf, withCaller } from "../runtime/callContext.js"
import { isTraced } from "../runtime/tracing.js"

/**
 * The span over a job, from its submit to its end, and the tracer that made it: polls run in fibers that have neither.
 *
 * @internal
 */
export interface JobTrace {
  readonly span: Tracer.Span
  readonly tracer: Tracer.Tracer
  readonly clock: Clock.Clock
}

/**
 * Opens the span of a job, where somebody sees it.
 *
 * @internal
 */
export const open: Effect.Effect<JobTrace | undefined> = withCaller((caller) =>
  isTraced(caller)
    ? Effect.map(Effect.makeSpan("connections.job", { captureStackTrace: false }), (span) => ({
        span,
        tracer: caller.currentTracer,
        clock: clockOf(caller)
      }))
    : Effect.succeed(undefined)
)

/** @internal */
export const within = <A, E, R>(trace: JobTrace | undefined, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  trace === undefined ? effect : Effect.withParentSpan(effect, trace.span)

/**
 * One poll of a job as a part of its trace, if it has one.
 *
 * @internal
 */
export const poll = <A, E, R>(trace: JobTrace | undefined, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  trace === undefined
    ? effect
    : effect.pipe(Effect.withParentSpan(trace.span), Effect.withTracer(trace.tracer), Effect.withTracerEnabled(true))

/** @internal */
export const describe = (trace: JobTrace | undefined, { connection, jobId, operation }: JobRef): void => {
  if (trace === undefined) return
  trace.span.attribute("connectors.job_id", jobId)
  trace.span.attribute("connectors.operation", operation)
  if (connection !== undefined) trace.span.attribute("connectors.connection", connection)
}

/**
 * How a watch ended, in one word: `Completed`, the tag of an error, `interrupted` or `defect`.
 *
 * @internal
 */
export const kindOf = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.match(exit, {
    onSuccess: () => "Completed",
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onSome: (error) => (Predicate.hasProperty(error, "_tag") ? String(error._tag) : "failed"),
        onNone: () => (Cause.isInterruptedOnly(cause) ? "interrupted" : "defect")
      })
  })

/** @internal */
export const close = (trace: JobTrace | undefined, exit: Exit.Exit<unknown, unknown>): void => {
  if (trace === undefined) return
  trace.span.attribute("connectors.job.end", kindOf(exit))
  trace.span.end(trace.clock.unsafeCurrentTimeNanos(), exit)
}

/**
 * Runs an effect under the span of a job, which ends as it ends.
 *
 * @internal
 */
export const traced = <A, E, R>(
  effect: (trace: JobTrace | undefined) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(open, (trace) =>
    trace === undefined
      ? effect(trace)
      : Effect.onExit(within(trace, effect(trace)), (exit) => Effect.sync(() => close(trace, exit)))
  )
