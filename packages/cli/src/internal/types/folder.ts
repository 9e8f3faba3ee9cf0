import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { readdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { UsageError } from "../failure.js"
import { makeFolder } from "../makeFolder.js"
import { lockPath } from "./lock.js"
import { folders, generatedBy, type TypesFile } from "./module.js"

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : String(error)

const attempt = <A>(path: string, what: string, run: () => Promise<A>): Effect.Effect<A, UsageError> =>
  Effect.tryPromise({
    try: run,
    catch: (error) => {
      const code = codeOf(error)
      return new UsageError({
        message:
          code === "EEXIST"
            ? `${path} is there, and was not generated: give another folder with --out`
            : `${path} cannot be ${what} (${code})`
      })
    }
  })

const unlessMissing =
  <A>(missing: A) =>
  (error: unknown): A => {
    if (codeOf(error) === "ENOENT") return missing
    throw error
  }

const namesIn = (path: string): Effect.Effect<ReadonlyArray<string>, UsageError> =>
  attempt(path, "read", () => readdir(path).catch(unlessMissing([])))

const textOf = (path: string): Effect.Effect<string | undefined, UsageError> =>
  attempt(path, "read", () => readFile(path, "utf8").catch(unlessMissing(undefined)))

/** The files of an earlier pull: the lock, and modules that say that they were generated. */
export const readFolder = (root: string): Effect.Effect<ReadonlyArray<TypesFile>, UsageError> =>
  Effect.gen(function* () {
    const found: Array<TypesFile> = []
    const lock = yield* textOf(join(root, lockPath))
    if (lock !== undefined) found.push({ path: lockPath, text: lock })
    for (const folder of folders) {
      for (const name of yield* namesIn(join(root, folder))) {
        const path = `${folder}/${name}`
        const text = name.endsWith(".ts") ? yield* textOf(join(root, path)) : undefined
        if (text?.startsWith(generatedBy) === true) found.push({ path, text })
      }
    }
    return found
  })

/** What was done to the files of a folder. */
export interface Written {
  readonly path: string
  readonly change: "written" | "unchanged" | "removed"
}

/** Makes the generated files of a folder those that are given. Files that are the same are not touched. */
export const writeFolder = (
  root: string,
  files: ReadonlyArray<TypesFile>
): Effect.Effect<ReadonlyArray<Written>, UsageError> =>
  Effect.gen(function* () {
    const before = new Map((yield* readFolder(root)).map(({ path, text }) => [path, text]))
    const now = new Set(files.map(({ path }) => path))
    const written = yield* Effect.forEach(files, ({ path, text }): Effect.Effect<Written, UsageError> => {
      if (before.get(path) === text) return Effect.succeed({ path, change: "unchanged" })
      const file = join(root, path)
      const flag = before.has(path) ? "w" : "wx"
      return Effect.as(
        attempt(file, "written", async () => {
          await makeFolder(dirname(file))
          // what was not generated is not replaced
          await writeFile(file, text, { flag })
        }),
        { path, change: "written" }
      )
    })
    const gone = [...before.keys()].filter((path) => !now.has(path))
    const removed = yield* Effect.forEach(gone, (path): Effect.Effect<Written, UsageError> => {
      const file = join(root, path)
      return Effect.as(
        attempt(file, "removed", () => rm(file)),
        { path, change: "removed" }
      )
    })
    return [...written, ...removed]
  })
