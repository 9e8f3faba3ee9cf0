import type { JobTruth } from "./history.js"
import { type CallView, jobOf, type View } from "./view.js"

const ends: Readonly<Record<string, JobTruth["end"]>> = { JobFailed: "failed", JobCancelled: "cancelled" }

const name = (call: CallView): string => `call ${call.id} (${call.op} of ${call.client})`

const isWatch = (call: CallView): boolean => call.invoked.job !== undefined || call.invoked.follows === true

// the end of the job as the watch reports it; `undefined` when it reports none
const reportedEnd = (call: CallView): JobTruth["end"] | undefined =>
  call.ok?.end === true ? "succeeded" : call.failed === undefined ? undefined : ends[call.failed.tag]

const endBreaks = (call: CallView, job: string, truth: JobTruth | undefined): ReadonlyArray<string> => {
  if (truth === undefined) return [`${name(call)} followed ${job}, which the server never made`]
  const end = reportedEnd(call)
  if (end !== undefined && end !== truth.end) return [`${name(call)} reported that ${job} ${end}; it is ${truth.end}`]
  if (end === "succeeded" && call.ok?.marker !== truth.marker) {
    return [`${name(call)} got the result of ${call.ok?.marker}, and ${job} is ${truth.marker}`]
  }
  const { failed } = call
  if (failed !== undefined && failed.tag !== "InvalidRequest" && failed.job !== job) {
    return [`${name(call)} failed with ${failed.tag} of ${failed.job ?? "no job"}, and followed ${job}`]
  }
  if (failed?.tag === "InvalidRequest") return [`${name(call)} could not follow ${job}`]
  return []
}

// a last poll starts at the deadline, and may take a second
const lastPollMillis = 1_000

// the deadline of a wait is over the submit too
const deadlineBreaks = (call: CallView): ReadonlyArray<string> => {
  const { watchDeadline } = call.invoked
  if (watchDeadline === undefined || call.ends === 0) return []
  const took = call.endT - call.t
  if (took > watchDeadline + lastPollMillis)
    return [`${name(call)} took ${took} ms, with a deadline of ${watchDeadline}`]
  return call.failed?.tag === "JobDeadlineExceeded" && took < watchDeadline
    ? [`${name(call)} ended after ${took} ms of its deadline of ${watchDeadline}`]
    : []
}

const jobEventBreaks = (call: CallView): ReadonlyArray<string> => {
  const completed = call.jobEvents.filter((event) => event === "Completed").length
  if (call.jobEvents.length === 0 && call.op !== "jobs.watch" && call.op !== "jobs.follow") return []
  if (completed > 1) return [`${name(call)} showed ${completed} ends`]
  const isLast = call.jobEvents[call.jobEvents.length - 1] === "Completed"
  if (completed === 1 && !isLast) return [`${name(call)} went on after its end`]
  return call.ok !== undefined && completed === 0 ? [`${name(call)} ended without an end`] : []
}

// without faults a reference must lead to the outcome that the server knows
const auditBreaks = (call: CallView, job: string, truth: JobTruth): ReadonlyArray<string> => {
  const found = call.ok !== undefined ? "succeeded" : (call.failed?.tag ?? "nothing")
  const expected = truth.gone
    ? "JobNotFound"
    : { succeeded: "succeeded", failed: "JobFailed", cancelled: "JobCancelled", never: "JobDeadlineExceeded" }[
        truth.end
      ]
  return found === expected ? [] : [`${job} is lost: ${name(call)} came to ${found}, not to ${expected}`]
}

// as long as an end is kept for late watchers
const keptMillis = 300_000

const pollBreaks = (view: View, call: CallView, job: string): ReadonlyArray<string> => {
  if (reportedEnd(call) === undefined) return []
  const path = `/api/v1/jobs/${job}`
  const late = view.byClient
    .get(call.client)
    ?.find(
      (poll) => poll.at > call.endAt && poll.call === 0 && poll.sent.path === path && poll.t - call.endT < keptMillis
    )
  return late === undefined ? [] : [`${call.client} polled ${job} after ${name(call)} reported its end`]
}

/** 3: an accepted job ends once, with the outcome that the server knows or with its reference; none is lost, none is polled after its end, and a wait ends at its deadline. */
export const jobBreaks = (view: View): ReadonlyArray<string> => {
  const { jobs } = view.history.truth
  const stored = new Set(view.history.events.flatMap((event) => (event.kind === "stored" ? [event.detail.job] : [])))
  const crashed = new Set(view.history.events.flatMap((event) => (event.kind === "crash" ? [event.client] : [])))
  const wasInterrupted = Array.from(view.calls.values()).some(({ interrupted }) => interrupted !== undefined)
  return Array.from(view.calls.values()).flatMap((call) => {
    const breaks: Array<string> = []
    // only a crashed or interrupted caller may not have stored its reference
    const mayBeGone = crashed.has(call.client) || wasInterrupted
    if (call.op === "actions.execute" && call.ok?.job !== undefined && !stored.has(call.ok.job) && !mayBeGone) {
      breaks.push(`${name(call)} became ${call.ok.job}, and no caller got its reference`)
    }
    if (!isWatch(call)) return breaks
    const job = jobOf(call)
    breaks.push(...jobEventBreaks(call), ...deadlineBreaks(call))
    if (job === undefined) return breaks
    const truth = jobs[job]
    breaks.push(...endBreaks(call, job, truth), ...pollBreaks(view, call, job))
    if (truth !== undefined && call.client.endsWith(".9")) breaks.push(...auditBreaks(call, job, truth))
    return breaks
  })
}
