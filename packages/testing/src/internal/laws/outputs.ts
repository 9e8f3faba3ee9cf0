import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/** What was put out. @internal */
export interface Output {
  /** Where: `a log line`, `a span`, `an error`, `an event`. */
  readonly place: string
  readonly value: unknown
}

/** What a program puts out while it is listened to; nobody listens unless `listening`. @internal */
export class Outputs extends Context.Reference<Outputs>()("@effect-connectors/testing/internal/laws/Outputs", {
  defaultValue: (): Array<Output> | undefined => undefined
}) {}

const put = (sink: Array<Output>, place: string, ...values: ReadonlyArray<unknown>): void => {
  for (const value of values) sink.push({ place, value })
}

const loggerInto = (sink: Array<Output>) =>
  Logger.make(({ annotations, cause, message, spans }) => {
    put(sink, "a log line", message, cause, Cause.pretty(cause), ...annotations, ...spans)
  })

const tracerInto = (sink: Array<Output>): Tracer.Tracer => {
  let spans = 0
  return Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      put(sink, "a span", name)
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
        // what it succeeded with is the caller's own, and no exporter takes it
        end: (_, exit) => put(sink, "a span", ...(Exit.isSuccess(exit) ? [] : [exit.cause, Cause.pretty(exit.cause)])),
        attribute: (key, value) => {
          attributes.set(key, value)
          put(sink, "a span", key, value)
        },
        event: (event, _, values) => put(sink, "a span", event, values),
        addLinks: () => undefined
      }
    },
    context: (run) => run()
  })
}

/**
 * Keeps everything that an effect, and the layers that are built for it, log and trace. What it
 * would have logged is not.
 *
 * @internal
 */
export const listening = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const sink: Array<Output> = []
    return effect.pipe(
      Effect.withTracer(tracerInto(sink)),
      Effect.provide(
        Layer.mergeAll(Logger.replace(Logger.defaultLogger, loggerInto(sink)), Logger.minimumLogLevel(LogLevel.All))
      ),
      Effect.provideService(Outputs, sink)
    )
  })
