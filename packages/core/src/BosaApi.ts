/**
 * BOSA / GL Connectors as an Effect service.
 *
 * @since 0.2.0
 */
import { toEffect } from "./internal/runtime/fromResult.js"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as ActionTools from "./ActionTools.js"
import type { ReadError } from "./ApiError.js"
import { Auth } from "./Auth.js"
import type * as Clients from "./Clients.js"
import type * as Catalog from "./Catalog.js"
import type { ConnectorOf, UnboundActionCalls } from "./ConnectorHandle.js"
import { all, type Dialect, isDialect } from "./Dialect.js"
import type { ConnectorTypes, Name } from "./GeneratedTypes.js"
import type * as Integrations from "./Integrations.js"
import * as calls from "./internal/bosa/execute.js"
import * as catalog from "./internal/bosa/catalog.js"
import * as clients from "./internal/bosa/clients.js"
import * as discovery from "./internal/bosa/discovery.js"
import { addressFrom, dialectFrom } from "./internal/bosa/environment.js"
import * as handle from "./internal/bosa/connectorHandle.js"
import * as integrations from "./internal/bosa/integrations.js"
import * as skills from "./internal/bosa/skills.js"
import * as tools from "./internal/bosa/tools.js"
import * as users from "./internal/bosa/users.js"
import { milliseconds } from "./internal/data/checks.js"
import * as requestPipeline from "./internal/http/call.js"
import { clientNames, resolve } from "./internal/http/settings.js"
import { tables } from "./internal/bosa/dialects.js"
import { platform } from "./internal/bosa/platform.js"
import { InvalidRequest, type Issue } from "./InvalidRequest.js"
import type { Limits } from "./Limits.js"
import * as OptionNames from "./OptionNames.js"
import type { RetryInput } from "./Retry.js"
import type * as Skills from "./Skills.js"
import type { TransformClient } from "./Transport.js"
import type * as Users from "./Users.js"

/**
 * The operations of BOSA / GL Connectors.
 *
 * @example
 * ```ts
 * import { Auth, BosaApi, FetchTransport } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const program = Effect.gen(function*() {
 *   const bosa = yield* BosaApi
 *   const page = yield* bosa.run("github", "list_pull_requests", { owner: "effect-ts", repo: "effect" })
 *   return page.data
 * })
 *
 * export const main = program.pipe(
 *   Effect.provide(
 *     BosaApi.layer({ dialect: "gl" }).pipe(
 *       Layer.provide(Auth.apiKey(Redacted.make("key"))),
 *       Layer.provide(FetchTransport.layer)
 *     )
 *   )
 * )
 * ```
 *
 * @since 0.2.0
 * @category services
 */
export class BosaApi extends Context.Tag("@effect-connectors/core/BosaApi")<BosaApi, BosaApi.Service>() {
  /**
   * The service itself, see {@link make}.
   *
   * @since 0.2.0
   */
  static make(options?: BosaApi.Options): Effect.Effect<BosaApi.Service, InvalidRequest, Auth | HttpClient.HttpClient> {
    return make(options)
  }

  /**
   * A client of one origin, with the `Auth` and `HttpClient` it is given. The `HttpClient` is `NodeConnectors.layer` of
   * `@effect-connectors/node`, `FetchTransport.layer` elsewhere, or a fake such as `BosaTest.layer`; without credentials the
   * `Auth` is `Auth.none`.
   *
   * @since 0.2.0
   */
  static layer(options?: BosaApi.Options): Layer.Layer<BosaApi, InvalidRequest, Auth | HttpClient.HttpClient> {
    return Layer.effect(BosaApi, make(options))
  }

  /**
   * A client whose settings come from `Config`; without an argument from the environment:
   * `BOSA_BASE_URL` and `BOSA_DIALECT`, either of which may be left out.
   *
   * @since 0.2.0
   */
  static layerConfig(
    settings: Config.Config.Wrap<BosaApi.Settings> = environment,
    client: BosaApi.ClientOptions = {}
  ): Layer.Layer<BosaApi, ConfigError.ConfigError | InvalidRequest, Auth | HttpClient.HttpClient> {
    return Layer.unwrapEffect(Effect.map(Config.unwrap(settings), (read) => BosaApi.layer({ ...read, ...client })))
  }
}

/**
 * The types of {@link BosaApi}.
 *
 * @since 0.2.0
 * @category models
 */
export declare namespace BosaApi {
  /**
   * What can come from configuration. Durations without a unit are milliseconds.
   *
   * @since 0.2.0
   * @category models
   */
  export interface Settings {
    /** The version of the protocol. Default `bosa`. */
    readonly dialect?: Dialect | undefined
    /** An origin, with a path if there is one. Default the public address of the dialect. */
    readonly baseUrl?: string | undefined
    /** Merged last: one that authorizes replaces ours. */
    readonly extraHeaders?: Readonly<Record<string, string | Redacted.Redacted>> | undefined
    /** For one attempt. Default 30 seconds, and 10 for users, integrations and the catalog. */
    readonly attemptTimeout?: Duration.DurationInput | undefined
    /** For each call over all its attempts, discovery included. None by default. */
    readonly deadline?: Duration.DurationInput | undefined
    readonly userAgent?: string | undefined
    /** Allows plain http to other machines: credentials go in clear. */
    readonly allowInsecureHttp?: boolean | undefined
    /** The longest `Retry-After` that a read waits for; a longer one fails at once. Default 64 seconds. */
    readonly maxRetryAfter?: Duration.DurationInput | undefined
    /** The largest response that is read into memory, in bytes. Default 16 MiB. */
    readonly maxBodyBytes?: number | undefined
    /**
     * How whole numbers of a response outside of +-(2^53 - 1) are read: as `"number"`, which rounds them and is the
     * default, or as `"bigint"`, with all their digits.
     */
    readonly integers?: "number" | "bigint" | undefined
    /** How long what discovery says of a connector is used. Default 10 minutes. */
    readonly discoveryTtl?: Duration.DurationInput | undefined
    /** Whether all actions are checked as with `Action.strict`. Default false. */
    readonly strict?: boolean | undefined
    /** The version of the error contract to request, 1 or 2; in dialect `gl` only. */
    readonly errorContract?: number | undefined
    /** Where `clients.create` sends to. No default: the platform's packages do not show it. */
    readonly createClient?: Clients.CreateClientOptions | undefined
  }

  /**
   * What is code and not configuration.
   *
   * @since 0.2.0
   * @category models
   */
  export interface ClientOptions {
    /** For reads, and for what was proved not to have been sent. How often an action is sent is `maxAttempts`. */
    readonly retry?: Exclude<RetryInput, "idempotent"> | undefined
    /** Changes the `HttpClient` that every call goes through. */
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
  }

  /**
   * All options.
   *
   * @since 0.2.0
   * @category models
   */
  export interface Options extends Settings, ClientOptions {}

  /**
   * The operations.
   *
   * @since 0.2.0
   * @category models
   */
  export interface Service extends UnboundActionCalls {
    /** The origin that requests go to. */
    readonly origin: string
    readonly dialect: Dialect
    /** The names of all connectors. */
    readonly connectors: Effect.Effect<ReadonlyArray<string>, ReadError>
    /** One connector. Nothing is requested before it is used. */
    readonly connect: <C extends Name<ConnectorTypes>>(connector: C) => ConnectorOf<C>
    readonly users: Users.Operations
    readonly integrations: Integrations.Operations
    readonly clients: Clients.Operations
    readonly catalog: Catalog.Operations
    readonly skills: Skills.Operations
    /** The actions of connectors as tools for models; `NotFound` when there is no such connector. */
    readonly tools: (
      connectors: string | ReadonlyArray<string>,
      options?: ActionTools.ToolOptions
    ) => Effect.Effect<ReadonlyArray<ActionTools.ActionTool>, ReadError>
  }
}

const environment: Config.Config.Wrap<BosaApi.Settings> = Config.all({
  baseUrl: addressFrom("BOSA_BASE_URL"),
  dialect: dialectFrom("BOSA_DIALECT")
})

const noDialect: Issue = {
  path: ["dialect"],
  message: "is not a dialect",
  fix: `give one of ${all.map((dialect) => `"${dialect}"`).join(", ")}`
}

const contractIssues = ({ dialect, errorContract }: BosaApi.Options): ReadonlyArray<Issue> => {
  if (errorContract === undefined) return []
  const refuse = (message: string, fix: string) => [{ path: ["errorContract"], message, fix }]
  if (errorContract !== 1 && errorContract !== 2) return refuse("is neither 1 nor 2", "give one of them")
  return dialect === "gl" ? [] : refuse(`is not known in dialect "${dialect ?? "bosa"}"`, 'speak "gl", or leave it out')
}

const contractHeader = ({ dialect = "bosa", errorContract }: BosaApi.Options): Readonly<Record<string, string>> => {
  const header = tables[dialect].errorContractHeader
  return header === undefined || errorContract !== 2 ? {} : { [header]: "2" }
}

const optionNames = OptionNames.make<BosaApi.Options>({
  ...clientNames,
  dialect: true,
  discoveryTtl: true,
  strict: true,
  errorContract: true,
  createClient: true
})

/**
 * The service itself, for programs that hold one client per tenant.
 *
 * @since 0.2.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function* (
  options: BosaApi.Options = {}
): Effect.fn.Return<BosaApi.Service, InvalidRequest, Auth | HttpClient.HttpClient> {
  const wrongNames = OptionNames.issues(optionNames, options)
  if (wrongNames.length > 0) return yield* new InvalidRequest({ operation: "BosaApi.make", issues: wrongNames })
  const dialect = options.dialect ?? "bosa"
  if (!isDialect(dialect)) return yield* new InvalidRequest({ operation: "BosaApi.make", issues: [noDialect] })
  const table = tables[dialect]
  const issues: Array<Issue> = [...contractIssues(options), ...clients.optionIssues(options.createClient)]
  const ttlMillis = milliseconds("discoveryTtl", options.discoveryTtl ?? "10 minutes", issues)
  if (issues.length > 0) return yield* new InvalidRequest({ operation: "BosaApi.make", issues })
  const settings = yield* toEffect(
    resolve(
      "BosaApi.make",
      {
        ...options,
        baseUrl: options.baseUrl ?? table.baseUrl,
        extraHeaders: { ...contractHeader(options), ...options.extraHeaders }
      },
      platform
    )
  )
  const auth = yield* Auth
  const pipeline = requestPipeline.make(yield* HttpClient.HttpClient, auth, settings)
  const found = discovery.make(pipeline, table, Duration.millis(ttlMillis))
  const connect = handle.make(calls.make(pipeline, table, found, settings, options.strict === true))
  return {
    origin: pipeline.origin,
    dialect: table.dialect,
    connectors: found.names,
    connect,
    users: users.make(
      pipeline,
      table,
      auth.initial === undefined || "x-api-key" in { ...settings.extraHeaders, ...auth.initial }
    ),
    integrations: integrations.make(pipeline, table),
    clients: clients.make(pipeline, options.createClient),
    catalog: catalog.make(pipeline, table),
    skills: skills.make(pipeline, table),
    tools: tools.make(found, connect),
    execute: (connector, ...call) => connect(connector).execute(...call),
    either: (connector, ...call) => connect(connector).either(...call),
    run: (connector, ...call) => connect(connector).run(...call),
    pages: (connector, ...call) => connect(connector).pages(...call),
    items: (connector, ...call) => connect(connector).items(...call)
  }
})
