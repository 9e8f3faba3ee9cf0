/**
 * Clients for programs that are not written in Effect: operations give Promises, streams are async iterables, and a
 * Promise rejects with the errors that the same operation of Effect fails with, each with its `_tag`.
 *
 * @since 0.5.0
 */
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { Calls, type CallOptions as Options } from "./internal/promises/calls.js"
import { derive } from "./internal/promises/derive.js"
import { fromPromise } from "./internal/promises/fromPromise.js"
import * as jobs from "./internal/promises/jobs.js"
import { PromisedFile } from "./internal/promises/promisedFile.js"
import * as NodeConnectors from "./NodeConnectors.js"
import type { BosaOperations, ConnectionsOperations, ReceivedFile } from "./PromiseOperations.js"

/**
 * Text that is secret. A `Redacted` is not shown when it is printed.
 *
 * @since 0.5.0
 * @category models
 */
export type Secret = string | Redacted.Redacted

/**
 * Headers that authorize, and when they end: a `Date` or epoch milliseconds.
 *
 * @since 0.5.0
 * @category models
 */
export interface FreshHeaders {
  readonly headers: Readonly<Record<string, Secret>>
  readonly expiresAt?: Date | number | undefined
}

/**
 * How requests are authorized. A function is called before the first request, before what it gave ends, and after a 401;
 * `"none"` sends no credentials.
 *
 * @since 0.5.0
 * @category models
 */
export type Credentials =
  | { readonly serviceToken: Secret }
  | { readonly cookie: Secret; readonly csrfToken: Secret }
  | { readonly apiKey: Secret; readonly userToken?: Secret | undefined }
  | { readonly headers: Readonly<Record<string, Secret>> }
  | (() => Promise<FreshHeaders>)
  | "none"

/**
 * What both kinds of clients take beside the options of their service.
 *
 * @since 0.5.0
 * @category models
 */
export interface ClientOptions {
  readonly credentials: Credentials
  /** The pool of connections. */
  readonly connections?: NodeConnectors.NodeConnectorsOptions | undefined
  /** Used in place of the pool, such as that of a fake platform in tests. It is not closed with the client. */
  readonly httpClient?: HttpClient.HttpClient | undefined
  /** A tracer, a logger or a clock for all calls. */
  readonly layer?: Layer.Layer<never> | undefined
}

/**
 * What can be set for some calls of a client.
 *
 * @since 0.5.0
 * @category models
 */
export interface CallOptions extends Options {}

/**
 * The client was closed.
 *
 * @since 0.5.0
 * @category errors
 */
export class ClientClosed extends Schema.TaggedError<ClientClosed>(
  "@effect-connectors/node/PromiseClient/ClientClosed"
)("ClientClosed", {}) {
  /** What happened and what to do. */
  override get message(): string {
    return "the client was closed: connect again, and close it when the last call is done"
  }
}

/**
 * What every client has. `await using` closes it where the syntax exists; on Node 20 call `close`.
 *
 * @since 0.5.0
 * @category models
 */
export interface Closable {
  /** Ends what is under way, closes the connections, and refuses further calls with {@link ClientClosed}. */
  readonly close: () => Promise<void>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/**
 * A client of Connections.
 *
 * @since 0.5.0
 * @category models
 */
export interface ConnectionsClient extends ConnectionsOperations, Closable {
  /**
   * The same client with options for its calls. When `signal` aborts, a call rejects with the signal's reason; a call that
   * changes something and may have done so rejects with `OutcomeUnknown`. It never cancels a job. Signals add up: those of
   * the client that it is called on count too.
   */
  readonly with: (options: CallOptions) => ConnectionsClient
}

/**
 * A client of BOSA / GL Connectors.
 *
 * @since 0.5.0
 * @category models
 */
export interface BosaClient extends BosaOperations, Closable {
  /**
   * The same client with options for its calls. When `signal` aborts, a call rejects with the signal's reason; an action
   * that may have been done rejects with `OutcomeUnknown`. Signals add up: those of the client that it is called on count
   * too.
   */
  readonly with: (options: CallOptions) => BosaClient
}

/**
 * A client of Connections. Nothing is sent before the first call. Throws `InvalidRequest` or `InvalidOptions` for options
 * that cannot be used.
 *
 * @example
 * ```ts
 * import * as PromiseClient from "@effect-connectors/node/PromiseClient"
 *
 * export const main = async (): Promise<unknown> => {
 *   const client = PromiseClient.connect({
 *     baseUrl: "https://connections.example",
 *     credentials: { serviceToken: process.env["CONNECTIONS_SERVICE_TOKEN"] ?? "" }
 *   })
 *   try {
 *     const crm = client.connection("crm-prod")
 *     return await client.jobs.result(crm.actions.execute("fetch-deal", { input: { id: 7 } }))
 *   } finally {
 *     await client.close()
 *   }
 * }
 * ```
 *
 * @since 0.5.0
 * @category constructors
 */
export const connect = ({
  connections,
  credentials,
  httpClient,
  layer,
  ...options
}: ConnectionsApi.Options & ClientOptions): ConnectionsClient => {
  const clientOptions = { credentials, connections, httpClient, layer }
  const { calls, close, service } = open(ConnectionsApi, ConnectionsApi.layer(options), clientOptions)
  return connectionsClient(service, calls, close)
}

/**
 * A client of BOSA / GL Connectors. Nothing is sent before the first call. Throws `InvalidRequest` or `InvalidOptions` for
 * options that cannot be used.
 *
 * @example
 * ```ts
 * import * as PromiseClient from "@effect-connectors/node/PromiseClient"
 *
 * export const main = async (): Promise<void> => {
 *   const client = PromiseClient.connectBosa({
 *     dialect: "gl",
 *     credentials: { apiKey: process.env["BOSA_API_KEY"] ?? "" }
 *   })
 *   try {
 *     for await (const item of client.items("github", "list_pull_requests", { owner: "effect-ts", repo: "effect" })) {
 *       console.log(item)
 *     }
 *   } finally {
 *     await client.close()
 *   }
 * }
 * ```
 *
 * @since 0.5.0
 * @category constructors
 */
export const connectBosa = ({
  connections,
  credentials,
  httpClient,
  layer,
  ...options
}: BosaApi.Options & ClientOptions): BosaClient => {
  const clientOptions = { credentials, connections, httpClient, layer }
  const { calls, close, service } = open(BosaApi, BosaApi.layer(options), clientOptions)
  return bosaClient(service, calls, close)
}

/**
 * Whether the data of a response is a file: its type is `unknown`, since an action may respond with one.
 *
 * @since 0.5.0
 * @category guards
 */
export const isReceivedFile = (data: unknown): data is ReceivedFile => data instanceof PromisedFile

const redacted = (secret: Secret): Redacted.Redacted => (Redacted.isRedacted(secret) ? secret : Redacted.make(secret))

const redactedHeaders = (headers: Readonly<Record<string, Secret>>): Record<string, Redacted.Redacted> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, redacted(value)]))

const noCredentials = {
  path: ["credentials"],
  message: "is missing",
  fix: 'give { serviceToken }, { apiKey }, { cookie, csrfToken }, { headers } or a function; "none" sends none'
}

// a variable of the environment may be missing, and a program may be written in JavaScript
const isGiven = (credentials: Credentials | undefined): credentials is Exclude<Credentials, "none"> => {
  if (typeof credentials === "function") return true
  if (!Predicate.isRecord(credentials)) return false
  const has = (name: string): boolean => isSecret(Reflect.get(credentials, name))
  return (
    has("serviceToken") ||
    has("apiKey") ||
    (has("cookie") && has("csrfToken")) ||
    ("headers" in credentials && Predicate.isRecord(credentials.headers))
  )
}

const isSecret = (value: unknown): boolean => typeof value === "string" || Redacted.isRedacted(value)

const authOf = (credentials: Credentials | undefined): Layer.Layer<Auth, InvalidRequest> => {
  if (credentials === "none") return Auth.none
  if (!isGiven(credentials)) {
    return Layer.fail(new InvalidRequest({ operation: "PromiseClient.connect", issues: [noCredentials] }))
  }
  if (typeof credentials === "function") {
    return Auth.refreshing(
      fromPromise(async () => {
        const given = await credentials()
        return { ...given, headers: redactedHeaders(given.headers) }
      })
    )
  }
  if ("serviceToken" in credentials) return Auth.serviceToken(redacted(credentials.serviceToken))
  if ("headers" in credentials) return Auth.headers(redactedHeaders(credentials.headers))
  if ("cookie" in credentials) {
    return Auth.session({ cookie: redacted(credentials.cookie), csrfToken: redacted(credentials.csrfToken) })
  }
  const { apiKey, userToken } = credentials
  return userToken === undefined
    ? Auth.apiKey(redacted(apiKey))
    : Auth.bosa({ apiKey: redacted(apiKey), userToken: redacted(userToken) })
}

const open = <Id, Service, E>(
  tag: Context.Tag<Id, Service>,
  api: Layer.Layer<Id, E, Auth | HttpClient.HttpClient>,
  { connections = {}, credentials, httpClient, layer = Layer.empty }: ClientOptions
) => {
  const scope = Effect.runSync(Scope.make())
  const close = (): Promise<void> => Effect.runPromise(Scope.close(scope, Exit.void))
  const built = Effect.runSyncExit(
    Effect.gen(function* () {
      const transport = httpClient ?? (yield* NodeConnectors.make(connections))
      const runtime = yield* api.pipe(
        Layer.provide(authOf(credentials)),
        Layer.provide(Layer.succeed(HttpClient.HttpClient, transport)),
        Layer.provide(layer),
        Layer.toRuntime
      )
      return { runtime, service: yield* Effect.provide(tag, runtime) }
    }).pipe(Scope.extend(scope))
  )
  if (Exit.isFailure(built)) {
    void close()
    throw Cause.squash(built.cause)
  }
  const { runtime, service } = built.value
  const closed = new AbortController()
  let closing: Promise<void> | undefined
  return {
    service,
    calls: new Calls(runtime, [closed.signal]),
    close: (): Promise<void> => {
      closed.abort(new ClientClosed())
      return (closing ??= close())
    }
  }
}

function connectionsClient(service: ConnectionsApi.Service, calls: Calls, close: () => Promise<void>): ConnectionsClient
function connectionsClient(service: ConnectionsApi.Service, calls: Calls, close: () => Promise<void>): object {
  return derive(service, calls, {
    jobs: derive(service.jobs, calls, jobs.make(service.jobs, calls)),
    with: (options: CallOptions) => connectionsClient(service, calls.with(options), close),
    close,
    [Symbol.asyncDispose]: close
  })
}

function bosaClient(service: BosaApi.Service, calls: Calls, close: () => Promise<void>): BosaClient
function bosaClient(service: BosaApi.Service, calls: Calls, close: () => Promise<void>): object {
  return derive(service, calls, {
    with: (options: CallOptions) => bosaClient(service, calls.with(options), close),
    close,
    [Symbol.asyncDispose]: close
  })
}
