import type { Issue } from "../../InvalidRequest.js"
import { endOfString, readExact } from "./exactJson.js"

const maxDepth = 200

const kindOf = (value: object): string => Object.getPrototypeOf(value)?.constructor?.name ?? "object"

const issueOf = (value: unknown, path: ReadonlyArray<string>, inArray: boolean): Issue | undefined => {
  const refuse = (message: string, fix: string): Issue => ({ path: [...path], message, fix })
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return undefined
    case "number":
      return Number.isFinite(value)
        ? undefined
        : refuse(`${value} has no form in JSON`, "send a finite number, or null")
    case "undefined":
      return inArray ? refuse("undefined has no form in an array", "send null, or leave it out") : undefined
    case "function":
    case "symbol":
      return refuse(`a ${typeof value} has no form in JSON`, "send plain data")
    case "object":
      return value === null ? undefined : issueIn(value, path, inArray)
  }
}

const issueIn = (value: object, path: ReadonlyArray<string>, inArray: boolean): Issue | undefined => {
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    return { path: [...path], message: "is not a date", fix: "send a valid date, or null" }
  }
  if (!("toJSON" in value) || typeof value.toJSON !== "function") return partsIssue(value, path)
  // what an object makes of itself is what is sent, and it is called once
  const written: unknown = value.toJSON(path.at(-1))
  if (typeof written === "object" && written !== null) return partsIssue(written, path)
  return written === undefined && path.length === 1
    ? { path: [...path], message: "writes itself as undefined", fix: "send plain data" }
    : issueOf(written, path, inArray)
}

const partsIssue = (value: object, path: ReadonlyArray<string>): Issue | undefined => {
  const refuse = (message: string, fix: string): Issue => ({ path: [...path], message, fix })
  if (path.length > maxDepth) {
    const start = { path: [...path.slice(0, 6), "..."], fix: "send a flatter value" }
    return { ...start, message: `is nested deeper than ${maxDepth}, or in itself` }
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const element: unknown = value[i]
      const issue = deep(element, path, String(i), true)
      if (issue !== undefined) return issue
    }
    return undefined
  }
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return refuse(`a ${kindOf(value)} has no form in JSON`, "send an object, an array, or bytes as base64 text")
  }
  for (const key of Object.keys(value)) {
    const element: unknown = Reflect.get(value, key)
    const issue = deep(element, path, key, false)
    if (issue !== undefined) return issue
  }
  return undefined
}

// most values are fine as they are: a path is only made for those that are searched
const deep = (value: unknown, path: ReadonlyArray<string>, key: string, inArray: boolean): Issue | undefined => {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return undefined
  if (typeof value === "number" && Number.isFinite(value)) return undefined
  if (value === undefined && !inArray) return undefined
  return issueOf(value, [...path, key], inArray)
}

/**
 * What in a value has no form in JSON: `JSON.stringify` would drop it, change
 * it or throw. A bigint has one: its digits.
 *
 * @internal
 */
export const jsonIssue = (value: unknown, name: string): Issue | undefined => deep(value, [], name, false)

/**
 * How whole numbers outside of +-(2^53 - 1) are read.
 *
 * @internal
 */
export type Integers = "number" | "bigint"

/**
 * A text that was read. `exact` is the value with such numbers as bigints, whatever it was read as; what is used as a
 * name is read there.
 *
 * @internal
 */
export type Parsed =
  | { readonly _tag: "Value"; readonly value: unknown; readonly exact: unknown }
  | {
      readonly _tag: "Bad"
      readonly reason: "invalid" | "empty" | "too deep"
      /** What `JSON.parse` makes of it, when all that is wrong is a number. */
      readonly rounded?: unknown
    }

const empty: Parsed = { _tag: "Bad", reason: "empty" }
const tooDeep: Parsed = { _tag: "Bad", reason: "too deep" }
const invalid: Parsed = { _tag: "Bad", reason: "invalid" }

// 2^53 - 1 has as many
const safeDigits = 16

const isDigit = (code: number): boolean => code >= 48 && code <= 57

// every so many characters one is read: a run of as many digits has one of those
const hasLongNumber = (text: string): boolean => {
  for (let at = safeDigits - 1; at < text.length; at += safeDigits) {
    if (!isDigit(text.charCodeAt(at))) continue
    let start = at
    while (isDigit(text.charCodeAt(start - 1))) start--
    let end = at + 1
    while (isDigit(text.charCodeAt(end))) end++
    if (end - start >= safeDigits) return true
  }
  return false
}

// whatever is over the largest number, 1.8e308, has one of the two
const mayBeInexact = (text: string): boolean => /\d[eE]\+?\d{3}/.test(text) || hasLongNumber(text)

// the words end in the same letter
const isLargeExponent = (text: string, at: number): boolean =>
  isDigit(text.charCodeAt(at - 1)) && /^\+?\d{3}/.test(text.slice(at + 1, at + 5))

/** What of a text is not as `JSON.parse` reads it. */
type Finding = "nothing" | "depth" | "number"

const inspected = (text: string): Finding => {
  let depth = 0
  let found: Finding = "nothing"
  // of a whole number, or of the part before the point
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isDigit(code)) {
      // of those with sixteen digits, the ones that start with 9 may be too large
      if (++digits > safeDigits || (digits === safeDigits && text.charCodeAt(i - safeDigits + 1) === 57))
        found = "number"
    } else {
      // what follows a point is a fraction, which is rounded as it is everywhere
      digits = code === 46 ? -Infinity : 0
      if (code === 34) i = endOfString(text, i + 1)
      else if (code === 91 || code === 123) {
        if (++depth > maxDepth) return "depth"
      } else if (code === 93 || code === 125) depth--
      else if ((code === 101 || code === 69) && isLargeExponent(text, i)) found = "number"
    }
  }
  return found
}

// every level takes an opening and a closing character
const mayBeTooDeep = (text: string): boolean => {
  if (text.length < maxDepth * 2) return false
  let left = maxDepth
  for (const bracket of ["[", "{"]) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) if (--left < 0) return true
  }
  return false
}

/** @internal */
export const findingIn = (text: string): Finding =>
  mayBeTooDeep(text) || mayBeInexact(text) ? inspected(text) : "nothing"

// an own key "__proto__" becomes a prototype as soon as somebody copies the object
const mayHaveProto = (text: string): boolean => text.includes("__proto__") || text.includes("\\u00")

const withoutProto = (key: string, value: unknown): unknown => (key === "__proto__" ? undefined : value)

/** @internal */
export const parse = (text: string, integers: Integers = "number"): Parsed => {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (body.trim() === "") return empty
  const finding = findingIn(body)
  if (finding === "depth") return tooDeep
  try {
    const value: unknown = mayHaveProto(body) ? JSON.parse(body, withoutProto) : JSON.parse(body)
    return finding === "nothing" ? { _tag: "Value", value, exact: value } : exactly(body, value, integers)
  } catch {
    return invalid
  }
}

const exactly = (body: string, rounded: unknown, integers: Integers): Parsed => {
  const { hasHuge, hasOverflow, value } = readExact(body, false)
  if (hasOverflow || (hasHuge && integers === "number")) return { _tag: "Bad", reason: "invalid", rounded }
  return { _tag: "Value", value: integers === "bigint" ? value : rounded, exact: value }
}
