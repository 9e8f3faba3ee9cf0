import type { Issue } from "../../InvalidRequest.js"
import { type Fields, isFields } from "../data/fields.js"
import { acceptAll, type Check, type CheckBuilder, issuesOf } from "./check.js"
import { type Context, refuse } from "./context.js"

interface Alternative {
  readonly check: Check
  readonly isNull: boolean
}

type Issues = ReadonlyArray<Issue>

const alternativesOf = (members: unknown, at: string, builder: CheckBuilder): ReadonlyArray<Alternative> =>
  Array.isArray(members)
    ? members.map((member: unknown) => ({
        check: builder.buildForm(member, at),
        isNull: isFields(member) && member.type === "null"
      }))
    : []

/** The issues of the alternative that was probably meant: the only one, or the one that fits the deepest. */
const likelyIssues = (misses: ReadonlyArray<Issues>, depth: number): Issues | undefined => {
  if (misses.length === 1) return misses[0]
  const deeper = misses.filter((issues) => issues.every((issue) => issue.path.length > depth))
  return deeper.length === 1 ? deeper[0] : undefined
}

const refuseAll = (misses: ReadonlyArray<Issues>, count: number, ctx: Context): void => {
  const issues = likelyIssues(misses, ctx.path.length)
  if (issues === undefined) refuse(ctx, `fits none of the ${count} allowed forms`, "pass one of them")
  else ctx.issues.push(...issues)
}

const anyOf = (alternatives: ReadonlyArray<Alternative>): ReadonlyArray<Check> => {
  if (alternatives.length === 0) return []
  return [
    {
      test: (value, budget) => alternatives.some(({ check }) => check.test(value, budget)),
      explain: (value, ctx) => {
        const misses: Array<Issues> = []
        for (const { check, isNull } of alternatives) {
          const issues = issuesOf(check, value, ctx)
          if (issues.length === 0) return
          if (!isNull) misses.push(issues)
        }
        refuseAll(misses, alternatives.length, ctx)
      }
    }
  ]
}

const oneOf = (alternatives: ReadonlyArray<Alternative>): ReadonlyArray<Check> => {
  if (alternatives.length === 0) return []
  return [
    {
      test: (value, budget) => {
        let fits = 0
        for (const { check } of alternatives) if (check.test(value, budget)) fits++
        return fits === 1
      },
      explain: (value, ctx) => {
        const misses: Array<Issues> = []
        let fits = 0
        for (const { check, isNull } of alternatives) {
          const issues = issuesOf(check, value, ctx)
          if (issues.length === 0) fits++
          else if (!isNull) misses.push(issues)
        }
        if (fits === 0) refuseAll(misses, alternatives.length, ctx)
        else if (fits > 1) {
          refuse(ctx, `fits ${fits} of the forms, and exactly one is allowed`, "pass what fits only one")
        }
      }
    }
  ]
}

const not = (schema: unknown, at: string, builder: CheckBuilder): ReadonlyArray<Check> => {
  if (schema === undefined) return []
  const check = builder.buildForm(schema, at)
  return [
    {
      test: (value, budget) => !check.test(value, budget),
      explain: (value, ctx) => {
        if (issuesOf(check, value, ctx).length === 0)
          refuse(ctx, "has a form that is not allowed", "pass another value")
      }
    }
  ]
}

const ifThenElse = (schema: Fields, at: string, builder: CheckBuilder): ReadonlyArray<Check> => {
  if (schema.if === undefined) return []
  const condition = builder.buildForm(schema.if, at)
  const whenTrue = schema.then === undefined ? acceptAll : builder.buildForm(schema.then, at)
  const whenFalse = schema.else === undefined ? acceptAll : builder.buildForm(schema.else, at)
  return [
    {
      test: (value, budget) => (condition.test(value, budget) ? whenTrue : whenFalse).test(value, budget),
      explain: (value, ctx) => (issuesOf(condition, value, ctx).length === 0 ? whenTrue : whenFalse).explain(value, ctx)
    }
  ]
}

/**
 * The checks of `anyOf`, `oneOf`, `allOf`, `not` and `if`.
 *
 * @internal
 */
export const combinations = (schema: Fields, at: string, builder: CheckBuilder): ReadonlyArray<Check> => [
  ...anyOf(alternativesOf(schema.anyOf, at, builder)),
  ...oneOf(alternativesOf(schema.oneOf, at, builder)),
  ...alternativesOf(schema.allOf, at, builder).map(({ check }) => check),
  ...not(schema.not, at, builder),
  ...ifThenElse(schema, at, builder)
]
