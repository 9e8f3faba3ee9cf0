import * as Transport from "@effect-connectors/core/Transport"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { encodeBody } from "../fakeServer/encodeBody.js"
import { urlOf } from "./recordedRequest.js"
import { hasNoBody } from "./hasNoBody.js"
import { RecordingResponse } from "./recordingResponse.js"
import { observeBody } from "./observeBody.js"
import type { ExchangeLog } from "./exchangeLog.js"
import type { PendingExchange } from "./pendingExchange.js"

type Request = HttpClientRequest.HttpClientRequest
type ResponseEffect = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

const recordStreamBody = (exchange: PendingExchange, body: HttpBody.Stream): HttpBody.Stream =>
  HttpBody.stream(
    Stream.suspend(() => {
      exchange.requestBodyStarted()
      return observeBody(
        body.stream,
        (chunk) => exchange.requestChunk(chunk),
        () => exchange.requestBodyEnded()
      )
    }),
    body.contentType,
    body.contentLength
  )

const recordRequestBody = (
  exchange: PendingExchange,
  request: Request
): Effect.Effect<Request, HttpClientError.RequestError> =>
  request.body._tag === "Stream"
    ? Effect.succeed(HttpClientRequest.setBody(request, recordStreamBody(exchange, request.body)))
    : Effect.map(encodeBody(request), ({ bytes, contentType }) => {
        exchange.requestChunk(bytes)
        exchange.requestBodyEnded(contentType)
        return request
      })

const isBuffered = (u: unknown): u is Transport.BufferedBody => Predicate.hasProperty(u, "text")

const bufferedIn = (response: HttpClientResponse.HttpClientResponse): Transport.BufferedBody | undefined => {
  const body = Predicate.hasProperty(response, Transport.BufferedBodyTypeId)
    ? response[Transport.BufferedBodyTypeId]
    : undefined
  return isBuffered(body) ? body : undefined
}

const recordResponse = (exchange: PendingExchange, response: HttpClientResponse.HttpClientResponse) => {
  exchange.responded(response)
  if (hasNoBody(response)) {
    exchange.responseBodyEnded()
    return response
  }
  const buffered = bufferedIn(response)
  if (buffered === undefined) return new RecordingResponse(response, exchange)
  exchange.responseChunk(buffered.bytes ?? Buffer.from(buffered.text))
  exchange.responseBodyEnded(buffered.truncated ? { _tag: "Truncated" } : undefined)
  return response
}

const recordExchange = (
  log: ExchangeLog,
  request: Request,
  send: (request: Request) => ResponseEffect
): ResponseEffect =>
  Effect.suspend(() => {
    const url = urlOf(request)
    // it has no valid URL: the client below reports that
    if (url === undefined) return send(request)
    const exchange = log.begin(request.method, url, request.headers)
    return recordRequestBody(exchange, request).pipe(
      Effect.flatMap(send),
      Effect.tapErrorCause((cause) =>
        Effect.sync(() => {
          if (Cause.isInterruptedOnly(cause)) return
          exchange.failed(Option.getOrUndefined(Cause.failureOption(cause)))
        })
      ),
      Effect.map((response) => recordResponse(exchange, response))
    )
  })

/** A client that records what passes through it. It supports attempts when the client below does. @internal */
export const recordingClient = (below: HttpClient.HttpClient, log: ExchangeLog): HttpClient.HttpClient => {
  const client: HttpClient.HttpClient = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    (request) => Effect.flatMap(request, (request) => recordExchange(log, request, below.execute)),
    Effect.succeed
  )
  const send = Transport.sendAttemptOf(below)
  return send === undefined
    ? client
    : Transport.keepsAttempt(client, (request, limits) => recordExchange(log, request, (sent) => send(sent, limits)))
}
