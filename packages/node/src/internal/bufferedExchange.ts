/**
 * An attempt whose response is read to its end, in bounds of time and size.
 */
import type * as Transport from "@effect-connectors/core/Transport"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import { BufferedResponse } from "./bufferedResponse.js"
import { ATTEMPT_TIMEOUT, BODY_TOO_LARGE } from "./errorCodes.js"
import { type Decoded, decodedHeaders, decodeWhole, encodingsOf } from "./contentEncoding.js"
import type { Deadlines } from "./deadlines.js"
import { Exchange, type Waits, type Wire } from "./exchange.js"
import { type RawHeaders, valuesOfName } from "./rawHeaders.js"
import type { WireRequest } from "./requestBody.js"
import type { Target } from "./targets.js"

type Resume = (response: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>) => void

const noBytes = Buffer.alloc(0)
const noHeaders: RawHeaders = []
const ignore: Resume = () => undefined
const firstCapacity = 16 * 1024

const isOk = (status: number): boolean => status >= 200 && status < 300
// Whatever comes with such a status is not content.
const hasNoContent = (status: number): boolean => status === 204 || status === 205

const noWaits: Waits = { headersTimeout: 0, bodyTimeout: 0 }

// The wheel keeps the total; undici only the pause between two chunks.
const waitsOf = (attempt: Transport.Attempt): Waits =>
  attempt.idleMillis < attempt.timeoutMillis ? { ...noWaits, bodyTimeout: attempt.idleMillis } : noWaits

export class BufferedExchange extends Exchange {
  private resume = ignore
  private raw = noHeaders
  private responseStatus = 0
  private limit = 0
  private bytes: Buffer = noBytes
  private size = 0
  private isFinishing = false
  private stopDecoding: (() => void) | undefined = undefined

  constructor(
    wire: Wire,
    request: HttpClientRequest.HttpClientRequest,
    target: Target,
    wireRequest: WireRequest,
    private readonly attempt: Transport.Attempt,
    private readonly deadlines: Deadlines
  ) {
    super(wire, request, target, wireRequest, waitsOf(attempt))
  }

  /** Gives what cancels it. */
  start(resume: Resume): Effect.Effect<void> {
    this.resume = resume
    this.deadlines.add(this, this.attempt.timeoutMillis)
    this.submit()
    return Effect.sync(() => this.cancel())
  }

  /** Ends the exchange without a response; nothing is sent or read after it. */
  cancel(): void {
    if (this.settled) return
    this.settled = true
    this.close()
  }

  expire(): void {
    if (this.settled) return
    this.fail(this.evidence(ATTEMPT_TIMEOUT, true))
  }

  protected head(status: number, raw: RawHeaders): boolean {
    this.raw = raw
    this.responseStatus = status
    this.limit = isOk(status) ? this.attempt.maxBodyBytes : this.attempt.maxErrorBodyBytes
    if (isOk(status) && !hasNoContent(status) && Number(valuesOfName(raw, "content-length")[0] ?? 0) > this.limit) {
      this.fail(this.evidence(BODY_TOO_LARGE))
    }
    return true
  }

  protected data(chunk: Buffer): boolean {
    if (this.settled) return true
    if (hasNoContent(this.responseStatus)) {
      this.succeed(noBytes, false)
      return true
    }
    const room = this.limit - this.size
    if (chunk.length <= room) {
      this.append(chunk)
      return true
    }
    if (isOk(this.responseStatus)) this.fail(this.evidence(BODY_TOO_LARGE))
    else {
      this.append(chunk.subarray(0, room))
      this.finish(true)
    }
    return true
  }

  protected end(): void {
    if (!this.settled) this.finish(false)
  }

  protected fail(evidence: Transport.Evidence): void {
    if (this.settled) return
    // the status of an error response counts even if its body is cut, and of one without content nothing can be cut
    if (this.phase === "body" && !isOk(this.responseStatus)) return this.finish(true)
    if (this.phase === "body" && hasNoContent(this.responseStatus)) return this.succeed(noBytes, false)
    this.settle(Effect.fail(this.failure(evidence)))
  }

  // One chunk is kept as it is. More are copied together: a body in many small pieces must not cost many times its size.
  private append(chunk: Buffer): void {
    const size = this.size + chunk.length
    if (this.size === 0) this.bytes = chunk
    else {
      if (size > this.bytes.length) {
        const grown = Buffer.allocUnsafe(Math.min(this.limit, Math.max(firstCapacity, size * 2)))
        this.bytes.copy(grown, 0, 0, this.size)
        this.bytes = grown
      }
      chunk.copy(this.bytes, this.size)
    }
    this.size = size
  }

  private finish(truncated: boolean): void {
    if (this.isFinishing) return
    this.isFinishing = true
    const bytes = this.size === this.bytes.length ? this.bytes : this.bytes.subarray(0, this.size)
    const encodings = this.size === 0 ? [] : encodingsOf(this.raw)
    if (encodings.length === 0) return this.succeed(bytes, truncated)
    // The rest of a cut body is not wanted; the deadline still runs while the start of it is decoded.
    if (truncated) this.drop()
    this.stopDecoding = decodeWhole(encodings, bytes, this.limit, (decoded) => this.finishDecoded(decoded, truncated))
  }

  private finishDecoded(decoded: Decoded, truncated: boolean): void {
    if (this.settled) return
    this.raw = decodedHeaders(this.raw)
    if (!isOk(this.responseStatus))
      return this.succeed(decoded.bytes, truncated || decoded.exceeded || decoded.code !== undefined)
    if (decoded.exceeded) return this.fail(this.evidence(BODY_TOO_LARGE))
    if (decoded.code !== undefined) return this.fail(this.evidence(decoded.code))
    this.succeed(decoded.bytes, false)
  }

  private succeed(bytes: Buffer, truncated: boolean): void {
    this.settle(
      Effect.succeed(new BufferedResponse(this.request, this.responseStatus, this.raw, bytes, this.size, truncated))
    )
  }

  // V8 puts exchanges where it looks for garbage last: all that an ended one still held would stay there with it
  private settle(response: Parameters<Resume>[0]): void {
    const { resume } = this
    this.settled = true
    this.close()
    this.raw = noHeaders
    this.bytes = noBytes
    this.resume = ignore
    resume(response)
  }

  private close(): void {
    this.deadlines.remove(this)
    this.stopDecoding?.()
    this.drop()
  }
}
