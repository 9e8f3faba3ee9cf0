import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/**
 * A body that reports each chunk, and its end if it is read to its end. `Stream.onDone` also runs when the reader stops
 * early.
 *
 * @internal
 */
export const observeBody = <E>(
  body: Stream.Stream<Uint8Array, E>,
  onChunk: (chunk: Uint8Array) => void,
  onEnd: () => void
): Stream.Stream<Uint8Array, E> =>
  Stream.concat(
    Stream.tap(body, (chunk) => Effect.sync(() => onChunk(chunk))),
    Stream.drain(Stream.fromEffect(Effect.sync(onEnd)))
  )
