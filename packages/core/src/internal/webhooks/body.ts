import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { concat } from "../data/concat.js"

// a response before the end of a body resets the connection of many senders, so a body that is too large is read on this far
const readOn = 16

/**
 * The bytes of a body as they were sent, up to a size and a time.
 *
 * @internal
 */
export const readBody = (
  stream: Stream.Stream<Uint8Array, unknown>,
  maxBytes: number,
  timeoutMillis: number
): Effect.Effect<Uint8Array | "too large" | "too slow" | "unreadable"> => {
  const pieces: Array<Uint8Array> = []
  let size = 0
  return stream.pipe(
    Stream.runForEachWhile((piece) =>
      Effect.sync(() => {
        size += piece.length
        if (size <= maxBytes) pieces.push(piece)
        return size <= maxBytes * readOn
      })
    ),
    Effect.matchCause({
      onFailure: () => "unreadable" as const,
      onSuccess: () => (size > maxBytes ? ("too large" as const) : concat(pieces))
    }),
    // the end of a body that stalls may stall too
    Effect.disconnect,
    Effect.timeoutTo({
      duration: timeoutMillis,
      onTimeout: () => "too slow" as const,
      onSuccess: (body) => body
    })
  )
}
