import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { type Caller, clockOf, withCaller } from "./callContext.js"

// the one of Effect itself, which keeps spans to nobody's use
const defaultTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/**
 * Whether anybody sees a span that is made now: a span costs more than the rest of a call.
 *
 * @internal
 */
export const isTraced = (caller: Caller): boolean =>
  (caller.currentSpan !== undefined || caller.currentTracer !== defaultTracer) &&
  caller.getFiberRef(FiberRef.currentTracerEnabled)

/**
 * Whether anybody sees a debug log that is written now.
 *
 * @internal
 */
export const isDebugged = (caller: Caller): boolean =>
  LogLevel.lessThanEqual(caller.getFiberRef(FiberRef.currentMinimumLogLevel), LogLevel.Debug)

/**
 * The span that is open in a fiber, if somebody sees it.
 *
 * @internal
 */
export const openSpan = (caller: Caller): Tracer.AnySpan | undefined =>
  caller.getFiberRef(FiberRef.currentTracerEnabled) ? caller.currentSpan : undefined

const untimed = BigInt(0)

const isTimed = (caller: Caller): boolean => caller.getFiberRef(FiberRef.currentTracerTimingEnabled)

const noop = (): void => undefined

// has the ids of a span, and takes nothing down
const standIn = (
  span: Tracer.AnySpan,
  name: string,
  links: ReadonlyArray<Tracer.SpanLink>,
  startTime: bigint
): Tracer.Span => ({
  _tag: "Span",
  name: span._tag === "Span" ? span.name : name,
  spanId: span.spanId,
  traceId: span.traceId,
  sampled: span.sampled,
  parent: span._tag === "Span" ? span.parent : Option.none(),
  context: span.context,
  links,
  kind: "client",
  status: { _tag: "Started", startTime },
  attributes: new Map(),
  attribute: noop,
  event: noop,
  end: noop,
  addLinks: noop
})

/**
 * Runs an effect in which each client span that is made is the one that is open already. What makes one for an
 * HTTP request, to send its ids along, sends those of ours, and takes down none of our headers.
 *
 * @internal
 */
export const asOpenSpan = <A, E, R>(
  caller: Caller,
  span: Tracer.AnySpan,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const { currentTracer } = caller
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind, options) =>
      kind === "client"
        ? standIn(span, name, links, startTime)
        : currentTracer.span(name, parent, context, links, startTime, kind, options),
    context: (run, fiber) => currentTracer.context(run, fiber)
  })
  return Effect.withTracer(effect, tracer)
}

const options: Tracer.SpanOptions = { kind: "client", captureStackTrace: false }

/**
 * Runs an effect under a client span of its own, which ends as the effect ends. What `Effect.useSpan` and
 * `Effect.withParentSpan` do in turn is one step here, for a third of their cost.
 *
 * @internal
 */
export const underSpan = <A, E>(
  name: string,
  run: (span: Tracer.Span) => Effect.Effect<A, E>,
  onError: (span: Tracer.Span, error: E) => void
): Effect.Effect<A, E> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.makeSpan(name, options), (span) =>
      withCaller((caller) => {
        const given = caller.currentContext
        const endAs = (exit: Exit.Exit<A, E>): Effect.Effect<A, E> => {
          if (Exit.isFailure(exit)) {
            const error = Cause.failureOption(exit.cause)
            if (Option.isSome(error)) onError(span, error.value)
          }
          if (span.status._tag !== "Ended") {
            span.end(isTimed(caller) ? clockOf(caller).unsafeCurrentTimeNanos() : untimed, exit)
          }
          return Effect.zipRight(FiberRef.set(FiberRef.currentContext, given), exit)
        }
        return Effect.zipRight(
          FiberRef.set(FiberRef.currentContext, Context.add(given, Tracer.ParentSpan, span)),
          Effect.matchCauseEffect(restore(run(span)), {
            onFailure: (cause) => endAs(Exit.failCause(cause)),
            onSuccess: (value) => endAs(Exit.succeed(value))
          })
        )
      })
    )
  )
