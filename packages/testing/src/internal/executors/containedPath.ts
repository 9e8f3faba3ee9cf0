import * as Effect from "effect/Effect"
import { lstat } from "node:fs/promises"
import { join } from "node:path"
import { ExecutorFailure } from "../../Executor.js"
import * as Parameters from "../parameters/values.js"

/** A path inside of a folder: relative to it, with `/`, and on the disk. */
export interface Contained {
  readonly path: string
  readonly absolute: string
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown"

/** The failure for an error of the file system. */
const failureOf =
  (path: string) =>
  (error: unknown): ExecutorFailure => {
    const code = codeOf(error)
    const quoted = JSON.stringify(path)
    switch (code) {
      case "ENOENT":
        return new ExecutorFailure({ status: 404, code: "FILE_NOT_FOUND", message: `${quoted} does not exist` })
      case "EEXIST":
      case "ENOTEMPTY":
        return new ExecutorFailure({ status: 409, code: "FILE_EXISTS", message: `${quoted} exists already` })
      case "EISDIR":
      case "EPERM":
        return new ExecutorFailure({ status: 400, code: "IS_A_FOLDER", message: `${quoted} is a folder` })
      case "ENOTDIR":
        return new ExecutorFailure({ status: 400, code: "NOT_A_FOLDER", message: `${quoted} lies below a file` })
      case "ELOOP":
        return new ExecutorFailure({ status: 400, code: "INVALID_PATH", message: `${quoted} is a symbolic link` })
      case "ENAMETOOLONG":
        return new ExecutorFailure({ status: 400, code: "INVALID_PATH", message: `${quoted} is too long` })
      default:
        return new ExecutorFailure({ status: 500, code: "FILE_SYSTEM", message: `${quoted}: ${code}` })
    }
  }

/** A call to the file system about `path`. */
export const onDisk = <A>(path: string, call: () => Promise<A>): Effect.Effect<A, ExecutorFailure> =>
  Effect.tryPromise({ try: call, catch: failureOf(path) })

const partsOf = (path: string): Effect.Effect<ReadonlyArray<string>, ExecutorFailure> => {
  const refuse = (reason: string) => Parameters.refuse(`${JSON.stringify(path)} ${reason}`, "INVALID_PATH")
  if (path.includes("\0")) return refuse("holds a NUL")
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path))
    return refuse("is absolute: paths start in the connection's folder")
  if (path.includes("\\")) return refuse("holds a backslash: folders are divided by /")
  const parts = path.split("/").filter((part) => part !== "" && part !== ".")
  return parts.includes("..") ? refuse("leads out of the connection's folder") : Effect.succeed(parts)
}

/** Checks each part of the path: a symbolic link could lead out of the folder. */
const refuseLinks = Effect.fnUntraced(function* (root: string, parts: ReadonlyArray<string>) {
  let place = root
  for (const part of parts) {
    place = join(place, part)
    const stats = yield* Effect.tryPromise({
      try: () =>
        lstat(place).catch((error: unknown) => (codeOf(error) === "ENOENT" ? undefined : Promise.reject(error))),
      catch: failureOf(parts.join("/"))
    })
    if (stats === undefined) return
    if (stats.isSymbolicLink()) {
      return yield* Parameters.refuse(`${JSON.stringify(part)} is a symbolic link`, "INVALID_PATH")
    }
  }
})

/** A folder or a file inside of `root`; the folder itself is `""`. */
export const resolveFolder = Effect.fnUntraced(function* (root: string, path: string) {
  const parts = yield* partsOf(path)
  yield* refuseLinks(root, parts)
  const contained: Contained = { path: parts.join("/"), absolute: join(root, ...parts) }
  return contained
})

/** A file inside of `root`. */
export const resolveFile = Effect.fnUntraced(function* (root: string, path: string) {
  const contained = yield* resolveFolder(root, path)
  return contained.path === "" || path.endsWith("/")
    ? yield* Parameters.refuse(`${JSON.stringify(path)} names no file`, "INVALID_PATH")
    : contained
})
