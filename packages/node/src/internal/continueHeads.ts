/**
 * `100 Continue` heads that nobody asked for. undici takes one for the end of the connection, while the response that
 * follows it is whole; we never ask for one.
 */
import type { Socket } from "node:net"

/** Where a connection is between two responses. */
export interface Place {
  /** No byte of the response has come. */
  readonly isAtStart: () => boolean
  readonly passed: () => void
}

const continueStart = /^HTTP\/1\.[01] 100[ \r]/
const headEnd = "\r\n\r\n"
const startLength = 13
const maxHeadLength = 16 * 1024

/** Whether bytes may be the beginning of `HTTP/1.1 100 `. */
const mayStart = (text: string): boolean =>
  text.length < startLength
    ? "HTTP/1.1 100 ".startsWith(text) || "HTTP/1.0 100 ".startsWith(text)
    : continueStart.test(text)

/** Lets the reader of a socket see everything but those heads. */
export const withoutContinue = (socket: Socket, place: Place): void => {
  const read = socket.read.bind(socket)
  let held: Buffer | undefined = undefined
  socket.read = (size?: number): unknown => {
    let chunk: unknown = read(size)
    while (place.isAtStart() && Buffer.isBuffer(chunk)) {
      const bytes: Buffer = held === undefined ? chunk : Buffer.concat([held, chunk])
      held = undefined
      const text = bytes.toString("latin1", 0, startLength)
      const end = mayStart(text) ? bytes.indexOf(headEnd) : undefined
      if (end === undefined || (end < 0 && bytes.length > maxHeadLength)) {
        place.passed()
        return bytes
      }
      const rest = end < 0 ? bytes : bytes.subarray(end + headEnd.length)
      if (end >= 0 && rest.length > 0) {
        chunk = rest
        continue
      }
      if (end < 0) held = rest
      chunk = read(size)
    }
    return chunk
  }
}
