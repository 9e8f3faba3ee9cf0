import type { ModelRequest, ModelResponse } from "../../ConnectionsModel.js"
import type { ObservedRequest, ObservedRecord } from "../fakeServer/requestListener.js"
import type { PlatformName } from "../platforms.js"
import type { SecretMask } from "./secretMask.js"

/** A body as it is kept: with its text, if it is text and not too large. @internal */
export interface KeptBody {
  readonly bytes: number
  readonly contentType: string | undefined
  readonly text: string | undefined
}

/** A response as it was sent. One that was cut off has the whole body. */
interface KeptResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: KeptBody
}

/** A request and its response. @internal */
export interface KeptExchange {
  /** 1 for the first request. */
  readonly id: number
  readonly platform: PlatformName
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly startedNanos: bigint
  readonly request: ModelRequest
  readonly body: KeptBody
  record: ObservedRecord | undefined
  response: KeptResponse | undefined
  /** `undefined` while it is pending. */
  endedNanos: bigint | undefined
  /** The client disconnected before the response. */
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

const bodyOf = (body: string | Uint8Array, contentType: string | undefined): KeptBody => ({
  bytes: typeof body === "string" ? Buffer.byteLength(body) : body.byteLength,
  contentType,
  text: textOf(body)
})

const sizeOf = (exchange: KeptExchange): number =>
  (exchange.body.text?.length ?? 0) + (exchange.response?.body.text?.length ?? 0)

/** The last requests with their responses, limited in number and in bytes. @internal */
export class Exchanges {
  private kept: Array<KeptExchange> = []
  private readonly pending = new Map<ModelRequest, KeptExchange>()
  private bytes = 0
  private count = 0

  constructor(
    private readonly mask: SecretMask,
    private readonly changed: (id: number) => void
  ) {}

  get all(): ReadonlyArray<KeptExchange> {
    return this.kept
  }

  get(id: number): KeptExchange | undefined {
    return this.kept[id - (this.kept[0]?.id ?? 0)]
  }

  begin(platform: PlatformName, request: ModelRequest, at: number, begunNanos: bigint): KeptExchange {
    const exchange: KeptExchange = {
      id: ++this.count,
      platform,
      at,
      startedNanos: begunNanos,
      // `body` below holds the bytes that are kept
      request: { ...request, body: "", bytes: new Uint8Array() },
      body: bodyOf(request.bytes, request.headers["content-type"]),
      record: undefined,
      response: undefined,
      endedNanos: undefined,
      interrupted: false
    }
    this.mask.learnHeaders(request.headers)
    this.learn(exchange.body)
    this.kept.push(exchange)
    this.pending.set(request, exchange)
    this.bytes += sizeOf(exchange)
    this.drop()
    this.changed(exchange.id)
    return exchange
  }

  notice({ request, record }: ObservedRequest): void {
    const exchange = this.pending.get(request)
    if (exchange === undefined) return
    exchange.record = record
  }

  /** Ends an exchange. Without a response, the client has disconnected. */
  end(request: ModelRequest, response: ModelResponse | undefined, endedNanos: bigint): void {
    const exchange = this.pending.get(request)
    if (exchange === undefined) return
    this.pending.delete(request)
    exchange.endedNanos = endedNanos
    exchange.interrupted = response === undefined
    if (response !== undefined && "status" in response) {
      const { status, headers } = response
      exchange.response = { status, headers, body: bodyOf(response.body, headers["content-type"]) }
      this.mask.learnHeaders(headers)
      this.learn(exchange.response.body)
      if (this.get(exchange.id) === exchange) this.bytes += exchange.response.body.text?.length ?? 0
      this.drop()
    }
    this.changed(exchange.id)
  }

  clear(): void {
    this.kept = []
    this.bytes = 0
  }

  private learn({ text }: KeptBody): void {
    if (text !== undefined) this.mask.learnBody(text)
  }

  private drop(): void {
    while (this.kept.length > maxExchanges || (this.bytes > maxKeptBytes && this.kept.length > 1)) {
      const oldest = this.kept.shift()
      if (oldest !== undefined) this.bytes -= sizeOf(oldest)
    }
  }
}
