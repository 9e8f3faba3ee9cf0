import type * as Cookies from "@effect/platform/Cookies"
import * as Headers from "@effect/platform/Headers"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Transport from "@effect-connectors/core/Transport"
import type { FakeResponse } from "./response.js"

/** Statuses whose answer has no body: `Response` refuses one. @internal */
export const bodilessStatuses: ReadonlySet<number> = new Set([101, 204, 205, 304])

type Head = Pick<FakeResponse, "status" | "headers">

/** The platform's own response. @internal */
export const webResponse = (
  request: HttpClientRequest.HttpClientRequest,
  { headers, status }: Head,
  body: BodyInit
): HttpClientResponse.HttpClientResponse =>
  HttpClientResponse.fromWeb(
    request,
    new Response(bodilessStatuses.has(status) ? null : body, { status, headers: { ...headers } })
  )

/**
 * An answer with its body at hand. The platform's own response over it is only made when somebody
 * reads more than head and buffered body: it costs more than all the rest of an exchange in memory.
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
    private readonly answer: Omit<FakeResponse, "_tag">,
    body: Transport.BufferedBody | undefined
  ) {
    super()
    this[Transport.BufferedBodyTypeId] = body
    this.status = answer.status
    this.headers = Headers.isHeaders(answer.headers) ? answer.headers : Headers.fromInput(answer.headers)
  }

  private get web(): HttpClientResponse.HttpClientResponse {
    const { body } = this.answer
    return (this.made ??= webResponse(
      this.request,
      this.answer,
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
