/**
 * The `HttpClient` for Node: a pool of connections that knows of each request whether it was sent.
 *
 * @since 0.1.0
 */
import { Auth } from "@effect-connectors/core/Auth"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Dispatcher } from "undici/index.js"
import { makeClient } from "./internal/client.js"
import { makeDispatcher, type Settings, type Tls } from "./internal/dispatcher.js"
import * as Proxies from "./internal/proxies.js"

/**
 * An option that cannot be used.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidOptions extends Schema.TaggedError<InvalidOptions>(
  "@effect-connectors/node/NodeConnectors/InvalidOptions"
)("InvalidOptions", {
  option: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.option}: ${this.reason}`
  }
}

/**
 * What can be chosen about the connections.
 *
 * @since 0.1.0
 * @category models
 */
export interface NodeConnectorsOptions {
  /** How many connections are open to one origin at most; requests over it wait in line. Default 16. */
  readonly connections?: number | undefined
  /** How long an idle connection is kept when the server names no time of its own. Default 4 seconds. */
  readonly keepAlive?: Duration.DurationInput | undefined
  /** How long opening a connection may take, TLS included. Default 10 seconds. */
  readonly connectTimeout?: Duration.DurationInput | undefined
  /**
   * The URL of an http or https proxy, or `"env"` for `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` by the
   * rules of curl, read once. Another scheme, such as `socks5`, is {@link InvalidOptions}. Default none.
   */
  readonly proxy?: string | undefined
  /** Passed to Node's TLS. */
  readonly tls?: Tls | undefined
  /**
   * A dispatcher of yours instead of a pool of ours. It is never closed; the options above do not apply to it.
   * Under Bun import it from `undici/index.js`: what Bun gives for `undici` cannot send.
   */
  readonly dispatcher?: Dispatcher | undefined
}

const optionNames = OptionNames.make<NodeConnectorsOptions>({
  connections: true,
  keepAlive: true,
  connectTimeout: true,
  proxy: true,
  tls: true,
  dispatcher: true
})

const defaults: Settings = {
  connections: 16,
  keepAliveMillis: 4_000,
  connectMillis: 10_000,
  proxies: undefined,
  tls: undefined
}

const millisOf = (
  option: string,
  input: Duration.DurationInput | undefined,
  otherwise: number
): Effect.Effect<number, InvalidOptions> => {
  if (input === undefined) return Effect.succeed(otherwise)
  const millis = Duration.toMillis(input)
  return Number.isFinite(millis) && millis >= 1
    ? Effect.succeed(Math.ceil(millis))
    : Effect.fail(new InvalidOptions({ option, reason: "not a finite duration of at least one millisecond" }))
}

const proxiesOf = (proxy: string | undefined): Effect.Effect<Proxies.Proxies | undefined, InvalidOptions> => {
  if (proxy === undefined) return Effect.succeed(undefined)
  const proxies = proxy === "env" ? Proxies.byEnvironment(process.env) : Proxies.byUrl(proxy)
  return Effect.mapError(proxies, (reason) => new InvalidOptions({ option: "proxy", reason }))
}

const settingsOf = Effect.fnUntraced(function* (options: NodeConnectorsOptions) {
  const connections = options.connections ?? defaults.connections
  if (!Number.isSafeInteger(connections) || connections < 1) {
    return yield* new InvalidOptions({ option: "connections", reason: "not a whole number of at least 1" })
  }
  const settings: Settings = {
    connections,
    keepAliveMillis: yield* millisOf("keepAlive", options.keepAlive, defaults.keepAliveMillis),
    connectMillis: yield* millisOf("connectTimeout", options.connectTimeout, defaults.connectMillis),
    proxies: yield* proxiesOf(options.proxy),
    tls: options.tls
  }
  return settings
})

const pooled = (settings: Settings): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.flatMap(
    Effect.acquireRelease(
      Effect.sync(() => makeDispatcher(settings)),
      ({ close }) => Effect.promise(close)
    ),
    ({ dispatcher }) =>
      makeClient({
        dispatcher,
        connections: settings.connections,
        copyHeaders: settings.proxies !== undefined,
        isOwnDispatcher: true
      })
  )

/**
 * Makes a client whose connections close with the scope; a dispatcher you bring stays open.
 *
 * Fails with {@link InvalidOptions} when an option cannot be used.
 *
 * @example
 * ```ts
 * import { NodeConnectors } from "@effect-connectors/node"
 * import * as Effect from "effect/Effect"
 *
 * const status = Effect.gen(function* () {
 *   const client = yield* NodeConnectors.make({ connections: 4, connectTimeout: "2 seconds" })
 *   const response = yield* client.get("http://localhost:8080/health")
 *   return response.status
 * }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function* (
  options: NodeConnectorsOptions = {}
): Effect.fn.Return<HttpClient.HttpClient, InvalidOptions, Scope.Scope> {
  const [wrong] = OptionNames.issues(optionNames, options)
  if (wrong !== undefined) {
    const reason = wrong.fix === undefined ? wrong.message : `${wrong.message}; ${wrong.fix}`
    return yield* new InvalidOptions({ option: wrong.path.join("."), reason })
  }
  if (options.dispatcher !== undefined) {
    if (typeof options.dispatcher.dispatch !== "function") {
      const reason = 'has no dispatch: under Bun, import undici from "undici/index.js"'
      return yield* new InvalidOptions({ option: "dispatcher", reason })
    }
    const { dispatcher } = options
    return yield* makeClient({ dispatcher, connections: Infinity, copyHeaders: true, isOwnDispatcher: false })
  }
  return yield* pooled(yield* settingsOf(options))
})

/**
 * The client with the defaults: 16 connections to each origin, no proxy. It cannot fail.
 *
 * @example
 * ```ts
 * import { NodeConnectors } from "@effect-connectors/node"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * const program = HttpClient.get("http://localhost:8080/health").pipe(
 *   Effect.flatMap((response) => response.json),
 *   Effect.provide(NodeConnectors.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.scoped(HttpClient.HttpClient, pooled(defaults))

/**
 * The client with options of your own; fails with {@link InvalidOptions} when one cannot be used.
 *
 * @example
 * ```ts
 * import { NodeConnectors } from "@effect-connectors/node"
 *
 * const behindProxy = NodeConnectors.layerOptions({ proxy: "env", keepAlive: "30 seconds" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerOptions = (options: NodeConnectorsOptions): Layer.Layer<HttpClient.HttpClient, InvalidOptions> =>
  Layer.scoped(HttpClient.HttpClient, make(options))

/**
 * Connections with everything from the environment: `CONNECTIONS_BASE_URL`, `CONNECTIONS_TIMEOUT_MS` (milliseconds),
 * and `CONNECTIONS_SERVICE_TOKEN` or `CONNECTIONS_COOKIE` with `CONNECTIONS_CSRF_TOKEN`.
 *
 * Fails with a `ConfigError` that names what is missing, or with `InvalidRequest` for a value that cannot be used.
 *
 * The platform is loaded when the layer is built, which `Effect.runSync` cannot wait for.
 *
 * @example
 * ```ts
 * import { ConnectionsApi } from "@effect-connectors/core"
 * import { NodeConnectors } from "@effect-connectors/node"
 * import * as Effect from "effect/Effect"
 *
 * export const main = Effect.flatMap(ConnectionsApi, (connections) => connections.list()).pipe(
 *   Effect.provide(NodeConnectors.layerConnections)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConnections: Layer.Layer<ConnectionsApi, ConfigError.ConfigError | InvalidRequest> =
  /* @__PURE__ */ Layer.unwrapEffect(
    // loaded when it is built: a program that has one platform does not load the other
    /* @__PURE__ */ Effect.promise(async () => {
      const { ConnectionsApi } = await import("@effect-connectors/core/ConnectionsApi")
      return ConnectionsApi.layerConfig().pipe(Layer.provide(Auth.layerConfig()), Layer.provide(layer))
    })
  )

/**
 * BOSA / GL Connectors with everything from the environment: `BOSA_BASE_URL` and `BOSA_DIALECT`, which may be left out,
 * `BOSA_API_KEY`, and `BOSA_USER_TOKEN` to act for a user.
 *
 * Fails with a `ConfigError` that names what is missing, or with `InvalidRequest` for a value that cannot be used.
 *
 * The platform is loaded when the layer is built, which `Effect.runSync` cannot wait for.
 *
 * @example
 * ```ts
 * import { BosaApi } from "@effect-connectors/core"
 * import { NodeConnectors } from "@effect-connectors/node"
 * import * as Effect from "effect/Effect"
 *
 * export const main = Effect.flatMap(BosaApi, (bosa) => bosa.connectors).pipe(Effect.provide(NodeConnectors.layerBosa))
 * ```
 *
 * @since 0.2.0
 * @category layers
 */
export const layerBosa: Layer.Layer<BosaApi, ConfigError.ConfigError | InvalidRequest> =
  /* @__PURE__ */ Layer.unwrapEffect(
    /* @__PURE__ */ Effect.promise(async () => {
      const { BosaApi } = await import("@effect-connectors/core/BosaApi")
      return BosaApi.layerConfig().pipe(Layer.provide(Auth.bosaConfig()), Layer.provide(layer))
    })
  )
