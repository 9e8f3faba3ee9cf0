import * as Redacted from "effect/Redacted"
import * as SensitiveName from "../../SensitiveName.js"
import { isFields } from "./fields.js"

const scheme = /^(?:bearer|basic|token|apikey|digest)\s+/i

/**
 * A credential, and what of it stands after its scheme: of `Bearer x` the `x`.
 *
 * @internal
 */
export const withBare = (credential: string): ReadonlyArray<string> => {
  const bare = credential.replace(scheme, "")
  return bare === credential ? [credential] : [credential, bare]
}

const writesItself = (value: object): boolean => "toJSON" in value && typeof value.toJSON === "function"

// these and `collect`: false when something in it writes itself, since what is sent of it cannot be seen here
const leavesOf = (value: unknown, found: Array<string>): boolean => {
  if (Redacted.isRedacted(value)) return leavesOf(Redacted.value(value), found)
  if (typeof value === "string") found.push(...withBare(value))
  else if (typeof value === "number" || typeof value === "bigint") {
    const digits = String(value)
    // a smaller number is a count of something else in most texts
    if (digits.length >= 4) found.push(digits)
  } else if (typeof value === "object" && value !== null) {
    return !writesItself(value) && Object.values(value).every((part) => leavesOf(part, found))
  }
  return true
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

const collect = (value: unknown, found: Array<string>): boolean => {
  if (typeof value === "string") {
    inAddress(value, found)
    return true
  }
  if (typeof value !== "object" || value === null) return true
  if (writesItself(value)) return false
  if (Array.isArray(value)) return value.every((element) => collect(element, found))
  if (!isFields(value)) return true
  for (const name of Object.keys(value)) {
    const element = value[name]
    if (!(isSensitive(name) ? leavesOf(element, found) : collect(element, found))) return false
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
