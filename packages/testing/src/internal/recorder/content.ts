import type { Json } from "../../Executor.js"
import type { Content } from "../../Recording.js"
import { holdsBigint, parse, jsonText } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"

const encoder = new TextEncoder()

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** A body of JSON. With bigints it is text: a recording is plain JSON. @internal */
export const jsonContent = (json: Json): Content => (holdsBigint(json) ? { text: jsonText(json) } : { json })

/** Bytes in the most readable form that gives the same bytes again. @internal */
export const contentOf = (bytes: Uint8Array): Content => {
  const text = textOf(bytes)
  if (text === undefined) return { base64: Buffer.from(bytes).toString("base64") }
  const json = parse(text)
  return json !== undefined && typeof json !== "string" && jsonText(json) === text ? jsonContent(json) : { text }
}

/** @internal */
export const bytesOf = (content: Content | undefined): Uint8Array => {
  if (content === undefined) return new Uint8Array()
  if ("json" in content) return encoder.encode(jsonText(content.json))
  if ("text" in content) return encoder.encode(content.text)
  return new Uint8Array(Buffer.from(content.base64, "base64"))
}

/** The JSON in a body, if it is JSON. @internal */
export const jsonOf = (content: Content): Json | undefined =>
  "json" in content ? content.json : "text" in content ? parse(content.text) : undefined

/** A body as text. The text of a binary body has one character for each byte. @internal */
export const rawOf = (content: Content): string =>
  "base64" in content
    ? Buffer.from(content.base64, "base64").toString("latin1")
    : "text" in content
      ? content.text
      : jsonText(content.json)

/** Replaces the texts of a JSON value, keys included. @internal */
export const mapTexts = (json: Json, f: (text: string) => Json, key: (text: string) => string): Json => {
  if (typeof json === "string") return f(json)
  if (isArray(json)) return json.map((one) => mapTexts(one, f, key))
  if (isObject(json)) {
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [key(name), mapTexts(value, f, key)]))
  }
  return json
}

/** Replaces the texts of a body. The text of a binary body has one character for each byte. @internal */
export const mapContent = (
  content: Content,
  f: (text: string) => string,
  leaf: (text: string) => Json = f
): Content => {
  if ("json" in content) return { json: mapTexts(content.json, leaf, f) }
  if ("text" in content) return { text: f(content.text) }
  const bytes = f(Buffer.from(content.base64, "base64").toString("latin1"))
  return { base64: Buffer.from(bytes, "latin1").toString("base64") }
}
