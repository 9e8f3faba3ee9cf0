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
 * A place beside a file, taken now: whoever cannot write there is told before anything is recorded, and what is written
 * is moved into the file's place in one step. Ends with the scope.
 *
 * @internal
 */
export const placeFor = Effect.fnUntraced(function* (files: FileSystem.FileSystem, file: string) {
  const beside = `${file}.${randomUUID()}.part`
  yield* Effect.acquireRelease(files.writeFileString(beside, "", { flag: "wx", mode: ownerOnly }), () =>
    Effect.ignore(files.remove(beside))
  )
  return (recording: Recording) =>
    Effect.scoped(
      Effect.gen(function* () {
        const open = yield* files.open(beside, { flag: "w", mode: ownerOnly })
        yield* open.writeAll(new TextEncoder().encode(toJsonText(recording)))
        yield* open.sync
      })
    ).pipe(Effect.zipRight(files.rename(beside, file)))
})
