import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Either from "effect/Either"
import type { Headers, RecordedRequest, Unrecorded } from "../../Recording.js"
import { withFixedBoundary } from "./boundary.js"
import { contentOf } from "./content.js"

/** The bytes of a request body, or why they were not recorded. @internal */
export type SentBody = Uint8Array | Unrecorded

/** The URL of a request; `undefined` if it is not valid. @internal */
export const urlOf = (request: HttpClientRequest.HttpClientRequest): URL | undefined =>
  Either.getOrUndefined(UrlParams.makeUrl(request.url, request.urlParams, request.hash))

/** A request as a recording holds it. Its secrets are still in it. @internal */
export const recordedRequest = (
  method: string,
  url: URL,
  headers: Headers,
  sent: SentBody,
  contentType: string | undefined
): RecordedRequest => {
  const typed = contentType === undefined ? headers : { ...headers, "content-type": contentType }
  const isWhole = sent instanceof Uint8Array
  const form = withFixedBoundary(typed, isWhole ? sent : new Uint8Array())
  const request = {
    method,
    origin: url.origin,
    path: url.pathname,
    query: Array.from(url.searchParams.entries()),
    headers: { ...form.headers }
  }
  if (!isWhole) return { ...request, body: sent }
  return form.bytes.byteLength === 0 ? request : { ...request, body: contentOf(form.bytes) }
}
