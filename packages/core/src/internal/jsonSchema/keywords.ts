import type { Fields } from "../data/fields.js"
import { arrayKeywords } from "./arrayKeywords.js"
import { canonical } from "./canonical.js"
import { type Check, type CheckBuilder, issuesOf } from "./check.js"
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

const typeCheck = (schema: Fields): Check | undefined => {
  if (schema.type === undefined) return undefined
  const types: ReadonlyArray<unknown> = Array.isArray(schema.type) ? schema.type : [schema.type]
  const tests: Array<(value: unknown) => boolean> = []
  for (const type of types) {
    const test = typeTests.get(type)
    // an unknown type is text on the wire
    if (test === undefined) return undefined
    tests.push(test)
  }
  const expected = types.join(" or ")
  return (value, ctx) => {
    if (tests.some((test) => test(value))) return
    refuse(ctx, `expected ${expected}, got ${describe(value)}`, `pass ${expected}`)
  }
}

const oneOfValues = (allowed: ReadonlyArray<unknown>): Check => {
  const texts = new Set(allowed.map(canonical))
  const shown = [...texts].slice(0, 20).join(", ")
  const fix = shown.length > 200 || texts.size > 20 ? "pass one of the allowed values" : `pass one of ${shown}`
  return (value, ctx) => {
    if (!texts.has(canonical(value))) refuse(ctx, "is not one of the allowed values", fix)
  }
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
  return [
    (value, ctx) => {
      const issues = issuesOf(type, value, ctx)
      if (issues.length > 0) ctx.issues.push(...issues)
      else for (const rule of rules) rule(value, ctx)
    }
  ]
}
