/**
 * The file system, one step at a time. No step can be interrupted in its middle: what it does is known when it is over.
 */
import * as Effect from "effect/Effect"
import type { Stats } from "node:fs"
import * as Fs from "node:fs/promises"
import { codeOf } from "../errorCodes.js"

/** The system would not do something at a path. */
export interface DiskFault {
  readonly _tag: "DiskFault"
  readonly code: string
  readonly path: string
  /** Where the previous version is, when it could not be put back. */
  readonly kept?: string
}

const diskFault = (code: string, path: string): DiskFault => ({ _tag: "DiskFault", code, path })

const step = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, DiskFault> =>
  Effect.uninterruptible(Effect.tryPromise({ try: run, catch: (error) => diskFault(codeOf(error), path) }))

const absentCodes: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"])

const orAbsent = <A>(found: Effect.Effect<A, DiskFault>): Effect.Effect<A | undefined, DiskFault> =>
  Effect.catchIf(
    found,
    (fault) => absentCodes.has(fault.code),
    () => Effect.succeed(undefined)
  )

/** What is at a path, a link as itself; `undefined` when nothing is. */
export const entryAt = (path: string): Effect.Effect<Stats | undefined, DiskFault> =>
  orAbsent(step(path, () => Fs.lstat(path)))

/** The path without links; `undefined` when there is nothing. */
export const resolveLinks = (path: string): Effect.Effect<string | undefined, DiskFault> =>
  orAbsent(step(path, () => Fs.realpath(path)))

/** Fails unless the path is a folder that can be written to. */
export const requireFolder = (path: string): Effect.Effect<void, DiskFault> =>
  step(path, () => Fs.stat(path)).pipe(
    Effect.filterOrFail(
      (found) => found.isDirectory(),
      () => diskFault("ENOTDIR", path)
    ),
    Effect.zipRight(step(path, () => Fs.access(path, Fs.constants.W_OK | Fs.constants.X_OK)))
  )

/** Makes a folder and those above it; gives the topmost one that was made. */
export const makeFolders = (path: string): Effect.Effect<string | undefined, DiskFault> =>
  step(path, () => Fs.mkdir(path, { recursive: true }))

export const makeFolder = (path: string): Effect.Effect<void, DiskFault> => step(path, () => Fs.mkdir(path))

export const makeTemporary = (prefix: string): Effect.Effect<string, DiskFault> =>
  step(prefix, () => Fs.mkdtemp(prefix))

/** Writes a file that is not there yet. */
export const writeNew = (path: string, content: Uint8Array): Effect.Effect<void, DiskFault> =>
  step(path, () => Fs.writeFile(path, content, { flag: "wx" }))

export const rename = (from: string, to: string): Effect.Effect<void, DiskFault> => step(to, () => Fs.rename(from, to))

/** Removes a folder and all in it; links are removed, not followed. */
export const removeTree = (path: string): Effect.Effect<void, DiskFault> =>
  step(path, () => Fs.rm(path, { recursive: true, force: true, maxRetries: 3 }))

export const removeEmpty = (path: string): Effect.Effect<void, DiskFault> => step(path, () => Fs.rmdir(path))
