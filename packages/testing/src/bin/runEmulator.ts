/**
 * What `connectors-emulator` does once it is known that its optional peers are installed.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { readFile } from "node:fs/promises"
import { parseArgs } from "node:util"
import * as Emulator from "../Emulator.js"
import * as Faults from "../Faults.js"
import { isOrigin } from "../internal/emulator/cors.js"
import * as World from "../World.js"

const usage = `usage: connectors-emulator [--port P] [--host H] [--world FILE] [--faults FILE] [--record FILE]
                           [--data-dir DIR] [--lenient] [--log-limit N] [--log-bytes BYTES] [--request-limit BYTES]
                           [--statement-limit SECONDS] [--cors ORIGIN]

Serves the Connections platform under /api/v1 and BOSA / GL Connectors on all other paths. A page at / shows requests,
jobs and faults live; the same is under /__emulator/ as JSON.

  --port P        the port, 0 to 65535; 0, the default, picks a free one
  --host H        a loopback address; 127.0.0.1 unless given
  --world FILE    the world of the platforms as JSON; a demonstration unless given
  --faults FILE   a fault plan as JSON; none unless given
  --record FILE   writes the requests and responses there when it ends, without their secrets, for Recorder to replay
  --lenient       lets names pass that Connections does not know, in bodies and parameters; refused with 400 unless given
  --data-dir DIR  keeps the databases of sql connections there; in memory unless given
  --log-limit N   how many requests, executions and ended jobs are kept; 10000 of each unless given
  --log-bytes BYTES
                  how many bytes of their bodies are kept, of each; 33554432 unless given
  --request-limit BYTES
                  the largest body of a request; 16777216 unless given
  --statement-limit SECONDS
                  how long SQL may run until it is stopped; 10 unless given
  --cors ORIGIN   lets the pages of this origin use both platforms, e.g. http://localhost:5173; none unless given

DATABASE_URL, when set, is the PostgreSQL server of all sql connections (needs the package pg).`

/** Invalid arguments: exit code 2. */
class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ").trim()

const refuse = (message: string) => new UsageError({ message: oneLine(message) })

const readArguments = Effect.try({
  try: () =>
    parseArgs({
      options: {
        port: { type: "string" },
        host: { type: "string" },
        world: { type: "string" },
        faults: { type: "string" },
        record: { type: "string" },
        "data-dir": { type: "string" },
        lenient: { type: "boolean" },
        "log-limit": { type: "string" },
        "log-bytes": { type: "string" },
        "request-limit": { type: "string" },
        "statement-limit": { type: "string" },
        cors: { type: "string" },
        help: { type: "boolean", short: "h" }
      }
    }).values,
  catch: (error) => refuse(`${error instanceof Error ? error.message : String(error)} (see --help)`)
})

const portOf = (text: string): Effect.Effect<number, UsageError> =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535
    ? Effect.succeed(Number(text))
    : refuse(`--port ${JSON.stringify(text)} is not a port: give a whole number from 0 to 65535`)

/** A number of things or bytes; `undefined` when the option is not given. */
const countOf = (option: string, text: string | undefined): Effect.Effect<number | undefined, UsageError> => {
  if (text === undefined) return Effect.succeed(undefined)
  return /^\d{1,15}$/.test(text)
    ? Effect.succeed(Number(text))
    : refuse(`${option} ${JSON.stringify(text)} is not a number: give a whole number such as 52428800`)
}

const hostOf = (host: string): Effect.Effect<string, UsageError> =>
  Emulator.isLoopback(host)
    ? Effect.succeed(host)
    : refuse(`--host ${JSON.stringify(host)} is not a loopback address: give 127.0.0.1, localhost or ::1`)

const reasonOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error)

const originOf = (origin: string): Effect.Effect<string, UsageError> =>
  isOrigin(origin)
    ? Effect.succeed(origin)
    : refuse(`--cors ${JSON.stringify(origin)} is not an origin: give one such as http://localhost:5173`)

const textOf = (option: string, file: string) =>
  Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: (error) => refuse(`${option} ${file} cannot be read (${reasonOf(error)}): give the path of a JSON file`)
  })

const worldOf = (file: string) =>
  textOf("--world", file).pipe(
    Effect.flatMap(World.fromJsonText),
    Effect.catchTag("WorldInvalid", (error) => refuse(`--world ${file} is not a world: ${error.message}`))
  )

const faultsOf = (file: string) =>
  textOf("--faults", file).pipe(
    Effect.flatMap(Faults.fromJsonText),
    Effect.catchTag("FaultsInvalid", (error) => refuse(`--faults ${file} is not a fault plan: ${error.message}`))
  )

const program = Effect.gen(function* () {
  const values = yield* readArguments
  if (values.help === true) return yield* Console.log(usage)
  const port = yield* portOf(values.port ?? "0")
  const host = yield* hostOf(values.host ?? "127.0.0.1")
  const world = values.world === undefined ? World.demo : yield* worldOf(values.world)
  const faults = values.faults === undefined ? Faults.none : yield* faultsOf(values.faults)
  const databaseUrl = Option.getOrUndefined(yield* Config.option(Config.nonEmptyString("DATABASE_URL")))
  if (databaseUrl !== undefined) yield* Console.error("sql connections use the PostgreSQL server of DATABASE_URL")
  const logLimit = yield* countOf("--log-limit", values["log-limit"])
  const logBytes = yield* countOf("--log-bytes", values["log-bytes"])
  const requestLimit = yield* countOf("--request-limit", values["request-limit"])
  const seconds = yield* countOf("--statement-limit", values["statement-limit"])
  const emulator = yield* Emulator.make({
    world,
    port,
    host,
    faults,
    record: values.record,
    logLimit,
    logBytes,
    requestLimit,
    statementLimit: seconds === undefined ? undefined : Duration.seconds(seconds),
    databaseUrl,
    lenient: values.lenient,
    cors: values.cors === undefined ? undefined : yield* originOf(values.cors),
    dataDir: values["data-dir"]
  })
  yield* Console.log(`listening on ${emulator.url}`)
  yield* Console.log(`the API key for BOSA / GL Connectors is ${emulator.bosa.apiKey}`)
  yield* Console.log(`the inspector is at ${emulator.url}/`)
  return yield* Effect.never
}).pipe(
  Effect.scoped,
  Effect.tapError((error) => Console.error(`connectors-emulator: ${oneLine(error.message)}`))
)

const exitCode = <A, E>(exit: Exit.Exit<A, E>): number => {
  if (Exit.isSuccess(exit) || Cause.isInterruptedOnly(exit.cause)) return 0
  const failure = Cause.failureOption(exit.cause)
  return Option.isSome(failure) && failure.value instanceof UsageError ? 2 : 1
}

NodeRuntime.runMain(program, {
  disableErrorReporting: true,
  teardown: (exit, onExit) => onExit(exitCode(exit))
})
