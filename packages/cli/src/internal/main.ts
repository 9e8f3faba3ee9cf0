/**
 * The program as a function of its arguments and what surrounds it: it ends with an exit code.
 */
import * as ValidationError from "@effect/cli/ValidationError"
import type { StartedCall } from "@effect-connectors/core/Call"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import { root } from "./commands/table.js"
import { exitCodeOf, exitCodes, type Failure, mayHaveChanged, UsageError } from "./failure.js"
import { errorText, helpOf } from "./help.js"
import { jsonText } from "./printable.js"
import { checkOptions, hasHelp, routeOf, withoutRepeatedFlags } from "./route.js"
import { printStyled, say, Shell } from "./shell.js"

const program = (argv: ReadonlyArray<string>): Effect.Effect<void, Failure, Shell> =>
  Effect.gen(function* () {
    const route = yield* routeOf(root, argv)
    if (!("args" in route)) return yield* printStyled(helpOf(route))
    const { args, command: operation, path } = route
    if (hasHelp(args) && operation.options !== undefined) return yield* printStyled(helpOf(route))
    const hinted = (text: string) => new UsageError({ message: `${text}\nSee ${path} --help` })
    yield* Effect.mapError(checkOptions(operation, args), ({ message }) => hinted(message))
    const parsing = yield* Effect.promise(() => import("./parsing.js"))
    const run = yield* operation.parse(withoutRepeatedFlags(operation, args)).pipe(
      Effect.mapError((error) =>
        hinted(ValidationError.isValidationError(error) ? errorText(error.error) : error.message)
      ),
      Effect.provide(parsing.layer)
    )
    return yield* run
  })

const isDebug = (env: Shell.Service["env"]): boolean => (env["CONNECTORS_DEBUG"] ?? "") !== ""

/** Warnings are talk. */
const logging = Layer.unwrapEffect(
  Effect.map(Shell, ({ env, stderr }) =>
    Layer.merge(
      Logger.replace(
        Logger.defaultLogger,
        Logger.map(Logger.logfmtLogger, (line) => void stderr.write(`${line}\n`))
      ),
      Logger.minimumLogLevel(isDebug(env) ? LogLevel.Debug : LogLevel.Warning)
    )
  )
)

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ")

const textOf = (defect: unknown): string =>
  defect instanceof Error ? `${defect.name}: ${defect.message}` : String(defect)

const report = (cause: Cause.Cause<Failure>, lastCall: StartedCall | undefined): Effect.Effect<number, never, Shell> =>
  Effect.gen(function* () {
    const { env } = yield* Shell
    const failure = Option.getOrUndefined(Cause.failureOption(cause))
    if (failure !== undefined) {
      const said = "error" in failure ? failure.error : "body" in failure ? failure.body : undefined
      const more = said === undefined || isDebug(env) ? "" : ". CONNECTORS_DEBUG=1 prints it"
      if (failure._tag !== "OutputClosed" && failure.message !== "") yield* say(`connectors: ${failure.message}${more}`)
      if (isDebug(env) && said !== undefined) yield* say(jsonText(said, 2) ?? "")
      return exitCodeOf(failure, lastCall)
    }
    if (Cause.isInterruptedOnly(cause)) {
      if (mayHaveChanged(lastCall)) {
        yield* say("connectors: interrupted. What was sent may have been done: look at the server before you repeat it")
      }
      return exitCodes.interrupted.code
    }
    const [defect] = Cause.defects(cause)
    yield* say(`connectors: this is a bug of connectors: ${oneLine(textOf(defect))}. CONNECTORS_DEBUG=1 shows where`)
    if (isDebug(env)) yield* say(Cause.pretty(cause))
    return exitCodes.defect.code
  })

/** Runs a command, and gives its exit code. It never fails; `interrupt` ends it early. */
export const main = (
  argv: ReadonlyArray<string>,
  interrupt: Effect.Effect<void>
): Effect.Effect<number, never, Shell> =>
  Effect.gen(function* () {
    let lastCall: StartedCall | undefined
    const shell = yield* Shell
    const fiber = yield* program(argv).pipe(
      Effect.provideService(Shell, {
        ...shell,
        onCall: (call) => {
          lastCall = call
        }
      }),
      Effect.provide(logging),
      Effect.fork
    )
    yield* Effect.forkDaemon(Effect.zipRight(interrupt, Fiber.interruptFork(fiber)))
    const exit = yield* Fiber.await(fiber)
    return Exit.isSuccess(exit) ? exitCodes.done.code : yield* report(exit.cause, lastCall)
  })
