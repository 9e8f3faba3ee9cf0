import type { Fields } from "../data/fields.js"
import { arrayKeywords } from "./arrayKeywords.js"
import { canonical } from "./canonical.js"
import { all, type Check, type CheckBuilder, rule } from "./check.js"
import { refuse } from "./context.js"
import { describe, isData } from "./describe.js"
import { numberKeywords } from "./numberKeywords.js"
import { objectKeywords } from "./objectKeywords.js"
import { textKeywords } from "./textKeywords.js"

const typeTests: ReadonlyMap<unknown, (value: unknown) => boolean> = new Map<unknown, (value: unknown) => boolean>([
  ["string", (value) => typeof value === "string"],
  ["integer", (value) => typeof value === "bigint" || Number.isInteger(value)],
  ["number", (value) => typeof value === "bigint" || typeof value === "number"],
  ["boolean", (value) => typeof value === "boolean"],
  ["array", Array.isArray],
  ["object", isData],
  ["null", (value) => value === null]
])

const typeRule = (test: (value: unknown) => boolean, expected: string): Check =>
  rule(test, (value, ctx) => refuse(ctx, `expected ${expected}, got ${describe(value)}`, `pass ${expected}`))

const typeRules: ReadonlyMap<unknown, Check> = new Map(
  Array.from(typeTests, ([type, test]) => [type, typeRule(test, String(type))])
)

const typeCheck = ({ type }: Fields): Check | undefined => {
  if (!Array.isArray(type)) return typeRules.get(type)
  const types: ReadonlyArray<unknown> = type
  const tests: Array<(value: unknown) => boolean> = []
  for (const each of types) {
    const test = typeTests.get(each)
    // an unknown type is text on the wire
    if (test === undefined) return undefined
    tests.push(test)
  }
  return typeRule((value) => tests.some((test) => test(value)), types.join(" or "))
}

// what a schema may have next to its type that rules out nothing
const notes = new Set(["type", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"])

/**
 * Whether a schema has no rule but its type.
 *
 * @internal
 */
export const isTypeOnly = (schema: Fields): boolean => {
  for (const name in schema) if (!notes.has(name)) return false
  return true
}

const oneOfValues = (allowed: ReadonlyArray<unknown>): Check => {
  const texts = new Set(allowed.map(canonical))
  const shown = [...texts].slice(0, 20).join(", ")
  const fix = shown.length > 200 || texts.size > 20 ? "pass one of the allowed values" : `pass one of ${shown}`
  // the same value, mostly; else one that is written the same
  const same = new Set(allowed)
  return rule(
    (value) => same.has(value) || texts.has(canonical(value)),
    (_, ctx) => refuse(ctx, "is not one of the allowed values", fix)
  )
}

const valueKeywords = (schema: Fields): ReadonlyArray<Check> => [
  ...(Array.isArray(schema.enum) ? [oneOfValues(schema.enum)] : []),
  ...(Object.hasOwn(schema, "const") ? [oneOfValues([schema.const])] : [])
]

/**
 * The checks of one schema, except references and combinations. A rule accepts every value that is not of its type.
 *
 * @internal
 */
export const keywords = (schema: Fields, at: string, builder: CheckBuilder): ReadonlyArray<Check> => {
  const type = typeCheck(schema)
  if (isTypeOnly(schema)) return type === undefined ? [] : [type]
  const rules = [
    ...valueKeywords(schema),
    ...numberKeywords(schema),
    ...textKeywords(schema, at, builder),
    ...arrayKeywords(schema, at, builder),
    ...objectKeywords(schema, at, builder)
  ]
  if (type === undefined) return rules
  if (rules.length === 0) return [type]
  // a value of the wrong type gets one issue that says so: the others would repeat it
  const others = all(rules)
  return [
    {
      test: (value, budget) => type.test(value, budget) && others.test(value, budget),
      explain: (value, ctx) => (type.test(value, ctx) ? others : type).explain(value, ctx)
    }
  ]
}
