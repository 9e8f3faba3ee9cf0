import { type Fields, isFields } from "../data/fields.js"
import { acceptAll, all, type Check, type CheckBuilder, rule } from "./check.js"
import { combinations } from "./combinations.js"
import { refuse, stop, takeStep } from "./context.js"
import { isTypeOnly, keywords } from "./keywords.js"
import { resolveReference } from "./pointer.js"
import type { Unchecked } from "./unchecked.js"
import type { Property, Scalar } from "./wireType.js"

const maxNodes = 50_000
const maxCompileDepth = 64
const maxRunDepth = 128
const maxUnchecked = 100

const acceptNone = rule(
  () => false,
  (_, ctx) => refuse(ctx, "is never allowed", "leave it out")
)

const bounded = (check: Check): Check => ({
  // a test that ends early leaves no steps, so that no schema that holds this one takes its word
  test: (value, budget) => {
    if (budget.stepsLeft-- <= 0) return false
    if (budget.depth >= maxRunDepth) {
      stop(budget)
      return false
    }
    budget.depth++
    const holds = check.test(value, budget)
    budget.depth--
    return holds
  },
  explain: (value, ctx) => {
    if (!takeStep(ctx)) return
    if (ctx.depth >= maxRunDepth) {
      refuse(ctx, `is nested deeper than ${maxRunDepth} rules`, "pass a flatter value")
      stop(ctx)
      return
    }
    ctx.depth++
    check.explain(value, ctx)
    ctx.depth--
  }
})

const orNull = (check: Check): Check => ({
  test: (value, budget) => value === null || check.test(value, budget),
  explain: (value, ctx) => {
    if (value !== null) check.explain(value, ctx)
  }
})

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
    const check = checks.length === 0 ? acceptAll : bounded(all(checks))
    return schema.nullable === true ? orNull(check) : check
  }

  buildForm(schema: unknown, at: string): Check {
    const outer = this.#isParameter
    this.#isParameter = false
    const check = this.build(schema, at)
    this.#isParameter = outer
    return check
  }

  #checksOf(schema: Fields, at: string): ReadonlyArray<Check> {
    if (isTypeOnly(schema)) return keywords(schema, at, this)
    return [
      ...(typeof schema.$ref === "string" ? [this.#reference(schema.$ref, at)] : []),
      ...keywords(schema, at, this),
      ...combinations(schema, at, this),
      ...(schema.type === undefined && isFields(schema.schema) ? [this.build(schema.schema, at)] : [])
    ]
  }

  #reference(ref: string, at: string): Check {
    // found when it runs: a schema that refers to itself is still being compiled here
    const found = (): Check => this.#references.get(ref) ?? acceptAll
    const check: Check = {
      test: (value, budget) => found().test(value, budget),
      explain: (value, ctx) => found().explain(value, ctx)
    }
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
 * The rules that the server's own reading of a schema leaves out, of each parameter in its order.
 *
 * @internal
 */
export interface StrictRules {
  readonly checks: ReadonlyArray<Check>
  readonly unchecked: ReadonlyArray<Unchecked>
}

const readTypes: ReadonlySet<unknown> = new Set<Scalar>(["string", "integer", "number", "boolean"])

/** Whether a value that was read as the property's type keeps every rule of its schema. */
const isRead = ({ shape, source }: Property): boolean =>
  shape?.type._tag === "Scalar" &&
  isFields(source) &&
  source.type === shape.type.name &&
  readTypes.has(source.type) &&
  isTypeOnly(source)

/** @internal */
export const strictRules = (properties: ReadonlyArray<Property>, root: Fields): StrictRules => {
  const compiler = new Compiler(root)
  const checks = properties.map((property) =>
    isRead(property) ? acceptAll : compiler.build(property.source, property.name)
  )
  return { checks, unchecked: compiler.unchecked }
}
