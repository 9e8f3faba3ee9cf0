import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectionsModel, ModelRequest, ModelResponse } from "../ConnectionsModel.js"

/** The largest body of a request, in bytes. */
const maxBodyBytes = 16 * 1024 * 1024

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

/** `undefined` when the bytes are not UTF-8. */
const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
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
const toModelRequest = (request: HttpServerRequest.HttpServerRequest, body: string): ModelRequest => {
  const { headers, method = "GET", url = "/" } = NodeHttpServerRequest.toIncomingMessage(request)
  const target = url.replace(/^https?:\/\/[^/?]*/i, "")
  const mark = target.indexOf("?")
  const path = mark === -1 ? target : target.slice(0, mark)
  return {
    method: method.toUpperCase(),
    path: path === "" ? "/" : path,
    query: mark === -1 ? [] : [...new URLSearchParams(target.slice(mark + 1))],
    headers: headersOf(headers),
    body
  }
}

const send = (
  request: HttpServerRequest.HttpServerRequest,
  response: ModelResponse
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
  switch (response._tag) {
    case "Answer": {
      const { body, headers, status } = response
      return Effect.succeed(
        body === "" || status === 204 || status === 304
          ? HttpServerResponse.empty({ status, headers })
          : HttpServerResponse.uint8Array(Buffer.from(body), {
              status,
              headers,
              contentType: headers["content-type"] ?? "application/json"
            })
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

const respond = Effect.fnUntraced(function* (model: ConnectionsModel) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const bytes = yield* readBody(request)
  if (bytes === undefined) return yield* send(request, tooLarge)
  const body = decode(bytes)
  if (body === undefined) return yield* send(request, notText)
  return yield* send(request, yield* model.handle(toModelRequest(request, body)))
})

/**
 * Answers what comes to the server with the model, until the scope ends. The platform runs an
 * app so that nothing interrupts it; this one has to end with its client, or a hanging request never would.
 */
export const serve = (server: HttpServer.HttpServer, model: ConnectionsModel) =>
  server.serve(Effect.interruptible(respond(model)))
