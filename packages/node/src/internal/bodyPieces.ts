/**
 * The pieces of a response's body as a Stream.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Readable } from "node:stream"

type Pull<E> = Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<E>>

const buffered = (body: Readable): Chunk.Chunk<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  for (let piece: unknown = body.read(); piece instanceof Uint8Array; piece = body.read()) pieces.push(piece)
  return Chunk.unsafeFromArray(pieces)
}

/** Takes all that is there, or waits until something comes. */
const pullFrom = <E>(body: Readable, onError: (cause: unknown) => E): Pull<E> => {
  let wake: (() => void) | undefined = undefined
  const woken = () => {
    // who goes on may wait again within this call
    const resume = wake
    wake = undefined
    resume?.()
  }
  for (const event of ["readable", "end", "error", "close"]) body.on(event, woken)
  const pull: Pull<E> = Effect.suspend(() => {
    const pieces = buffered(body)
    if (Chunk.isNonEmpty(pieces)) return Effect.succeed(pieces)
    if (body.errored !== null) return Effect.fail(Option.some(onError(body.errored)))
    if (body.readableEnded) return Effect.fail(Option.none())
    return body.destroyed ? Effect.fail(Option.some(onError(undefined))) : waited
  })
  const waited: Pull<E> = Effect.async((resume) => {
    wake = () => resume(pull)
    return Effect.sync(() => {
      wake = undefined
    })
  })
  return pull
}

/** A body that is given up when its reader leaves, without waiting for what may never come. */
export const piecesOf = <E>(body: Readable, onError: (cause: unknown) => E): Stream.Stream<Uint8Array, E> =>
  Stream.fromPull(
    Effect.map(
      Effect.acquireRelease(Effect.succeed(body), () => Effect.sync(() => void body.destroy())),
      () => pullFrom(body, onError)
    )
  )
