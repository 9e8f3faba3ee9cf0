import type { ModelRequest, ModelResponse } from "../../ConnectionsModel.js"
import type { ObservedRequest, ObservedRecord } from "../fakeServer/requestListener.js"
import type { PlatformName } from "../platforms.js"
import type { Secrets } from "./secrets.js"

/** A body as it is kept: its text when it is one and not too large. @internal */
export interface Body {
  readonly bytes: number
  readonly contentType: string | undefined
  readonly text: string | undefined
}

/** An answer as it was sent; of one that was cut off, what was meant to come. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
}

/** A request, and what became of it. @internal */
export interface Exchange {
  /** 1 for the first request. */
  readonly id: number
  readonly platform: PlatformName
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly begunNanos: bigint
  readonly request: ModelRequest
  readonly body: Body
  record: ObservedRecord | undefined
  answer: Answer | undefined
  /** `undefined` while it is under way. */
  endedNanos: bigint | undefined
  /** The client went away before the answer. */
  interrupted: boolean
}

const maxExchanges = 1_000
const maxTextBytes = 64 * 1024
/** All bodies together. */
const maxKeptBytes = 32 * 1024 * 1024

const strict = new TextDecoder("utf-8", { fatal: true })

const textOf = (body: string | Uint8Array): string | undefined => {
  if (body.length > maxTextBytes) return undefined
  if (typeof body === "string") return body
  try {
    return strict.decode(body)
  } catch {
    return undefined
  }
}

const bodyOf = (body: string | Uint8Array, contentType: string | undefined): Body => ({
  bytes: typeof body === "string" ? Buffer.byteLength(body) : body.byteLength,
  contentType,
  text: textOf(body)
})

const sizeOf = (exchange: Exchange): number =>
  (exchange.body.text?.length ?? 0) + (exchange.answer?.body.text?.length ?? 0)

/** The last requests with their answers, bounded in number and in bytes. @internal */
export class Exchanges {
  private kept: Array<Exchange> = []
  private readonly underWay = new Map<ModelRequest, Exchange>()
  private bytes = 0
  private count = 0

  constructor(
    private readonly secrets: Secrets,
    private readonly changed: (id: number) => void
  ) {}

  get all(): ReadonlyArray<Exchange> {
    return this.kept
  }

  get(id: number): Exchange | undefined {
    return this.kept[id - (this.kept[0]?.id ?? 0)]
  }

  begin(platform: PlatformName, request: ModelRequest, at: number, begunNanos: bigint): Exchange {
    const exchange: Exchange = {
      id: ++this.count,
      platform,
      at,
      begunNanos,
      // the bytes stand in the body as far as they are kept
      request: { ...request, body: "", bytes: new Uint8Array() },
      body: bodyOf(request.bytes, request.headers["content-type"]),
      record: undefined,
      answer: undefined,
      endedNanos: undefined,
      interrupted: false
    }
    this.secrets.learnHeaders(request.headers)
    this.learn(exchange.body)
    this.kept.push(exchange)
    this.underWay.set(request, exchange)
    this.bytes += sizeOf(exchange)
    this.drop()
    this.changed(exchange.id)
    return exchange
  }

  notice({ request, record }: ObservedRequest): void {
    const exchange = this.underWay.get(request)
    if (exchange === undefined) return
    exchange.record = record
  }

  /** The end of an exchange; without a response its client went away. */
  end(request: ModelRequest, response: ModelResponse | undefined, endedNanos: bigint): void {
    const exchange = this.underWay.get(request)
    if (exchange === undefined) return
    this.underWay.delete(request)
    exchange.endedNanos = endedNanos
    exchange.interrupted = response === undefined
    if (response !== undefined && "status" in response) {
      const { status, headers } = response
      exchange.answer = { status, headers, body: bodyOf(response.body, headers["content-type"]) }
      this.secrets.learnHeaders(headers)
      this.learn(exchange.answer.body)
      if (this.get(exchange.id) === exchange) this.bytes += exchange.answer.body.text?.length ?? 0
      this.drop()
    }
    this.changed(exchange.id)
  }

  clear(): void {
    this.kept = []
    this.bytes = 0
  }

  private learn({ text }: Body): void {
    if (text !== undefined) this.secrets.learnBody(text)
  }

  private drop(): void {
    while (this.kept.length > maxExchanges || (this.bytes > maxKeptBytes && this.kept.length > 1)) {
      const oldest = this.kept.shift()
      if (oldest !== undefined) this.bytes -= sizeOf(oldest)
    }
  }
}
