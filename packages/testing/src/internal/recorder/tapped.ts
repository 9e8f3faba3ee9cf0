import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** A body of which each piece is told, and its end when it is read that far: `Stream.onDone` also tells that it was left. @internal */
export const tapped = <E>(
  body: Stream.Stream<Uint8Array, E>,
  onPiece: (piece: Uint8Array) => void,
  onEnd: () => void
): Stream.Stream<Uint8Array, E> =>
  Stream.concat(
    Stream.tap(body, (piece) => Effect.sync(() => onPiece(piece))),
    Stream.drain(Stream.fromEffect(Effect.sync(onEnd)))
  )
