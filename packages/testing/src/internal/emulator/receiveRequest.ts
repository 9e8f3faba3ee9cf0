import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ModelRequest } from "../../ConnectionsModel.js"

/** A body over the limit is read up to so many times the limit and discarded, so that its sender can read the refusal. */
const discarded = 4

/** The body's bytes; `undefined` when there are more than the limit. A body that breaks off never ends: its client has left. @internal */
export const readBody = (
  request: HttpServerRequest.HttpServerRequest,
  limit: number
): Effect.Effect<Uint8Array | undefined> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return request.stream.pipe(
      Stream.runForEachWhile((chunk) =>
        Effect.sync(() => {
          size += chunk.byteLength
          if (size <= limit) chunks.push(chunk)
          return size <= discarded * limit
        })
      ),
      Effect.as(undefined),
      Effect.catchAll(() => Effect.never),
      Effect.map(() => (size > limit ? undefined : Buffer.concat(chunks)))
    )
  })

const headersOf = (
  headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? value : value.join(", ")] as const]
    )
  )

/** The request as a fake platform takes it. The path stays as it was sent: tests check which characters were encoded. @internal */
export const toModelRequest = (request: HttpServerRequest.HttpServerRequest, bytes: Uint8Array): ModelRequest => {
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
