import type * as Cookies from "@effect/platform/Cookies"
import * as Headers from "@effect/platform/Headers"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Transport from "@effect-connectors/core/Transport"
import type { FakeResponse } from "./response.js"
import { webResponse } from "./webResponse.js"

/**
 * A response whose body is buffered. The response of `@effect/platform` over it is made only when a program reads more
 * than the head and the buffered body: it costs more memory than the rest of an exchange.
 *
 * @internal
 */
export class BufferedResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly status: number
  readonly headers: Headers.Headers
  readonly remoteAddress = Option.none<string>()
  readonly [Transport.BufferedBodyTypeId]: Transport.BufferedBody | undefined
  private made: HttpClientResponse.HttpClientResponse | undefined

  constructor(
    readonly request: HttpClientRequest.HttpClientRequest,
    private readonly response: Omit<FakeResponse, "_tag">,
    body: Transport.BufferedBody | undefined
  ) {
    super()
    this[Transport.BufferedBodyTypeId] = body
    this.status = response.status
    this.headers = Headers.isHeaders(response.headers) ? response.headers : Headers.fromInput(response.headers)
  }

  private get web(): HttpClientResponse.HttpClientResponse {
    const { body } = this.response
    return (this.made ??= webResponse(
      this.request,
      this.response,
      typeof body === "string" ? body : new Uint8Array(body)
    ))
  }
  get cookies(): Cookies.Cookies {
    return this.web.cookies
  }
  get stream() {
    return this.web.stream
  }
  get json() {
    return this.web.json
  }
  get text() {
    return this.web.text
  }
  get urlParamsBody() {
    return this.web.urlParamsBody
  }
  get formData() {
    return this.web.formData
  }
  get arrayBuffer() {
    return this.web.arrayBuffer
  }

  toJSON(): unknown {
    return this.web.toJSON()
  }
}
