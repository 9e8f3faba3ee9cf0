import { inspect } from "node:util"
import * as Predicate from "effect/Predicate"
import { isLike } from "./placeholders.js"

/** What was not as the vector says; none: it passes. */
export type Mismatches = ReadonlyArray<string>

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (u: unknown): u is Fields => Predicate.isRecord(u) && !Array.isArray(u)

export const shown = (value: unknown): string => inspect(value, { depth: 8, breakLength: Infinity })

export const mismatch = (at: string, expected: unknown, actual: unknown): Mismatches => [
  `${at}: expected ${shown(expected)}, got ${shown(actual)}`
]

/** A file as data: its content in base64. */
export interface ObservedFile {
  readonly base64: string
  readonly filename: string | undefined
  readonly content_type: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

// of one connection, and not of the answer
const hops = new Set(["connection", "keep-alive", "transfer-encoding", "date"])

/** Headers as they are compared: their names have no case, and those of the connection do not count. */
export const headersOf = (headers: unknown): unknown =>
  isFields(headers)
    ? Object.fromEntries(
        Object.entries(headers)
          .map(([name, value]) => [name.toLowerCase(), value] as const)
          .filter(([name]) => !hops.has(name))
      )
    : headers

const base64Of = (file: Fields): unknown =>
  typeof file["text"] === "string" ? Buffer.from(file["text"]).toString("base64") : file["base64"]

const files = (at: string, expected: unknown, actual: unknown): Mismatches => {
  if (!isFields(expected) || !isFields(actual)) return mismatch(at, expected, actual)
  const content = base64Of(expected) === base64Of(actual) ? [] : mismatch(`${at} content`, expected, actual)
  const headers = differing(`${at} headers`, headersOf(expected["headers"] ?? {}), headersOf(actual["headers"]))
  return [
    ...content,
    ...differing(`${at} filename`, expected["filename"] ?? null, actual["filename"]),
    // one of the clients calls a type that is not there an empty one
    ...differing(`${at} type`, expected["content_type"] || null, actual["content_type"]),
    ...("headers" in expected ? headers : [])
  ]
}

// a page says whether there are others as the server put it; here it is a boolean
const pages = (at: string, expected: unknown, actual: unknown): Mismatches => {
  if (!isFields(expected) || !isFields(actual)) return mismatch(at, expected, actual)
  return Object.entries(expected).flatMap(([name, value]) =>
    name === "has_next" || name === "has_prev"
      ? differing(`${at}.${name}`, Boolean(value), actual[name])
      : differing(`${at}.${name}`, value, actual[name])
  )
}

// a record: what we decode besides is not a difference
const records = (at: string, expected: unknown, actual: unknown): Mismatches => {
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length
      ? expected.flatMap((item: unknown, index) => records(`${at}[${index}]`, item, actual[index]))
      : mismatch(at, expected, actual)
  }
  if (!isFields(expected)) return differing(at, expected, actual)
  if (!isFields(actual)) return mismatch(at, expected, actual)
  return Object.entries(expected).flatMap(([name, value]) =>
    name === "$model" ? [] : records(`${at}.${name}`, value, actual[name])
  )
}

/** How data is not as expected. Null and nothing are one, and `$file`, `$response` and `$model` are what they stand for. */
export const differing = (at: string, expected: unknown, actual: unknown): Mismatches => {
  if (typeof expected === "string") return isLike(expected, actual) ? [] : mismatch(at, expected, actual)
  if (expected === null || expected === undefined) return actual == null ? [] : mismatch(at, expected, actual)
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length
      ? expected.flatMap((item: unknown, index) => differing(`${at}[${index}]`, item, actual[index]))
      : mismatch(at, expected, actual)
  }
  if (!isFields(expected)) return expected === actual ? [] : mismatch(at, expected, actual)
  if ("$model" in expected) return records(at, expected, actual)
  if (!isFields(actual)) return mismatch(at, expected, actual)
  if ("$file" in expected) return files(`${at} file`, expected["$file"], actual["$file"])
  if ("$response" in expected) return pages(`${at} page`, expected["$response"], actual["$response"])
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)])
  return [...names].flatMap((name) =>
    Object.hasOwn(expected, name) && Object.hasOwn(actual, name)
      ? differing(`${at}.${name}`, expected[name], actual[name])
      : mismatch(`${at}.${name}`, expected[name], actual[name])
  )
}
