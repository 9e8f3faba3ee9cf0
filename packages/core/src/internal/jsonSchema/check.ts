import type { Issue } from "../../InvalidRequest.js"
import type { Fields } from "../data/fields.js"
import { apart, type Context } from "./context.js"
import { isData } from "./describe.js"

/**
 * A rule of a schema: it puts down what is wrong with a value.
 *
 * @internal
 */
export type Check = (value: unknown, ctx: Context) => void

/**
 * Makes the checks of a schema's parts, and notes what cannot be checked.
 *
 * @internal
 */
export interface Builder {
  readonly build: (schema: unknown, at: string) => Check
  readonly note: (at: string, reason: string) => void
}

/** @internal */
export const passes: Check = () => {}

/**
 * What a check finds, kept apart from the rest.
 *
 * @internal
 */
export const finds = (check: Check, value: unknown, ctx: Context): ReadonlyArray<Issue> =>
  apart(ctx, () => check(value, ctx))

/** @internal */
export const inside = (ctx: Context, key: string, check: Check, value: unknown): void => {
  ctx.path.push(key)
  check(value, ctx)
  ctx.path.pop()
}

/** @internal */
export const ofData =
  (check: (value: Fields, ctx: Context) => void): Check =>
  (value, ctx) => {
    if (isData(value)) check(value, ctx)
  }
