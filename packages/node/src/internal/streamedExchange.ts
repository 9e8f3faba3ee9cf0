/**
 * An exchange whose response body flows as its reader takes it.
 */
import * as Transport from "@effect-connectors/core/Transport"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Stream from "effect/Stream"
import { Readable } from "node:stream"
import { piecesOf } from "./bodyPieces.js"
import { decoded, decodedHeaders, encodingsOf } from "./contentEncoding.js"
import { BODY_TOO_LARGE, codeOf, isPermanent } from "./errorCodes.js"
import { Exchange, type Waits, type Wire } from "./exchange.js"
import type { RawHeaders } from "./rawHeaders.js"
import type { WireRequest } from "./requestBody.js"
import { RawResponse } from "./rawResponse.js"
import type { Target } from "./targets.js"

type Resume = (response: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>) => void

// of at most 64 KiB each: what a socket gives in one turn
const piecesAhead = 8

// undici's own defaults: a stream may take as long as it likes, as long as something comes.
const waits: Waits = { headersTimeout: null, bodyTimeout: null }

/** Why a body ended early; carries the evidence, no text of the request. */
class BodyFailed extends Data.TaggedError("BodyFailed")<{
  readonly [Transport.EvidenceTypeId]: Transport.Evidence
}> {}

export class StreamedExchange extends Exchange {
  // The exchange must not know the response: a response that is never read is collected, and that closes the connection.
  private body: Readable | undefined = undefined

  constructor(
    wire: Wire,
    request: HttpClientRequest.HttpClientRequest,
    target: Target,
    wireRequest: WireRequest,
    private readonly resume: Resume
  ) {
    super(wire, request, target, wireRequest, waits)
  }

  expire(): void {}

  /** Ends the exchange; a body that is being read fails. */
  cancel(): void {
    this.settled = true
    if (this.body === undefined) this.drop()
    else this.body.destroy()
  }

  protected head(status: number, raw: RawHeaders, resume: () => void): boolean {
    const body = new Readable({
      // pieces as they came: taken together they would be copied
      objectMode: true,
      highWaterMark: piecesAhead,
      read: resume,
      destroy: (error, callback) => {
        this.drop()
        callback(error)
      }
    })
    // A connection that breaks before the body is read must not end the process.
    body.on("error", () => {})
    this.body = body
    this.settled = true
    const encodings = encodingsOf(raw)
    this.resume(
      Effect.succeed(
        encodings.length === 0
          ? new StreamedResponse(this.request, status, raw, body)
          : new StreamedResponse(this.request, status, decodedHeaders(raw), decoded(body, encodings))
      )
    )
    return true
  }

  protected data(chunk: Buffer): boolean {
    // undici gives an empty one each time it goes on
    return chunk.length === 0 || (this.body?.push(chunk) ?? true)
  }

  protected end(): void {
    this.body?.push(null)
  }

  protected fail(evidence: Transport.Evidence): void {
    if (this.body !== undefined) this.body.destroy(new BodyFailed({ [Transport.EvidenceTypeId]: evidence }))
    else if (!this.settled) {
      this.settled = true
      this.resume(Effect.fail(this.failure(evidence)))
    }
  }
}

class StreamedResponse extends RawResponse {
  private cachedBytes: Effect.Effect<Buffer, HttpClientError.ResponseError> | undefined = undefined

  constructor(
    request: HttpClientRequest.HttpClientRequest,
    status: number,
    raw: RawHeaders,
    private readonly body: Readable
  ) {
    super(request, status, raw)
  }

  get stream(): Stream.Stream<Uint8Array, HttpClientError.ResponseError> {
    return piecesOf(this.body, (cause) => this.bodyError(cause))
  }

  get text(): Effect.Effect<string, HttpClientError.ResponseError> {
    return Effect.map(this.bytes, (bytes) => new TextDecoder().decode(bytes))
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpClientError.ResponseError> {
    return Effect.map(this.bytes, (bytes) => new Uint8Array(bytes).buffer)
  }

  private get bytes(): Effect.Effect<Buffer, HttpClientError.ResponseError> {
    return (this.cachedBytes ??= Effect.runSync(
      Effect.cached(
        Effect.flatMap(HttpIncomingMessage.MaxBodySize, (max) =>
          this.collect(Option.match(max, { onNone: () => Infinity, onSome: Number }))
        )
      )
    ))
  }

  private collect(limit: number): Effect.Effect<Buffer, HttpClientError.ResponseError> {
    return Effect.async<Buffer, HttpClientError.ResponseError>((resume) => {
      const chunks: Array<Buffer> = []
      let size = 0
      this.body.on("data", (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > limit) {
          const evidence = {
            sent: true,
            phase: "body",
            code: BODY_TOO_LARGE,
            permanent: true,
            timedOut: false
          } as const
          this.body.destroy(new BodyFailed({ [Transport.EvidenceTypeId]: { ...evidence, status: this.status } }))
        }
      })
      this.body.on("end", () => resume(Effect.succeed(Buffer.concat(chunks, size))))
      this.body.on("error", (cause) => resume(Effect.fail(this.bodyError(cause))))
      this.body.on("close", () => resume(Effect.fail(this.bodyError(undefined))))
      if (this.body.errored !== null) resume(Effect.fail(this.bodyError(this.body.errored)))
      else if (this.body.destroyed) resume(Effect.fail(this.bodyError(undefined)))
    })
  }

  private bodyError(cause: unknown): HttpClientError.ResponseError {
    const evidence = Predicate.hasProperty(cause, Transport.EvidenceTypeId) ? undefined : codeOf(cause)
    return this.decodeError(
      evidence === undefined
        ? cause
        : {
            [Transport.EvidenceTypeId]: {
              sent: true,
              phase: "body",
              code: evidence,
              permanent: isPermanent(evidence),
              timedOut: false,
              status: this.status
            }
          }
    )
  }
}
