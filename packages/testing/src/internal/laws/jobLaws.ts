import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { JobEvent, Progress } from "@effect-connectors/core/Job"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Law } from "../../Law.js"
import { isSameJson } from "./isSameJson.js"
import { executeAsync, type WatchResult, watchToEnd, pollsOf, pollOptions, submitJob, reportsEnd } from "./watchJob.js"
import { causeLine, law, type Transcript } from "./transcript.js"

const isProgress = (event: JobEvent): event is Progress => event._tag === "Progress"

const completedCount = ({ events }: WatchResult): number => events.filter(({ _tag }) => _tag === "Completed").length

/** Checks that a stream emitted `first`, then progress, then one end and nothing after it. */
const ensureOneEnd = Effect.fnUntraced(function* (
  transcript: Transcript,
  watched: WatchResult,
  first: ReadonlyArray<JobEvent["_tag"]>
) {
  const { events, exit } = watched
  if (Exit.isFailure(exit)) return yield* transcript.broken(`it ended with ${causeLine(exit.cause)}`)
  const tags = events.map(({ _tag }) => _tag)
  const ends = completedCount(watched)
  yield* transcript.ensure(ends === 1, `the stream emitted Completed ${ends} times, not once`)
  yield* transcript.ensure(tags.at(-1) === "Completed", `an event came after the end: ${tags.at(-1)}`)
  const between = tags.slice(first.length, -1)
  yield* transcript.ensure(
    first.every((tag, index) => tags[index] === tag) && between.every((tag) => tag === "Progress"),
    `it emitted ${tags.join(", ")}, and not ${[...first, "Progress...", "Completed"].join(", ")}`
  )
})

const oneEnd = law(
  "jobs: one end",
  "A stream that follows a job to its result emits Submitted, progress, one Completed, and nothing after it.",
  Effect.fnUntraced(function* (transcript) {
    const jobAction = yield* transcript.requires(transcript.target.works, "action whose job succeeds (`works`)")
    const { jobs } = yield* ConnectionsApi
    const followed = yield* watchToEnd(
      transcript,
      jobs.follow(executeAsync(transcript, jobAction), pollOptions(transcript))
    )
    yield* ensureOneEnd(transcript, followed, ["Submitted"])
    const job = yield* submitJob(transcript, jobAction)
    yield* ensureOneEnd(transcript, yield* watchToEnd(transcript, jobs.watch(job, pollOptions(transcript))), [])
  })
)

const oneFailure = law(
  "jobs: a failure is the end",
  "A stream that follows a job to its failure ends with JobFailed, which names the job, and emits no Completed.",
  Effect.fnUntraced(function* (transcript) {
    const jobAction = yield* transcript.requires(transcript.target.fails, "action whose job fails (`fails`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitJob(transcript, jobAction)
    const watched = yield* watchToEnd(transcript, jobs.watch(job, pollOptions(transcript)))
    yield* transcript.ensure(completedCount(watched) === 0, "it emitted Completed for a failed job")
    if (Exit.isSuccess(watched.exit)) return yield* transcript.broken("the stream succeeded for a failed job")
    const error = yield* Effect.flip(jobs.result(job, pollOptions(transcript)))
    yield* transcript.ensure(error._tag === "JobFailed", `the error is ${error._tag}, and not JobFailed`)
    if (error._tag === "JobFailed") {
      yield* transcript.ensure(error.job.jobId === job.jobId, `the error names the job ${error.job.jobId}`)
    }
  })
)

const noPollAfterEnd = law(
  "jobs: no poll after the end",
  "Once the server has reported the end of a job, a stream that follows it does not poll again.",
  Effect.fnUntraced(function* (transcript) {
    const jobAction = yield* transcript.requires(transcript.target.works, "action whose job succeeds (`works`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitJob(transcript, jobAction)
    yield* watchToEnd(transcript, jobs.watch(job, pollOptions(transcript)))
    const polls = Effect.map(transcript.sent, (sent) => pollsOf(job, sent))
    const atEnd = yield* polls
    yield* transcript.ensure(atEnd.length > 0, "the stream ended without a poll of the job")
    yield* transcript.settle
    const after = yield* polls
    yield* transcript.ensure(
      after.length === atEnd.length,
      `the stream had ended, and the job was polled ${after.length - atEnd.length} more times`
    )
    const endIndex = after.findIndex(reportsEnd)
    yield* transcript.ensure(
      endIndex === -1 || endIndex === after.length - 1,
      `the server reported the end, and was polled ${after.length - 1 - endIndex} more times`
    )
  })
)

const rank = (state: JobProtocol.State): number | undefined =>
  state === "unknown" ? undefined : state === "queued" ? 0 : state === "running" ? 1 : 2

const isRising = (numbers: ReadonlyArray<number | undefined>): boolean => {
  const known = numbers.filter((number) => number !== undefined)
  return known.every((number, index) => index === 0 || number >= (known[index - 1] ?? 0))
}

const risingProgress = law(
  "jobs: progress does not go back",
  "Neither the progress nor the state that a stream emits goes back, and an end is not emitted as progress.",
  Effect.fnUntraced(function* (transcript) {
    const jobAction = yield* transcript.requires(transcript.target.works, "action whose job succeeds (`works`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitJob(transcript, jobAction)
    const { events } = yield* watchToEnd(transcript, jobs.watch(job, pollOptions(transcript)))
    const states = events.filter(isProgress).map(({ state }) => state)
    const progress = states.map(({ progress }) => progress)
    yield* transcript.ensure(isRising(progress), `the progress was ${progress.join(", ")}`)
    yield* transcript.ensure(
      isRising(states.map(({ state }) => rank(state))),
      `the states were ${states.map(({ word }) => word).join(", ")}`
    )
    yield* transcript.ensure(!states.some(JobProtocol.isOver), "an end was emitted as progress")
  })
)

const interruption = law(
  "jobs: interrupting a watch sends nothing",
  "Interrupting a watch stops the polls at once, sends nothing, and does not change the job.",
  Effect.fnUntraced(function* (transcript) {
    const jobAction = yield* transcript.requires(transcript.target.stays, "action whose job keeps running (`stays`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitJob(transcript, jobAction)
    const events = yield* Queue.unbounded<JobEvent>()
    const watching = yield* Effect.fork(
      Stream.runForEach(jobs.watch(job, pollOptions(transcript)), (event) => Queue.offer(events, event))
    )
    yield* Effect.raceFirst(Queue.take(events), Fiber.join(watching))
    const before = yield* transcript.sentIfObserved
    yield* Fiber.interrupt(watching)
    yield* transcript.note("the watch was interrupted")
    const interrupted = yield* transcript.sentIfObserved
    yield* transcript.settle
    const after = yield* transcript.sentIfObserved
    yield* transcript.ensure(
      after.length === interrupted.length,
      `${after.length - interrupted.length} requests were sent after the watch had ended`
    )
    const changing = interrupted.slice(before.length).filter(({ method }) => method !== "GET")
    yield* transcript.ensure(changing.length === 0, "the interruption sent more than polls")
    const state = yield* jobs.get(job)
    yield* transcript.ensure(!JobProtocol.isOver(state), `the job is ${state.word} now`)
  })
)

const lateWatcher = law(
  "jobs: late watchers get the end",
  "A watch of a job that has ended emits one Completed, with the same result.",
  Effect.fnUntraced(function* (transcript) {
    const jobAction = yield* transcript.requires(transcript.target.works, "action whose job succeeds (`works`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitJob(transcript, jobAction)
    const result = yield* jobs.result(job, pollOptions(transcript))
    const late = yield* watchToEnd(transcript, jobs.watch(job, pollOptions(transcript)))
    yield* ensureOneEnd(transcript, late, [])
    const again = late.events.find((event) => event._tag === "Completed")
    yield* transcript.ensure(isSameJson(again?.value, result), "the result differs")
    yield* transcript.ensure(
      jobAction.result === undefined || isSameJson(result, jobAction.result),
      "the result is not what the target says it is"
    )
  })
)

const storedReference = law(
  "jobs: references can be stored",
  "A reference that was written as JSON and read back gives the same result, without submitting again.",
  Effect.fnUntraced(function* (transcript) {
    const jobAction = yield* transcript.requires(transcript.target.works, "action whose job succeeds (`works`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitJob(transcript, jobAction)
    const text = JSON.stringify(JobRef.encode(job))
    const submits = (yield* transcript.sentIfObserved).filter(({ method }) => method === "POST").length
    const read = yield* JobRef.decode(JSON.parse(text))
    const first = yield* jobs.result(job, pollOptions(transcript))
    const second = yield* jobs.result(read, pollOptions(transcript))
    const third = yield* jobs.result(JobRef.encode(job), pollOptions(transcript))
    yield* transcript.ensure(isSameJson(first, second) && isSameJson(first, third), "it gives another result")
    const all = (yield* transcript.sentIfObserved).filter(({ method }) => method === "POST").length
    yield* transcript.ensure(all === submits, "following a reference submitted it again")
  })
)

/** The laws about following jobs. @internal */
export const jobLaws: ReadonlyArray<Law<ConnectionsApi>> = [
  oneEnd,
  oneFailure,
  noPollAfterEnd,
  risingProgress,
  interruption,
  lateWatcher,
  storedReference
]
