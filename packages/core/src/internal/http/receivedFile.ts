import type * as Headers from "@effect/platform/Headers"
import * as Stream from "effect/Stream"
import * as ConnectorFile from "../../ConnectorFile.js"
import { shownText } from "../data/serverText.js"
import type { Lost } from "./transport.js"
import { filenameOf, safeFilename } from "./contentDisposition.js"
import { secretsIn, type SentCall } from "./sentSecrets.js"

const detailsOf = (call: SentCall, headers: Headers.Headers): ConnectorFile.Details => ({
  filename: nameOf(call, filenameOf(headers["content-disposition"])),
  contentType: headers["content-type"],
  headers
})

// what is redacted in it stays a name that every system takes
const nameOf = (call: SentCall, name: string | undefined): string | undefined => {
  if (name === undefined) return undefined
  const hidden = secretsIn(call).hide(name)
  return hidden === name ? name : safeFilename(hidden)
}

/**
 * How a response becomes a file.
 *
 * @internal
 */
export interface FileReader {
  readonly received: (call: SentCall, headers: Headers.Headers, bytes: Uint8Array) => ConnectorFile.ConnectorFile
  /** One that was only opened: what ends it early is reported by its code. */
  readonly unread: (
    call: SentCall,
    headers: Headers.Headers,
    unread: Stream.Stream<Uint8Array, Lost>
  ) => ConnectorFile.ConnectorFile
}

// packed bytes are fewer than those that are read
const sizeOf = (headers: Headers.Headers): number | undefined => {
  const length = headers["content-length"]
  return length !== undefined && /^\d{1,15}$/.test(length) && headers["content-encoding"] === undefined
    ? Number(length)
    : undefined
}

const unreadFile: FileReader["unread"] = (call, headers, unread) => {
  const details = detailsOf(call, headers)
  const failed = ({ evidence }: Lost) =>
    new ConnectorFile.FileError({
      code: evidence.code,
      filename: details.filename === undefined ? undefined : shownText("name", details.filename)
    })
  return ConnectorFile.fromStream(Stream.mapError(unread, failed), { ...details, size: sizeOf(headers) })
}

/** @internal */
export const fileReader: FileReader = {
  received: (call, headers, bytes) => ConnectorFile.fromBytes(bytes, detailsOf(call, headers)),
  unread: unreadFile
}
