import * as Duration from "effect/Duration"
import type { Issue } from "../InvalidRequest.js"

/**
 * A time limit in milliseconds, which has to be longer than zero.
 *
 * @internal
 */
export const milliseconds = (name: string, input: Duration.DurationInput, issues: Array<Issue>): number => {
  const millis = Duration.toMillis(input)
  if (!(millis > 0)) {
    issues.push({ path: [name], message: "is not longer than zero", fix: "give a positive duration, or leave it out" })
  }
  return millis
}
