import * as Headers from "@effect/platform/Headers"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

/**
 * A body that is not in the encoding it claims.
 *
 * @internal
 */
export const encodingInvalid = "CONTENT_ENCODING_INVALID"

/**
 * An encoding that cannot be undone here.
 *
 * @internal
 */
export const encodingUnsupported = "CONTENT_ENCODING_UNSUPPORTED"

/**
 * A file that the runtime's `fetch` has decoded: it may be cut, and nobody can see it.
 *
 * @internal
 */
export const encodingUnverified = "CONTENT_ENCODING_UNVERIFIED"

/**
 * The codes of an encoding that no repetition mends.
 *
 * @internal
 */
export const isEncodingPermanent = (code: string): boolean =>
  code === encodingInvalid || code === encodingUnsupported || code === encodingUnverified

// a body packed more often is an attack: each layer multiplies its size by up to a thousand
const maxLayers = 5
// some runtimes unpack all that they are given at once
const pieceBytes = 4 * 1024

/**
 * The encodings of a body as they were applied; none for `identity`.
 *
 * @internal
 */
export const encodingsOf = (headers: Headers.Headers): ReadonlyArray<string> => {
  const header = headers["content-encoding"]
  return header === undefined
    ? []
    : header
        .split(",")
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== "" && name !== "identity")
}

// browsers do not let a request ask for a body that is not packed
const mayAskForIdentity = (): boolean =>
  new Request("http://localhost/", { headers: { "accept-encoding": "identity" } }).headers.has("accept-encoding")

const fetchEncodings = new Set(["gzip", "x-gzip", "deflate", "br", "zstd"])

/**
 * Why a file that `fetch` has decoded cannot be given, if it cannot: where a request can ask for one that is not
 * packed it has asked, and where it cannot there would be no file at all.
 *
 * @internal
 */
export const fetchedFileIssue = (encodings: ReadonlyArray<string>): string | undefined => {
  if (!encodings.every((name) => fetchEncodings.has(name))) return encodingUnsupported
  return mayAskForIdentity() ? encodingUnverified : undefined
}

/**
 * The headers of a body that was decoded: neither its encoding nor the length it was packed to.
 *
 * @internal
 */
export const decodedHeaders = (headers: Headers.Headers): Headers.Headers =>
  Headers.remove(headers, ["content-encoding", "content-length"])

/**
 * Why a body cannot be decoded.
 *
 * @internal
 */
export class EncodingFailed extends Data.TaggedError("EncodingFailed")<{ readonly code: string }> {}

const formatOf = (encoding: string, first: number): string | undefined => {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return "gzip"
    case "deflate":
      // some servers send the bare format without the zlib header
      return (first & 0x0f) === 8 ? "deflate" : "deflate-raw"
    case "br":
      return "brotli"
    default:
      return undefined
  }
}

interface Decompressor {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

// which formats there are is for the runtime to say
const decompressor = (format: string | undefined): Decompressor | undefined => {
  try {
    return format === undefined ? undefined : Reflect.construct(DecompressionStream, [format])
  } catch {
    return undefined
  }
}

/** A body that ends before its encoding does. */
const encodingCut = "CONTENT_ENCODING_CUT"

const cutCodes = new Set(["Z_BUF_ERROR", "ERR_BROTLI_DECODER_ERROR_UNEXPECTED_END"])

// not every runtime has codes: there only what is missing shows when the body is closed
const codeOf = (error: unknown, isClosing: boolean): string => {
  const code = Predicate.hasProperty(error, "code") ? error.code : undefined
  const isCut = typeof code === "string" ? cutCodes.has(code) : isClosing
  return isCut ? encodingCut : encodingInvalid
}

const piecesOf = (chunk: Uint8Array): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(chunk.byteLength / pieceBytes) }, (_, index) =>
    chunk.slice(index * pieceBytes, (index + 1) * pieceBytes)
  )

type Body<E> = Stream.Stream<Uint8Array, E>

const written = (
  writer: WritableStreamDefaultWriter<Uint8Array>,
  chunks: Chunk.Chunk<Uint8Array>
): Effect.Effect<void, EncodingFailed> =>
  Effect.forEach(
    Chunk.toReadonlyArray(chunks).flatMap(piecesOf),
    (piece) =>
      Effect.tryPromise({
        try: () => writer.write(piece),
        catch: (error) => new EncodingFailed({ code: codeOf(error, false) })
      }),
    { discard: true }
  )

// no packed body but one of brotli begins so
const isPlain = (encoding: string, first: number): boolean => encoding !== "br" && (first === 0x7b || first === 0x5b)

const undone = <E>(body: Body<E>, encoding: string, mayBePlain: boolean): Body<E | EncodingFailed> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const pull = yield* Stream.toPull(Stream.filter(body, (chunk) => chunk.byteLength > 0))
      const next = Effect.catchAll(pull, Option.match({ onNone: () => Effect.succeed(undefined), onSome: Effect.fail }))
      let chunks = yield* next
      // a body without a byte is empty, and not cut
      if (chunks === undefined) return Stream.empty
      const first = Chunk.toReadonlyArray(chunks)[0]?.[0] ?? 0
      if (mayBePlain && isPlain(encoding, first))
        return Stream.concat(Stream.fromChunk(chunks), Stream.fromPull(Effect.succeed(pull)))
      const format = formatOf(encoding, first)
      const pair = decompressor(format)
      if (pair === undefined) return Stream.fail(new EncodingFailed({ code: encodingUnsupported }))
      const writer = pair.writable.getWriter()
      const reader = pair.readable.getReader()
      let isClosing = false
      const failure = (error: unknown) => new EncodingFailed({ code: codeOf(error, isClosing) })
      // both fail together, and one of them is not waited for
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => void Promise.allSettled([writer.closed, writer.abort(), reader.closed, reader.cancel()]))
      )
      const feed = Effect.gen(function* () {
        for (; chunks !== undefined; chunks = yield* next) yield* written(writer, chunks)
        isClosing = true
        yield* Effect.tryPromise({ try: () => writer.close(), catch: failure })
      })
      const read = Effect.tryPromise({ try: () => reader.read(), catch: (error) => Option.some(failure(error)) })
      const output = Stream.repeatEffectOption(
        Effect.flatMap(read, ({ done, value }) => (done ? Effect.fail(Option.none()) : Effect.succeed(value)))
      )
      return Stream.merge(output, Stream.drain(Stream.fromEffect(feed)))
    })
  )

/**
 * What is in a packed body, never more of it at once than its reader takes.
 *
 * Of a body that `mayBePlain` an object or an array is left as it is: a client that decodes need not change the headers.
 *
 * @internal
 */
export const decoded = <E>(
  body: Body<E>,
  encodings: ReadonlyArray<string>,
  mayBePlain: boolean
): Body<E | EncodingFailed> =>
  encodings.length > maxLayers
    ? Stream.fail(new EncodingFailed({ code: encodingUnsupported }))
    : encodings.reduceRight<Body<E | EncodingFailed>>((packed, name) => undone(packed, name, mayBePlain), body)
