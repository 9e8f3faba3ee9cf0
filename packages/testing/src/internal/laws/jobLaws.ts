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
import { asked, type Course, courseOf, isSame, looksAt, paced, submitted, tellsEnd } from "./following.js"
import { causeLine, law, type Trail } from "./evidence.js"

const isProgress = (event: JobEvent): event is Progress => event._tag === "Progress"

const endsOf = ({ events }: Course): number => events.filter(({ _tag }) => _tag === "Completed").length

/** That a stream ended well: `first`, then progress, then one end and nothing after it. */
const endsWell = Effect.fnUntraced(function* (trail: Trail, course: Course, first: ReadonlyArray<JobEvent["_tag"]>) {
  const { events, exit } = course
  if (Exit.isFailure(exit)) return yield* trail.broken(`it ended with ${causeLine(exit.cause)}`)
  const tags = events.map(({ _tag }) => _tag)
  const ends = endsOf(course)
  yield* trail.hold(ends === 1, `a stream has one end, this one had ${ends}`)
  yield* trail.hold(tags.at(-1) === "Completed", `something came after the end: ${tags.at(-1)}`)
  const between = tags.slice(first.length, -1)
  yield* trail.hold(
    first.every((tag, index) => tags[index] === tag) && between.every((tag) => tag === "Progress"),
    `it showed ${tags.join(", ")}, and not ${[...first, "Progress...", "Completed"].join(", ")}`
  )
})

const oneEnd = law(
  "jobs: one end",
  "A stream that follows a job to its result shows Submitted, progress, then one Completed, and nothing after it.",
  Effect.fnUntraced(function* (trail) {
    const work = yield* trail.given(trail.target.works, "action whose job ends well (`works`)")
    const { jobs } = yield* ConnectionsApi
    const followed = yield* courseOf(trail, jobs.follow(asked(trail, work), paced(trail)))
    yield* endsWell(trail, followed, ["Submitted"])
    const job = yield* submitted(trail, work)
    yield* endsWell(trail, yield* courseOf(trail, jobs.watch(job, paced(trail))), [])
  })
)

const oneFailure = law(
  "jobs: a failure is the end",
  "A stream that follows a job to its failure ends with JobFailed, which names the job, and shows no Completed.",
  Effect.fnUntraced(function* (trail) {
    const work = yield* trail.given(trail.target.fails, "action whose job fails (`fails`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitted(trail, work)
    const course = yield* courseOf(trail, jobs.watch(job, paced(trail)))
    yield* trail.hold(endsOf(course) === 0, "it showed Completed for a job that failed")
    if (Exit.isSuccess(course.exit)) return yield* trail.broken("it ended as if the job had not failed")
    const error = yield* Effect.flip(jobs.result(job, paced(trail)))
    yield* trail.hold(error._tag === "JobFailed", `the error is ${error._tag}, and not JobFailed`)
    if (error._tag === "JobFailed") {
      yield* trail.hold(error.job.jobId === job.jobId, `the error names the job ${error.job.jobId}`)
    }
  })
)

const nothingAfter = law(
  "jobs: no look after the end",
  "Once the server has told the end of a job, a stream that follows it does not ask again.",
  Effect.fnUntraced(function* (trail) {
    const work = yield* trail.given(trail.target.works, "action whose job ends well (`works`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitted(trail, work)
    yield* courseOf(trail, jobs.watch(job, paced(trail)))
    const looks = Effect.map(trail.sent, (sent) => looksAt(job, sent))
    const atEnd = yield* looks
    yield* trail.hold(atEnd.length > 0, "the stream ended, and nobody had asked for the job")
    yield* trail.settle
    const after = yield* looks
    yield* trail.hold(
      after.length === atEnd.length,
      `the stream had ended, and it was asked for ${after.length - atEnd.length} times more`
    )
    const told = after.findIndex(tellsEnd)
    yield* trail.hold(
      told === -1 || told === after.length - 1,
      `the server told the end, and was asked ${after.length - 1 - told} times more`
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
  "What a stream shows of a job never goes back: neither how far it is, nor its state; an end is no progress.",
  Effect.fnUntraced(function* (trail) {
    const work = yield* trail.given(trail.target.works, "action whose job ends well (`works`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitted(trail, work)
    const { events } = yield* courseOf(trail, jobs.watch(job, paced(trail)))
    const states = events.filter(isProgress).map(({ state }) => state)
    const shown = states.map(({ progress }) => progress)
    yield* trail.hold(isRising(shown), `it was ${shown.join(", ")}`)
    yield* trail.hold(
      isRising(states.map(({ state }) => rank(state))),
      `the states were ${states.map(({ word }) => word).join(", ")}`
    )
    yield* trail.hold(!states.some(({ state }) => JobProtocol.isEnd(state)), "an end was shown as progress")
  })
)

const interruption = law(
  "jobs: whoever leaves sends nothing",
  "Interrupting a watch ends the looking at once, sends nothing, and leaves the job as it is.",
  Effect.fnUntraced(function* (trail) {
    const work = yield* trail.given(trail.target.stays, "action whose job stays under way (`stays`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitted(trail, work)
    const seen = yield* Queue.unbounded<JobEvent>()
    const watching = yield* Effect.fork(
      Stream.runForEach(jobs.watch(job, paced(trail)), (event) => Queue.offer(seen, event))
    )
    yield* Effect.raceFirst(Queue.take(seen), Fiber.join(watching))
    const before = yield* trail.sentIfSeen
    yield* Fiber.interrupt(watching)
    yield* trail.note("the watch was interrupted")
    const left = yield* trail.sentIfSeen
    yield* trail.settle
    const after = yield* trail.sentIfSeen
    yield* trail.hold(
      after.length === left.length,
      `${after.length - left.length} requests left after the watch had ended`
    )
    const changing = left.slice(before.length).filter(({ method }) => method !== "GET")
    yield* trail.hold(changing.length === 0, "the interruption sent more than looks")
    const { state, word } = yield* jobs.get(job)
    yield* trail.hold(!JobProtocol.isEnd(state), `the job is ${word} now`)
  })
)

const lateWatcher = law(
  "jobs: late watchers see the end",
  "Whoever watches a job that has ended sees one Completed, with the same result.",
  Effect.fnUntraced(function* (trail) {
    const work = yield* trail.given(trail.target.works, "action whose job ends well (`works`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitted(trail, work)
    const result = yield* jobs.result(job, paced(trail))
    const late = yield* courseOf(trail, jobs.watch(job, paced(trail)))
    yield* endsWell(trail, late, [])
    const again = late.events.find((event) => event._tag === "Completed")
    yield* trail.hold(isSame(again?.value, result), "the result is another one")
    yield* trail.hold(
      work.result === undefined || isSame(result, work.result),
      "the result is not what the target says it is"
    )
  })
)

const portable = law(
  "jobs: references survive",
  "A reference that was written as JSON and read back leads to the same result, without submitting again.",
  Effect.fnUntraced(function* (trail) {
    const work = yield* trail.given(trail.target.works, "action whose job ends well (`works`)")
    const { jobs } = yield* ConnectionsApi
    const job = yield* submitted(trail, work)
    const text = JSON.stringify(JobRef.encode(job))
    const submits = (yield* trail.sentIfSeen).filter(({ method }) => method === "POST").length
    const read = yield* JobRef.decode(JSON.parse(text))
    const first = yield* jobs.result(job, paced(trail))
    const second = yield* jobs.result(read, paced(trail))
    const third = yield* jobs.result(JobRef.encode(job), paced(trail))
    yield* trail.hold(isSame(first, second) && isSame(first, third), "it leads to another result")
    const all = (yield* trail.sentIfSeen).filter(({ method }) => method === "POST").length
    yield* trail.hold(all === submits, "following a reference submitted it again")
  })
)

/** The laws of following jobs. @internal */
export const jobLaws: ReadonlyArray<Law<ConnectionsApi>> = [
  oneEnd,
  oneFailure,
  nothingAfter,
  risingProgress,
  interruption,
  lateWatcher,
  portable
]
