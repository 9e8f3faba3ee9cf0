import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Caller } from "../runtime/callContext.js"

/**
 * A request that `fetch` itself can send.
 *
 * @internal
 */
export interface Fetching {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly send: (signal: AbortSignal) => Promise<Response>
  /** What a failure of it is to who sent it. */
  readonly errorOf: (cause: unknown) => unknown
}

/**
 * Sends a request without what the platform's client does for those who may leave its response unread; `undefined` for
 * what only that client can send.
 *
 * @internal
 */
export type DirectFetch = (
  request: HttpClientRequest.HttpClientRequest,
  caller: Caller,
  asBytes: boolean
) => Fetching | undefined

const directFetchKey: unique symbol = Symbol.for("@effect-connectors/core/http/directFetch")

/**
 * A client that is called directly where it is not wrapped.
 *
 * @internal
 */
export const withDirectFetch = (client: HttpClient.HttpClient, fetch: DirectFetch): HttpClient.HttpClient =>
  Object.assign(client, { [directFetchKey]: fetch })

const isDirectFetch = (u: unknown): u is DirectFetch => typeof u === "function"

/**
 * How a client is called by who reads each response to its end, or lets it go, if it can be.
 *
 * @internal
 */
export const directFetchOf = (client: HttpClient.HttpClient): DirectFetch | undefined => {
  const fetch = Predicate.hasProperty(client, directFetchKey) ? client[directFetchKey] : undefined
  return isDirectFetch(fetch) ? fetch : undefined
}

const nothing: RequestInit = Object.freeze({})

/**
 * What a program gives `fetch` for each request. A file is asked for as it is: `fetch` decodes it without saying whether
 * it was whole.
 *
 * @internal
 */
export const initFor = (context: Context.Context<never>, asBytes: boolean): RequestInit => {
  const given = Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)) ?? nothing
  return asBytes
    ? {
        ...given,
        headers: { "accept-encoding": "identity", ...Headers.fromInput(new globalThis.Headers(given.headers)) }
      }
    : given
}
