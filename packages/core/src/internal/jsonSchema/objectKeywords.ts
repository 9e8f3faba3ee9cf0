import { type Fields, isFields } from "../data/fields.js"
import { acceptAll, all, type Check, type CheckBuilder, countOf, explainAt, objectRule } from "./check.js"
import { type Budget, type Context, isStopped, refuseAt } from "./context.js"
import { isData } from "./describe.js"
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
    {
      test: (value) => !isData(value) || names.every((name) => Object.hasOwn(value, name)),
      explain: (value, ctx) => {
        if (!isData(value)) return
        for (const name of names) {
          if (!Object.hasOwn(value, name)) refuseAt(ctx, name, "is required", "give it a value")
        }
      }
    }
  ]
}

const propertyCount = (least: number | undefined, most: number | undefined): ReadonlyArray<Check> => [
  ...(least === undefined
    ? []
    : [objectRule((value) => Object.keys(value).length >= least, `has fewer than ${least} fields`, "pass more")]),
  ...(most === undefined
    ? []
    : [objectRule((value) => Object.keys(value).length <= most, `has more than ${most} fields`, "pass fewer")])
]

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

  const checksOf = (name: string): ReadonlyArray<Check> => {
    const check = known.get(name)
    const matching = patterns.filter((rule) => rule.matches(name)).map((rule) => rule.check)
    if (check !== undefined) return [check, ...matching]
    return matching.length > 0 || isClosed ? matching : [others]
  }
  const isField = (name: string, value: unknown, budget: Budget): boolean => {
    const check = patterns.length === 0 ? known.get(name) : undefined
    if (check !== undefined) return check.test(value, budget)
    const checks = checksOf(name)
    return all(checks).test(value, budget) && checks.length > 0
  }
  return [
    {
      test: (value, budget) => {
        if (!isData(value)) return true
        let holds = true
        for (const name of Object.keys(value)) {
          if (isStopped(budget)) return false
          if (!isField(name, value[name], budget)) holds = false
        }
        return holds
      },
      explain: (value, ctx) => {
        if (!isData(value)) return
        for (const name of Object.keys(value)) {
          if (isStopped(ctx)) return
          const checks = checksOf(name)
          if (checks.length === 0) refuseField(ctx, name, names)
          for (const check of checks) explainAt(ctx, name, check, value[name])
        }
      }
    }
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
