import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import type { JobState, JobPoll } from "../../World.js"

/** @internal */
export const isEnd = (status: string): boolean =>
  JobProtocol.isEnd(JobProtocol.stateOf(JobProtocol.defaultProtocol, status))

/** @internal */
export const isSuccess = (status: string): boolean => /^(succe|complete|done|finished)/i.test(status.trim())

/** The state that a poll shows: a text is a state word, a number means `running` at so many percent. @internal */
export const stateOf = (poll: JobPoll): JobState => {
  if (typeof poll === "string") return { status: poll }
  return typeof poll === "number" ? { status: "running", progress: poll / 100 } : poll
}

const issueWith = (poll: JobPoll, before: JobPoll | undefined): string | undefined => {
  if (typeof poll === "number" && !(poll >= 0 && poll <= 100)) return `${poll} is not a percentage: give 0 to 100`
  const { status } = stateOf(poll)
  if (status.trim() === "") return "a state word cannot be empty"
  if (before === undefined) return undefined
  const last = stateOf(before).status
  return isEnd(last) ? `nothing can follow the end ${JSON.stringify(last)}` : undefined
}

/** The first step of a script that is invalid, and why. A script needs at least one step. @internal */
export const issueOf = (
  polls: ReadonlyArray<JobPoll>
): { readonly index: number; readonly reason: string } | undefined => {
  if (polls.length === 0) return { index: 0, reason: 'a script needs at least one step, such as "running"' }
  for (const [index, poll] of polls.entries()) {
    const reason = issueWith(poll, polls[index - 1])
    if (reason !== undefined) return { index, reason }
  }
  return undefined
}
