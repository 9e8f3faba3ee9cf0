import type { BosaFailure } from "../../BosaWorld.js"
import type { ModelRequest } from "../../ConnectionsModel.js"
import type { Json, JsonObject } from "../../Executor.js"
import { parse } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { sha256Hex } from "./digest.js"
import { type Part, parts } from "./multipart.js"

/** The parameters of an action as they came. @internal */
export interface Input {
  readonly values: JsonObject
  readonly contentType: string
  /** Of a form, in the order sent. */
  readonly parts: ReadonlyArray<Part>
}

const decoder = new TextDecoder()

const gather = (pairs: ReadonlyArray<readonly [string, string]>): JsonObject => {
  const values = new Map<string, Json>()
  for (const [name, value] of pairs) {
    const before = values.get(name)
    values.set(name, before === undefined ? value : isArray(before) ? [...before, value] : [before, value])
  }
  return Object.fromEntries(values)
}

const isFile = (part: Part): boolean => part.filename !== undefined || part.contentType !== undefined

const malformed = (message: string): BosaFailure => ({ status: 400, code: "BODY_INVALID", message })

/** Reads a body as JSON, a form with files, or a form. Without a body there are no parameters. @internal */
export const inputOf = ({ headers, body, bytes }: ModelRequest): Input | BosaFailure => {
  const contentType = headers["content-type"] ?? ""
  const kind = (contentType.split(";")[0] ?? "").trim().toLowerCase()
  if (kind === "multipart/form-data") {
    const form = parts(contentType, bytes)
    if (form === undefined) return malformed("the form is not well formed")
    const fields = form.map(
      (part) => [part.name, isFile(part) ? (part.filename ?? "") : decoder.decode(part.bytes)] as const
    )
    return { values: gather(fields), contentType: kind, parts: form }
  }
  if (kind === "application/x-www-form-urlencoded") {
    return { values: gather([...new URLSearchParams(body)]), contentType: kind, parts: [] }
  }
  if (bytes.byteLength === 0) return { values: {}, contentType: kind, parts: [] }
  const values = parse(body)
  return isObject(values) ? { values, contentType: kind, parts: [] } : malformed("the body must be a JSON object")
}

const partRecord = ({ name, filename, contentType, bytes }: Part): JsonObject => ({
  name,
  filename: filename ?? null,
  content_type: contentType ?? null,
  size: bytes.byteLength,
  sha256: sha256Hex(bytes)
})

/** The response to an upload: everything that was received, files by their size and digest. @internal */
export const uploadRecord = (
  { values, contentType, parts }: Input,
  declaresFile: (name: string) => boolean
): JsonObject => {
  const files = parts.filter((part) => isFile(part) || declaresFile(part.name))
  const names = new Set(files.map(({ name }) => name))
  return {
    content_type: contentType,
    fields: Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name))),
    files: files.map(partRecord)
  }
}
