/**
 * Decoding of compressed bodies: the one way of both kinds of exchanges.
 */
import * as Transport from "@effect-connectors/core/Transport"
import * as Data from "effect/Data"
import { pipeline, Readable, Transform, type TransformCallback } from "node:stream"
import * as Zlib from "node:zlib"
import {
  CONTENT_ENCODING_CUT,
  CONTENT_ENCODING_INVALID,
  CONTENT_ENCODING_UNSUPPORTED,
  codeOf,
  isPermanent
} from "./errorCodes.js"
import { type RawHeaders, valuesOfName, withoutNames } from "./rawHeaders.js"

const chunkSize = 16 * 1024

// A body packed more often is an attack: each layer multiplies its size by up to a thousand.
const maxLayers = 5

const cutCodes: ReadonlySet<string> = new Set(["Z_BUF_ERROR", "ERR_BROTLI_DECODER_ERROR_UNEXPECTED_END"])

/** Why a body cannot be decoded; carries the evidence, nothing of the body. */
class EncodingFailed extends Data.TaggedError("EncodingFailed")<{
  readonly code: string
  readonly [Transport.EvidenceTypeId]: Transport.Evidence
}> {
  constructor(code: string) {
    const permanent = isPermanent(code)
    super({ code, [Transport.EvidenceTypeId]: { sent: true, phase: "body", code, permanent, timedOut: false } })
  }
}

const decoderFor = (encoding: string, first: number): Transform | undefined => {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return Zlib.createGunzip({ chunkSize })
    case "deflate":
      // Some servers send the bare format without the zlib header.
      return (first & 0x0f) === 8 ? Zlib.createInflate({ chunkSize }) : Zlib.createInflateRaw({ chunkSize })
    case "br":
      return Zlib.createBrotliDecompress({ chunkSize })
    default:
      return undefined
  }
}

/** Undoes one encoding. Its decoder is made for the first byte: a body without any is empty, and not cut. */
class Decoding extends Transform {
  private decoder: Transform | undefined = undefined

  constructor(private readonly encoding: string) {
    super()
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const decoder = (this.decoder ??= this.started(chunk[0] ?? 0))
    if (decoder === undefined) return done(new EncodingFailed(CONTENT_ENCODING_UNSUPPORTED))
    if (decoder.write(chunk)) done()
    else decoder.once("drain", () => done())
  }

  override _flush(done: TransformCallback): void {
    if (this.decoder === undefined) return done()
    this.decoder.once("end", () => done())
    this.decoder.end()
  }

  override _read(size: number): void {
    this.decoder?.resume()
    super._read(size)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.decoder?.destroy()
    done(error)
  }

  private started(first: number): Transform | undefined {
    const decoder = decoderFor(this.encoding, first)
    decoder?.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) decoder.pause()
    })
    decoder?.on("error", (error) =>
      this.destroy(new EncodingFailed(cutCodes.has(codeOf(error)) ? CONTENT_ENCODING_CUT : CONTENT_ENCODING_INVALID))
    )
    return decoder
  }
}

/** The encodings of a body as they were applied; none for `identity`. */
export const encodingsOf = (raw: RawHeaders): ReadonlyArray<string> =>
  valuesOfName(raw, "content-encoding")
    .flatMap((value) => value.split(","))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")

/** The headers of the body that is given: of a decoded one neither its encoding nor the length it was packed to. */
export const decodedHeaders = (raw: RawHeaders): RawHeaders => withoutNames(raw, ["content-encoding", "content-length"])

/**
 * What is in a packed body. It fails with the evidence of what is wrong with the packing, and as the body itself when
 * that fails; ending either ends both.
 */
export const decoded = (body: Readable, encodings: ReadonlyArray<string>): Readable => {
  // One that is not known has no decoder, and fails at the first byte.
  const names = encodings.length > maxLayers ? ["too many"] : [...encodings].reverse()
  const layers = names.map((name) => new Decoding(name))
  // Their errors are those of the last layer, which is the one that is read.
  return layers.reduce<Readable>((from, layer) => pipeline(from, layer, () => {}), body)
}

/** How decoding a whole body ended: the bytes up to the limit, and why there are no more, if there should be. */
export interface Decoded {
  readonly bytes: Buffer
  readonly exceeded: boolean
  readonly code: string | undefined
}

/**
 * Decodes `bytes`, never to more than `limit`; calls `done` once, and never after the returned function was called.
 */
export const decodeWhole = (
  encodings: ReadonlyArray<string>,
  bytes: Buffer,
  limit: number,
  done: (decoded: Decoded) => void
): (() => void) => {
  const body = decoded(Readable.from([bytes], { objectMode: false }), encodings)
  const chunks: Array<Buffer> = []
  let size = 0
  let ended = false
  const end = (exceeded: boolean, code: string | undefined) => {
    if (ended) return
    ended = true
    body.destroy()
    done({ bytes: Buffer.concat(chunks, size), exceeded, code })
  }
  body.on("data", (chunk: Buffer) => {
    const room = limit - size
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
    size += Math.min(chunk.length, room)
    if (chunk.length > room) end(true, undefined)
  })
  body.on("error", (error) => end(false, codeOf(error)))
  body.on("end", () => end(false, undefined))
  return () => {
    ended = true
    body.destroy()
  }
}
