/**
 * What `connectors-durable` does besides its help.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { ClientOptions } from "../DurableJobs.js"
import { parse } from "../internal/command/commandLine.js"
import { type CommandError, exitCodeOf, exitCodes, UsageError } from "../internal/command/exitCodes.js"
import { say } from "../internal/command/terminal.js"
import { addressVariable } from "../internal/command/usage.js"

// the write itself reports a reader that is gone
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})

const isDebug = (process.env["CONNECTORS_DEBUG"] ?? "") !== ""

const where = (file: string | undefined): Effect.Effect<ClientOptions, UsageError> => {
  if (file !== undefined) return Effect.succeed({ filename: file, create: false })
  const address = process.env[addressVariable] ?? ""
  if (address === "") {
    const message = `no database: set ${addressVariable} to the address of the PostgreSQL, or give --file with the path of the SQLite file`
    return new UsageError({ message })
  }
  if (!/^postgres(ql)?:\/\//i.test(address) || !URL.canParse(address)) {
    const message = `${addressVariable} is not the address of a PostgreSQL: give one such as postgres://user:password@host/database`
    return new UsageError({ message })
  }
  return Effect.succeed({ database: { url: Redacted.make(address) }, create: false })
}

const program = Effect.gen(function* () {
  const line = yield* parse(process.argv.slice(2))
  const options = yield* where(line.file)
  // drivers and schemas stand behind them
  const [{ DurableJobs }, { run }] = yield* Effect.promise(() =>
    Promise.all([import("../DurableJobs.js"), import("../internal/command/commands.js")])
  )
  yield* Effect.provide(run(line), DurableJobs.layerClient(options))
})

const logging = Layer.merge(
  Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger)),
  Logger.minimumLogLevel(isDebug ? LogLevel.Debug : LogLevel.Error)
)

// what a bug says may hold the address
const defectName = (cause: Cause.Cause<CommandError>): string => {
  const [defect] = Cause.defects(cause)
  return defect instanceof Error ? defect.name : "unknown"
}

/** It was reported, and this is the exit code. */
class Ended extends Data.TaggedError("Ended")<{ readonly code: number }> {}

const reported = (cause: Cause.Cause<CommandError>): Effect.Effect<never, Ended> =>
  Effect.gen(function* () {
    const failure = Option.getOrUndefined(Cause.failureOption(cause))
    if (failure !== undefined) {
      if (failure._tag !== "OutputClosed") yield* say(`connectors-durable: ${failure.message}`)
      return yield* new Ended({ code: exitCodeOf(failure) })
    }
    yield* say(
      `connectors-durable: this is a bug of connectors-durable (${defectName(cause)}). CONNECTORS_DEBUG=1 shows where`
    )
    if (isDebug) yield* say(Cause.pretty(cause))
    return yield* new Ended({ code: exitCodes.defect })
  })

const exitCode = <A, E>(exit: Exit.Exit<A, E>): number => {
  if (Exit.isSuccess(exit)) return exitCodes.done
  const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
  if (failure instanceof Ended) return failure.code
  return Cause.isInterruptedOnly(exit.cause) ? exitCodes.interrupted : exitCodes.defect
}

NodeRuntime.runMain(Effect.catchAllCause(program, reported).pipe(Effect.provide(logging)), {
  disableErrorReporting: true,
  disablePrettyLogger: true,
  teardown: (exit, onExit) => onExit(exitCode(exit))
})
