import type { Unchecked } from "../../ActionSchema.js"
import { type Fields, isFields } from "../data/fields.js"
import { type Builder, type Check, passes } from "./check.js"
import { combinations } from "./combinations.js"
import { type Context, refuse, spend } from "./context.js"
import { keywords } from "./keywords.js"
import { pointed } from "./pointer.js"
import type { Property } from "./wireType.js"

/**
 * The rules that the wire does not read, by parameter.
 *
 * @internal
 */
export interface Strict {
  readonly check: (name: string, value: unknown, ctx: Context) => void
  readonly unchecked: ReadonlyArray<Unchecked>
}

const maxNodes = 50_000
const maxCompileDepth = 64
const maxRunDepth = 128
const maxNotes = 100

const fails: Check = (_, ctx) => {
  refuse(ctx, "is never allowed", "leave it out")
}

const all = (checks: ReadonlyArray<Check>): Check => {
  const [first, second] = checks
  if (first === undefined) return passes
  if (second === undefined) return bounded(first)
  return bounded((value, ctx) => {
    for (const check of checks) check(value, ctx)
  })
}

const bounded =
  (check: Check): Check =>
  (value, ctx) => {
    if (!spend(ctx)) return
    if (ctx.depth >= maxRunDepth) {
      refuse(ctx, `is nested deeper than ${maxRunDepth} rules`, "pass a flatter value")
      // also where this is one of several forms: the whole run is refused
      ctx.fuel = -1
      return
    }
    ctx.depth++
    check(value, ctx)
    ctx.depth--
  }

/** @internal */
export const strict = (properties: ReadonlyArray<Property>, root: Fields): Strict => {
  const unchecked: Array<Unchecked> = []
  const referred = new Map<string, Check>()
  let nodes = maxNodes
  let depth = 0

  const note = (name: string, reason: string) => {
    if (unchecked.length < maxNotes) unchecked.push({ name, reason })
  }

  const reference = (ref: string, at: string): Check => {
    const known = referred.get(ref)
    // not the check itself: it may be in the making
    if (known !== undefined) return (value, ctx) => (referred.get(ref) ?? passes)(value, ctx)
    const target = pointed(root, ref)
    if (target === undefined) {
      note(at, ref.startsWith("#") ? "$ref leads nowhere" : "$ref leads to another document, which is not fetched")
      return passes
    }
    referred.set(ref, passes)
    referred.set(ref, build(target.value, at))
    return (value, ctx) => (referred.get(ref) ?? passes)(value, ctx)
  }

  const build = (schema: unknown, at: string): Check => {
    if (schema === true) return passes
    if (schema === false) return fails
    if (!isFields(schema)) return passes
    if (depth >= maxCompileDepth || nodes-- <= 0) {
      note(at, "the schema is too large or nested too deeply")
      return passes
    }
    depth++
    const checks: Array<Check> = []
    if (typeof schema.$ref === "string") checks.push(reference(schema.$ref, at))
    checks.push(...keywords(schema, at, builder), ...combinations(schema, at, builder))
    if (schema.type === undefined && isFields(schema.schema)) checks.push(build(schema.schema, at))
    depth--
    return all(checks)
  }

  const builder: Builder = { build, note }

  const checks = new Map(properties.map((property) => [property.name, build(property.source, property.name)]))
  return {
    unchecked,
    check: (name, value, ctx) => {
      ctx.path.push(name)
      ;(checks.get(name) ?? passes)(value, ctx)
      ctx.path.pop()
    }
  }
}
