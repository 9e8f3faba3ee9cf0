import type * as HttpClient from "@effect/platform/HttpClient"
import * as Predicate from "effect/Predicate"

/**
 * Sends a request without what the platform's client does for those who may leave its response unread.
 *
 * @internal
 */
export type DirectFetch = HttpClient.HttpClient["execute"]

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
 * How a client is called by who reads each response to its end, or lets it go.
 *
 * @internal
 */
export const directFetchOf = (client: HttpClient.HttpClient): DirectFetch => {
  const fetch = Predicate.hasProperty(client, directFetchKey) ? client[directFetchKey] : undefined
  return isDirectFetch(fetch) ? fetch : client.execute
}
