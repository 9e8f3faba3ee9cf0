import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Stream from "effect/Stream"
import { failureOf } from "./failures.js"
import { tapped } from "./tapped.js"
import type { Draft } from "./tape.js"

/** An answer whose body is recorded as it is read, by whoever reads it. @internal */
export class TapedResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId

  constructor(
    private readonly original: HttpClientResponse.HttpClientResponse,
    private readonly draft: Draft
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
    return tapped(
      this.original.stream,
      (piece) => this.draft.reads(piece),
      () => this.draft.readAll()
    ).pipe(Stream.tapError((error) => Effect.sync(() => this.broke(error))))
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpClientError.ResponseError> {
    return Effect.tapBoth(this.original.arrayBuffer, {
      onFailure: (error) => Effect.sync(() => this.broke(error)),
      onSuccess: (buffer) => Effect.sync(() => this.read(new Uint8Array(buffer)))
    })
  }

  get text(): Effect.Effect<string, HttpClientError.ResponseError> {
    return Effect.map(this.arrayBuffer, (buffer) => new TextDecoder().decode(buffer))
  }

  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return this.decoded((text): unknown => (text === "" ? null : JSON.parse(text)))
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.ResponseError> {
    return this.decoded((text) => UrlParams.fromInput(new URLSearchParams(text)))
  }

  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    const headers = { "content-type": this.headers["content-type"] ?? "" }
    return Effect.flatMap(this.arrayBuffer, (bytes) =>
      Effect.tryPromise({
        try: () => new Response(bytes, { headers }).formData(),
        catch: (cause) => this.undecodable(cause)
      })
    )
  }

  toJSON(): unknown {
    return this.original.toJSON()
  }

  private isRead = false

  // a body is kept by its answer: reading it again gives the same
  private read(bytes: Uint8Array): void {
    if (this.isRead) return
    this.isRead = true
    this.draft.reads(bytes)
    this.draft.readAll()
  }

  private broke(error: HttpClientError.ResponseError): void {
    if (error.reason === "EmptyBody") return this.draft.readAll()
    this.draft.readAll({ _tag: "Cut", failure: failureOf(error) })
  }

  private undecodable(cause: unknown): HttpClientError.ResponseError {
    return new HttpClientError.ResponseError({ request: this.request, response: this, reason: "Decode", cause })
  }

  private decoded<A>(decode: (text: string) => A): Effect.Effect<A, HttpClientError.ResponseError> {
    return Effect.tryMap(this.text, { try: decode, catch: (cause) => this.undecodable(cause) })
  }
}
