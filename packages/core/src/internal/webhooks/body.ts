import type { HttpServerRequest } from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

// a response before the end of a body resets the connection of many senders, so a body that is too large is read on this far
const readOn = 16

/**
 * The bytes of a body as they were sent, up to a size.
 *
 * @internal
 */
export const readBody = (
  request: HttpServerRequest,
  maxBytes: number
): Effect.Effect<Uint8Array | "too large" | "unreadable"> => {
  // the platform gives no stream for the body of a `Request` that has none
  if (Predicate.hasProperty(request.source, "body") && request.source.body === null)
    return Effect.succeed(new Uint8Array())
  const pieces: Array<Uint8Array> = []
  let size = 0
  return request.stream.pipe(
    Stream.runForEachWhile((piece) =>
      Effect.sync(() => {
        size += piece.length
        if (size <= maxBytes) pieces.push(piece)
        return size <= maxBytes * readOn
      })
    ),
    Effect.match({
      onFailure: () => "unreadable" as const,
      onSuccess: () => (size > maxBytes ? ("too large" as const) : joined(pieces, size))
    })
  )
}

const joined = (pieces: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
