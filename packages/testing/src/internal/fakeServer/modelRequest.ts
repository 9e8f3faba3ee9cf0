import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { ModelRequest } from "../../ConnectionsModel.js"
import type { EncodedBody } from "./encodeBody.js"
import { memoize } from "./memoize.js"

/** Where a request goes. @internal */
export interface Target {
  readonly path: string
  readonly query: ModelRequest["query"]
  readonly origin: string
}

/** @internal */
export const targetOf = ({ origin, pathname, search, searchParams }: URL): Target => ({
  path: pathname,
  query: search === "" ? [] : Array.from(searchParams.entries()),
  origin
})

/** The target of a URL as text; `undefined` when the text is not a URL. @internal */
export const parseTarget = memoize((url) => (URL.canParse(url) ? targetOf(new URL(url)) : undefined))

const decoder = new TextDecoder()

/** A request of an `HttpClient` as a fake server takes it. @internal */
export const toModelRequest = (
  request: HttpClientRequest.HttpClientRequest,
  { bytes, contentType }: EncodedBody,
  { origin, path, query }: Target
): ModelRequest => ({
  method: request.method,
  path,
  query,
  headers: contentType === undefined ? request.headers : { ...request.headers, "content-type": contentType },
  body: bytes.byteLength === 0 ? "" : decoder.decode(bytes),
  bytes,
  origin
})
