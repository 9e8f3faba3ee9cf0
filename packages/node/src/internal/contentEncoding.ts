/**
 * Decoding of compressed bodies, never to more than a given size.
 */
import type { Transform } from "node:stream"
import * as Zlib from "node:zlib"
import { CONTENT_ENCODING_CUT, CONTENT_ENCODING_INVALID, CONTENT_ENCODING_UNSUPPORTED, codeOf } from "./errorCodes.js"

/** How decoding ended: the bytes up to the limit, and why there are no more, if there should be. */
export interface Decoded {
  readonly bytes: Buffer
  readonly exceeded: boolean
  readonly code: string | undefined
}

const chunkSize = 16 * 1024

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

const cutCodes: ReadonlySet<string> = new Set(["Z_BUF_ERROR", "ERR_BROTLI_DECODER_ERROR_UNEXPECTED_END"])

/**
 * Decodes `bytes`, calls `done` once, and never after the returned function was called.
 */
export const decode = (
  encoding: string,
  bytes: Buffer,
  limit: number,
  done: (decoded: Decoded) => void
): (() => void) => {
  const decoder = decoderFor(encoding, bytes[0] ?? 0)
  if (decoder === undefined) {
    done({ bytes, exceeded: false, code: CONTENT_ENCODING_UNSUPPORTED })
    return () => {}
  }
  const chunks: Array<Buffer> = []
  let size = 0
  let ended = false
  const end = (exceeded: boolean, code: string | undefined) => {
    if (ended) return
    ended = true
    decoder.destroy()
    done({ bytes: Buffer.concat(chunks, size), exceeded, code })
  }
  decoder.on("data", (chunk: Buffer) => {
    const room = limit - size
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
    size += Math.min(chunk.length, room)
    if (chunk.length > room) end(true, undefined)
  })
  decoder.on("error", (error) =>
    end(false, cutCodes.has(codeOf(error)) ? CONTENT_ENCODING_CUT : CONTENT_ENCODING_INVALID)
  )
  decoder.on("end", () => end(false, undefined))
  decoder.end(bytes)
  return () => {
    ended = true
    decoder.destroy()
  }
}
