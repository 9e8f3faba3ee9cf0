/**
 * The Connections platform as an Effect service.
 *
 * @since 0.1.0
 */
import { toEffect } from "./internal/runtime/fromResult.js"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { ReadError, WriteError } from "./ApiError.js"
import { Auth } from "./Auth.js"
import type {
  ConnectionOf,
  FileOperations,
  HttpOperations,
  ListFilter,
  SqlOperations,
  TriggerOperations,
  Unbound,
  UnboundActionOperations
} from "./ConnectionHandle.js"
import type { ConnectionTypes, Name } from "./GeneratedTypes.js"
import * as connections from "./internal/connections/client.js"
import { optionIssues } from "./internal/connections/optionNames.js"
import { platform } from "./internal/connections/platform.js"
import { milliseconds } from "./internal/data/checks.js"
import * as jobs from "./internal/jobs/follow.js"
import * as requestPipeline from "./internal/http/call.js"
import { resolve } from "./internal/http/settings.js"
import * as tracker from "./internal/jobs/tracker/engine.js"
import { trackerOptions } from "./internal/jobs/tracker/trackerOptions.js"
import { InvalidRequest, type Issue } from "./InvalidRequest.js"
import type { WatchOptions } from "./Job.js"
import * as JobProtocol from "./JobProtocol.js"
import type { Jobs } from "./Jobs.js"
import type * as JobTracker from "./JobTracker.js"
import type { Connection, SavedAction, Unsubscribed } from "./Records.js"
import type { Limits } from "./Limits.js"
import type { RetryInput } from "./Retry.js"
import type { TransformClient } from "./Transport.js"

/**
 * The operations of Connections.
 *
 * @example
 * ```ts
 * import { Auth, ConnectionsApi, FetchTransport } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const program = Effect.gen(function*() {
 *   const connections = yield* ConnectionsApi
 *   const crm = connections.connection("crm-prod")
 *   return yield* connections.jobs.result(crm.actions.execute("fetch-deal", { input: { id: 7 } }))
 * })
 *
 * export const main = program.pipe(
 *   Effect.provide(
 *     ConnectionsApi.layer({ baseUrl: "https://connections.example" }).pipe(
 *       Layer.provide(Auth.serviceToken(Redacted.make("token"))),
 *       Layer.provide(FetchTransport.layer)
 *     )
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category services
 */
export class ConnectionsApi extends Context.Tag("@effect-connectors/core/ConnectionsApi")<
  ConnectionsApi,
  ConnectionsApi.Service
>() {
  /**
   * The service itself, see {@link make}.
   *
   * @since 0.1.0
   */
  static make(
    options: ConnectionsApi.Options
  ): Effect.Effect<ConnectionsApi.Service, InvalidRequest, Auth | HttpClient.HttpClient | Scope.Scope> {
    return make(options)
  }

  /**
   * A client of one origin, with the `Auth` and `HttpClient` it is given. The `HttpClient` is `NodeConnectors.layer` of
   * `@effect-connectors/node`, `FetchTransport.layer` elsewhere, or a fake such as `ConnectionsTest.layer`; without credentials the
   * `Auth` is `Auth.none`.
   *
   * @since 0.1.0
   */
  static layer(
    options: ConnectionsApi.Options
  ): Layer.Layer<ConnectionsApi, InvalidRequest, Auth | HttpClient.HttpClient> {
    return Layer.scoped(ConnectionsApi, make(options))
  }

  /**
   * A client whose settings come from `Config`; without an argument from the environment:
   * `CONNECTIONS_BASE_URL` and, in milliseconds, `CONNECTIONS_TIMEOUT_MS`.
   *
   * @since 0.1.0
   */
  static layerConfig(
    settings: Config.Config.Wrap<ConnectionsApi.Settings> = environment,
    client: ConnectionsApi.ClientOptions = {}
  ): Layer.Layer<ConnectionsApi, ConfigError.ConfigError | InvalidRequest, Auth | HttpClient.HttpClient> {
    return Layer.unwrapEffect(
      Effect.map(Config.unwrap(settings), (read) => ConnectionsApi.layer({ ...read, ...client }))
    )
  }
}

/**
 * The types of {@link ConnectionsApi}.
 *
 * @since 0.1.0
 * @category models
 */
export declare namespace ConnectionsApi {
  /**
   * What can come from configuration. Durations without a unit are milliseconds.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Settings {
    /** An origin, with the path of a reverse proxy if there is one. Plain http is for this machine only. */
    readonly baseUrl: string
    /** Merged last: one that authorizes replaces ours. */
    readonly extraHeaders?: Readonly<Record<string, string | Redacted.Redacted>> | undefined
    /** For one attempt. Default 30 seconds. */
    readonly attemptTimeout?: Duration.DurationInput | undefined
    /** For each call over all its attempts. None by default. */
    readonly deadline?: Duration.DurationInput | undefined
    readonly userAgent?: string | undefined
    /** Allows plain http to other machines: credentials go in clear. */
    readonly allowInsecureHttp?: boolean | undefined
    /** The longest `Retry-After` that is waited for; a longer one fails at once. Default 64 seconds. */
    readonly maxRetryAfter?: Duration.DurationInput | undefined
    /** The largest response that is read, in bytes. Default 16 MiB. */
    readonly maxBodyBytes?: number | undefined
    /**
     * How whole numbers of a response outside of +-(2^53 - 1) are read: as `"number"`, which rounds them and is the
     * default, or as `"bigint"`, with all their digits.
     */
    readonly integers?: "number" | "bigint" | undefined
    /**
     * Whether the `input` of each saved action is compared with the inputs that the server declares, before anything is
     * sent: what is missing, what is not known, and values of another type are `InvalidRequest`. The inputs are read once
     * for each action. Default false, since that costs a request.
     */
    readonly checkInputs?: boolean | undefined
    /** How long the declared inputs of an action are used. Default 10 minutes. */
    readonly inputsTtl?: Duration.DurationInput | undefined
  }

  /**
   * What is code and not configuration.
   *
   * @since 0.1.0
   * @category models
   */
  export interface ClientOptions {
    /** For every call that names no other. `Retry.idempotent()` here declares it of every call of this client. */
    readonly retry?: Exclude<RetryInput, "idempotent"> | undefined
    /** Changes the `HttpClient` that every call goes through: logging, a proxy's headers, a circuit breaker. */
    readonly transformClient?: TransformClient | undefined
    /** Bounds on all requests of this client: how many may start in a window of time, and how many at once. */
    readonly limits?: Limits | undefined
    /** Whether this client keeps metrics: requests, retries, pauses, and jobs. Default false. */
    readonly metrics?: boolean | undefined
    /**
     * Whether errors show the server's own reason, in `serverReason`, in the message and in logs. Default `"shown"`:
     * without the credentials that were sent, and without what the input holds under names of secrets.
     */
    readonly reasons?: "shown" | "hidden" | undefined
    /** What slugs of connections and actions have to fit; nothing by default. */
    readonly slugPattern?: RegExp | undefined
    /** A key for each call that changes something, the same on each of its attempts. None is sent by default. */
    readonly idempotencyKey?: IdempotencyKey | undefined
    readonly jobs?: JobOptions | undefined
  }

  /**
   * How each change gets an idempotency key.
   *
   * @since 0.5.0
   * @category models
   */
  export interface IdempotencyKey {
    /** The name of the header, such as `idempotency-key`. */
    readonly header: string
    /** Makes the key. It is run once for each call, in the fiber of the call. */
    readonly make: Effect.Effect<string>
    /**
     * Your word that the server keeps keys: it does the work of one key once. A change whose response is lost is then sent
     * again, as an idempotent one is. Default `false`.
     */
    readonly honored?: boolean | undefined
  }

  /**
   * How jobs are followed, all of them together.
   *
   * @since 0.1.0
   * @category models
   */
  export interface JobOptions extends WatchOptions, JobTracker.JobTrackerOptions {
    /** How the server speaks of its jobs. */
    readonly protocol?: JobProtocol.JobProtocol
  }

  /**
   * All options.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Options extends Settings, ClientOptions {}

  /**
   * The operations.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** The origin that requests go to. */
    readonly origin: string
    /** All that can be done on one connection. */
    readonly connection: <S extends Name<ConnectionTypes>>(slug: S) => ConnectionOf<S>
    readonly list: (filter?: ListFilter) => Effect.Effect<ReadonlyArray<Connection>, ReadError>
    readonly get: (slug: string) => Effect.Effect<Connection, ReadError>
    readonly authorize: (slug: string) => Effect.Effect<Option.Option<unknown>, WriteError>
    readonly unauthorize: (slug: string) => Effect.Effect<Option.Option<unknown>, WriteError>
    readonly setActive: (slug: string, active: boolean) => Effect.Effect<Option.Option<unknown>, WriteError>
    /** The tenant's saved actions, of all connections. */
    readonly catalog: Effect.Effect<ReadonlyArray<SavedAction>, ReadError>
    readonly actions: UnboundActionOperations
    readonly http: Unbound<HttpOperations>
    readonly file: Unbound<FileOperations>
    readonly sql: Unbound<SqlOperations>
    readonly triggers: Unbound<TriggerOperations>
    readonly subscribers: {
      /**
       * Unsubscribes; it takes an admin of the organization (`Forbidden`). You may repeat it: `deleted` is false where the
       * subscription was gone already.
       */
      readonly remove: (id: string | number | bigint) => Effect.Effect<Unsubscribed, WriteError>
    }
    readonly jobs: Jobs
  }
}

const environment: Config.Config.Wrap<ConnectionsApi.Settings> = Config.all({
  baseUrl: Config.string("CONNECTIONS_BASE_URL"),
  attemptTimeout: Config.map(Config.option(Config.integer("CONNECTIONS_TIMEOUT_MS")), Option.getOrUndefined)
})

/**
 * The service itself, for programs that hold one client per tenant. It follows
 * jobs until the scope closes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function* (
  options: ConnectionsApi.Options
): Effect.fn.Return<ConnectionsApi.Service, InvalidRequest, Auth | HttpClient.HttpClient | Scope.Scope> {
  const issues: Array<Issue> = [...optionIssues(options)]
  if (issues.length > 0) return yield* new InvalidRequest({ operation: "ConnectionsApi.make", issues })
  const settings = yield* toEffect(resolve("ConnectionsApi.make", options, platform))
  const inputsTtlMillis = milliseconds("inputsTtl", options.inputsTtl ?? "10 minutes", issues)
  const jobOptions = trackerOptions(options.jobs ?? {}, settings.metrics, issues)
  if (issues.length > 0) return yield* new InvalidRequest({ operation: "ConnectionsApi.make", issues })
  const auth = yield* Auth
  const pipeline = requestPipeline.make(yield* HttpClient.HttpClient, auth, settings)
  const protocol = options.jobs?.protocol ?? JobProtocol.defaultProtocol
  const client = connections.make(
    pipeline,
    { base: pipeline.base, protocol, stateOf: JobProtocol.decoder(protocol) },
    { byDefault: options.checkInputs === true, ttlMillis: inputsTtlMillis, deadline: settings.deadline }
  )
  return {
    origin: pipeline.origin,
    connection: client.connection,
    ...client.operations,
    jobs: jobs.make({
      origin: pipeline.base,
      tracker: yield* tracker.make(client.pollOnce, jobOptions),
      protocol,
      poll: client.poll,
      defaults: options.jobs ?? {}
    })
  }
})
