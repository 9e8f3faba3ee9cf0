import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Stream from "effect/Stream"
import { failureOf } from "./failures.js"
import { observeBody } from "./observeBody.js"
import type { PendingExchange } from "./pendingExchange.js"

/** A response whose body is recorded while the program reads it. @internal */
export class RecordingResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId

  constructor(
    private readonly original: HttpClientResponse.HttpClientResponse,
    private readonly exchange: PendingExchange
  ) {
    super()
  }

  get request(): HttpClientRequest.HttpClientRequest {
    return this.original.request
  }

  get status() {
    return this.original.status
  }

  get headers() {
    return this.original.headers
  }

  get cookies() {
    return this.original.cookies
  }

  get remoteAddress() {
    return this.original.remoteAddress
  }

  get stream(): Stream.Stream<Uint8Array, HttpClientError.ResponseError> {
    return observeBody(
      this.original.stream,
      (chunk) => this.exchange.responseChunk(chunk),
      () => this.exchange.responseBodyEnded()
    ).pipe(Stream.tapError((error) => Effect.sync(() => this.bodyFailed(error))))
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpClientError.ResponseError> {
    return Effect.tapBoth(this.original.arrayBuffer, {
      onFailure: (error) => Effect.sync(() => this.bodyFailed(error)),
      onSuccess: (buffer) => Effect.sync(() => this.bodyRead(new Uint8Array(buffer)))
    })
  }

  get text(): Effect.Effect<string, HttpClientError.ResponseError> {
    return Effect.map(this.arrayBuffer, (buffer) => new TextDecoder().decode(buffer))
  }

  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return this.decodeText((text): unknown => (text === "" ? null : JSON.parse(text)))
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.ResponseError> {
    return this.decodeText((text) => UrlParams.fromInput(new URLSearchParams(text)))
  }

  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    const headers = { "content-type": this.headers["content-type"] ?? "" }
    return Effect.flatMap(this.arrayBuffer, (bytes) =>
      Effect.tryPromise({
        try: () => new Response(bytes, { headers }).formData(),
        catch: (cause) => this.decodeError(cause)
      })
    )
  }

  toJSON(): unknown {
    return this.original.toJSON()
  }

  private isBodyRecorded = false

  // a response keeps its body: reading it again gives the same bytes
  private bodyRead(bytes: Uint8Array): void {
    if (this.isBodyRecorded) return
    this.isBodyRecorded = true
    this.exchange.responseChunk(bytes)
    this.exchange.responseBodyEnded()
  }

  private bodyFailed(error: HttpClientError.ResponseError): void {
    if (error.reason === "EmptyBody") return this.exchange.responseBodyEnded()
    this.exchange.responseBodyEnded({ _tag: "Cut", failure: failureOf(error) })
  }

  private decodeError(cause: unknown): HttpClientError.ResponseError {
    return new HttpClientError.ResponseError({ request: this.request, response: this, reason: "Decode", cause })
  }

  private decodeText<A>(decode: (text: string) => A): Effect.Effect<A, HttpClientError.ResponseError> {
    return Effect.tryMap(this.text, { try: decode, catch: (cause) => this.decodeError(cause) })
  }
}
