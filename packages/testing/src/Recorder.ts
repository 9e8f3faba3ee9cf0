/**
 * Records what a program says to a platform, and answers from the recording: an `HttpClient` made of the one below it.
 * Secrets are taken out on the way to the file and put back on the way to the program.
 *
 * @since 0.4.0
 */
import { isPlatformError, type PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import * as file from "./internal/recorder/file.js"
import { recording as recordingClient } from "./internal/recorder/live.js"
import { namesOf } from "./internal/recorder/names.js"
import { Player } from "./internal/recorder/player.js"
import { redact } from "./internal/recorder/redact.js"
import { replaying } from "./internal/recorder/replay.js"
import { format } from "./internal/recorder/schema.js"
import { Seal } from "./internal/recorder/seal.js"
import { Secrets } from "./internal/recorder/secrets.js"
import { Tape } from "./internal/recorder/tape.js"
import type { Exchange, Recording, RecordingInvalid } from "./Recording.js"

/**
 * The file of a recording cannot be used. `Missing`: it is not there, and was to be replayed. `Unreadable` and
 * `Unwritable`: the system refuses it.
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
 * What is secret beside what is known to be: the headers that authorise, cookies, and the queries and fields that are
 * called token, secret, password and the like.
 *
 * @since 0.4.0
 * @category models
 */
export interface SecretOptions {
  /** Values that are hidden wherever they stand, and known in a replay before they are sent. */
  readonly values?: ReadonlyArray<Redacted.Redacted> | undefined
  /** More names of headers. */
  readonly headers?: ReadonlyArray<string> | undefined
  /** More names of query parameters. */
  readonly query?: ReadonlyArray<string> | undefined
  /** More names of fields in JSON and forms; everything inside of such a field is secret. */
  readonly fields?: ReadonlyArray<string> | undefined
}

/**
 * How requests are compared in a replay.
 *
 * @since 0.4.0
 * @category models
 */
export interface ReplayOptions {
  readonly secrets?: SecretOptions | undefined
  /**
   * What does not count: names of headers and query parameters, and places in a JSON body such as `input.at` or
   * `rows[0].id`. Headers of the connection, of tracing and `user-agent` never do.
   */
  readonly ignore?:
    | {
        readonly headers?: ReadonlyArray<string> | undefined
        readonly query?: ReadonlyArray<string> | undefined
        readonly body?: ReadonlyArray<string> | undefined
      }
    | undefined
  /** A request that is sent more often than it was recorded gets its last answer again; it fails unless this is set. */
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
  /** How much of a body is recorded, in bytes; 16 MiB unless given. A body that is longer cannot be replayed to its end. */
  readonly maxBodyBytes?: number | undefined
}

/**
 * How a recorder works.
 *
 * @since 0.4.0
 * @category models
 */
export interface Options extends RecordOptions, ReplayOptions {
  /** `auto`, the default: replay when the file is there, else record. */
  readonly mode?: "record" | "replay" | "auto" | undefined
}

/**
 * Looks at what is recorded or replayed.
 *
 * @since 0.4.0
 * @category services
 */
export class Recorder extends Context.Tag("@effect-connectors/testing/Recorder")<Recorder, Recorder.Service>() {
  /**
   * An `HttpClient` over the one below. While it records, everything goes through to that one, and the recording is
   * put in the file's place when the Layer ends, however it ends; where nothing was said the file stays as it was.
   * While it replays nothing is sent: a request that was not recorded fails, and the failure tells the difference
   * from the nearest that was.
   *
   * Fails with {@link RecorderFailure}, and with `RecordingInvalid` for a file to replay that is no recording.
   *
   * @example
   * ```ts
   * import { Auth, ConnectionsApi } from "@effect-connectors/core"
   * import { NodeConnectors } from "@effect-connectors/node"
   * import { Recorder } from "@effect-connectors/testing/Recorder"
   * import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
   * import * as Effect from "effect/Effect"
   * import * as Layer from "effect/Layer"
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
    options?: Options
  ): Layer.Layer<
    Recorder | HttpClient.HttpClient,
    RecorderFailure | RecordingInvalid,
    HttpClient.HttpClient | FileSystem.FileSystem
  > => Layer.scopedContext(Effect.map(make(file, options), contextOf))

  /**
   * Records without a file: the recording is the service's, for as long as the Layer lives.
   *
   * @since 0.4.0
   */
  static readonly layerRecord = (
    options?: RecordOptions
  ): Layer.Layer<Recorder | HttpClient.HttpClient, never, HttpClient.HttpClient> =>
    Layer.effectContext(
      Effect.flatMap(HttpClient.HttpClient, (below) => Effect.map(record(below, newSalt(), options), contextOf))
    )

  /**
   * An `HttpClient` that answers from a recording that is at hand. Nothing is sent and nothing is written.
   *
   * @since 0.4.0
   */
  static readonly layerReplay = (
    recording: Recording,
    options?: ReplayOptions
  ): Layer.Layer<Recorder | HttpClient.HttpClient> =>
    Layer.effectContext(Effect.sync(() => contextOf(replay(recording, options))))
}

/**
 * The types of the service.
 *
 * @since 0.4.0
 * @category services
 */
export declare namespace Recorder {
  /**
   * What a recorder has and has been asked.
   *
   * @since 0.4.0
   * @category services
   */
  export interface Service {
    /** What it does, `auto` having been decided. */
    readonly mode: "record" | "replay"
    /** What is recorded by now, or is replayed: without its secrets. */
    readonly recording: Effect.Effect<Recording>
    /** In a replay, what nobody has asked for by now. */
    readonly unused: Effect.Effect<ReadonlyArray<Exchange>>
    /** In a replay, what was asked for and was not recorded: the difference from the nearest, one for each. */
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
  const secrets = new Secrets(new Seal(recording.salt))
  for (const value of valuesIn(given)) secrets.know(value)
  const player = new Player(recording, { names: namesOf(given), secrets, ignore, repeatLast })
  const missed: Array<string> = []
  return {
    mode: "replay",
    recording: Effect.succeed(recording),
    unused: Effect.sync(() => player.unused),
    missed: Effect.sync(() => [...missed]),
    client: replaying(player, secrets, (difference) => missed.push(difference))
  }
}

const record = Effect.fnUntraced(function* (below: HttpClient.HttpClient, salt: string, options: RecordOptions = {}) {
  const clock = yield* Effect.clock
  const now = () => clock.unsafeCurrentTimeMillis()
  const tape = new Tape(now(), now, options.maxBodyBytes ?? defaultMaxBodyBytes)
  const seal = new Seal(salt)
  const names = namesOf(options.secrets)
  const recording = Effect.sync((): Recording => ({
    format,
    version: 1,
    salt,
    startedAt: tape.startedAt,
    exchanges: redact(tape.exchanges, seal, names, valuesIn(options.secrets))
  }))
  const service: Recorder.Service = {
    mode: "record",
    recording,
    unused: Effect.succeed([]),
    missed: Effect.succeed([]),
    client: recordingClient(below, tape)
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

/**
 * A recorder that ends with the scope, see {@link Recorder.layer}.
 *
 * @since 0.4.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function* (
  path: string,
  options: Options = {}
): Effect.fn.Return<
  Recorder.Service,
  RecorderFailure | RecordingInvalid,
  Scope.Scope | HttpClient.HttpClient | FileSystem.FileSystem
> {
  const below = yield* HttpClient.HttpClient
  const files = yield* FileSystem.FileSystem
  const isThere = yield* Effect.mapError(files.exists(path), refused("Unreadable", path))
  const { mode = "auto" } = options
  const found = file
    .read(files, path)
    .pipe(Effect.mapError((error) => (isPlatformError(error) ? refused("Unreadable", path)(error) : error)))
  if (mode === "replay" || (mode === "auto" && isThere)) {
    if (!isThere) return yield* missing(path)
    return replay(yield* found, options)
  }
  // with the salt of the one before, what is still the same is written in the same words
  const before = isThere ? yield* Effect.either(found) : undefined
  const salt = before !== undefined && Either.isRight(before) ? before.right.salt : newSalt()
  const save = yield* Effect.mapError(file.placeFor(files, path), refused("Unwritable", path))
  const recorder = yield* record(below, salt, options)
  yield* Effect.addFinalizer(() =>
    Effect.flatMap(recorder.recording, (recording) =>
      recording.exchanges.length === 0
        ? Effect.void
        : Effect.orDie(Effect.mapError(save(recording), refused("Unwritable", path)))
    )
  )
  return recorder
})
