import * as SensitiveName from "../../SensitiveName.js"
import { isFields } from "./fields.js"

// a value is also known by what a scheme stands before: "Bearer x"
const scheme = /^[A-Za-z][A-Za-z0-9_-]*\s+(\S[^]*)$/

const leavesOf = (value: unknown, found: Array<string>): void => {
  if (typeof value === "string") {
    found.push(value)
    const [, bare] = scheme.exec(value) ?? []
    if (bare !== undefined) found.push(bare)
  } else if (typeof value === "number" || typeof value === "bigint") {
    const digits = String(value)
    // a smaller number is a count of something else in most texts
    if (digits.length >= 4) found.push(digits)
  }
  if (typeof value === "object" && value !== null) for (const part of Object.values(value)) leavesOf(part, found)
}

const userInfo = /:\/\/[^\s/@:]*:([^\s/@]+)@/g
const parameter = /[?&#]([^=&#\s]+)=([^&#\s]+)/g

const decoded = (text: string): ReadonlyArray<string> => {
  try {
    return [text, decodeURIComponent(text)]
  } catch {
    return [text]
  }
}

// an address carries secrets too: a password before its host, a signature in its query
const inAddress = (text: string, found: Array<string>): void => {
  if (!text.includes("://")) return
  for (const [, password = ""] of text.matchAll(userInfo)) found.push(...decoded(password))
  for (const [, name = "", value = ""] of text.matchAll(parameter))
    if (SensitiveName.isQuery(name)) found.push(...decoded(value))
}

// few names come often
const known = new Map<string, boolean>()
const mostKnown = 1_000

const isSensitive = (name: string): boolean => {
  const before = known.get(name)
  if (before !== undefined) return before
  const found = SensitiveName.isFieldLike(name)
  if (known.size >= mostKnown) known.clear()
  known.set(name, found)
  return found
}

// false when something in it writes itself: what is sent of it cannot be seen here
const collect = (value: unknown, found: Array<string>): boolean => {
  if (typeof value === "string") {
    inAddress(value, found)
    return true
  }
  if (typeof value !== "object" || value === null) return true
  if ("toJSON" in value && typeof value.toJSON === "function") return false
  if (Array.isArray(value)) return value.every((element) => collect(element, found))
  if (!isFields(value)) return true
  for (const name of Object.keys(value)) {
    const element = value[name]
    if (isSensitive(name)) leavesOf(element, found)
    else if (!collect(element, found)) return false
  }
  return true
}

const none: ReadonlyArray<string> = []

/**
 * The values under sensitive names of plain data, at any depth, and those in its addresses; `undefined` when a part of it
 * has a JSON form of its own.
 *
 * @internal
 */
export const sensitiveValues = (input: unknown): ReadonlyArray<string> | undefined => {
  if (typeof input !== "object" || input === null) return none
  const found: Array<string> = []
  return collect(input, found) ? found : undefined
}

/**
 * The values of the sensitive parameters of a query, as written and as read.
 *
 * @internal
 */
export const sensitiveQuery = (query: string, isSensitive: (name: string) => boolean): ReadonlyArray<string> =>
  Array.from(query.matchAll(parameter)).flatMap(([, name = "", value = ""]) =>
    isSensitive(name) ? decoded(value) : []
  )
