/**
 * Records the HTTP exchanges of a program, and replays them: an `HttpClient` over the one below it. Secrets are redacted in
 * the file, and filled in again on the way to the program.
 *
 * @since 0.4.0
 */
import { isPlatformError, type PlatformError } from "@effect/platform/Error"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import { knownOptions } from "./internal/knownOptions.js"
import * as recordingFile from "./internal/recorder/recordingFile.js"
import { recordingClient } from "./internal/recorder/recordingClient.js"
import { secretNames } from "./internal/recorder/secretNames.js"
import { Player } from "./internal/recorder/player.js"
import { redact } from "./internal/recorder/redact.js"
import { replayingClient } from "./internal/recorder/replayingClient.js"
import { format } from "./internal/recorder/schema.js"
import { SecretHasher } from "./internal/recorder/secretHasher.js"
import { ReplaySecrets } from "./internal/recorder/replaySecrets.js"
import { ExchangeLog } from "./internal/recorder/exchangeLog.js"
import type { Exchange, Recording, RecordingInvalid } from "./Recording.js"

/**
 * The file of a recording cannot be used. `Missing`: a replay needs it and it does not exist. `Unreadable` and
 * `Unwritable`: the system refuses access.
 *
 * @since 0.4.0
 * @category errors
 */
export class RecorderFailure extends Data.TaggedError("RecorderFailure")<{
  readonly reason: "Missing" | "Unreadable" | "Unwritable"
  readonly file: string
  readonly message: string
}> {}

/**
 * Secrets in addition to those that are always redacted: authorization headers, cookies, and the query parameters and fields
 * with names such as token, secret and password.
 *
 * @since 0.4.0
 * @category models
 */
export interface SecretOptions {
  /** Values to redact everywhere. A replay knows them before they are sent. */
  readonly values?: ReadonlyArray<Redacted.Redacted> | undefined
  /** More names of headers. */
  readonly headers?: ReadonlyArray<string> | undefined
  /** More names of query parameters. */
  readonly query?: ReadonlyArray<string> | undefined
  /** More names of fields in JSON and forms. Everything inside such a field is secret. */
  readonly fields?: ReadonlyArray<string> | undefined
}

/**
 * How a replay compares requests.
 *
 * @since 0.4.0
 * @category models
 */
export interface ReplayOptions {
  readonly secrets?: SecretOptions | undefined
  /**
   * What to ignore: names of headers and query parameters, and places in a JSON body such as `input.at` or `rows[0].id`.
   * Headers of the connection, of tracing, and `user-agent` are always ignored.
   */
  readonly ignore?:
    | {
        readonly headers?: ReadonlyArray<string> | undefined
        readonly query?: ReadonlyArray<string> | undefined
        readonly body?: ReadonlyArray<string> | undefined
      }
    | undefined
  /** Repeats the last response to a request that is sent more often than it was recorded. By default such a request fails. */
  readonly repeatLast?: boolean | undefined
}

/**
 * How requests are recorded.
 *
 * @since 0.4.0
 * @category models
 */
export interface RecordOptions {
  readonly secrets?: SecretOptions | undefined
  /** How much of a body is recorded, in bytes; 16 MiB by default. A longer body cannot be replayed to its end. */
  readonly maxBodyBytes?: number | undefined
}

/**
 * How a recorder works: `record`, `replay` or `auto`.
 *
 * @since 0.4.0
 * @category models
 */
export interface RecorderOptions extends RecordOptions, ReplayOptions {
  /**
   * `auto`, the default: replay if the file exists, else record. If the program then fails, `auto` writes no file: it would
   * be the recording of a half run. `record` writes the file however the program ends.
   */
  readonly mode?: "record" | "replay" | "auto" | undefined
}

const recordTable = { secrets: true, maxBodyBytes: true } as const satisfies OptionNames.Table<RecordOptions>
const replayTable = {
  secrets: true,
  ignore: true,
  repeatLast: true
} as const satisfies OptionNames.Table<ReplayOptions>
const recordNames = OptionNames.make<RecordOptions>(recordTable)
const replayNames = OptionNames.make<ReplayOptions>(replayTable)
const recorderNames = OptionNames.make<RecorderOptions>({ ...recordTable, ...replayTable, mode: true })

/**
 * Gives access to the recording, and to what a replay did not use or find.
 *
 * @since 0.4.0
 * @category services
 */
export class Recorder extends Context.Tag("@effect-connectors/testing/Recorder")<Recorder, Recorder.Service>() {
  /**
   * An `HttpClient` over the one below. While it records, every request goes to the one below, and the recording
   * replaces the file when the Layer ends. Without a request the file does not change, and neither does it when the
   * program fails in the mode `auto`.
   * While it replays, nothing is sent: a request that was not recorded fails, and the failure shows how it differs from
   * the nearest recorded one.
   *
   * Fails with {@link RecorderFailure}, and with `RecordingInvalid` for a file that is not a recording.
   *
   * @example
   * ```ts
   * import { Auth, ConnectionsApi } from "@effect-connectors/core"
   * import { NodeConnectors } from "@effect-connectors/node"
   * import { Recorder } from "@effect-connectors/testing/Recorder"
   * import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
   * import * as Effect from "effect/Effect"
   * import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
   * import * as Redacted from "effect/Redacted"
   *
   * const api = ConnectionsApi.layer({ baseUrl: "https://connections.example" }).pipe(
   *   Layer.provide(Auth.serviceToken(Redacted.make(process.env["TOKEN"] ?? "any"))),
   *   Layer.provide(Recorder.layer("test/recordings/list.json")),
   *   Layer.provide([NodeConnectors.layer, NodeFileSystem.layer])
   * )
   *
   * export const program = Effect.flatMap(ConnectionsApi, (connections) => connections.list()).pipe(Effect.provide(api))
   * ```
   *
   * @since 0.4.0
   */
  static readonly layer = (
    file: string,
    options?: RecorderOptions
  ): Layer.Layer<
    Recorder | HttpClient.HttpClient,
    RecorderFailure | RecordingInvalid,
    HttpClient.HttpClient | FileSystem.FileSystem
  > => Layer.scopedContext(Effect.map(make(file, knownOptions("Recorder.layer", recorderNames, options)), contextOf))

  /**
   * Records without a file. The service has the recording for as long as the Layer lives.
   *
   * @since 0.4.0
   */
  static readonly layerRecord = (
    options?: RecordOptions
  ): Layer.Layer<Recorder | HttpClient.HttpClient, never, HttpClient.HttpClient> => {
    const known = knownOptions("Recorder.layerRecord", recordNames, options)
    return Layer.effectContext(
      Effect.flatMap(HttpClient.HttpClient, (below) => Effect.map(record(below, newSalt(), known), contextOf))
    )
  }

  /**
   * An `HttpClient` that replays a recording in memory. It sends nothing and writes nothing.
   *
   * @since 0.4.0
   */
  static readonly layerReplay = (
    recording: Recording,
    options?: ReplayOptions
  ): Layer.Layer<Recorder | HttpClient.HttpClient> => {
    const known = knownOptions("Recorder.layerReplay", replayNames, options)
    return Layer.effectContext(Effect.sync(() => contextOf(replay(recording, known))))
  }
}

/**
 * The types of the service.
 *
 * @since 0.4.0
 * @category services
 */
export declare namespace Recorder {
  /**
   * A recorder: its recording, and what a replay did not use or find.
   *
   * @since 0.4.0
   * @category services
   */
  export interface Service {
    /** What it does: `auto` has become one of these. */
    readonly mode: "record" | "replay"
    /** The recording so far, or the one that is replayed. Its secrets are redacted. */
    readonly recording: Effect.Effect<Recording>
    /** In a replay, the exchanges that no request has used so far. */
    readonly unused: Effect.Effect<ReadonlyArray<Exchange>>
    /** In a replay, one text for each request that was not recorded: how it differs from the nearest recorded one. */
    readonly missed: Effect.Effect<ReadonlyArray<string>>
    /** The client that records or replays. */
    readonly client: HttpClient.HttpClient
  }
}

const contextOf = (service: Recorder.Service) =>
  Context.make(Recorder, service).pipe(Context.add(HttpClient.HttpClient, service.client))

const newSalt = (): string => randomBytes(16).toString("hex")

const defaultMaxBodyBytes = 16 * 1024 * 1024

const valuesIn = (secrets: SecretOptions | undefined): ReadonlyArray<string> =>
  (secrets?.values ?? []).map((value) => Redacted.value(value))

const replay = (recording: Recording, options: ReplayOptions = {}): Recorder.Service => {
  const { ignore = {}, repeatLast = false, secrets: given } = options
  const secrets = new ReplaySecrets(new SecretHasher(recording.salt))
  for (const value of valuesIn(given)) secrets.add(value)
  const player = new Player(recording, { names: secretNames(given), secrets, ignore, repeatLast })
  const missed: Array<string> = []
  return {
    mode: "replay",
    recording: Effect.succeed(recording),
    unused: Effect.sync(() => player.unused),
    missed: Effect.sync(() => [...missed]),
    client: replayingClient(player, secrets, (difference) => missed.push(difference))
  }
}

const record = Effect.fnUntraced(function* (below: HttpClient.HttpClient, salt: string, options: RecordOptions = {}) {
  const clock = yield* Effect.clock
  const startedAt = clock.unsafeCurrentTimeMillis()
  const start = clock.unsafeCurrentTimeNanos()
  const elapsed = () => Number((clock.unsafeCurrentTimeNanos() - start) / 1_000_000n)
  const log = new ExchangeLog(elapsed, options.maxBodyBytes ?? defaultMaxBodyBytes)
  const hasher = new SecretHasher(salt)
  const names = secretNames(options.secrets)
  const recording = Effect.sync((): Recording => ({
    format,
    version: 1,
    salt,
    startedAt,
    exchanges: redact(log.exchanges, hasher, names, valuesIn(options.secrets))
  }))
  const service: Recorder.Service = {
    mode: "record",
    recording,
    unused: Effect.succeed([]),
    missed: Effect.succeed([]),
    client: recordingClient(below, log)
  }
  return service
})

const codeOf = (error: PlatformError): string => (error._tag === "SystemError" ? error.reason : error.message)

const refused = (reason: "Unreadable" | "Unwritable", path: string) => (error: PlatformError) =>
  new RecorderFailure({
    reason,
    file: path,
    message: `the recording ${path} cannot be ${reason === "Unreadable" ? "read" : "written"}: ${codeOf(error)}`
  })

const missing = (path: string): RecorderFailure =>
  new RecorderFailure({
    reason: "Missing",
    file: path,
    message: `there is no recording ${path}: record it first, with the mode "record" or "auto"`
  })

const hasFailed = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)

/**
 * Makes a recorder that ends with the scope, see {@link Recorder.layer}.
 *
 * @since 0.4.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function* (
  path: string,
  options: RecorderOptions = {}
): Effect.fn.Return<
  Recorder.Service,
  RecorderFailure | RecordingInvalid,
  Scope.Scope | HttpClient.HttpClient | FileSystem.FileSystem
> {
  const below = yield* HttpClient.HttpClient
  const files = yield* FileSystem.FileSystem
  const exists = yield* Effect.mapError(files.exists(path), refused("Unreadable", path))
  const { mode = "auto" } = options
  const read = recordingFile
    .read(files, path)
    .pipe(Effect.mapError((error) => (isPlatformError(error) ? refused("Unreadable", path)(error) : error)))
  if (mode === "replay" || (mode === "auto" && exists)) {
    if (!exists) return yield* missing(path)
    return replay(yield* read, options)
  }
  // the salt of the old file, so that unchanged secrets get the same placeholders
  const before = exists ? yield* Effect.either(read) : undefined
  const salt = before !== undefined && Either.isRight(before) ? before.right.salt : newSalt()
  const save = yield* Effect.mapError(recordingFile.reserveFile(files, path), refused("Unwritable", path))
  const recorder = yield* record(below, salt, options)
  yield* Effect.addFinalizer((exit) => {
    // it would replay a half run: the next run in `auto` has to record again
    if (mode === "auto" && hasFailed(exit)) {
      return Effect.logWarning(`the run failed: the recording ${path} was not written`)
    }
    return Effect.flatMap(recorder.recording, (recording) =>
      recording.exchanges.length === 0
        ? Effect.void
        : Effect.orDie(Effect.mapError(save(recording), refused("Unwritable", path)))
    )
  })
  return recorder
})
