/** A temporary folder, and everything that is below it at a moment. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const temporary: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "skills-")))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Each path below a folder with what is there: a file's text, `link to`, or `folder`. */
export const walk = (root: string, below = ""): Record<string, string> => {
  const found: Record<string, string> = {}
  for (const name of readdirSync(join(root, below))) {
    const path = below === "" ? name : `${below}/${name}`
    const stats = lstatSync(join(root, path))
    if (stats.isDirectory()) Object.assign(found, { [path]: "folder" }, walk(root, path))
    else if (stats.isSymbolicLink()) found[path] = `link to ${readlinkSync(join(root, path))}`
    else found[path] = readFileSync(join(root, path), "utf8")
  }
  return found
}

/** The files of {@link walk} alone. */
export const filesOf = (root: string): Record<string, string> =>
  Object.fromEntries(Object.entries(walk(root)).filter(([, what]) => what !== "folder"))

const reads = 1_000_000

/** Waits until a read of the disk gives `true`; other fibers go on between two reads. */
export const until = (seen: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (seen() ? Effect.void : Effect.yieldNow({ priority: 1 }).pipe(Effect.zipRight(macrotask)))).pipe(
    Effect.repeat({ until: seen, times: reads }),
    Effect.asVoid
  )

const macrotask: Effect.Effect<void> = Effect.async((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** The hidden folders in which a skill is put together. */
export const staged = (destination: string): ReadonlyArray<string> =>
  existsSync(destination) ? readdirSync(destination).filter((name) => name.startsWith(".skill-")) : []

/** How many files are complete or started within the hidden folders. */
export const stagedFiles = (destination: string, folder: string): number =>
  staged(destination).reduce((sum, name) => {
    const path = join(destination, name, "new", folder)
    return sum + (existsSync(path) ? readdirSync(path).length : 0)
  }, 0)
