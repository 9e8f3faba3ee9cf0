import { maxDigits } from "../data/exactJson.js"
import { type Context, refuse, type refused } from "./context.js"
import { describe } from "./describe.js"

type Coerce = (value: unknown, ctx: Context) => unknown

const integerText = /^[+-]?\d+(?:_\d+)*(?:\.0+)?$/
const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const nonFiniteText = /^[+-]?(?:nan|inf|infinity)$/i
const oddUnderscore = /^_|_$|__/

const nonFinite = (ctx: Context): typeof refused => refuse(ctx, "has no form in JSON", "pass a finite number")

const exact = (number: number, ctx: Context): number | typeof refused =>
  Number.isSafeInteger(number)
    ? // adding 0 leaves no -0
      number + 0
    : refuse(ctx, "is a number over 2^53, which JavaScript rounds", "pass it as a bigint, or as text")

/** A number where that holds it exactly. */
const wholeOf = (whole: bigint): number | bigint => {
  const number = Number(whole)
  return Number.isSafeInteger(number) ? number : whole
}

const wholeIn = (text: string, ctx: Context): number | bigint | typeof refused => {
  const digits = text.replaceAll("_", "").replace(/\.0+$/, "")
  const number = Number(digits)
  if (Number.isSafeInteger(number)) return number + 0
  return digits.length > maxDigits
    ? refuse(ctx, `has more than ${maxDigits} digits`, "pass a smaller number")
    : BigInt(digits)
}

const integerFix = "pass a whole number, or text that is one"

/** @internal */
export const toInteger: Coerce = (value, ctx) => {
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) return nonFinite(ctx)
      if (Number.isInteger(value)) return exact(value, ctx)
      return refuse(ctx, "expected an integer, got a number with a fraction", integerFix)
    case "boolean":
      return value ? 1 : 0
    case "bigint":
      return wholeOf(value)
    case "string": {
      const text = value.trim()
      if (!integerText.test(text)) {
        return refuse(ctx, "expected an integer, got text that is not a whole number", integerFix)
      }
      return wholeIn(text, ctx)
    }
    default:
      return refuse(ctx, `expected an integer, got ${describe(value)}`, integerFix)
  }
}

const numberFix = "pass a number, or text that is one"

/** @internal */
export const toNumber: Coerce = (value, ctx) => {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : nonFinite(ctx)
    case "boolean":
      return value ? 1 : 0
    case "bigint":
      return wholeOf(value)
    case "string": {
      const text = value.trim()
      if (nonFiniteText.test(text)) return nonFinite(ctx)
      const digits = text.replaceAll("_", "")
      if (oddUnderscore.test(text) || !numberText.test(digits)) {
        return refuse(ctx, "expected a number, got text that is not a number", numberFix)
      }
      const number = Number(digits)
      if (!Number.isFinite(number)) return nonFinite(ctx)
      return Number.isSafeInteger(number) || !integerText.test(digits) ? number : wholeIn(digits, ctx)
    }
    default:
      return refuse(ctx, `expected a number, got ${describe(value)}`, numberFix)
  }
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...["true", "t", "yes", "y", "on", "1"].map((word) => [word, true] as const),
  ...["false", "f", "no", "n", "off", "0"].map((word) => [word, false] as const)
])

/** @internal */
export const toBoolean: Coerce = (value, ctx) => {
  if (typeof value === "boolean") return value
  if (value === 1) return true
  if (value === 0) return false
  const word = typeof value === "string" && value.length <= 5 ? booleans.get(value.toLowerCase()) : undefined
  return word ?? refuse(ctx, `expected a boolean, got ${describe(value)}`, "pass true or false")
}

/** @internal */
export const toText: Coerce = (value, ctx) => {
  if (typeof value === "string") return value
  const fix = value instanceof Date ? "pass its `toISOString()`" : "pass text"
  return refuse(ctx, `expected a string, got ${describe(value)}`, fix)
}

/** @internal */
export const toBinary: Coerce = (value, ctx) => {
  if (typeof value === "string") return value
  const found = describe(value)
  return found === "a file" || found === "bytes"
    ? refuse(ctx, `${found} cannot be sent from here`, "pass files at the top level: one, or a list of nothing else")
    : refuse(ctx, `expected a file, got ${found}`, "pass a ConnectorFile, a Uint8Array or text")
}
