import type { ModelRequest } from "@effect-connectors/testing/ConnectionsModel"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RequestKind } from "./faults.js"
import { bosaOrigin, connectionsOrigin, filesOrigin } from "./world.js"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const bytesOf = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<Uint8Array> => {
  const { body } = request
  switch (body._tag) {
    case "Uint8Array":
      return Effect.succeed(body.body)
    case "Raw":
      return Effect.succeed(encoder.encode(String(body.body)))
    case "Stream":
      return Effect.map(Stream.runCollect(Stream.orDie(body.stream)), (chunks) => {
        const all = Array.from(chunks)
        return all.length === 1 && all[0] !== undefined ? all[0] : new Uint8Array(Buffer.concat(all))
      })
    default:
      return Effect.succeed(new Uint8Array())
  }
}

/** A request as the fake platforms take it. */
export const platformRequest = (request: HttpClientRequest.HttpClientRequest, url: URL): Effect.Effect<ModelRequest> =>
  Effect.map(bytesOf(request), (bytes) => ({
    method: request.method,
    path: url.pathname,
    query: Array.from(url.searchParams.entries()),
    headers: request.headers,
    body: bytes.byteLength === 0 ? "" : decoder.decode(bytes),
    bytes,
    origin: url.origin
  }))

const readExecutes = /\/(?:sql\/select|http\/get|file\/readFile|file\/listFiles)$/
const pageActions = /\/(?:list|events|endless)$/

const ofConnections = ({ method, path }: ModelRequest): RequestKind => {
  if (path.startsWith("/api/v1/jobs/")) return "poll"
  return method === "GET" || readExecutes.test(path) ? "read" : "write"
}

const ofBosa = ({ method, path }: ModelRequest): RequestKind => {
  if (method === "GET") return path.startsWith("/connectors") && !path.includes("integrations") ? "discovery" : "read"
  if (!/^\/(?:demo|other)\//.test(path)) return "write"
  if (path.endsWith("/download")) return "file"
  return pageActions.test(path) ? "page" : "action"
}

/** What a request is for. */
export const requestKindOf = (request: ModelRequest): RequestKind => {
  if (request.origin === filesOrigin) return "file"
  return request.origin === connectionsOrigin ? ofConnections(request) : ofBosa(request)
}

export const platformOf = (origin: string): string =>
  origin === connectionsOrigin ? "connections" : origin === bosaOrigin ? "bosa" : origin

// a short digest of a body for a line of the history
const digest = (text: string): string => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(36)
}

/** The same for each attempt of one request. */
export const requestKey = (request: ModelRequest, search: string): string =>
  `${request.method} ${request.path}${search}${request.body === "" ? "" : ` #${digest(request.body)}`}`
