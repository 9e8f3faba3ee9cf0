import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { fromJsonText, RecordingInvalid, type Recording, toJsonText } from "../../Recording.js"

const ownerOnly = 0o600

/** @internal */
export const read = Effect.fnUntraced(function* (files: FileSystem.FileSystem, file: string) {
  const text = yield* files.readFileString(file)
  return yield* Effect.mapError(fromJsonText(text), ({ path, reason }) => new RecordingInvalid({ path, reason, file }))
})

/**
 * Creates a temporary file next to `file`, and returns how to save a recording: it is written to the temporary file, which
 * then replaces `file` in one step. Fails before anything is recorded if the folder is not writable. The temporary file is
 * removed with the scope.
 *
 * @internal
 */
export const reserveFile = Effect.fnUntraced(function* (files: FileSystem.FileSystem, file: string) {
  const partFile = `${file}.${randomUUID()}.part`
  yield* Effect.acquireRelease(files.writeFileString(partFile, "", { flag: "wx", mode: ownerOnly }), () =>
    Effect.ignore(files.remove(partFile))
  )
  return (recording: Recording) =>
    Effect.scoped(
      Effect.gen(function* () {
        const open = yield* files.open(partFile, { flag: "w", mode: ownerOnly })
        yield* open.writeAll(new TextEncoder().encode(toJsonText(recording)))
        yield* open.sync
      })
    ).pipe(Effect.zipRight(files.rename(partFile, file)))
})
