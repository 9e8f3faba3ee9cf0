import * as ExactJson from "@effect-connectors/core/ExactJson"
import * as Predicate from "effect/Predicate"

/** A value with its own rule of equality, such as `expect.any(Number)`. */
interface Asymmetric {
  readonly asymmetricMatch: (other: unknown) => boolean
}

const isAsymmetric = (value: unknown): value is Asymmetric =>
  Predicate.hasProperty(value, "asymmetricMatch") && Predicate.isFunction(value.asymmetricMatch)

const isPlain = (value: unknown): value is object => Predicate.isObject(value) && !Predicate.isFunction(value)

// what a client was given as 5n arrives as 5
const isSameWhole = (expected: unknown, actual: unknown): boolean =>
  typeof expected === "bigint" && typeof actual === "number" && Number.isSafeInteger(actual)
    ? expected === BigInt(actual)
    : false

const childOf = (path: string, key: string, isIndex: boolean): string =>
  isIndex ? `${path}[${key}]` : `${path}.${key}`

/** Where two values of JSON differ: the paths, e.g. `input.id`; none when they are equal. @internal */
export const differences = (expected: unknown, actual: unknown, path: string): ReadonlyArray<string> => {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(actual) ? [] : [path]
  if (Object.is(expected, actual) || isSameWhole(expected, actual)) return []
  if (!isPlain(expected) || !isPlain(actual) || Array.isArray(expected) !== Array.isArray(actual)) return [path]
  const there = new Map<string, unknown>(Object.entries(actual))
  const expectedEntries = Object.entries(expected).filter(([, value]) => value !== undefined)
  const missing = expectedEntries.flatMap(([key, value]) =>
    differences(value, there.get(key), childOf(path, key, Array.isArray(expected)))
  )
  const names = new Set(expectedEntries.map(([key]) => key))
  const more = [...there.keys()].filter((key) => !names.has(key))
  return [...missing, ...more.map((key) => childOf(path, key, Array.isArray(expected)))]
}

const shownBy = (value: Asymmetric): string =>
  Predicate.hasProperty(value, "toAsymmetricMatcher") && Predicate.isFunction(value.toAsymmetricMatcher)
    ? String(value.toAsymmetricMatcher())
    : String(value)

const shownPart = (part: unknown): unknown => {
  if (isAsymmetric(part)) return shownBy(part)
  if (Array.isArray(part)) return part.map(shownPart)
  return isPlain(part) && Object.getPrototypeOf(part) === Object.prototype
    ? Object.fromEntries(Object.entries(part).map(([name, value]) => [name, shownPart(value)]))
    : part
}

const longest = 200

/** A value in one short line. @internal */
export const printShort = (value: unknown): string => {
  const text = ExactJson.stringify(shownPart(value)) ?? "undefined"
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
