/**
 * Files that are sent with an action, or that an action returns.
 *
 * @since 0.2.0
 */
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Pipeable from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { isCode } from "./internal/http/serverCode.js"
import { concat } from "./internal/data/concat.js"
import { quoted, shownText } from "./internal/data/serverText.js"
import * as OptionNames from "./OptionNames.js"
import { checkedPieces } from "./internal/http/checkedPieces.js"
import * as fileContent from "./internal/http/fileContent.js"

/**
 * Marks a {@link ConnectorFile}.
 *
 * @since 0.2.0
 * @category symbols
 */
export const TypeId: unique symbol = Symbol.for("@effect-connectors/core/ConnectorFile")

/**
 * Marks a {@link ConnectorFile}.
 *
 * @since 0.2.0
 * @category symbols
 */
export type TypeId = typeof TypeId

/**
 * The content of a file could not be read. `code` is one of
 *
 * - `SIZE_MISMATCH`: it is longer or shorter than its stated size;
 * - `TOO_LARGE`: it is over the limit of bytes that may be held in memory;
 * - `ALREADY_READ`: it was read before, and can be read only once;
 * - `SOURCE_FAILED`: its source failed without a code;
 * - `CONTENT_ENCODING_CUT`, `CONTENT_ENCODING_INVALID`: the server compressed it, and it is cut or damaged;
 * - `CONTENT_ENCODING_UNSUPPORTED`: the server compressed it in a way that cannot be undone here;
 * - `CONTENT_ENCODING_UNVERIFIED`: the server compressed it although it was asked not to, and the runtime's `fetch`
 *   decoded it, which does not say whether it was whole;
 * - the code of its source, such as `ENOENT`.
 *
 * @since 0.2.0
 * @category errors
 */
export class FileError extends Schema.TaggedError<FileError>("@effect-connectors/core/ConnectorFile/FileError")(
  "FileError",
  { code: Schema.String, filename: Schema.optional(Schema.String) }
) {
  override get message(): string {
    const file = this.filename === undefined ? "the file" : `the file ${quoted(this.filename)}`
    return `${file} cannot be read: ${this.code}`
  }
}

/**
 * What is said of a file besides its content.
 *
 * @since 0.2.0
 * @category models
 */
export interface Details {
  /** The name it is sent under; without it none is sent. */
  readonly filename?: string | undefined
  /** Its media type, such as `text/csv`. */
  readonly contentType?: string | undefined
  /** More headers of its part in the request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/**
 * A file: its content as a Stream or as a whole, and what is said of it. Nothing is read before you use it.
 *
 * @since 0.2.0
 * @category models
 */
export interface ConnectorFile extends Pipeable.Pipeable {
  readonly [TypeId]: TypeId
  readonly filename: string | undefined
  readonly contentType: string | undefined
  /** The headers of its part when it is sent, those of the response when it was received; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Its length in bytes, where it is known before it is read. */
  readonly size: number | undefined
  /** Whether it can be read again, so that a call with it can be repeated. */
  readonly isReplayable: boolean
  /** Its content, piece by piece. */
  readonly stream: Stream.Stream<Uint8Array, FileError>
  /** Its whole content; `TOO_LARGE` when that is over the file's `maxBytes`. */
  readonly bytes: Effect.Effect<Uint8Array, FileError>
}

/**
 * Whether a value is a {@link ConnectorFile}.
 *
 * @since 0.2.0
 * @category guards
 */
export const isConnectorFile = (u: unknown): u is ConnectorFile => Predicate.hasProperty(u, TypeId)

const detailNames = { filename: true, contentType: true, headers: true } as const satisfies OptionNames.Table<Details>
const ofDetails = /* @__PURE__ */ OptionNames.make<Details>(detailNames)

type Content = Stream.Stream<Uint8Array, FileError>

const defaultMaxBytes = 64 * 1024 * 1024
const pieceBytes = 64 * 1024

type Fields = Omit<ConnectorFile, TypeId | "pipe">

class Made extends Pipeable.Class() implements ConnectorFile {
  readonly [TypeId]: TypeId = TypeId
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly size: number | undefined
  readonly isReplayable: boolean
  readonly stream: Content
  readonly bytes: Effect.Effect<Uint8Array, FileError>

  constructor(fields: Fields) {
    super()
    this.filename = fields.filename
    this.contentType = fields.contentType
    this.headers = fields.headers
    this.size = fields.size
    this.isReplayable = fields.isReplayable
    this.stream = fields.stream
    this.bytes = fields.bytes
  }

  // neither content nor headers: both may be secret, and megabytes do not belong in a log
  toJSON() {
    const shown = (text: string | undefined) => (text === undefined ? undefined : shownText("name", text))
    return {
      _id: "@effect-connectors/core/ConnectorFile",
      filename: shown(this.filename),
      contentType: shown(this.contentType),
      size: this.size
    }
  }

  [Symbol.for("nodejs.util.inspect.custom")]() {
    return this.toJSON()
  }
}

const made = (names: OptionNames.OptionNames, details: Details, fields: Fields): ConnectorFile =>
  fileContent.withWrongDetails(new Made(fields), OptionNames.issues(names, details))

const lowerCased = (headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
  Object.freeze(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])))

const pieces = function* (content: Uint8Array) {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes)
}

/**
 * A file of bytes in memory, without a copy of them: do not change them while it is in use. It is replayable.
 *
 * @example
 * ```ts
 * import { ConnectorFile } from "@effect-connectors/core"
 *
 * export const logo = ConnectorFile.fromBytes(Uint8Array.of(1, 2, 3), { filename: "logo.png", contentType: "image/png" })
 * ```
 *
 * @since 0.2.0
 * @category constructors
 */
export const fromBytes = (content: Uint8Array, details: Details = {}): ConnectorFile =>
  fileContent.remember(
    made(ofDetails, details, {
      filename: details.filename,
      contentType: details.contentType,
      headers: lowerCased(details.headers),
      size: content.length,
      isReplayable: true,
      stream: Stream.suspend(() => Stream.fromIterable(pieces(content))),
      bytes: Effect.succeed(content)
    }),
    content
  )

/**
 * A file of text, as UTF-8. It is replayable.
 *
 * @since 0.2.0
 * @category constructors
 */
export const fromText = (text: string, details: Details = {}): ConnectorFile =>
  fromBytes(new TextEncoder().encode(text), details)

/**
 * What is said of a file that is a Stream.
 *
 * @since 0.2.0
 * @category models
 */
export interface StreamDetails extends Details {
  /**
   * Its exact length in bytes, where it is known: it lets the server see how much is to come. Reading fails with
   * `SIZE_MISMATCH` when the content is longer or shorter.
   */
  readonly size?: number | undefined
  /** Declares that running the Stream again gives the same bytes. Default false: it is read once. */
  readonly replayable?: boolean | undefined
  /** The most bytes that `bytes` holds in memory. Default 64 MiB. */
  readonly maxBytes?: number | undefined
}

const ofStream = OptionNames.make<StreamDetails>({ ...detailNames, size: true, replayable: true, maxBytes: true })

const sourceError =
  (filename: string | undefined) =>
  (error: unknown): FileError => {
    if (error instanceof FileError) return error
    const code = Predicate.hasProperty(error, "code") ? error.code : undefined
    return new FileError({ code: isCode(code) ? code : "SOURCE_FAILED", filename })
  }

/** Lets content be read once, in whichever form. */
const once = (failure: FileError) => {
  let isRead = false
  return (content: Content): Content =>
    Stream.suspend(() => {
      if (isRead) return Stream.fail(failure)
      isRead = true
      return content
    })
}

const checked = <E>(
  content: Stream.Stream<Uint8Array, E>,
  size: number | undefined,
  filename: string | undefined
): Content =>
  Stream.suspend(() => {
    const failure = new FileError({ code: "SIZE_MISMATCH", filename })
    let total = 0
    return checkedPieces(content, {
      // before the piece goes on, so that never more than the stated size does
      onPiece: (piece) => {
        total += piece.length
        return size === undefined || total <= size ? undefined : failure
      },
      onFailure: sourceError(filename),
      onEnd: () => (size === undefined || total === size ? undefined : failure)
    })
  })

const whole = (content: Content, maxBytes: number, failure: FileError) =>
  Effect.suspend(() => {
    const held: Array<Uint8Array> = []
    let total = 0
    return content.pipe(
      Stream.runForEach((piece) => {
        total += piece.length
        if (!(total <= maxBytes)) return Effect.fail(failure)
        held.push(piece)
        return Effect.void
      }),
      Effect.map(() => concat(held))
    )
  })

/**
 * How the content of a file is read.
 *
 * @since 0.6.0
 * @category models
 */
export interface Reading {
  /** A piece is done with before the next one is asked for: the source may use the same memory again. */
  readonly isTransient: boolean
}

/**
 * A file from a Stream of bytes, or from a function that makes one each time it is read.
 *
 * It is read once unless `replayable` declares otherwise: a call with it is then not repeated once reading started.
 *
 * @example
 * ```ts
 * import { ConnectorFile } from "@effect-connectors/core"
 * import * as Stream from "effect/Stream"
 *
 * const lines = Stream.range(1, 1_000_000).pipe(Stream.map((n) => `${n}\n`), Stream.encodeText)
 * export const numbers = ConnectorFile.fromStream(lines, { filename: "numbers.csv", replayable: true })
 * ```
 *
 * @since 0.2.0
 * @category constructors
 */
export const fromStream = <E>(
  source: Stream.Stream<Uint8Array, E> | ((reading: Reading) => Stream.Stream<Uint8Array, E>),
  details: StreamDetails = {}
): ConnectorFile => {
  const { contentType, filename, maxBytes = defaultMaxBytes, replayable = false, size } = details
  const failure = (code: string) => new FileError({ code, filename })
  const replayed = replayable ? (content: Content) => content : once(failure("ALREADY_READ"))
  const contentOf = (isTransient: boolean) => {
    const content = typeof source === "function" ? Stream.suspend(() => source({ isTransient })) : source
    return replayed(checked(content, size, filename))
  }
  const stream = contentOf(false)
  const tooLarge = failure("TOO_LARGE")
  const file = made(ofStream, details, {
    filename,
    contentType,
    headers: lowerCased(details.headers),
    size,
    isReplayable: replayable,
    stream,
    bytes: size !== undefined && !(size <= maxBytes) ? Effect.fail(tooLarge) : whole(stream, maxBytes, tooLarge)
  })
  return fileContent.withTransient(file, typeof source === "function" ? contentOf(true) : undefined)
}

/**
 * The same content with other details; those that are not given stay. A file that was received holds the headers of
 * its response: `{ headers: {} }` lets it be sent on.
 *
 * @example
 * ```ts
 * import { ConnectorFile } from "@effect-connectors/core"
 *
 * export const forwarded = (received: ConnectorFile.ConnectorFile) =>
 *   received.pipe(ConnectorFile.withDetails({ filename: "report.pdf", headers: {} }))
 * ```
 *
 * @since 0.2.0
 * @category combinators
 */
export const withDetails: {
  (details: Details): (self: ConnectorFile) => ConnectorFile
  (self: ConnectorFile, details: Details): ConnectorFile
} = /* @__PURE__ */ dual(2, (self: ConnectorFile, details: Details): ConnectorFile => {
  const { bytes, isReplayable, size, stream } = self
  const file = made(ofDetails, details, {
    filename: details.filename ?? self.filename,
    contentType: details.contentType ?? self.contentType,
    headers: details.headers === undefined ? self.headers : lowerCased(details.headers),
    size,
    isReplayable,
    stream,
    bytes
  })
  fileContent.withWrongDetails(file, [...fileContent.wrongDetailsOf(self), ...fileContent.wrongDetailsOf(file)])
  fileContent.withTransient(file, fileContent.transientOf(self))
  const content = fileContent.contentOf(self)
  return content === undefined ? file : fileContent.remember(file, content)
})
