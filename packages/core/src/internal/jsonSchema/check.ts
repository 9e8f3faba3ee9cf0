import type { Issue } from "../../InvalidRequest.js"
import type { Fields } from "../data/fields.js"
import { collectIssues, type Context } from "./context.js"
import { isData } from "./describe.js"

/**
 * A rule of a schema: it adds an issue to the context for each thing that is wrong with a value.
 *
 * @internal
 */
export type Check = (value: unknown, ctx: Context) => void

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
export const acceptAll: Check = () => {}

/**
 * The issues that a check finds, not added to the context.
 *
 * @internal
 */
export const issuesOf = (check: Check, value: unknown, ctx: Context): ReadonlyArray<Issue> =>
  collectIssues(ctx, () => check(value, ctx))

/** @internal */
export const checkAt = (ctx: Context, key: string, check: Check, value: unknown): void => {
  ctx.path.push(key)
  check(value, ctx)
  ctx.path.pop()
}

/** @internal */
export const forNumbers =
  (check: (value: number | bigint, ctx: Context) => void): Check =>
  (value, ctx) => {
    if (typeof value === "number" || typeof value === "bigint") check(value, ctx)
  }

/** @internal */
export const forText =
  (check: (value: string, ctx: Context) => void): Check =>
  (value, ctx) => {
    if (typeof value === "string") check(value, ctx)
  }

/** @internal */
export const forArrays =
  (check: (value: ReadonlyArray<unknown>, ctx: Context) => void): Check =>
  (value, ctx) => {
    if (Array.isArray(value)) check(value, ctx)
  }

/** @internal */
export const forObjects =
  (check: (value: Fields, ctx: Context) => void): Check =>
  (value, ctx) => {
    if (isData(value)) check(value, ctx)
  }

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
