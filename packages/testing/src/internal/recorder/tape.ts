import * as Cookies from "@effect/platform/Cookies"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { Ending, Exchange, Headers, Outcome } from "../../Recording.js"
import { recordedRequest, type SentBody } from "./recordedRequest.js"
import { contentOf } from "./content.js"
import { failureOf, statusOf } from "./failures.js"

/** The pieces of a body up to a limit in bytes. @internal */
export class Pieces {
  private chunks: Array<Uint8Array> = []
  private size = 0
  isOver = false

  constructor(private readonly limit: number) {}

  clear(): void {
    this.chunks = []
    this.size = 0
    this.isOver = false
  }

  push(chunk: Uint8Array): void {
    const left = this.limit - this.size
    this.isOver ||= chunk.byteLength > left
    // a copy: who reads it may use the memory again
    const kept = Uint8Array.prototype.slice.call(chunk, 0, left)
    this.size += kept.byteLength
    if (kept.byteLength > 0) this.chunks.push(kept)
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.chunks)
  }
}

type Body = "unread" | "reading" | Ending | "whole"

/** An exchange under way. @internal */
export class Draft {
  private readonly sent: Pieces
  private contentType: string | undefined = undefined
  private isSentWhole = false
  private took = 0
  private head:
    | { readonly status: number; readonly headers: Headers; readonly setCookies: ReadonlyArray<string> }
    | undefined
  private readonly answer: Pieces
  private body: Body = "unread"
  private lost: Outcome = { _tag: "Left" }

  constructor(
    private readonly method: string,
    private readonly url: URL,
    private readonly headers: Headers,
    private readonly begunAt: number,
    private readonly now: () => number,
    limit: number
  ) {
    this.sent = new Pieces(limit)
    this.answer = new Pieces(limit)
  }

  /** A body is read from its start, perhaps not for the first time. */
  sending(): void {
    this.sent.clear()
    this.isSentWhole = false
  }

  sends(chunk: Uint8Array): void {
    this.sent.push(chunk)
  }

  sentAll(contentType?: string): void {
    this.contentType = contentType
    this.isSentWhole = true
  }

  lostBy(error: unknown): void {
    const status = statusOf(error)
    this.lost = { _tag: "Lost", failure: failureOf(error), ...(status === undefined ? {} : { status }) }
    this.ends()
  }

  answered({ cookies, headers, status }: HttpClientResponse.HttpClientResponse): void {
    const { "set-cookie": _, ...others } = headers
    this.head = { status, headers: others, setCookies: Cookies.toSetCookieHeaders(cookies) }
    this.ends()
  }

  reads(chunk: Uint8Array): void {
    if (this.body === "unread") this.body = "reading"
    this.answer.push(chunk)
  }

  readAll(ending?: Ending): void {
    this.body = ending ?? "whole"
    this.ends()
  }

  /** What is known by now, with its secrets. */
  exchange(startedAt: number): Exchange {
    const request = recordedRequest(this.method, this.url, this.headers, this.sentBody, this.contentType)
    return { at: Math.max(this.begunAt - startedAt, 0), took: this.took, request, outcome: this.outcome }
  }

  private ends(): void {
    this.took = Math.max(this.now() - this.begunAt, 0)
  }

  private get sentBody(): SentBody {
    if (this.sent.isOver) return { unrecorded: "too large" }
    return this.isSentWhole ? this.sent.bytes : { unrecorded: "not read to its end" }
  }

  private get outcome(): Outcome {
    if (this.head === undefined) return this.lost
    const { headers, setCookies, status } = this.head
    const { bytes } = this.answer
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
    if (this.answer.isOver) return { _tag: "TooLarge" }
    if (this.body === "whole") return undefined
    return typeof this.body === "string" ? { _tag: "Left" } : this.body
  }
}

/** What was said since the recorder began, in the order it began. @internal */
export class Tape {
  private readonly drafts: Array<Draft> = []

  constructor(
    readonly startedAt: number,
    private readonly now: () => number,
    private readonly limit: number
  ) {}

  begin(method: string, url: URL, headers: Headers): Draft {
    const draft = new Draft(method, url, headers, this.now(), this.now, this.limit)
    this.drafts.push(draft)
    return draft
  }

  get exchanges(): ReadonlyArray<Exchange> {
    return this.drafts.map((draft) => draft.exchange(this.startedAt))
  }
}
