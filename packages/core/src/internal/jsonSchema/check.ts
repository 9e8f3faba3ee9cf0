import type { Issue } from "../../InvalidRequest.js"
import type { Fields } from "../data/fields.js"
import { type Budget, collectIssues, type Context, isStopped, refuse } from "./context.js"
import { isData } from "./describe.js"

/**
 * A rule of a schema. `test` says whether a value keeps it, and allocates nothing. `explain` adds an issue to the context
 * for each thing that is wrong with a value: none for one that keeps the rule. Both take the same steps, so that a
 * schema without an end ends both at the same place: a test does not stop at the first thing that is wrong.
 *
 * @internal
 */
export interface Check {
  readonly test: (value: unknown, budget: Budget) => boolean
  readonly explain: (value: unknown, ctx: Context) => void
}

/**
 * Makes the checks of a schema's parts. `at` is the name of the parameter that the part belongs to.
 *
 * @internal
 */
export interface CheckBuilder {
  readonly build: (schema: unknown, at: string) => Check
  /** For a schema that a value may have, but that is not the parameter's own: one of several forms, a condition. */
  readonly buildForm: (schema: unknown, at: string) => Check
  /** Whether what is built now is the schema of a parameter: what it lacks is judged by `propertiesOf`. */
  readonly isParameter: boolean
  readonly reportUnchecked: (at: string, reason: string) => void
}

/** @internal */
export const acceptAll: Check = { test: () => true, explain: () => {} }

/**
 * Several checks as one.
 *
 * @internal
 */
export const all = (checks: ReadonlyArray<Check>): Check => {
  const [first, second] = checks
  if (first === undefined) return acceptAll
  if (second === undefined) return first
  return {
    test: (value, budget) => {
      let holds = true
      for (let i = 0; i < checks.length; i++) if (checks[i]?.test(value, budget) === false) holds = false
      return holds
    },
    explain: (value, ctx) => {
      for (const check of checks) check.explain(value, ctx)
    }
  }
}

/** @internal */
export const rule = (
  test: (value: unknown) => boolean,
  refuseValue: (value: unknown, ctx: Context) => void
): Check => ({
  test,
  explain: (value, ctx) => {
    if (!test(value)) refuseValue(value, ctx)
  }
})

/**
 * Adds the issues of the value at `key`, if it has any.
 *
 * @internal
 */
export const checkAt = (ctx: Context, key: string, check: Check, value: unknown): void => {
  const { stepsLeft } = ctx
  if (check.test(value, ctx) && !isStopped(ctx)) return
  ctx.stepsLeft = stepsLeft
  explainAt(ctx, key, check, value)
}

/**
 * The issues that a check finds, not added to the context.
 *
 * @internal
 */
export const issuesOf = (check: Check, value: unknown, ctx: Context): ReadonlyArray<Issue> =>
  collectIssues(ctx, () => check.explain(value, ctx))

/** @internal */
export const explainAt = (ctx: Context, key: string, check: Check, value: unknown): void => {
  ctx.path.push(key)
  check.explain(value, ctx)
  ctx.path.pop()
}

/** @internal */
export const numberRule = (holds: (value: number | bigint) => boolean, message: string, fix: string): Check =>
  rule(
    (value) => (typeof value !== "number" && typeof value !== "bigint") || holds(value),
    (_, ctx) => refuse(ctx, message, fix)
  )

/** @internal */
export const textRule = (holds: (value: string) => boolean, message: string, fix: string): Check =>
  rule(
    (value) => typeof value !== "string" || holds(value),
    (_, ctx) => refuse(ctx, message, fix)
  )

/** @internal */
export const arrayRule = (holds: (value: ReadonlyArray<unknown>) => boolean, message: string, fix: string): Check =>
  rule(
    (value) => !Array.isArray(value) || holds(value),
    (_, ctx) => refuse(ctx, message, fix)
  )

/** @internal */
export const objectRule = (holds: (value: Fields) => boolean, message: string, fix: string): Check =>
  rule(
    (value) => !isData(value) || holds(value),
    (_, ctx) => refuse(ctx, message, fix)
  )

/**
 * The number that a keyword gives as a limit; nothing when it is not one.
 *
 * @internal
 */
export const limitOf = (keyword: unknown): number | bigint | undefined =>
  typeof keyword === "bigint" || (typeof keyword === "number" && Number.isFinite(keyword)) ? keyword : undefined

/**
 * The same for a limit on how many there are of something.
 *
 * @internal
 */
export const countOf = (keyword: unknown): number | undefined => {
  const limit = limitOf(keyword)
  return typeof limit === "bigint" ? Number(limit) : limit
}
