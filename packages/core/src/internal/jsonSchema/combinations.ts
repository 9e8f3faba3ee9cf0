import type { Issue } from "../../InvalidRequest.js"
import { type Fields, isFields } from "../data/fields.js"
import { type Context, refuse } from "./context.js"
import { type Builder, type Check, finds } from "./check.js"

interface Form {
  readonly check: Check
  readonly isNull: boolean
}

const formsOf = (members: ReadonlyArray<unknown>, at: string, builder: Builder): ReadonlyArray<Form> =>
  members.map((member) => ({
    check: builder.build(member, at),
    isNull: isFields(member) && member.type === "null"
  }))

/** The issues of the form that was probably meant: the only one, or the one that got deepest. */
const meant = (misses: ReadonlyArray<ReadonlyArray<Issue>>, depth: number): ReadonlyArray<Issue> | undefined => {
  if (misses.length === 1) return misses[0]
  const deeper = misses.filter((issues) => issues.every((issue) => issue.path.length > depth))
  return deeper.length === 1 ? deeper[0] : undefined
}

const report = (misses: ReadonlyArray<ReadonlyArray<Issue>>, count: number, ctx: Context): void => {
  const issues = meant(misses, ctx.path.length)
  if (issues === undefined) refuse(ctx, `fits none of the ${count} allowed forms`, "pass one of them")
  else ctx.issues.push(...issues)
}

const anyOf =
  (forms: ReadonlyArray<Form>): Check =>
  (value, ctx) => {
    const misses: Array<ReadonlyArray<Issue>> = []
    for (const { check, isNull } of forms) {
      const issues = finds(check, value, ctx)
      if (issues.length === 0) return
      if (!isNull) misses.push(issues)
    }
    report(misses, forms.length, ctx)
  }

const oneOf =
  (forms: ReadonlyArray<Form>): Check =>
  (value, ctx) => {
    const misses: Array<ReadonlyArray<Issue>> = []
    let fits = 0
    for (const { check, isNull } of forms) {
      const issues = finds(check, value, ctx)
      if (issues.length === 0) fits++
      else if (!isNull) misses.push(issues)
    }
    if (fits === 0) report(misses, forms.length, ctx)
    else if (fits > 1) refuse(ctx, `fits ${fits} of the forms, and exactly one is allowed`, "pass what fits only one")
  }

/**
 * The checks that combine other schemas.
 *
 * @internal
 */
export const combinations = (schema: Fields, at: string, builder: Builder): ReadonlyArray<Check> => {
  const checks: Array<Check> = []
  if (Array.isArray(schema.anyOf) && schema.anyOf.length > 0) checks.push(anyOf(formsOf(schema.anyOf, at, builder)))
  if (Array.isArray(schema.oneOf) && schema.oneOf.length > 0) checks.push(oneOf(formsOf(schema.oneOf, at, builder)))
  if (Array.isArray(schema.allOf)) {
    for (const form of formsOf(schema.allOf, at, builder)) checks.push(form.check)
  }
  if (schema.not !== undefined) {
    const unwanted = builder.build(schema.not, at)
    checks.push((value, ctx) => {
      if (finds(unwanted, value, ctx).length === 0) refuse(ctx, "has a form that is not allowed", "pass another value")
    })
  }
  if (schema.if !== undefined) {
    const condition = builder.build(schema.if, at)
    const yes = schema.then === undefined ? undefined : builder.build(schema.then, at)
    const no = schema.else === undefined ? undefined : builder.build(schema.else, at)
    checks.push((value, ctx) => {
      const next = finds(condition, value, ctx).length === 0 ? yes : no
      next?.(value, ctx)
    })
  }
  return checks
}
