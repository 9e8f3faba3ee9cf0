import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Headers from "@effect/platform/Headers"
import type * as HttpApp from "@effect/platform/HttpApp"
import type * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectionsModel, ModelRequest, ModelResponse } from "../../ConnectionsModel.js"
import { maxBodyBytes, tooLarge as bosaTooLarge } from "../bosa/envelope.js"
import { paced } from "../fakeServer/pacedBody.js"
import { isConnections } from "../fakeServer/paths.js"
import { secretName } from "../fakeServer/secrets.js"
import { isInspector } from "../inspector/routes.js"

/** What a server serves, each platform on its own paths. @internal */
export interface Faces {
  readonly connections: Pick<ConnectionsModel, "handle">
  readonly bosa: Pick<ConnectionsModel, "handle">
  /** What shows both, on paths that neither has. */
  readonly inspector: HttpApp.Default
}

/** A body over the limit is read up to here and thrown away, so that its sender gets to read the refusal. */
const maxDiscardedBytes = 4 * maxBodyBytes

const refusal = (status: number, code: string, message: string): ModelResponse => ({
  _tag: "Answer",
  status,
  headers: { "content-type": "application/json", connection: "close" },
  body: JSON.stringify({ message, code })
})

const tooLarge = refusal(413, "BODY_TOO_LARGE", `the body is over ${maxBodyBytes} bytes`)
const notText = refusal(400, "BAD_REQUEST", "the body is not UTF-8 text")

/** The body's bytes; `undefined` when there are too many. A body that breaks off never ends: its client is gone. */
const readBody = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Uint8Array | undefined> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return request.stream.pipe(
      Stream.runForEachWhile((chunk) =>
        Effect.sync(() => {
          size += chunk.byteLength
          if (size <= maxBodyBytes) chunks.push(chunk)
          return size <= maxDiscardedBytes
        })
      ),
      Effect.as(undefined),
      Effect.catchAll(() => Effect.never),
      Effect.map(() => (size > maxBodyBytes ? undefined : Buffer.concat(chunks)))
    )
  })

const isText = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

const headersOf = (
  headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? value : value.join(", ")] as const]
    )
  )

/** The path stays as it was written: which characters were encoded is a thing to test. */
const toModelRequest = (request: HttpServerRequest.HttpServerRequest, bytes: Uint8Array): ModelRequest => {
  const { headers, method = "GET", url = "/" } = NodeHttpServerRequest.toIncomingMessage(request)
  const target = url.replace(/^https?:\/\/[^/?]*/i, "")
  const mark = target.indexOf("?")
  const path = mark === -1 ? target : target.slice(0, mark)
  return {
    method: method.toUpperCase(),
    path: path === "" ? "/" : path,
    query: mark === -1 ? [] : [...new URLSearchParams(target.slice(mark + 1))],
    headers: headersOf(headers),
    body: bytes.byteLength === 0 ? "" : new TextDecoder().decode(bytes),
    bytes,
    origin: `http://${headers.host ?? "localhost"}`
  }
}

const send = (
  request: HttpServerRequest.HttpServerRequest,
  response: ModelResponse
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
  switch (response._tag) {
    case "Answer": {
      const { body, headers, pace, status } = response
      if (body.length === 0 || status === 204 || status === 304) {
        return Effect.succeed(HttpServerResponse.empty({ status, headers }))
      }
      const bytes = typeof body === "string" ? Buffer.from(body) : body
      const contentType = headers["content-type"]
      if (pace !== undefined) {
        const length = { "content-length": String(bytes.byteLength) }
        return Effect.succeed(
          HttpServerResponse.stream(paced(bytes, pace), {
            status,
            headers: { ...headers, ...length },
            ...(contentType !== undefined && { contentType })
          })
        )
      }
      // The platform gives every other body a type.
      return Effect.succeed(
        contentType === undefined
          ? HttpServerResponse.raw(bytes, {
              status,
              headers: { ...headers, "content-length": String(bytes.byteLength) }
            })
          : HttpServerResponse.uint8Array(bytes, { status, headers, contentType })
      )
    }
    case "Refused":
      return Effect.zipRight(
        Effect.sync(() => socket.destroy()),
        Effect.never
      )
    case "Reset":
      return Effect.zipRight(
        Effect.sync(() => socket.resetAndDestroy()),
        Effect.never
      )
    case "CutBody":
      return Effect.zipRight(
        Effect.sync(() => {
          const out = NodeHttpServerRequest.toServerResponse(request)
          out.writeHead(response.status, { ...response.headers, "content-length": response.contentLength })
          out.flushHeaders()
          // Only what the system has taken over is sure to arrive before the end of the connection.
          out.write(response.body, () => socket.destroy())
        }),
        Effect.never
      )
  }
}

const respond = Effect.fnUntraced(function* (faces: Faces) {
  const request = yield* HttpServerRequest.HttpServerRequest
  if (isInspector(request.method, request.url.split("?")[0] ?? "")) return yield* faces.inspector
  const bytes = yield* readBody(request)
  const asked = toModelRequest(request, bytes ?? new Uint8Array())
  if (!isConnections(asked.path)) {
    return yield* send(request, bytes === undefined ? bosaTooLarge("req-0") : yield* faces.bosa.handle(asked))
  }
  if (bytes === undefined) return yield* send(request, tooLarge)
  return yield* send(request, isText(bytes) ? yield* faces.connections.handle(asked) : notText)
})

/**
 * Answers what comes to the server with the models, until the scope ends. The platform runs an
 * app so that nothing interrupts it; this one has to end with its client, or a hanging request never would.
 * Its spans list the headers of a request: not what lets it in.
 */
export const serve = (server: HttpServer.HttpServer, faces: Faces) =>
  Effect.locallyWith(server.serve(Effect.interruptible(respond(faces))), Headers.currentRedactedNames, (names) => [
    ...names,
    secretName
  ])
