import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Issue } from "../InvalidRequest.js"

/**
 * A time limit in milliseconds, which has to be longer than zero.
 *
 * @internal
 */
export const milliseconds = (name: string, input: Duration.DurationInput, issues: Array<Issue>): number => {
  const millis = Option.map(Duration.decodeUnknown(input), Duration.toMillis)
  if (Option.isNone(millis)) {
    issues.push({ path: [name], message: "is no duration", fix: 'write it as "30 seconds", or in milliseconds' })
  } else if (!(millis.value > 0)) {
    issues.push({ path: [name], message: "is not longer than zero", fix: "give a positive duration, or leave it out" })
  }
  return Option.getOrElse(millis, () => 0)
}
