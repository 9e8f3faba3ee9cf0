import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Issue } from "../../InvalidRequest.js"

/** @internal */
export const noIssues: ReadonlyArray<Issue> = []

/**
 * A whole number that is held exactly, within bounds.
 *
 * @internal
 */
export const isWhole = (value: unknown, least: number, most: number = Number.MAX_SAFE_INTEGER): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most

/**
 * What is wrong with an option or input that takes a whole number; one that is left out is right.
 *
 * @internal
 */
export const wholeIssues = (
  name: string | ReadonlyArray<string>,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
  fix = "give one, or leave it out"
): ReadonlyArray<Issue> => {
  if (value === undefined || isWhole(value, least, most)) return noIssues
  const upTo = most === Number.MAX_SAFE_INTEGER ? "up" : `to ${most}`
  const bounds = least === Number.MIN_SAFE_INTEGER ? "" : ` from ${least} ${upTo}`
  return [{ path: typeof name === "string" ? [name] : [...name], message: `is not a whole number${bounds}`, fix }]
}

/**
 * What is wrong with a text that the server needs and that holds nothing.
 *
 * @internal
 */
export const blankIssues = (name: string, value: string, fix: string): ReadonlyArray<Issue> =>
  value.trim() === "" ? [{ path: [name], message: value === "" ? "is empty" : "holds only spaces", fix }] : noIssues

/**
 * What is wrong with a choice of how whole numbers are read.
 *
 * @internal
 */
export const integersIssues = (value: unknown): ReadonlyArray<Issue> =>
  value === "number" || value === "bigint"
    ? noIssues
    : [{ path: ["integers"], message: "is neither of its two values", fix: 'give "number" or "bigint"' }]

/**
 * What is wrong with an id that a caller gives.
 *
 * @internal
 */
export const idIssues = (name: string, id: string | number | bigint | undefined, fix: string): ReadonlyArray<Issue> =>
  typeof id === "number" && !isWhole(id, Number.MIN_SAFE_INTEGER)
    ? // a number over 2^53 was rounded before it came here
      [{ path: [name], message: "is not an exact number", fix }]
    : noIssues

/**
 * A timer of more than this never fires.
 *
 * @internal
 */
export const maxTimerMillis = 2 ** 31 - 1

const decodedMillis = (name: string, input: Duration.DurationInput, issues: Array<Issue>): number | undefined => {
  const millis = Option.map(Duration.decodeUnknown(input), Duration.toMillis)
  if (Option.isSome(millis)) return millis.value
  issues.push({ path: [name], message: "is not a duration", fix: 'write it as "30 seconds", or in milliseconds' })
  return undefined
}

/**
 * A wait in milliseconds, which may be none.
 *
 * @internal
 */
export const waitMilliseconds = (name: string, input: Duration.DurationInput, issues: Array<Issue>): number =>
  decodedMillis(name, input, issues) ?? 0

/**
 * A time limit in milliseconds, which has to be longer than zero.
 *
 * @internal
 */
export const milliseconds = (name: string, input: Duration.DurationInput, issues: Array<Issue>): number => {
  const millis = decodedMillis(name, input, issues)
  if (millis !== undefined && !(millis > 0)) {
    issues.push({ path: [name], message: "is not longer than zero", fix: "give a positive duration, or leave it out" })
  }
  return millis ?? 0
}
