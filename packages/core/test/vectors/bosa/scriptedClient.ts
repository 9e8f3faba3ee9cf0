import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ScriptedResponse } from "./script.js"

/** A request on its way to one of the two servers. */
export interface SentRequest {
  readonly method: string
  readonly origin: string
  readonly path: string
  readonly search: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Uint8Array
}

const bytesOf = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<Uint8Array> => {
  const { body } = request
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(new Uint8Array())
    case "Uint8Array":
      return Effect.succeed(body.body)
    case "Raw":
      return Effect.sync(() => new TextEncoder().encode(String(body.body)))
    case "Stream":
      return Effect.orDie(
        Effect.map(Stream.runCollect(body.stream), (pieces) => Uint8Array.from(Buffer.concat(Chunk.toArray(pieces))))
      )
    case "FormData":
      return Effect.dieMessage("this library writes its forms itself")
  }
}

// by hand, since a URL would fold dots and escapes that were really sent
const sentOf = (request: HttpClientRequest.HttpClientRequest, body: Uint8Array): SentRequest => {
  const { origin } = new URL(request.url)
  const [target = ""] = request.url.slice(origin.length).split("#")
  const at = target.indexOf("?")
  return {
    method: request.method,
    origin,
    path: at < 0 ? target : target.slice(0, at),
    search: at < 0 ? "" : target.slice(at),
    headers: Object.entries(request.headers),
    body
  }
}

const lost = (
  request: HttpClientRequest.HttpClientRequest,
  code: string,
  timedOut: boolean
): HttpClientError.RequestError =>
  Transport.failure(request, { sent: true, phase: "request", code, permanent: false, timedOut })

/** An `HttpClient` that is answered in process: its delays are those of the fiber's clock. */
export const clientOf = (answer: (sent: SentRequest) => Effect.Effect<ScriptedResponse>): HttpClient.HttpClient => {
  const attempt: Transport.SendAttempt = (request, limits) =>
    bytesOf(request).pipe(
      Effect.flatMap((body) => answer(sentOf(request, body))),
      Effect.tap(({ delayMillis }) => (delayMillis > 0 ? Effect.sleep(delayMillis) : Effect.void)),
      Effect.timeoutFail({
        duration: limits.timeoutMillis,
        onTimeout: () => lost(request, "ATTEMPT_TIMEOUT", true)
      }),
      Effect.flatMap((answered) => {
        if (answered.drop) return Effect.fail(lost(request, "ECONNRESET", false))
        const { body, headers, status } = answered
        const buffered: Transport.BufferedBody = {
          text: new TextDecoder().decode(body),
          bytes: body,
          byteLength: body.length,
          truncated: false
        }
        const init = { status, headers: headers.map(([name, value]): [string, string] => [name, value]) }
        const response = HttpClientResponse.fromWeb(request, new Response(null, init))
        return Effect.succeed(Object.assign(response, { [Transport.BufferedBodyTypeId]: buffered }))
      })
    )
  const unlimited = {
    timeoutMillis: 2 ** 31 - 1,
    idleMillis: 2 ** 31 - 1,
    maxBodyBytes: 2 ** 24,
    maxErrorBodyBytes: 2 ** 24
  }
  return Transport.keepsAttempt(
    HttpClient.make((request) => attempt(request, unlimited)),
    attempt
  )
}
