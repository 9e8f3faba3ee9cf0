import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import type { ModelResponse } from "../../ConnectionsModel.js"
import { paced } from "../fakeServer/pacedBody.js"

/** Sends the response of a fake platform over the socket; a fault of the connection is done to the socket. @internal */
export const sendResponse = (
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
      // `@effect/platform` gives every other body a type
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
          // only bytes that the system has accepted are sure to arrive before the connection ends
          out.write(response.body, () => socket.destroy())
        }),
        Effect.never
      )
  }
}
