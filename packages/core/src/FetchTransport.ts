/**
 * An `HttpClient` over `fetch` that does not send a request twice, where the runtime leaves that to the program.
 *
 * @since 0.5.0
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Layer from "effect/Layer"
import { fetchTransport } from "./internal/http/fetchTransport.js"

/**
 * Takes the place of `FetchHttpClient.layer`. The `fetch` of some runtimes sends a request again when a connection that
 * was used before ends without a response: then the server may do the work twice, and nobody hears of it. With this layer
 * Bun and Deno open a connection for each request instead, and workerd sends a bodiless PUT or DELETE as one whose body
 * is empty. In Node nothing changes: its `fetch` does not send a request twice. In a browser no program can choose: there
 * a request may arrive twice, so send an idempotency key with what must not be done twice.
 *
 * Where the request cannot be sent twice, a refused connection is `NotSent` in Bun and Deno too.
 *
 * `FetchHttpClient.Fetch` and `FetchHttpClient.RequestInit` may be given to this layer or to the program. In Deno a `client`
 * of your own takes the place of ours: make it with `poolMaxIdlePerHost: 0`.
 *
 * @example
 * ```ts
 * import { Auth, ConnectionsApi, FetchTransport } from "@effect-connectors/core"
 * import * as Layer from "effect/Layer"
 *
 * export const connections = ConnectionsApi.layerConfig().pipe(
 *   Layer.provide(Auth.layerConfig()),
 *   Layer.provide(FetchTransport.layer)
 * )
 * ```
 *
 * @since 0.5.0
 * @category layers
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.provide(fetchTransport, FetchHttpClient.layer)
