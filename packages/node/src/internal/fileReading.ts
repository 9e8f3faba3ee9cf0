/**
 * The content of a file on disk as a Stream that notices when it is no longer the same file.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Stats } from "node:fs"
import * as Fs from "node:fs/promises"
import { codeOf } from "./errorCodes.js"

const pieceBytes = 64 * 1024

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

/**
 * Opens the file each time it is run, and gives what it held when it was opened: what is added meanwhile is left. Fails with
 * `CHANGED` when it is another file than was seen, and before its end when it was changed otherwise.
 */
export const content = (path: string, seen: Stats): Stream.Stream<Uint8Array, ReadFailure> =>
  Stream.acquireRelease(
    attempt(() => Fs.open(path, "r")),
    (handle) => Effect.promise(() => handle.close())
  ).pipe(
    Stream.tap((handle) => unless(handle, (now) => !isSame(seen, now))),
    Stream.flatMap((handle) => {
      let left = seen.size
      const piece = Effect.suspend(() => {
        const room = Math.min(pieceBytes, left)
        if (room === 0) return Effect.fail(Option.none())
        return attempt(() => handle.read(new Uint8Array(room), 0, room, null)).pipe(
          Effect.mapError(Option.some),
          Effect.flatMap(({ buffer, bytesRead }) => {
            left -= bytesRead
            return bytesRead === 0 ? Effect.fail(Option.none()) : Effect.succeed(buffer.subarray(0, bytesRead))
          })
        )
      })
      return Stream.concat(
        Stream.repeatEffectOption(piece),
        // a longer file has grown; the same length at another time was written over
        Stream.execute(unless(handle, (now) => !isSame(seen, now) && now.size <= seen.size))
      )
    })
  )
