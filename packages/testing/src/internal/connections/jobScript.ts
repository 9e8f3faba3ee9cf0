import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import type { JobLook, JobMark } from "../../World.js"

/** @internal */
export const isEnd = (status: string): boolean =>
  JobProtocol.isEnd(JobProtocol.stateOf(JobProtocol.defaultProtocol, status))

/** @internal */
export const isSuccess = (status: string): boolean => /^(succe|complete|done|finished)/i.test(status.trim())

/** What a poll sees of a mark: a text is a state word, a number is `running` at so many percent. @internal */
export const lookOf = (mark: JobMark): JobLook => {
  if (typeof mark === "string") return { status: mark }
  return typeof mark === "number" ? { status: "running", progress: mark / 100 } : mark
}

const issueWith = (mark: JobMark, before: JobMark | undefined): string | undefined => {
  if (typeof mark === "number" && !(mark >= 0 && mark <= 100)) return `${mark} is not a percentage: give 0 to 100`
  const { status } = lookOf(mark)
  if (status.trim() === "") return "a state word cannot be empty"
  if (before === undefined) return undefined
  const last = lookOf(before).status
  return isEnd(last) ? `nothing can follow the end ${JSON.stringify(last)}` : undefined
}

/** The first mark that cannot be, and why; a script needs one mark at least. @internal */
export const issueOf = (
  marks: ReadonlyArray<JobMark>
): { readonly index: number; readonly reason: string } | undefined => {
  if (marks.length === 0) return { index: 0, reason: 'a script needs at least one step, such as "running"' }
  for (const [index, mark] of marks.entries()) {
    const reason = issueWith(mark, marks[index - 1])
    if (reason !== undefined) return { index, reason }
  }
  return undefined
}
