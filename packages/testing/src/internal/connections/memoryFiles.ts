import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { ExecutorFailure, type JsonObject, type Operation } from "../../Executor.js"
import { textOf } from "../fakeServer/json.js"
import { refused, type Result } from "./refusal.js"

const clean = (path: string): string =>
  path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")

const pathOf = (body: JsonObject, ...names: ReadonlyArray<string>): string | ExecutorFailure => {
  const path = textOf(body, ...names)
  if (path === undefined || clean(path) === "") return refused("INVALID_PATH", `${names[0]} is required`)
  return path.split("/").includes("..") ? refused("INVALID_PATH", "a path may not leave its folder") : clean(path)
}

const contentOf = (body: JsonObject): Uint8Array | ExecutorFailure => {
  const content = textOf(body, "content")
  if (content === undefined) return refused("INVALID_CONTENT", "content is required")
  if (body["encoding"] !== "base64") return new TextEncoder().encode(content)
  return Either.getOrElse(Encoding.decodeBase64(content), () => refused("INVALID_CONTENT", "content is not base64"))
}

/** @internal */
export type FileOperation = Extract<Operation, `file.${string}`>

/** Files in a map, by path. @internal */
export class MemoryFiles {
  private readonly files: Map<string, Uint8Array>

  constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(
      Object.entries(files).map(([path, content]) => [clean(path), new TextEncoder().encode(content)])
    )
  }

  run(operation: FileOperation, body: JsonObject): Result {
    if (operation === "file.list") return this.list(body)
    const path = pathOf(body, operation === "file.move" ? "from" : "path")
    if (path instanceof ExecutorFailure) return path
    if (operation === "file.upload") return this.upload(path, body)
    const bytes = this.files.get(path)
    if (operation === "file.append") return this.append(path, bytes, body)
    if (bytes === undefined) return refused("FILE_NOT_FOUND", `${path} does not exist`, 404)
    switch (operation) {
      case "file.read": {
        const encoding = body["encoding"] === "base64" ? "base64" : "utf8"
        const content = encoding === "base64" ? Encoding.encodeBase64(bytes) : new TextDecoder().decode(bytes)
        return { path, content, encoding, size: bytes.length }
      }
      case "file.rename":
        return this.rename(path, bytes, body)
      case "file.move": {
        const target = pathOf(body, "to")
        return target instanceof ExecutorFailure ? target : this.move(path, target, bytes, body)
      }
      case "file.delete":
        this.files.delete(path)
        return { path, deleted: true }
    }
  }

  private list(body: JsonObject): Result {
    const folder = clean(textOf(body, "path") ?? "")
    const prefix = folder === "" ? "" : `${folder}/`
    const files = Array.from(this.files, ([path, bytes]) => ({ path, size: bytes.length }))
      .filter(({ path }) => path.startsWith(prefix))
      .filter(({ path }) => body["recursive"] === true || !path.slice(prefix.length).includes("/"))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
    return { files: files.map((file) => ({ ...file, name: file.path.slice(file.path.lastIndexOf("/") + 1) })) }
  }

  private upload(path: string, body: JsonObject): Result {
    if (body["overwrite"] === false && this.files.has(path)) return refused("FILE_EXISTS", `${path} exists`, 409)
    const content = contentOf(body)
    return content instanceof ExecutorFailure ? content : this.put(path, content)
  }

  private append(path: string, bytes: Uint8Array | undefined, body: JsonObject): Result {
    const content = contentOf(body)
    if (content instanceof ExecutorFailure) return content
    const before = bytes ?? new Uint8Array()
    const all = new Uint8Array(before.length + content.length)
    all.set(before)
    all.set(content, before.length)
    return this.put(path, all)
  }

  private rename(path: string, bytes: Uint8Array, body: JsonObject): Result {
    const target = pathOf(body, "newName", "newPath")
    if (target instanceof ExecutorFailure) return target
    const isWhole = body["newName"] === undefined || target.includes("/")
    const folder = path.slice(0, path.lastIndexOf("/") + 1)
    return this.move(path, isWhole ? target : `${folder}${target}`, bytes, body)
  }

  private move(path: string, target: string, bytes: Uint8Array, { overwrite }: JsonObject): Result {
    if (target !== path && this.files.has(target) && overwrite !== true)
      return refused("FILE_EXISTS", `${target} exists`, 409)
    this.files.delete(path)
    return this.put(target, bytes)
  }

  private put(path: string, bytes: Uint8Array): Result {
    this.files.set(path, bytes)
    return { path, size: bytes.length }
  }
}
