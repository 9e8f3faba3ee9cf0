/**
 * The content of a file on disk as a Stream that notices when it is no longer the same file.
 */
import type { Reading } from "@effect-connectors/core/ConnectorFile"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Stats } from "node:fs"
import * as Fs from "node:fs/promises"
import { codeOf } from "./errorCodes.js"

const pieceBytes = 64 * 1024
const sharedBytes = 256 * 1024

/** Why a file cannot be read. */
export interface ReadFailure {
  readonly code: string
}

const attempt = <A>(evaluate: () => Promise<A>): Effect.Effect<A, ReadFailure> =>
  Effect.tryPromise({ try: evaluate, catch: (error) => ({ code: codeOf(error) }) })

const isSame = (a: Stats, b: Stats): boolean =>
  a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mtimeMs === b.mtimeMs

const unless = (handle: Fs.FileHandle, isChanged: (now: Stats) => boolean): Effect.Effect<void, ReadFailure> =>
  Effect.flatMap(
    attempt(() => handle.stat()),
    (now) => (isChanged(now) ? Effect.fail({ code: "CHANGED" }) : Effect.void)
  )

/** Where a piece of at most so many bytes goes. */
type Place = (room: number) => Buffer

const ownPlace: Place = (room) => Buffer.allocUnsafeSlow(Math.min(room, pieceBytes))

// two in turn, so that a reader which asks for one piece ahead of time does not see another in its place
const sharedPlace = (): Place => {
  const shared: Array<Buffer> = []
  let pieces = 0
  return (room) => (shared[pieces++ % 2] ??= Buffer.allocUnsafeSlow(Math.min(room, sharedBytes)))
}

const pulled = (
  handle: Fs.FileHandle,
  seen: Stats,
  placeFor: Place
): Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<ReadFailure>> => {
  let left = seen.size
  // a longer file has grown; the same length at another time was written over
  const ended = Effect.zipRight(
    Effect.mapError(
      unless(handle, (now) => !isSame(seen, now) && now.size <= seen.size),
      Option.some
    ),
    Effect.fail(Option.none())
  )
  return Effect.suspend(() => {
    if (left === 0) return ended
    const place = placeFor(left)
    return Effect.matchEffect(
      attempt(() => handle.read(place, 0, Math.min(place.length, left), null)),
      {
        onFailure: (failure) => Effect.fail(Option.some(failure)),
        onSuccess: ({ buffer, bytesRead }) => {
          left -= bytesRead
          return bytesRead === 0 ? ended : Effect.succeed(Chunk.of(buffer.subarray(0, bytesRead)))
        }
      }
    )
  })
}

/**
 * Opens the file each time it is run, and gives what it held when it was opened: what is added meanwhile is left. Fails with
 * `CHANGED` when it is another file than was seen, and before its end when it was changed otherwise.
 */
export const content = (path: string, seen: Stats, { isTransient }: Reading): Stream.Stream<Uint8Array, ReadFailure> =>
  Stream.fromPull(
    Effect.gen(function* () {
      const handle = yield* Effect.acquireRelease(
        attempt(() => Fs.open(path, "r")),
        (handle) => Effect.promise(() => handle.close())
      )
      yield* unless(handle, (now) => !isSame(seen, now))
      return pulled(handle, seen, isTransient ? sharedPlace() : ownPlace)
    }).pipe(Effect.catchAll((failure) => Effect.succeed(Effect.fail(Option.some(failure)))))
  )
