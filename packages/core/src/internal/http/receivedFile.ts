import type * as Headers from "@effect/platform/Headers"
import * as Stream from "effect/Stream"
import * as ConnectorFile from "../../ConnectorFile.js"
import type { Lost } from "./transport.js"
import { filenameOf } from "./contentDisposition.js"

const detailsOf = (headers: Headers.Headers): ConnectorFile.Details => ({
  filename: filenameOf(headers["content-disposition"]),
  contentType: headers["content-type"],
  headers
})

/**
 * A response that is a file.
 *
 * @internal
 */
export const receivedFile = (headers: Headers.Headers, bytes: Uint8Array): ConnectorFile.ConnectorFile =>
  ConnectorFile.fromBytes(bytes, detailsOf(headers))

// packed bytes are fewer than those that are read
const sizeOf = (headers: Headers.Headers): number | undefined => {
  const length = headers["content-length"]
  return length !== undefined && /^\d{1,15}$/.test(length) && headers["content-encoding"] === undefined
    ? Number(length)
    : undefined
}

/**
 * A response that is a file and was only opened: what ends it early is reported by its code.
 *
 * @internal
 */
export const unreadFile = (
  headers: Headers.Headers,
  unread: Stream.Stream<Uint8Array, Lost>
): ConnectorFile.ConnectorFile => {
  const details = detailsOf(headers)
  const failed = ({ evidence }: Lost) =>
    new ConnectorFile.FileError({ code: evidence.code, filename: details.filename })
  return ConnectorFile.fromStream(Stream.mapError(unread, failed), { ...details, size: sizeOf(headers) })
}
