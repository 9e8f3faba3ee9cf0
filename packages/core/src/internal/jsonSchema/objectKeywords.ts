import { type Fields, isFields } from "../data/fields.js"
import { acceptAll, type Check, checkAt, type CheckBuilder, forObjects, countOf } from "./check.js"
import { type Context, isStopped, refuseAt, refuse } from "./context.js"
import { nearest } from "../data/nearest.js"
import { pattern } from "./pattern.js"
import { mayBeMissing } from "./wireType.js"

const isText = (value: unknown): value is string => typeof value === "string"

const required = (schema: Fields, builder: CheckBuilder): ReadonlyArray<Check> => {
  const properties = isFields(schema.properties) ? schema.properties : {}
  const isOptional = (name: string): boolean =>
    builder.isParameter && Object.hasOwn(properties, name) && mayBeMissing(properties[name])
  const list = Array.isArray(schema.required) ? schema.required : []
  const names = list.filter(isText).filter((name) => !isOptional(name))
  if (names.length === 0) return []
  return [
    forObjects((value, ctx) => {
      for (const name of names) {
        if (!Object.hasOwn(value, name)) refuseAt(ctx, name, "is required", "give it a value")
      }
    })
  ]
}

const propertyCount = (least: number | undefined, most: number | undefined): ReadonlyArray<Check> => {
  if (least === undefined && most === undefined) return []
  return [
    forObjects((value, ctx) => {
      const count = Object.keys(value).length
      if (least !== undefined && count < least) refuse(ctx, `has fewer than ${least} fields`, "pass more")
      if (most !== undefined && count > most) refuse(ctx, `has more than ${most} fields`, "pass fewer")
    })
  ]
}

interface PatternRule {
  readonly matches: (name: string) => boolean
  readonly check: Check
}

const patternRule = (source: string, schema: unknown, at: string, builder: CheckBuilder): PatternRule => {
  const compiled = pattern(source)
  const check = builder.build(schema, at)
  if (typeof compiled !== "string") {
    return { matches: (name) => name.length <= compiled.maxLength && compiled.test(name), check }
  }
  builder.reportUnchecked(at, `a pattern of its names ${compiled}`)
  // which names it matches is unknown: none of them is refused
  return { matches: () => true, check: acceptAll }
}

const patternRules = (rules: unknown, at: string, builder: CheckBuilder): ReadonlyArray<PatternRule> =>
  isFields(rules) ? Object.keys(rules).map((source) => patternRule(source, rules[source], at, builder)) : []

const refuseField = (ctx: Context, name: string, names: ReadonlyArray<string>): void => {
  const near = ctx.issues.length < 20 ? nearest(name, names) : undefined
  refuseAt(ctx, name, "is not a field of it", near === undefined ? "leave it out" : `did you mean ${near}?`)
}

const fields = (schema: Fields, at: string, builder: CheckBuilder): ReadonlyArray<Check> => {
  const properties = isFields(schema.properties) ? schema.properties : {}
  const names = Object.keys(properties)
  const known = new Map(names.map((name) => [name, builder.build(properties[name], `${at}.${name}`)]))
  const isClosed = schema.additionalProperties === false
  const others =
    schema.additionalProperties === undefined || isClosed ? acceptAll : builder.build(schema.additionalProperties, at)
  const patterns = patternRules(schema.patternProperties, at, builder)
  if (known.size === 0 && patterns.length === 0 && !isClosed && others === acceptAll) return []

  const checkField = (name: string, value: unknown, ctx: Context): void => {
    const check = known.get(name)
    const matching = patterns.filter((rule) => rule.matches(name))
    if (check !== undefined) checkAt(ctx, name, check, value)
    for (const rule of matching) checkAt(ctx, name, rule.check, value)
    if (check !== undefined || matching.length > 0) return
    if (isClosed) refuseField(ctx, name, names)
    else checkAt(ctx, name, others, value)
  }
  return [
    forObjects((value, ctx) => {
      for (const name of Object.keys(value)) {
        if (isStopped(ctx)) return
        checkField(name, value[name], ctx)
      }
    })
  ]
}

/**
 * The checks of `required`, the limits on the number of fields, and the schemas of the fields.
 *
 * @internal
 */
export const objectKeywords = (schema: Fields, at: string, builder: CheckBuilder): ReadonlyArray<Check> => [
  ...required(schema, builder),
  ...propertyCount(countOf(schema.minProperties), countOf(schema.maxProperties)),
  ...fields(schema, at, builder)
]
