import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BodyPace } from "../../ConnectionsModel.js"

/** A body in pieces: the first at once, each of the others after a pause on the Clock. @internal */
export const paced = (body: Uint8Array, { bytes, everyMillis }: BodyPace): Stream.Stream<Uint8Array> =>
  Stream.unfoldChunkEffect(0, (offset) => {
    if (offset >= body.byteLength) return Effect.succeedNone
    const piece = Option.some([Chunk.of(body.subarray(offset, offset + bytes)), offset + bytes] as const)
    return offset === 0 ? Effect.succeed(piece) : Effect.delay(Effect.succeed(piece), everyMillis)
  })

/** How long a body takes after its head, in milliseconds. @internal */
export const lengthMillis = (byteLength: number, { bytes, everyMillis }: BodyPace): number =>
  Math.max(0, Math.ceil(byteLength / bytes) - 1) * everyMillis
