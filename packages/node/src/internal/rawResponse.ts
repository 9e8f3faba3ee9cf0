/**
 * What both kinds of responses share: everything a response offers, from its status, raw headers and bytes.
 */
import type * as Cookies from "@effect/platform/Cookies"
import type * as Headers from "@effect/platform/Headers"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import { type RawHeaders, toCookies, toHeaders } from "./rawHeaders.js"

/** A response whose headers and cookies are made on first use. */
export abstract class RawResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  private cachedHeaders: Headers.Headers | undefined = undefined
  private cachedCookies: Cookies.Cookies | undefined = undefined

  constructor(
    readonly request: HttpClientRequest.HttpClientRequest,
    readonly status: number,
    protected readonly raw: RawHeaders
  ) {
    super()
  }

  abstract readonly text: Effect.Effect<string, HttpClientError.ResponseError>
  abstract readonly arrayBuffer: Effect.Effect<ArrayBuffer, HttpClientError.ResponseError>
  abstract readonly stream: Stream.Stream<Uint8Array, HttpClientError.ResponseError>

  get [HttpIncomingMessage.TypeId](): HttpIncomingMessage.TypeId {
    return HttpIncomingMessage.TypeId
  }

  get [HttpClientResponse.TypeId](): HttpClientResponse.TypeId {
    return HttpClientResponse.TypeId
  }

  get headers(): Headers.Headers {
    return (this.cachedHeaders ??= toHeaders(this.raw))
  }

  get cookies(): Cookies.Cookies {
    return (this.cachedCookies ??= toCookies(this.raw))
  }

  get remoteAddress(): Option.Option<string> {
    return Option.none()
  }

  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return this.decoded(this.text, (text): unknown => (text === "" ? null : JSON.parse(text)))
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.ResponseError> {
    return this.decoded(this.text, (text) => UrlParams.fromInput(new URLSearchParams(text)))
  }

  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    const type = this.headers["content-type"] ?? ""
    return Effect.flatMap(this.arrayBuffer, (bytes) =>
      Effect.tryPromise({
        try: () => new Response(bytes, { headers: { "content-type": type } }).formData(),
        catch: (cause) => this.decodeError(cause)
      })
    )
  }

  toJSON(): unknown {
    return HttpIncomingMessage.inspect(this, {
      _id: "@effect/platform/HttpClientResponse",
      request: this.request.toJSON(),
      status: this.status
    })
  }

  protected decodeError(cause: unknown): HttpClientError.ResponseError {
    return new HttpClientError.ResponseError({ request: this.request, response: this, reason: "Decode", cause })
  }

  private decoded<A, B>(
    self: Effect.Effect<A, HttpClientError.ResponseError>,
    decode: (a: A) => B
  ): Effect.Effect<B, HttpClientError.ResponseError> {
    return Effect.tryMap(self, { try: decode, catch: (cause) => this.decodeError(cause) })
  }
}
