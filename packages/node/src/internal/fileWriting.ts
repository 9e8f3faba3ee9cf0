/**
 * Writing a file next to its place, and moving it there when it is complete.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash, randomUUID } from "node:crypto"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { codeOf } from "./errorCodes.js"

// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/
const notOnWindows = /[<>:"|?*]|[ .]$|^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i

/** Whether a name is one place in a folder, wherever the folder is. */
export const isSegment = (name: string, platform: NodeJS.Platform): boolean =>
  name !== "." &&
  name !== ".." &&
  !control.test(name) &&
  // both kinds of slash, and drive letters
  Path.win32.basename(name) === name &&
  !(platform === "win32" && notOnWindows.test(name))

const attempt = <A>(evaluate: () => Promise<A>): Effect.Effect<A, string> =>
  Effect.tryPromise({ try: evaluate, catch: codeOf })

/** What is at a path; fails with a code when that cannot be read. */
export const kindAt = (path: string): Effect.Effect<"absent" | "folder" | "other", string> =>
  attempt(() => Fs.stat(path)).pipe(
    Effect.map((found) => (found.isDirectory() ? ("folder" as const) : ("other" as const))),
    Effect.catchAll((code) => {
      return code === "ENOENT" && !/[/\\]$/.test(path) ? Effect.succeed("absent" as const) : Effect.fail(code)
    })
  )

/** Makes a folder and those above it; fails with a code. */
export const makeFolder = (path: string): Effect.Effect<unknown, string> =>
  attempt(() => Fs.mkdir(path, { recursive: true }))

/** Whether anything has this path, a link to nowhere included. */
export const isTaken = (path: string): Effect.Effect<boolean> => Effect.isSuccess(attempt(() => Fs.lstat(path)))

/** A path in the same folder that nothing has: a file can be moved from there in one step. */
export const temporaryNextTo = (target: string): string => Path.join(Path.dirname(target), `.${randomUUID()}.part`)

/** Removes a file, if there is one. */
export const remove = (path: string): Effect.Effect<void> => Effect.ignore(attempt(() => Fs.rm(path, { force: true })))

/** Writes a new file piece by piece, down to the disk. */
export const write = <E, E2>(
  path: string,
  content: Stream.Stream<Uint8Array, E>,
  onError: (code: string) => E2
): Effect.Effect<{ readonly bytes: number; readonly sha256: string }, E | E2> =>
  Effect.acquireUseRelease(
    Effect.mapError(
      attempt(() => Fs.open(path, "wx")),
      onError
    ),
    Effect.fnUntraced(function* (handle) {
      const hash = createHash("sha256")
      let bytes = 0
      yield* Stream.runForEach(content, (piece) => {
        hash.update(piece)
        bytes += piece.length
        return Effect.mapError(
          attempt(() => handle.writeFile(piece)),
          onError
        )
      })
      yield* Effect.mapError(
        attempt(() => handle.sync()),
        onError
      )
      return { bytes, sha256: hash.digest("hex") }
    }),
    (handle) => Effect.ignore(attempt(() => handle.close()))
  )

const claimed = (path: string) => attempt(() => Fs.open(path, "wx").then((handle) => handle.close()))

/** Moves a file into its place; without `overwrite` it takes the place first, so that no other file is lost. */
export const moveInto = (from: string, target: string, overwrite: boolean): Effect.Effect<void, string> => {
  const moved = attempt(() => Fs.rename(from, target))
  return Effect.uninterruptible(
    overwrite
      ? moved
      : Effect.zipRight(
          claimed(target),
          Effect.tapError(moved, () => remove(target))
        )
  )
}
