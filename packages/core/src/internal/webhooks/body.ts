import type { HttpServerRequest } from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

// a response before the end of a body resets the connection of many senders, so a body that is too large is read on this far
const readOn = 16

/**
 * The bytes of a body as they were sent, up to a size and a time.
 *
 * @internal
 */
export const readBody = (
  request: HttpServerRequest,
  maxBytes: number,
  timeoutMillis: number
): Effect.Effect<Uint8Array | "too large" | "too slow" | "unreadable"> => {
  // the platform gives no stream for the body of a `Request` that has none
  if (Predicate.hasProperty(request.source, "body") && request.source.body === null)
    return Effect.succeed(new Uint8Array())
  const pieces: Array<Uint8Array> = []
  let size = 0
  // a body that was read before has no stream, which is not a failure to the platform but a defect
  return Stream.suspend(() => request.stream).pipe(
    Stream.runForEachWhile((piece) =>
      Effect.sync(() => {
        size += piece.length
        if (size <= maxBytes) pieces.push(piece)
        return size <= maxBytes * readOn
      })
    ),
    Effect.matchCause({
      onFailure: () => "unreadable" as const,
      onSuccess: () => (size > maxBytes ? ("too large" as const) : joined(pieces, size))
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

const joined = (pieces: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
