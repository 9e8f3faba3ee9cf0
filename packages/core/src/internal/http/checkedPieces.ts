import * as Channel from "effect/Channel"
import * as Chunk from "effect/Chunk"
import * as Stream from "effect/Stream"

interface Checks<E, E2> {
  /** Called with each piece before it goes on; what it returns is the end of the Stream. */
  readonly onPiece: (piece: Uint8Array) => E2 | undefined
  readonly onFailure: (error: E) => E2
  readonly onEnd: () => E2 | undefined
}

/**
 * A Stream whose pieces are checked in one layer: each operator more costs per piece.
 *
 * @internal
 */
export const checkedPieces = <E, E2>(
  content: Stream.Stream<Uint8Array, E>,
  { onEnd, onFailure, onPiece }: Checks<E, E2>
): Stream.Stream<Uint8Array, E2> => {
  type Checked = Channel.Channel<Chunk.Chunk<Uint8Array>, Chunk.Chunk<Uint8Array>, E2, E, void, unknown>
  const checked: Checked = Channel.readWith({
    onInput: (pieces: Chunk.Chunk<Uint8Array>): Checked => {
      let passed = 0
      for (const piece of pieces) {
        const error = onPiece(piece)
        if (error !== undefined) return Channel.zipRight(Channel.write(Chunk.take(pieces, passed)), Channel.fail(error))
        passed++
      }
      return Channel.zipRight(Channel.write(pieces), checked)
    },
    onFailure: (error: E) => Channel.fail(onFailure(error)),
    onDone: () => {
      const error = onEnd()
      return error === undefined ? Channel.void : Channel.fail(error)
    }
  })
  return Stream.fromChannel(Channel.pipeTo(Stream.toChannel(content), checked))
}
