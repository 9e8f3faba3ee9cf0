import { type Fields, isFields } from "../data/fields.js"
import { acceptAll, type Check, checkAt, type CheckBuilder } from "./check.js"
import { combinations } from "./combinations.js"
import { type Context, refuse, stop, takeStep } from "./context.js"
import { keywords } from "./keywords.js"
import { resolveReference } from "./pointer.js"
import type { Unchecked } from "./unchecked.js"
import type { Property } from "./wireType.js"

const maxNodes = 50_000
const maxCompileDepth = 64
const maxRunDepth = 128
const maxUnchecked = 100

const acceptNone: Check = (_, ctx) => {
  refuse(ctx, "is never allowed", "leave it out")
}

const bounded =
  (check: Check): Check =>
  (value, ctx) => {
    if (!takeStep(ctx)) return
    if (ctx.depth >= maxRunDepth) {
      refuse(ctx, `is nested deeper than ${maxRunDepth} rules`, "pass a flatter value")
      stop(ctx)
      return
    }
    ctx.depth++
    check(value, ctx)
    ctx.depth--
  }

const orNull =
  (check: Check): Check =>
  (value, ctx) => {
    if (value !== null) check(value, ctx)
  }

const all = (checks: ReadonlyArray<Check>): Check => {
  const [first, second] = checks
  if (first === undefined) return acceptAll
  if (second === undefined) return bounded(first)
  return bounded((value, ctx) => {
    for (const check of checks) check(value, ctx)
  })
}

class Compiler implements CheckBuilder {
  readonly unchecked: Array<Unchecked> = []
  readonly #root: Fields
  readonly #references = new Map<string, Check>()
  #nodesLeft = maxNodes
  #depth = 0
  #isParameter = true

  constructor(root: Fields) {
    this.#root = root
  }

  get isParameter(): boolean {
    return this.#isParameter
  }

  reportUnchecked(name: string, reason: string): void {
    if (this.unchecked.length < maxUnchecked) this.unchecked.push({ name, reason })
  }

  build(schema: unknown, at: string): Check {
    if (schema === false) return acceptNone
    if (!isFields(schema)) return acceptAll
    if (this.#depth >= maxCompileDepth || this.#nodesLeft-- <= 0) {
      this.reportUnchecked(at, "the schema is too large or nested too deeply")
      return acceptAll
    }
    this.#depth++
    const checks = this.#checksOf(schema, at)
    this.#depth--
    return schema.nullable === true ? orNull(all(checks)) : all(checks)
  }

  buildForm(schema: unknown, at: string): Check {
    const outer = this.#isParameter
    this.#isParameter = false
    const check = this.build(schema, at)
    this.#isParameter = outer
    return check
  }

  #checksOf(schema: Fields, at: string): ReadonlyArray<Check> {
    return [
      ...(typeof schema.$ref === "string" ? [this.#reference(schema.$ref, at)] : []),
      ...keywords(schema, at, this),
      ...combinations(schema, at, this),
      ...(schema.type === undefined && isFields(schema.schema) ? [this.build(schema.schema, at)] : [])
    ]
  }

  #reference(ref: string, at: string): Check {
    // found when it runs: a schema that refers to itself is still being compiled here
    const check: Check = (value, ctx) => (this.#references.get(ref) ?? acceptAll)(value, ctx)
    if (this.#references.has(ref)) return check
    const target = resolveReference(this.#root, ref)
    if (target === undefined) {
      this.reportUnchecked(
        at,
        ref.startsWith("#") ? "$ref leads nowhere" : "$ref leads to another document, which is not fetched"
      )
      return acceptAll
    }
    this.#references.set(ref, acceptAll)
    this.#references.set(ref, this.buildForm(target.value, at))
    return check
  }
}

/**
 * The rules that the server's own reading of a schema leaves out, by parameter.
 *
 * @internal
 */
export interface StrictRules {
  readonly check: (name: string, value: unknown, ctx: Context) => void
  readonly unchecked: ReadonlyArray<Unchecked>
}

/** @internal */
export const strictRules = (properties: ReadonlyArray<Property>, root: Fields): StrictRules => {
  const compiler = new Compiler(root)
  const checks = new Map(properties.map((property) => [property.name, compiler.build(property.source, property.name)]))
  return {
    unchecked: compiler.unchecked,
    check: (name, value, ctx) => checkAt(ctx, name, checks.get(name) ?? acceptAll, value)
  }
}
