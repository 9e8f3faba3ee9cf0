import type { Issue } from "../../InvalidRequest.js"

/**
 * A name of the input that the action does not declare: its value is not sent.
 *
 * @since 0.2.0
 * @category models
 */
export interface Ignored {
  /** The name, with dots inside a nested object. */
  readonly name: string
  /** The declared name that was probably meant. */
  readonly nearest?: string | undefined
}

/**
 * What one validation may still do.
 *
 * @internal
 */
export interface Budget {
  /** How many more steps it may take; negative when it took too many. */
  stepsLeft: number
  /** How many rules are being followed into one another. */
  depth: number
}

/** @internal */
export const makeBudget = (): Budget => ({ stepsLeft: maxSteps, depth: 0 })

/**
 * The state of one validation: the current path and what was found so far.
 *
 * @internal
 */
export interface Context extends Budget {
  readonly strict: boolean
  readonly path: Array<string>
  readonly ignored: Array<Ignored>
  issues: Array<Issue>
  /** How many issues were found after the list was full. */
  unlistedIssues: number
}

/**
 * Returned by a check that added an issue.
 *
 * @internal
 */
export const refused: unique symbol = Symbol.for("@effect-connectors/core/ActionSchema/refused")

const maxIssues = 100
const maxSteps = 1_000_000

/** @internal */
export const makeContext = (strict: boolean): Context => ({
  strict,
  path: [],
  ignored: [],
  issues: [],
  unlistedIssues: 0,
  ...makeBudget()
})

/** @internal */
export const refuse = (ctx: Context, message: string, fix: string): typeof refused => {
  if (ctx.issues.length < maxIssues) ctx.issues.push({ path: [...ctx.path], message, fix })
  else ctx.unlistedIssues++
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
 * Runs a check and returns its issues instead of adding them to the context.
 *
 * @internal
 */
export const collectIssues = (ctx: Context, check: () => void): ReadonlyArray<Issue> => {
  const { issues, unlistedIssues } = ctx
  const found: Array<Issue> = []
  ctx.issues = found
  check()
  ctx.issues = issues
  ctx.unlistedIssues = unlistedIssues
  return found
}

const tooMuch = "is too large, or too entangled, to be checked"

/**
 * Counts one step; false when there were too many.
 *
 * @internal
 */
export const takeStep = (ctx: Context): boolean => {
  if (ctx.stepsLeft-- > 0) return true
  if (ctx.stepsLeft === -1) refuse(ctx, tooMuch, "pass less at once")
  return false
}

/**
 * Ends the validation: the whole input is refused, also when the current schema is only one of several alternatives.
 *
 * @internal
 */
export const stop = (budget: Budget): void => {
  budget.stepsLeft = -1
}

/** @internal */
export const isStopped = (budget: Budget): boolean => budget.stepsLeft < 0

/** @internal */
export const isValid = (ctx: Context): boolean => ctx.issues.length === 0 && !isStopped(ctx)

/** @internal */
export const listIssues = (ctx: Context): ReadonlyArray<Issue> =>
  // the issue that says so may have been collected separately, and dropped
  ctx.issues.length === 0
    ? [{ path: [], message: tooMuch, fix: "pass less at once" }]
    : ctx.unlistedIssues === 0
      ? ctx.issues
      : [
          ...ctx.issues,
          { path: [], message: `${ctx.unlistedIssues} more issues are not listed`, fix: "correct these first" }
        ]
