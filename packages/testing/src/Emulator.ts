/**
 * The fake platforms as an HTTP server on this machine: the models of `ConnectionsTest` and `BosaTest` with real SQL,
 * files and HTTP, real time and real sockets. For demonstrations, other languages, and tests of transports.
 *
 * @since 0.1.0
 */
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import { createServer, type Server } from "node:http"
import type * as BosaModel from "./BosaModel.js"
import type * as ConnectionsModel from "./ConnectionsModel.js"
import type * as Faults from "./Faults.js"
import type { ExecutorFailure } from "./Executor.js"
import { limitsOf } from "./internal/fakeServer/boundedList.js"
import { defaultRequestLimit } from "./internal/fakeServer/requestBody.js"
import { isOrigin } from "./internal/emulator/cors.js"
import { serve } from "./internal/emulator/serve.js"
import * as inspector from "./internal/inspector/inspector.js"
import * as inspectorRoutes from "./internal/inspector/routes.js"
import * as loopback from "./internal/emulator/isLoopback.js"
import { secretsOf } from "./internal/inspector/secretMask.js"
import * as recorded from "./internal/recorder/platformRecorder.js"
import * as resettablePlatforms from "./internal/emulator/resettablePlatforms.js"
import { forEachPlatform, type PlatformName } from "./internal/platforms.js"
import * as World from "./World.js"

/**
 * The emulator could not start.
 *
 * - `PortInUse`: another program listens on the port.
 * - `NotLoopback`: other machines could reach the host.
 * - `Listen`: the system refused the address.
 * - `Executors`: the files of the world could not be written.
 * - `Record`: the file of the recording cannot be written.
 * - `Options`: an option is not known, or `cors` is not an origin.
 *
 * @since 0.1.0
 * @category errors
 */
export class EmulatorFailure extends Data.TaggedError("EmulatorFailure")<{
  readonly reason: "PortInUse" | "NotLoopback" | "Listen" | "Executors" | "Record" | "Options"
  readonly message: string
}> {}

/**
 * The options of the emulator. Each has a default.
 *
 * @since 0.1.0
 * @category models
 */
export interface EmulatorOptions {
  /** What the platform holds; `World.demo` unless given. */
  readonly world?: World.World | undefined
  /** 0, the default, picks a free one. */
  readonly port?: number | undefined
  /** A loopback address: `127.0.0.1` unless given, else `localhost`, `::1` or another of `127.0.0.0/8`. */
  readonly host?: string | undefined
  /**
   * Which executors do the typed work. `real`, the default: SQL on PGlite, files in a temporary folder that is removed
   * at the end, HTTP to servers on this machine. `memory`: small executors in memory, without SQL.
   */
  readonly executors?: "real" | "memory" | undefined
  /** A PostgreSQL server that all sql connections share, through the package `pg`; each has its own PGlite unless given. */
  readonly databaseUrl?: string | undefined
  /** A folder where PGlite keeps the databases; in memory unless given. */
  readonly dataDir?: string | undefined
  /** The faults in force from the start, one plan for both platforms; those of the world come after them. */
  readonly faults?: Faults.Plan | undefined
  /**
   * Whether names that Connections does not know pass, in the body of an execute and in the parameters of typed calls.
   * They are refused with 400 unless given.
   *
   * @since 0.5.0
   */
  readonly lenient?: boolean | undefined
  /**
   * The file for a recording of the requests and responses, written when the emulator ends. `Recorder` replays it.
   * Nothing is recorded unless given.
   *
   * @since 0.4.0
   */
  readonly record?: string | undefined
  /**
   * How many requests, executions, and jobs whose end was polled are kept, of each platform and the oldest are dropped;
   * 10,000 of each unless given. Dropped requests and executions still count. A poll of a dropped job gets a 404 that
   * says so.
   *
   * @since 0.5.0
   */
  readonly logLimit?: number | undefined
  /**
   * How many bytes of bodies are kept with the requests, as many with the executions, and as many of results with those
   * jobs; 32 MiB unless given. Beyond that the oldest bodies are replaced by their length and digest, and an assertion
   * that needs one of them fails.
   *
   * @since 0.5.0
   */
  readonly logBytes?: number | undefined
  /**
   * The largest body of a request in bytes, a larger one gets a 413; 16 MiB unless given.
   *
   * @since 0.5.0
   */
  readonly requestLimit?: number | undefined
  /**
   * How long one call of a sql connection may take; 10 seconds unless given. SQL that takes longer is stopped and fails
   * with `STATEMENT_LIMIT`. A PGlite without `dataDir` then starts again with the tables of the world.
   *
   * @since 0.5.0
   */
  readonly statementLimit?: Duration.DurationInput | undefined
  /**
   * An origin, such as `http://localhost:5173`, whose pages may use both platforms (CORS), with any header. Every other
   * origin is refused, and the inspector is only for its own. No page of another origin may use it unless given.
   *
   * @since 0.5.0
   */
  readonly cors?: string | undefined
}

/**
 * The running emulator.
 *
 * @since 0.1.0
 * @category services
 */
export class Emulator extends Context.Tag("@effect-connectors/testing/Emulator")<Emulator, Emulator.Service>() {
  /**
   * A running emulator that ends with its Layer. Fails with {@link EmulatorFailure}.
   *
   * @example
   * ```ts
   * import { Emulator } from "@effect-connectors/testing/Emulator"
   * import * as Console from "effect/Console"
   * import * as Effect from "effect/Effect"
   *
   * const program = Effect.gen(function*() {
   *   const emulator = yield* Emulator
   *   yield* Console.log(`listening on ${emulator.url}`)
   * })
   *
   * export const runnable = program.pipe(Effect.provide(Emulator.layer({ port: 0 })))
   * ```
   *
   * @since 0.1.0
   */
  static readonly layer = (options?: EmulatorOptions): Layer.Layer<Emulator, EmulatorFailure> =>
    Layer.scoped(Emulator, make(options))
}

/**
 * The types of the service.
 *
 * @since 0.1.0
 * @category services
 */
export declare namespace Emulator {
  /**
   * Where the emulator listens, and the platform's state.
   *
   * @since 0.1.0
   * @category services
   */
  export interface Service extends ConnectionsModel.State {
    /** The origin, e.g. `http://127.0.0.1:8081`. */
    readonly url: string
    readonly port: number
    /** The state of the BOSA / GL Connectors platform, which is served at the same origin. */
    readonly bosa: BosaModel.State
    /**
     * Resets both platforms to the world as it was at the start: state, logs, jobs and faults. Work in progress is
     * interrupted. Data in `dataDir` or at `databaseUrl` stays.
     *
     * @since 0.4.0
     */
    readonly reset: Effect.Effect<void, EmulatorFailure>
  }
}

const optionNames = OptionNames.make<EmulatorOptions>({
  world: true,
  port: true,
  host: true,
  executors: true,
  databaseUrl: true,
  dataDir: true,
  faults: true,
  lenient: true,
  record: true,
  logLimit: true,
  logBytes: true,
  requestLimit: true,
  statementLimit: true,
  cors: true
})

/**
 * Whether only programs on this machine can reach a host.
 *
 * @since 0.1.0
 * @category guards
 */
export const isLoopback: (host: string) => boolean = loopback.isLoopback

const listenFailure = (host: string, port: number, cause: unknown): EmulatorFailure => {
  const code = Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : String(cause)
  return code === "EADDRINUSE"
    ? new EmulatorFailure({
        reason: "PortInUse",
        message: `port ${port} of ${host} is in use: choose another port, or 0 for a free one`
      })
    : new EmulatorFailure({ reason: "Listen", message: `cannot listen on port ${port} of ${host}: ${code}` })
}

/** Ends open requests too: a client that waits for a response would keep the server open. */
const closeAtOnce = (server: Server) =>
  Effect.sync(() => {
    server.close()
    server.closeAllConnections()
  })

/**
 * Starts an emulator that ends with the scope: open requests are cut off and
 * work in progress is interrupted. Fails with {@link EmulatorFailure}.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: EmulatorOptions = {}): Effect.Effect<Emulator.Service, EmulatorFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const [wrong] = OptionNames.issues(optionNames, options)
    if (wrong !== undefined) {
      const message = `${wrong.path.join(".")} ${wrong.message}: ${wrong.fix ?? "leave it out"}`
      return yield* new EmulatorFailure({ reason: "Options", message })
    }
    const { databaseUrl, dataDir, host = "127.0.0.1", logBytes, logLimit = 10_000, port = 0 } = options
    const { cors, requestLimit = defaultRequestLimit, world = World.demo } = options
    if (!isLoopback(host)) {
      return yield* new EmulatorFailure({
        reason: "NotLoopback",
        message: `${host} is not a loopback address: use 127.0.0.1, localhost or ::1`
      })
    }
    if (cors !== undefined && !isOrigin(cors)) {
      const message = `cors ${JSON.stringify(cors)} is not an origin: give one such as http://localhost:5173`
      return yield* new EmulatorFailure({ reason: "Options", message })
    }
    const failed = ({ message }: ExecutorFailure) => new EmulatorFailure({ reason: "Executors", message })
    const inspectorState = inspector.makeState(world, randomBytes(6).toString("base64url"))
    const platforms = yield* resettablePlatforms
      .make(world, {
        real: options.executors !== "memory",
        faults: options.faults,
        lenient: options.lenient === true,
        limits: limitsOf({ logBytes, logLimit }),
        requestLimit,
        listener: inspectorState.watch,
        databaseUrl,
        dataDir,
        statementLimit: options.statementLimit
      })
      .pipe(Effect.mapError(failed))
    const taped =
      options.record === undefined
        ? undefined
        : yield* recorded
            .make(options.record, secretsOf(world))
            .pipe(Effect.mapError(({ message }) => new EmulatorFailure({ reason: "Record", message })))
    const nodeServer = createServer()
    const server = yield* NodeHttpServer.make(() => nodeServer, { host, port }).pipe(
      Effect.mapError(({ cause }) => listenFailure(host, port, cause))
    )
    const inspected = inspector.make(inspectorState, platforms)
    const handlerOf = (platform: PlatformName) => {
      const model = inspected.observed(platform)
      return taped === undefined ? model : taped(model)
    }
    yield* serve(server, {
      requestLimit,
      cors,
      platforms: forEachPlatform(({ name }) => handlerOf(name)),
      inspector: yield* inspectorRoutes.make(inspected)
    })
    yield* Effect.addFinalizer(() => closeAtOnce(nodeServer))
    const bound = server.address._tag === "TcpAddress" ? server.address.port : port
    const { handle: _, ...state } = platforms.connections
    const { handle: _bosa, ...bosa } = platforms.bosa
    return {
      ...state,
      bosa,
      reset: Effect.mapError(inspected.reset, failed),
      url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
      port: bound
    }
  })
