import { type Fields, isFields } from "../data/fields.js"
import { type Context, refuse, refuseAt } from "./context.js"
import { describe, isData } from "./describe.js"
import { formats } from "./formats.js"
import { nearest } from "./nearest.js"
import { pattern } from "./pattern.js"
import { type Builder, type Check, finds, inside, ofData, passes } from "./check.js"

const isType: ReadonlyMap<unknown, (value: unknown) => boolean> = new Map<unknown, (value: unknown) => boolean>([
  ["string", (value) => typeof value === "string"],
  ["integer", Number.isInteger],
  ["number", (value) => typeof value === "number"],
  ["boolean", (value) => typeof value === "boolean"],
  ["array", Array.isArray],
  ["object", isData],
  ["null", (value) => value === null]
])

const typeOf = (schema: Fields): Check | undefined => {
  const types: ReadonlyArray<unknown> = Array.isArray(schema.type) ? schema.type : [schema.type]
  const tests: Array<(value: unknown) => boolean> = []
  for (const type of types) {
    const test = isType.get(type)
    // a type that nobody knows is text on the wire
    if (test === undefined) return undefined
    tests.push(test)
  }
  if (schema.nullable === true) tests.push((value) => value === null)
  const wanted = types.join(" or ")
  return (value, ctx) => {
    if (tests.some((test) => test(value))) return
    refuse(ctx, `expected ${wanted}, got ${describe(value)}`, `pass ${wanted}`)
  }
}

const limit = (u: unknown): number | undefined => (typeof u === "number" && Number.isFinite(u) ? u : undefined)

const numbers = (schema: Fields): ReadonlyArray<Check> => {
  const checks: Array<Check> = []
  const rule = (holds: (value: number) => boolean, message: string, fix: string) => {
    checks.push((value, ctx) => {
      if (typeof value === "number" && !holds(value)) refuse(ctx, message, fix)
    })
  }
  const least = limit(schema.minimum)
  const most = limit(schema.maximum)
  // the older form of the exclusive limits is a boolean beside the limit
  const above = schema.exclusiveMinimum === true ? least : limit(schema.exclusiveMinimum)
  const below = schema.exclusiveMaximum === true ? most : limit(schema.exclusiveMaximum)
  const step = limit(schema.multipleOf)
  if (least !== undefined) rule((value) => value >= least, `is under ${least}`, `pass ${least} or more`)
  if (most !== undefined) rule((value) => value <= most, `is over ${most}`, `pass ${most} or less`)
  if (above !== undefined) rule((value) => value > above, `is not over ${above}`, `pass more than ${above}`)
  if (below !== undefined) rule((value) => value < below, `is not under ${below}`, `pass less than ${below}`)
  if (step !== undefined && step > 0) {
    rule((value) => isMultiple(value, step), `is no multiple of ${step}`, `pass a multiple of ${step}`)
  }
  return checks
}

// 0.3 / 0.1 is not a whole number in binary fractions
const isMultiple = (value: number, step: number): boolean => {
  const times = value / step
  return Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times))
}

/** The length in code points, as JSON Schema counts; no further than the limit. */
const isLonger = (text: string, most: number): boolean => {
  if (text.length <= most) return false
  if (text.length > most * 2) return true
  let count = 0
  for (const _ of text) if (++count > most) return true
  return false
}

const texts = (schema: Fields, at: string, builder: Builder): ReadonlyArray<Check> => {
  const checks: Array<Check> = []
  const rule = (check: (value: string, ctx: Context) => void) => {
    checks.push((value, ctx) => {
      if (typeof value === "string") check(value, ctx)
    })
  }
  const least = limit(schema.minLength)
  const most = limit(schema.maxLength)
  if (least !== undefined && least > 0) {
    rule((value, ctx) => {
      if (!isLonger(value, least - 1)) refuse(ctx, `is shorter than ${least} characters`, "pass a longer text")
    })
  }
  if (most !== undefined) {
    rule((value, ctx) => {
      if (isLonger(value, most)) refuse(ctx, `is longer than ${most} characters`, "pass a shorter text")
    })
  }
  const hasForm = formats.get(schema.format)
  if (hasForm !== undefined) {
    const name = String(schema.format)
    rule((value, ctx) => {
      if (!hasForm(value)) refuse(ctx, `is no ${name}`, `pass text of the format ${name}`)
    })
  }
  if (typeof schema.pattern === "string") {
    const found = pattern(schema.pattern)
    if (typeof found === "string") builder.note(at, `its pattern ${found}`)
    else {
      const source = schema.pattern.length > 80 ? "its pattern" : `the pattern ${schema.pattern}`
      rule((value, ctx) => {
        if (value.length > found.maxLength) {
          refuse(ctx, `is too long for ${source} to be checked`, "pass a shorter text, or validate without `strict`")
        } else if (!found.test(value)) refuse(ctx, `does not fit ${source}`, "correct the text")
      })
    }
  }
  return checks
}

/** The same text for the same data, whatever the order of fields. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isData(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part
  ) ?? "undefined"

const arrays = (schema: Fields, at: string, builder: Builder): ReadonlyArray<Check> => {
  const checks: Array<Check> = []
  const rule = (check: (value: ReadonlyArray<unknown>, ctx: Context) => void) => {
    checks.push((value, ctx) => {
      if (Array.isArray(value)) check(value, ctx)
    })
  }
  const least = limit(schema.minItems)
  const most = limit(schema.maxItems)
  if (least !== undefined) {
    rule((value, ctx) => {
      if (value.length < least) refuse(ctx, `has fewer than ${least} elements`, "pass more")
    })
  }
  if (most !== undefined) {
    rule((value, ctx) => {
      if (value.length > most) refuse(ctx, `has more than ${most} elements`, "pass fewer")
    })
  }
  if (schema.uniqueItems === true) {
    rule((value, ctx) => {
      if (new Set(value.map(canonical)).size < value.length) {
        refuse(ctx, "holds the same element twice", "leave the repeated ones out")
      }
    })
  }
  const fixed: unknown = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined)
  const first = Array.isArray(fixed) ? fixed.map((item: unknown) => builder.build(item, at)) : []
  const others = Array.isArray(schema.items) ? schema.additionalItems : schema.items
  const rest = others === undefined ? passes : builder.build(others, at)
  if (first.length > 0 || rest !== passes) {
    rule((value, ctx) => {
      for (let i = 0; i < value.length && ctx.fuel >= 0; i++) inside(ctx, String(i), first[i] ?? rest, value[i])
    })
  }
  return checks
}

const objects = (schema: Fields, at: string, builder: Builder): ReadonlyArray<Check> => {
  const checks: Array<Check> = []
  const rule = (check: (value: Fields, ctx: Context) => void) => {
    checks.push(ofData(check))
  }
  const required = (Array.isArray(schema.required) ? schema.required : []).filter(isText)
  if (required.length > 0) {
    rule((value, ctx) => {
      for (const name of required) {
        if (!Object.hasOwn(value, name)) refuseAt(ctx, name, "is required", "give it a value")
      }
    })
  }
  const least = limit(schema.minProperties)
  const most = limit(schema.maxProperties)
  if (least !== undefined || most !== undefined) {
    rule((value, ctx) => {
      const count = Object.keys(value).length
      if (least !== undefined && count < least) refuse(ctx, `has fewer than ${least} fields`, "pass more")
      if (most !== undefined && count > most) refuse(ctx, `has more than ${most} fields`, "pass fewer")
    })
  }
  const properties = isFields(schema.properties) ? schema.properties : {}
  const names = Object.keys(properties)
  const known = new Map(names.map((name) => [name, builder.build(properties[name], `${at}.${name}`)]))
  const extra = schema.additionalProperties
  const others = extra === undefined || extra === false ? passes : builder.build(extra, at)
  const patterns = isFields(schema.patternProperties) ? patternsOf(schema.patternProperties, at, builder) : []
  if (known.size > 0 || patterns.length > 0 || extra === false || others !== passes) {
    rule((value, ctx) => {
      for (const name of Object.keys(value)) {
        if (ctx.fuel < 0) return
        const check = known.get(name)
        const fitting = patterns.filter((entry) => entry.fits(name))
        if (check !== undefined) inside(ctx, name, check, value[name])
        for (const entry of fitting) inside(ctx, name, entry.check, value[name])
        if (check !== undefined || fitting.length > 0) continue
        if (extra === false) notAllowed(ctx, name, names)
        else inside(ctx, name, others, value[name])
      }
    })
  }
  return checks
}

const isText = (u: unknown): u is string => typeof u === "string"

const notAllowed = (ctx: Context, name: string, names: ReadonlyArray<string>) => {
  const near = ctx.issues.length < 20 ? nearest(name, names) : undefined
  refuseAt(ctx, name, "is not a field of it", near === undefined ? "leave it out" : `did you mean ${near}?`)
}

const patternsOf = (rules: Fields, at: string, builder: Builder) =>
  Object.keys(rules).map((source) => {
    const found = pattern(source)
    const check = builder.build(rules[source], at)
    if (typeof found !== "string") {
      return { fits: (name: string) => name.length <= found.maxLength && found.test(name), check }
    }
    builder.note(at, `a pattern of its names ${found}`)
    // nobody can say which names it is for: none of them is refused
    return { fits: () => true, check: passes }
  })

const choices = (schema: Fields): ReadonlyArray<Check> => {
  const checks: Array<Check> = []
  const among = (allowed: ReadonlyArray<unknown>) => {
    const texts = new Set(allowed.map(canonical))
    const shown = [...texts].slice(0, 20).join(", ")
    const fix = shown.length > 200 || texts.size > 20 ? "pass one of the allowed values" : `pass one of ${shown}`
    checks.push((value, ctx) => {
      if (!texts.has(canonical(value))) refuse(ctx, "is not one of the allowed values", fix)
    })
  }
  if (Array.isArray(schema.enum)) among(schema.enum)
  if (Object.hasOwn(schema, "const")) among([schema.const])
  return checks
}

/**
 * The checks of one schema node, but for references and combinations. What is
 * of another type than a rule is for passes that rule.
 *
 * @internal
 */
export const keywords = (schema: Fields, at: string, builder: Builder): ReadonlyArray<Check> => {
  const type = schema.type === undefined ? undefined : typeOf(schema)
  const inner = [
    ...choices(schema),
    ...numbers(schema),
    ...texts(schema, at, builder),
    ...arrays(schema, at, builder),
    ...objects(schema, at, builder)
  ]
  if (type === undefined) return inner
  if (inner.length === 0) return [type]
  // one issue says that the type is wrong; the others would only repeat it
  return [
    (value, ctx) => {
      const wrong = finds(type, value, ctx)
      if (wrong.length > 0) ctx.issues.push(...wrong)
      else for (const check of inner) check(value, ctx)
    }
  ]
}
