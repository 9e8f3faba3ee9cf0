import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Issue } from "../../InvalidRequest.js"

/**
 * A timer of more than this never fires.
 *
 * @internal
 */
export const maxTimerMillis = 2 ** 31 - 1

const decoded = (name: string, input: Duration.DurationInput, issues: Array<Issue>): number | undefined => {
  const millis = Option.map(Duration.decodeUnknown(input), Duration.toMillis)
  if (Option.isSome(millis)) return millis.value
  issues.push({ path: [name], message: "is no duration", fix: 'write it as "30 seconds", or in milliseconds' })
  return undefined
}

/**
 * A wait in milliseconds, which may be none.
 *
 * @internal
 */
export const waitMilliseconds = (name: string, input: Duration.DurationInput, issues: Array<Issue>): number =>
  decoded(name, input, issues) ?? 0

/**
 * A time limit in milliseconds, which has to be longer than zero.
 *
 * @internal
 */
export const milliseconds = (name: string, input: Duration.DurationInput, issues: Array<Issue>): number => {
  const millis = decoded(name, input, issues)
  if (millis !== undefined && !(millis > 0)) {
    issues.push({ path: [name], message: "is not longer than zero", fix: "give a positive duration, or leave it out" })
  }
  return millis ?? 0
}
