import * as HttpBody from "@effect/platform/HttpBody"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import type { ConnectorFile, FileError } from "../../ConnectorFile.js"
import { concat } from "../data/concat.js"
import { transientOf } from "./fileContent.js"
import { type Booleans, type Field, formBytes } from "./form.js"
import { boundary, isBytes, multipartForm, type Part, type Style } from "./multipart.js"
import { withTransient } from "./transientBody.js"

/**
 * A body that is encoded once, so that a repeated call sends the same bytes.
 *
 * @internal
 */
export interface Encoded {
  readonly contentType: string
  /** In bytes, where it is known before sending. */
  readonly contentLength: number | undefined
  /** Whether the body can be sent again. */
  readonly isReplayable: boolean
  readonly body: HttpBody.HttpBody
}

/** @internal */
export const encodeForm = (fields: ReadonlyArray<Field>, style: { readonly booleans: Booleans }): Encoded => {
  const contentType = "application/x-www-form-urlencoded"
  const content = formBytes(fields, style.booleans)
  return {
    contentType,
    contentLength: content.length,
    isReplayable: true,
    body: HttpBody.uint8Array(content, contentType)
  }
}

const word = Random.nextIntBetween(0, 2 ** 32)

/** @internal */
export const randomBoundary: Effect.Effect<string> = Effect.map(Effect.all([word, word, word, word]), (words) =>
  boundary(...words)
)

type Segments = ReadonlyArray<Uint8Array | ConnectorFile>

const streamed = (
  segments: Segments,
  contentOf: (file: ConnectorFile) => ConnectorFile["stream"]
): Stream.Stream<Uint8Array, FileError> =>
  segments.reduce<Stream.Stream<Uint8Array, FileError>>(
    (sent, segment) => Stream.concat(sent, isBytes(segment) ? Stream.succeed(segment) : contentOf(segment)),
    Stream.empty
  )

const streamBody = (segments: Segments, contentType: string, contentLength: number | undefined): HttpBody.HttpBody =>
  withTransient(
    HttpBody.stream(
      streamed(segments, (file) => file.stream),
      contentType,
      contentLength
    ),
    segments.some((segment) => !isBytes(segment) && transientOf(segment) !== undefined)
      ? streamed(segments, (file) => transientOf(file) ?? file.stream)
      : undefined
  )

/**
 * A form with files: one array of bytes when everything is in memory, otherwise a Stream that fails with the
 * `FileError` of the file that cannot be read.
 *
 * @internal
 */
export const encodeMultipart = (
  parts: ReadonlyArray<Part>,
  options: { readonly boundary: string; readonly style: Style }
): Encoded => {
  const { contentLength, contentType, isReplayable, segments } = multipartForm(parts, options)
  const inMemory = segments.filter(isBytes)
  return {
    contentType,
    contentLength,
    isReplayable,
    body:
      inMemory.length === segments.length
        ? HttpBody.uint8Array(concat(inMemory), contentType)
        : streamBody(segments, contentType, contentLength)
  }
}
