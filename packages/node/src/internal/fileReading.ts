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

const unchanged = (handle: Fs.FileHandle, seen: Stats): Effect.Effect<void, ReadFailure> =>
  Effect.flatMap(
    attempt(() => handle.stat()),
    (now) => (isSame(seen, now) ? Effect.void : Effect.fail({ code: "CHANGED" }))
  )

/** Opens the file each time it is run; fails with `CHANGED` before its end when it was changed meanwhile. */
export const content = (path: string, seen: Stats): Stream.Stream<Uint8Array, ReadFailure> =>
  Stream.acquireRelease(
    attempt(() => Fs.open(path, "r")),
    (handle) => Effect.promise(() => handle.close())
  ).pipe(
    Stream.tap((handle) => unchanged(handle, seen)),
    Stream.flatMap((handle) => {
      // one byte more than there should be, so that a longer file is noticed
      const room = Math.min(pieceBytes, seen.size + 1)
      const piece = attempt(() => handle.read(new Uint8Array(room), 0, room, null)).pipe(
        Effect.mapError(Option.some),
        Effect.flatMap(({ buffer, bytesRead }) =>
          bytesRead === 0 ? Effect.fail(Option.none()) : Effect.succeed(buffer.subarray(0, bytesRead))
        )
      )
      return Stream.concat(Stream.repeatEffectOption(piece), Stream.execute(unchanged(handle, seen)))
    })
  )
