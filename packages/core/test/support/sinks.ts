import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { format, inspect } from "node:util"

const deep = { depth: 20, showHidden: true, getters: false } as const

const cloned = (value: unknown): unknown => {
  try {
    return structuredClone(value)
  } catch {
    return undefined
  }
}

const textsOf = (value: unknown): Record<string, string> => ({
  string: String(value),
  json: JSON.stringify(value) ?? "",
  inspected: inspect(value),
  deeply: inspect(value, deep),
  formatted: format("%s %o %O %j", value, value, value, value)
})

const named = (name: string, texts: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [`${name}.${key}`, text]))

/** Everything that prints an error without reading its response by name. */
export const printed = async (error: object, cause: Cause.Cause<unknown>): Promise<Record<string, string>> => {
  const exit = Exit.failCause(cause)
  const rejection: unknown = await Effect.runPromise(exit).catch((thrown: unknown) => thrown)
  return {
    ...named("error", textsOf(error)),
    message: "message" in error ? String(error.message) : "",
    stack: "stack" in error ? String(error.stack) : "",
    ...named("spread", textsOf({ ...error })),
    ...named("clone", textsOf(cloned(error))),
    ...named("wrapped", textsOf(new Error("outer", { cause: error }))),
    pretty: Cause.pretty(cause, { renderErrorCause: true }),
    squashed: inspect(Cause.squash(cause), deep),
    ...named("cause", textsOf(cause)),
    causeJson: JSON.stringify(cause.toJSON()),
    ...named("exit", textsOf(exit)),
    exitJson: JSON.stringify(exit.toJSON()),
    ...named("rejection", textsOf(rejection)),
    rejectionStack: rejection instanceof Error ? String(rejection.stack) : ""
  }
}

interface Recorded {
  readonly lines: Record<string, Array<string>>
  readonly spans: Array<string>
}

const collecting = (lines: Array<string>, logger: Logger.Logger<unknown, unknown>): Logger.Logger<unknown, void> =>
  Logger.make((options) => {
    const line = logger.log(options)
    lines.push(typeof line === "string" ? line : inspect(line, deep))
  })

const consoleInto = (lines: Array<string>): Console.Console => {
  const write = (...args: ReadonlyArray<unknown>): void => {
    lines.push(format(...args))
  }
  const unsafe = {
    ...console,
    log: write,
    error: write,
    group: write,
    groupCollapsed: write,
    info: write,
    debug: write,
    warn: write
  }
  return { ...Effect.runSync(Console.consoleWith(Effect.succeed)), unsafe }
}

const tracerInto = (recorded: Recorded): Tracer.Tracer =>
  Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const write = (what: string, ...values: ReadonlyArray<unknown>): void => {
        recorded.spans.push(
          `${what} ${values.map((value) => (typeof value === "string" ? value : inspect(value, deep))).join(" ")}`
        )
      }
      write("span", name, kind)
      return {
        _tag: "Span",
        name,
        spanId: `span-${recorded.spans.length}`,
        traceId: "trace",
        parent: parent ?? Option.none(),
        context,
        links,
        kind,
        sampled: true,
        status: { _tag: "Started", startTime },
        attributes,
        // what a call succeeded with is the caller's own data, and no exporter takes it
        end: (_at, exit) =>
          Exit.isSuccess(exit) ? write("end", name) : write("end", name, exit, JSON.stringify(exit)),
        attribute: (key, value) => write("attribute", key, value),
        event: (event, _at, values) => write("event", event, values),
        addLinks: () => undefined
      }
    },
    context: (run) => run()
  })

/** Runs an effect with every logger and a tracer that keep what they are given. */
export const recording = <A, E, R>(effect: Effect.Effect<A, E, R>, withTracer = true) => {
  const recorded: Recorded = { lines: { logfmt: [], json: [], structured: [], string: [], pretty: [] }, spans: [] }
  const into = (name: string): Array<string> => recorded.lines[name] ?? []
  const loggers = Layer.mergeAll(
    Logger.remove(Logger.defaultLogger),
    Logger.add(collecting(into("logfmt"), Logger.logfmtLogger)),
    Logger.add(collecting(into("json"), Logger.jsonLogger)),
    Logger.add(collecting(into("structured"), Logger.structuredLogger)),
    Logger.add(collecting(into("string"), Logger.stringLogger)),
    Logger.add(Logger.prettyLogger({ mode: "tty", colors: false })),
    Logger.minimumLogLevel(LogLevel.All)
  )
  const traced = withTracer ? Effect.withTracer(effect, tracerInto(recorded)) : effect
  const run = Effect.exit(traced).pipe(Effect.provide(loggers), Effect.withConsole(consoleInto(into("pretty"))))
  return Effect.map(run, (exit) => ({ exit, recorded }))
}
