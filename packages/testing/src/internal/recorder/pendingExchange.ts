import * as Cookies from "@effect/platform/Cookies"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { Ending, Exchange, Headers, Outcome } from "../../Recording.js"
import { BodyBuffer } from "./bodyBuffer.js"
import { contentOf } from "./content.js"
import { failureOf, statusOf } from "./failures.js"
import { recordedRequest, type SentBody } from "./recordedRequest.js"

type BodyState = "unread" | "reading" | Ending | "whole"

/** An exchange that is being recorded: it collects the request and the response as they pass. @internal */
export class PendingExchange {
  private readonly requestedAt: number
  private readonly requestBuffer: BodyBuffer
  private contentType: string | undefined = undefined
  private isRequestWhole = false
  private took = 0
  private head:
    | { readonly status: number; readonly headers: Headers; readonly setCookies: ReadonlyArray<string> }
    | undefined
  private readonly responseBuffer: BodyBuffer
  private bodyState: BodyState = "unread"
  private noResponse: Outcome = { _tag: "Left" }

  constructor(
    private readonly method: string,
    private readonly url: URL,
    private readonly headers: Headers,
    private readonly elapsed: () => number,
    limit: number
  ) {
    this.requestedAt = elapsed()
    this.requestBuffer = new BodyBuffer(limit)
    this.responseBuffer = new BodyBuffer(limit)
  }

  /** The request body is read from its start. It is read again when the request is sent again. */
  requestBodyStarted(): void {
    this.requestBuffer.clear()
    this.isRequestWhole = false
  }

  requestChunk(chunk: Uint8Array): void {
    this.requestBuffer.push(chunk)
  }

  requestBodyEnded(contentType?: string): void {
    this.contentType = contentType
    this.isRequestWhole = true
  }

  failed(error: unknown): void {
    const status = statusOf(error)
    this.noResponse = { _tag: "Lost", failure: failureOf(error), ...(status === undefined ? {} : { status }) }
    this.updateDuration()
  }

  responded({ cookies, headers, status }: HttpClientResponse.HttpClientResponse): void {
    const { "set-cookie": _, ...others } = headers
    this.head = { status, headers: others, setCookies: Cookies.toSetCookieHeaders(cookies) }
    this.updateDuration()
  }

  responseChunk(chunk: Uint8Array): void {
    if (this.bodyState === "unread") this.bodyState = "reading"
    this.responseBuffer.push(chunk)
  }

  responseBodyEnded(ending?: Ending): void {
    this.bodyState = ending ?? "whole"
    this.updateDuration()
  }

  /** The exchange as recorded so far. Its secrets are still in it. */
  toExchange(): Exchange {
    const request = recordedRequest(this.method, this.url, this.headers, this.sentBody, this.contentType)
    return { at: this.requestedAt, took: this.took, request, outcome: this.outcome }
  }

  private updateDuration(): void {
    this.took = this.elapsed() - this.requestedAt
  }

  private get sentBody(): SentBody {
    if (this.requestBuffer.isOver) return { unrecorded: "too large" }
    return this.isRequestWhole ? this.requestBuffer.bytes : { unrecorded: "not read to its end" }
  }

  private get outcome(): Outcome {
    if (this.head === undefined) return this.noResponse
    const { headers, setCookies, status } = this.head
    const { bytes } = this.responseBuffer
    const ending = this.ending
    return {
      _tag: "Answer",
      status,
      headers,
      ...(setCookies.length === 0 ? {} : { setCookies }),
      ...(bytes.byteLength === 0 ? {} : { body: contentOf(bytes) }),
      ...(ending === undefined ? {} : { ending })
    }
  }

  private get ending(): Ending | undefined {
    if (this.responseBuffer.isOver) return { _tag: "TooLarge" }
    if (this.bodyState === "whole") return undefined
    return typeof this.bodyState === "string" ? { _tag: "Left" } : this.bodyState
  }
}
