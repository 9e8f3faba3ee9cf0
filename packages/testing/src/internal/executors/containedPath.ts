import * as Effect from "effect/Effect"
import { lstat } from "node:fs/promises"
import { join } from "node:path"
import { ExecutorFailure } from "../../Executor.js"
import * as Parameters from "./parameters.js"

/** A place inside of a folder: its path there, with `/`, and on the disk. */
export interface Contained {
  readonly path: string
  readonly absolute: string
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown"

/** What the disk refused, in the words of an answer. */
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

/** A call to the disk about `path`. */
export const onDisk = <A>(path: string, call: () => Promise<A>): Effect.Effect<A, ExecutorFailure> =>
  Effect.tryPromise({ try: call, catch: failureOf(path) })

const partsOf = (path: string): Effect.Effect<ReadonlyArray<string>, ExecutorFailure> => {
  const refuse = (why: string) => Parameters.refuse(`${JSON.stringify(path)} ${why}`, "INVALID_PATH")
  if (path.includes("\0")) return refuse("holds a NUL")
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path))
    return refuse("is absolute: paths start in the connection's folder")
  if (path.includes("\\")) return refuse("holds a backslash: folders are divided by /")
  const parts = path.split("/").filter((part) => part !== "" && part !== ".")
  return parts.includes("..") ? refuse("leads out of the connection's folder") : Effect.succeed(parts)
}

/** Looks at each step of the way: a link would lead out of the folder whatever the path says. */
const refuseLinks = Effect.fnUntraced(function* (root: string, parts: ReadonlyArray<string>) {
  let place = root
  for (const part of parts) {
    place = join(place, part)
    const seen = yield* Effect.tryPromise({
      try: () =>
        lstat(place).catch((error: unknown) => (codeOf(error) === "ENOENT" ? undefined : Promise.reject(error))),
      catch: failureOf(parts.join("/"))
    })
    if (seen === undefined) return
    if (seen.isSymbolicLink()) {
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
