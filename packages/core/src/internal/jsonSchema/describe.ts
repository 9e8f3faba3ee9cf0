import { isFile } from "./file.js"

const withArticle = (noun: string): string => (/^[aeiou]/i.test(noun) ? `an ${noun}` : `a ${noun}`)

/**
 * What kind of value it is. The value itself is not shown: it may be secret.
 *
 * @internal
 */
export const describe = (value: unknown): string => {
  if (value === null) return "null"
  switch (typeof value) {
    case "undefined":
      return "undefined"
    case "number":
      return Number.isNaN(value) ? "NaN" : Number.isFinite(value) ? "a number" : "an infinite number"
    case "object":
      if (isFile(value)) return "a file"
      if (Array.isArray(value)) return "an array"
      if (value instanceof Uint8Array) return "bytes"
      return isPlain(value) ? "an object" : withArticle(classOf(value))
    default:
      return withArticle(typeof value)
  }
}

const classOf = (value: object): string => {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === "string" && /^[A-Za-z]\w{0,39}$/.test(name) ? name : "object"
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Whether a value is an object that JSON writes by its fields: not a list, a file, bytes, a Map or a Date.
 *
 * @internal
 */
export const isData = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  (isPlain(value) || (!isFile(value) && !hasOwnForm(value)))

const hasOwnForm = (value: object): boolean =>
  ArrayBuffer.isView(value) ||
  value instanceof ArrayBuffer ||
  value instanceof Map ||
  value instanceof Set ||
  value instanceof Promise ||
  ("toJSON" in value && typeof value.toJSON === "function")
