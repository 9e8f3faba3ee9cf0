import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/** A value that was logged, traced or emitted. @internal */
export interface Output {
  /** Where: `a log line`, `a span`, `an error`, `an event`. */
  readonly place: string
  readonly value: unknown
}

/** The captured output of a program; `undefined` outside of `captureOutputs`. @internal */
export class CapturedOutputs extends Context.Reference<CapturedOutputs>()(
  "@effect-connectors/testing/internal/laws/CapturedOutputs",
  {
    defaultValue: (): Array<Output> | undefined => undefined
  }
) {}

const addOutputs = (sink: Array<Output>, place: string, ...values: ReadonlyArray<unknown>): void => {
  for (const value of values) sink.push({ place, value })
}

const loggerInto = (sink: Array<Output>) =>
  Logger.make(({ annotations, cause, message, spans }) => {
    addOutputs(sink, "a log line", message, cause, Cause.pretty(cause), ...annotations, ...spans)
  })

const tracerInto = (sink: Array<Output>): Tracer.Tracer => {
  let spans = 0
  return Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      addOutputs(sink, "a span", name)
      return {
        _tag: "Span",
        name,
        spanId: `span-${++spans}`,
        traceId: "laws",
        parent: parent ?? Option.none(),
        context,
        links,
        kind,
        sampled: true,
        status: { _tag: "Started", startTime },
        attributes,
        // exporters do not export the value of a successful span
        end: (_, exit) =>
          addOutputs(sink, "a span", ...(Exit.isSuccess(exit) ? [] : [exit.cause, Cause.pretty(exit.cause)])),
        attribute: (key, value) => {
          attributes.set(key, value)
          addOutputs(sink, "a span", key, value)
        },
        event: (event, _, values) => addOutputs(sink, "a span", event, values),
        addLinks: () => undefined
      }
    },
    context: (run) => run()
  })
}

/**
 * Captures everything that an effect, and the layers that are built for it, log and trace. The log lines are not
 * printed.
 *
 * @internal
 */
export const captureOutputs = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const sink: Array<Output> = []
    return effect.pipe(
      Effect.withTracer(tracerInto(sink)),
      Effect.provide(
        Layer.mergeAll(Logger.replace(Logger.defaultLogger, loggerInto(sink)), Logger.minimumLogLevel(LogLevel.All))
      ),
      Effect.provideService(CapturedOutputs, sink)
    )
  })
