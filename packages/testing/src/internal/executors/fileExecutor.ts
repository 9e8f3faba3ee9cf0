import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { constants } from "node:fs"
import { lstat, mkdir, open, readdir, rename, rm, unlink, writeFile } from "node:fs/promises"
import { basename, dirname, join, posix } from "node:path"
import { type Executor, ExecutorFailure, type Json, type JsonObject } from "../../Executor.js"
import { type Contained, onDisk, resolveFile, resolveFolder } from "./containedPath.js"
import { file as names } from "../parameters/names.js"
import * as Parameters from "../parameters/values.js"

/** A list has at most so many entries; `truncated` says that there are more. */
const maxEntries = 10_000

type Encoding = "utf8" | "base64"

const encodingOf = Effect.fnUntraced(function* (body: JsonObject) {
  const given = yield* Parameters.optionalString(body, names.encoding)
  const word = (given ?? "utf8").toLowerCase()
  if (word === "utf8" || word === "utf-8" || word === "text") return "utf8" satisfies Encoding
  return word === "base64"
    ? ("base64" satisfies Encoding)
    : yield* Parameters.refuse(`${JSON.stringify(given)} is not an encoding: utf8 or base64`)
})

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const contentOf = Effect.fnUntraced(function* (body: JsonObject) {
  const encoding = yield* encodingOf(body)
  const content = yield* Parameters.requiredString(body, names.content)
  if (encoding === "utf8") return Buffer.from(content, "utf8")
  return base64Pattern.test(content)
    ? Buffer.from(content, "base64")
    : yield* Parameters.refuse('"content" is not base64')
})

const describe = (path: string, bytes: Uint8Array): JsonObject => ({
  path,
  name: basename(path),
  size: bytes.byteLength,
  sha256: createHash("sha256").update(bytes).digest("hex")
})

const exists = ({ absolute, path }: Contained): Effect.Effect<boolean, ExecutorFailure> =>
  onDisk(path, () => lstat(absolute)).pipe(
    Effect.as(true),
    Effect.catchIf(
      (failure) => failure.status === 404,
      () => Effect.succeed(false)
    )
  )

const refuseExisting = Effect.fnUntraced(function* (place: Contained, overwrite: boolean) {
  if (!(yield* exists(place))) return
  const stats = yield* onDisk(place.path, () => lstat(place.absolute))
  if (stats.isDirectory()) return yield* Parameters.refuse(`${JSON.stringify(place.path)} is a folder`, "IS_A_FOLDER")
  if (overwrite) return
  return yield* new ExecutorFailure({
    status: 409,
    code: "FILE_EXISTS",
    message: `${JSON.stringify(place.path)} exists already; give "overwrite": true to replace it`
  })
})

const readBytes = ({ absolute, path }: Contained) =>
  onDisk(path, async () => {
    const file = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      return await file.readFile()
    } finally {
      await file.close()
    }
  })

const makeParent = ({ absolute, path }: Contained) => onDisk(path, () => mkdir(dirname(absolute), { recursive: true }))

const readFile = Effect.fnUntraced(function* (root: string, body: JsonObject) {
  const encoding = yield* encodingOf(body)
  const place = yield* resolveFile(root, yield* Parameters.requiredString(body, names.path))
  const bytes = yield* readBytes(place)
  if (encoding === "base64") {
    return { ...describe(place.path, bytes), encoding, content: bytes.toString("base64") }
  }
  const content = yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    catch: () =>
      new ExecutorFailure({
        status: 400,
        code: "NOT_TEXT",
        message: `${JSON.stringify(place.path)} is not UTF-8 text; use "encoding": "base64"`
      })
  })
  return { ...describe(place.path, bytes), encoding, content }
})

const uploadFile = Effect.fnUntraced(function* (root: string, body: JsonObject) {
  const place = yield* resolveFile(root, yield* Parameters.requiredString(body, names.path))
  const bytes = yield* contentOf(body)
  yield* refuseExisting(place, yield* Parameters.flag(body, names.overwrite, true))
  yield* makeParent(place)
  yield* onDisk(place.path, () => writeFile(place.absolute, bytes))
  return describe(place.path, bytes)
})

const appendFile = Effect.fnUntraced(function* (root: string, body: JsonObject) {
  const place = yield* resolveFile(root, yield* Parameters.requiredString(body, names.path))
  const bytes = yield* contentOf(body)
  yield* makeParent(place)
  yield* onDisk(place.path, () => writeFile(place.absolute, bytes, { flag: "a" }))
  return { ...describe(place.path, yield* readBytes(place)), appended: bytes.byteLength }
})

const entriesOf = (root: string, folder: Contained, recursive: boolean) =>
  onDisk(folder.path, async () => {
    const found: Array<JsonObject> = []
    const waiting = [folder]
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      for (const entry of await readdir(next.absolute, { withFileTypes: true })) {
        if (!entry.isFile() && !entry.isDirectory()) continue
        if (found.length > maxEntries) return found
        const path = posix.join(next.path, entry.name)
        const absolute = join(root, path)
        const stats = await lstat(absolute)
        const shared = { path, name: entry.name, modified_at: stats.mtime.toISOString() }
        found.push(entry.isFile() ? { ...shared, type: "file", size: stats.size } : { ...shared, type: "folder" })
        if (recursive && entry.isDirectory()) waiting.push({ path, absolute })
      }
    }
    return found
  })

const listFiles = Effect.fnUntraced(function* (root: string, body: JsonObject) {
  const folder = yield* resolveFolder(root, (yield* Parameters.optionalString(body, names.folder)) ?? "")
  const recursive = yield* Parameters.flag(body, names.recursive, false)
  const entries = yield* entriesOf(root, folder, recursive)
  const files = entries.slice(0, maxEntries).sort((a, b) => (String(a.path) < String(b.path) ? -1 : 1))
  return { path: folder.path, files, truncated: entries.length > maxEntries }
})

const move = Effect.fnUntraced(function* (from: Contained, to: Contained, body: JsonObject) {
  yield* onDisk(from.path, () => lstat(from.absolute))
  if (to.path === from.path || to.path.startsWith(`${from.path}/`)) {
    return yield* Parameters.refuse(`${JSON.stringify(from.path)} cannot be moved onto or into itself`, "INVALID_PATH")
  }
  yield* refuseExisting(to, yield* Parameters.flag(body, names.overwrite, false))
  yield* makeParent(to)
  yield* onDisk(to.path, () => rename(from.absolute, to.absolute))
  return { path: to.path, name: basename(to.path), previous_path: from.path }
})

const renameFile = Effect.fnUntraced(function* (root: string, body: JsonObject) {
  const from = yield* resolveFile(root, yield* Parameters.requiredString(body, names.path))
  const newName = yield* Parameters.optionalString(body, names.newName)
  const newPath = yield* Parameters.optionalString(body, names.newPath)
  if ((newName === undefined) === (newPath === undefined)) {
    return yield* Parameters.refuse('give either "newName" or "newPath"')
  }
  if (newName !== undefined && newName.includes("/")) {
    return yield* Parameters.refuse('"newName" is a name without folders; use "newPath"', "INVALID_PATH")
  }
  const to = newPath ?? posix.join(posix.dirname(from.path), newName === undefined || newName === "" ? "/" : newName)
  return yield* move(from, yield* resolveFile(root, newName === ".." ? newName : to), body)
})

const moveFile = Effect.fnUntraced(function* (root: string, body: JsonObject) {
  const from = yield* resolveFile(root, yield* Parameters.requiredString(body, names.from))
  const given = yield* Parameters.requiredString(body, names.to)
  const to = yield* resolveFolder(root, given)
  const into = given.endsWith("/") || to.path === "" || (yield* isFolder(to))
  return yield* move(from, into ? yield* resolveFile(root, posix.join(to.path, basename(from.path))) : to, body)
})

const isFolder = (place: Contained) =>
  onDisk(place.path, () => lstat(place.absolute)).pipe(
    Effect.map((stats) => stats.isDirectory()),
    Effect.catchIf(
      (failure) => failure.status === 404,
      () => Effect.succeed(false)
    )
  )

const deleteFile = Effect.fnUntraced(function* (root: string, body: JsonObject) {
  const place = yield* resolveFile(root, yield* Parameters.requiredString(body, names.path))
  const recursive = yield* Parameters.flag(body, names.recursive, false)
  yield* onDisk(place.path, () => lstat(place.absolute))
  if (!(yield* isFolder(place))) yield* onDisk(place.path, () => unlink(place.absolute))
  else if (recursive) yield* onDisk(place.path, () => rm(place.absolute, { recursive: true }))
  else {
    return yield* Parameters.refuse(
      `${JSON.stringify(place.path)} is a folder; give "recursive": true to delete it with what it holds`,
      "IS_A_FOLDER"
    )
  }
  return { path: place.path, deleted: true }
})

const operations: Readonly<Record<string, (root: string, body: JsonObject) => Effect.Effect<Json, ExecutorFailure>>> = {
  "file.read": readFile,
  "file.upload": uploadFile,
  "file.append": appendFile,
  "file.list": listFiles,
  "file.rename": renameFile,
  "file.move": moveFile,
  "file.delete": deleteFile
}

/**
 * Files below `root`, which must exist. Nothing outside of it is read or written. `files` are written first: text by
 * path.
 */
export const make = Effect.fnUntraced(function* (root: string, files: Readonly<Record<string, string>>) {
  yield* Effect.forEach(Object.entries(files), ([path, content]) => uploadFile(root, { path, content }), {
    discard: true
  })
  const executor: Executor = ({ body, operation }) => {
    const run = operations[operation]
    return run === undefined
      ? Parameters.refuse(`${operation} is not an operation of a file connection`)
      : run(root, body)
  }
  return executor
})
