import type { Ignored } from "../../ActionSchema.js"
import type { Issue } from "../../InvalidRequest.js"

/**
 * One run of a validation: where it is, and what it found so far.
 *
 * @internal
 */
export interface Context {
  readonly strict: boolean
  readonly path: Array<string>
  readonly ignored: Array<Ignored>
  issues: Array<Issue>
  /** The issues over the most that are listed. */
  unlisted: number
  /** What is left of the work that one run may take. */
  fuel: number
  depth: number
}

/**
 * The answer of a check that put down an issue.
 *
 * @internal
 */
export const refused: unique symbol = Symbol.for("@effect-connectors/core/ActionSchema/refused")

const maxIssues = 100
const maxFuel = 1_000_000

/** @internal */
export const begin = (strict: boolean): Context => ({
  strict,
  path: [],
  ignored: [],
  issues: [],
  unlisted: 0,
  fuel: maxFuel,
  depth: 0
})

/** @internal */
export const refuse = (ctx: Context, message: string, fix: string): typeof refused => {
  if (ctx.issues.length < maxIssues) ctx.issues.push({ path: [...ctx.path], message, fix })
  else ctx.unlisted++
  return refused
}

/** @internal */
export const refuseAt = (ctx: Context, key: string, message: string, fix: string): typeof refused => {
  ctx.path.push(key)
  refuse(ctx, message, fix)
  ctx.path.pop()
  return refused
}

/**
 * What a check finds, kept apart from the rest.
 *
 * @internal
 */
export const apart = (ctx: Context, check: () => void): ReadonlyArray<Issue> => {
  const { issues, unlisted } = ctx
  const found: Array<Issue> = []
  ctx.issues = found
  check()
  ctx.issues = issues
  ctx.unlisted = unlisted
  return found
}

const tooMuch = "is too large, or too entangled, to be checked"

/**
 * One piece of work; false when there was too much of it.
 *
 * @internal
 */
export const spend = (ctx: Context): boolean => {
  if (ctx.fuel-- > 0) return true
  if (ctx.fuel === -1) refuse(ctx, tooMuch, "pass less at once")
  return false
}

/** @internal */
export const isClean = (ctx: Context): boolean => ctx.issues.length === 0 && ctx.fuel >= 0

/** @internal */
export const issuesOf = (ctx: Context): ReadonlyArray<Issue> =>
  // the issue of too much work may have been put down apart
  ctx.issues.length === 0
    ? [{ path: [], message: tooMuch, fix: "pass less at once" }]
    : ctx.unlisted === 0
      ? ctx.issues
      : [...ctx.issues, { path: [], message: `${ctx.unlisted} more issues are not listed`, fix: "correct these first" }]
