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
import { hasNoBody } from "./bodiless.js"
import { TapedResponse } from "./response.js"
import { tapped } from "./tapped.js"
import type { Draft, Tape } from "./tape.js"

type Request = HttpClientRequest.HttpClientRequest
type Answered = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

const streamed = (draft: Draft, body: HttpBody.Stream): HttpBody.Stream =>
  HttpBody.stream(
    Stream.suspend(() => {
      draft.sending()
      return tapped(
        body.stream,
        (piece) => draft.sends(piece),
        () => draft.sentAll()
      )
    }),
    body.contentType,
    body.contentLength
  )

const captured = (draft: Draft, request: Request): Effect.Effect<Request, HttpClientError.RequestError> =>
  request.body._tag === "Stream"
    ? Effect.succeed(HttpClientRequest.setBody(request, streamed(draft, request.body)))
    : Effect.map(encodeBody(request), ({ bytes, contentType }) => {
        draft.sends(bytes)
        draft.sentAll(contentType)
        return request
      })

const isBuffered = (u: unknown): u is Transport.BufferedBody => Predicate.hasProperty(u, "text")

const bufferedIn = (response: HttpClientResponse.HttpClientResponse): Transport.BufferedBody | undefined => {
  const body = Predicate.hasProperty(response, Transport.BufferedBodyTypeId)
    ? response[Transport.BufferedBodyTypeId]
    : undefined
  return isBuffered(body) ? body : undefined
}

const answered = (draft: Draft, response: HttpClientResponse.HttpClientResponse) => {
  draft.answered(response)
  if (hasNoBody(response)) {
    draft.readAll()
    return response
  }
  const buffered = bufferedIn(response)
  if (buffered === undefined) return new TapedResponse(response, draft)
  draft.reads(buffered.bytes ?? Buffer.from(buffered.text))
  draft.readAll(buffered.truncated ? { _tag: "Truncated" } : undefined)
  return response
}

const taped = (tape: Tape, request: Request, send: (request: Request) => Answered): Answered =>
  Effect.suspend(() => {
    const url = urlOf(request)
    // it cannot leave, with or without a recorder
    if (url === undefined) return send(request)
    const draft = tape.begin(request.method, url, request.headers)
    return captured(draft, request).pipe(
      Effect.flatMap(send),
      Effect.tapErrorCause((cause) =>
        Effect.sync(() => {
          if (Cause.isInterruptedOnly(cause)) return
          draft.lostBy(Option.getOrUndefined(Cause.failureOption(cause)))
        })
      ),
      Effect.map((response) => answered(draft, response))
    )
  })

/** A client that puts on the tape what goes through it, and keeps what the one below it can do. @internal */
export const recording = (below: HttpClient.HttpClient, tape: Tape): HttpClient.HttpClient => {
  const client: HttpClient.HttpClient = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    (request) => Effect.flatMap(request, (request) => taped(tape, request, below.execute)),
    Effect.succeed
  )
  const send = Transport.sendAttemptOf(below)
  return send === undefined
    ? client
    : Transport.keepsAttempt(client, (request, limits) => taped(tape, request, (sent) => send(sent, limits)))
}
