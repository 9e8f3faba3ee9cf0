import { assert, describe, it } from "@effect/vitest"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { Accepted, type Execution, type Failed, type JobEvent } from "@effect-connectors/core/Job"
import type { IndexedEvent } from "@effect-connectors/core/Jobs"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { passed } from "../support/api.js"
import { accepted, client, pending, polls, run, sends, submit, tagOf } from "../support/jobsKit.js"

type Progress = number | undefined | "over"

interface Job {
  readonly kind: "job" | "at once" | "refused"
  readonly submitMillis: number
  /** The progress that the server reports, each so long after the one before. */
  readonly steps: ReadonlyArray<{ readonly afterMillis: number; readonly progress: number }>
  readonly lastMillis: number
  readonly end: "completed" | "failed" | "cancelled"
}

interface Case {
  readonly jobs: ReadonlyArray<Job>
  readonly concurrency: number
  readonly failures: "end" | "value"
  /** How long the reader takes for an element, in turn. */
  readonly readMillis: ReadonlyArray<number>
  readonly interruptMillis: number | undefined
  readonly seed: number
}

const constant = <A>(...values: ReadonlyArray<A>) => FastCheck.constantFrom(...values)

const job: FastCheck.Arbitrary<Job> = FastCheck.record({
  kind: constant<Job["kind"]>("job", "job", "job", "job", "at once", "refused"),
  submitMillis: constant(0, 0, 300, 2_000),
  steps: FastCheck.array(
    FastCheck.record({ afterMillis: FastCheck.nat(4_000), progress: constant(0, 0.1, 0.25, 0.5, 0.75) }),
    { maxLength: 8 }
  ),
  lastMillis: FastCheck.nat(5_000),
  end: constant<Job["end"]>("completed", "completed", "completed", "failed", "cancelled")
})

const cases: FastCheck.Arbitrary<Case> = FastCheck.record({
  jobs: FastCheck.array(job, { maxLength: 8 }),
  concurrency: FastCheck.integer({ min: 1, max: 9 }),
  failures: constant<Case["failures"]>("end", "value", "value"),
  readMillis: constant([0], [0], [0, 0, 700], [1_500], [9_000]),
  interruptMillis: FastCheck.oneof(
    { weight: 4, arbitrary: FastCheck.constant(undefined) },
    { weight: 1, arbitrary: FastCheck.nat(20_000) }
  ),
  seed: FastCheck.nat()
})

type Element = IndexedEvent<JobEvent | Failed<{ readonly _tag: string }>>

/** What the server reported of a job, and from when on. */
interface Reported {
  readonly jobId: string
  readonly since: Array<{ readonly at: number; readonly progress: Progress }>
}

/** An execute of this job; the server reports on it by itself from then on. */
const executeOf = (api: ConnectionsApi.Service, one: Job, reported: (jobId: string) => Reported["since"]) =>
  Effect.gen(function* () {
    const platform = yield* ConnectionsTest
    yield* Effect.sleep(one.submitMillis)
    if (one.kind === "refused") return yield* submit(api, "nope")
    if (one.kind === "at once") return yield* submit(api, "now")
    const job = yield* accepted(submit(api, "stuck"))
    const since = reported(job.jobId)
    since.push({ at: yield* passed, progress: undefined })
    const live = Effect.gen(function* () {
      for (const { afterMillis, progress } of one.steps) {
        yield* Effect.sleep(afterMillis)
        yield* platform.setJob(job.jobId, { status: "running", progress })
        since.push({ at: yield* passed, progress })
      }
      yield* Effect.sleep(one.lastMillis)
      yield* platform.setJob(job.jobId, { status: one.end, result: job.jobId })
      since.push({ at: yield* passed, progress: "over" })
    })
    yield* Effect.forkDaemon(live)
    return Accepted(job)
  }) satisfies Effect.Effect<Execution, unknown, unknown>

const simulate = (one: Case) =>
  Effect.gen(function* () {
    const api = yield* client()
    const reports = new Map<number, Reported>()
    const taken: Array<Element & { readonly at: number }> = []
    let [pulled, ended, ahead] = [0, 0, 0]
    const source = Stream.mapEffect(
      Stream.rechunk(Stream.zipWithIndex(Stream.fromIterable(one.jobs)), 1),
      ([given, index]) =>
        Effect.sync(() => {
          pulled++
          ahead = Math.max(ahead, pulled - ended)
          return executeOf(api, given, (jobId) => {
            const report: Reported = { jobId, since: [] }
            reports.set(index, report)
            return report.since
          })
        })
    )
    const options = { events: true, concurrency: one.concurrency } as const
    const stream: Stream.Stream<Element, { readonly _tag: string }, ConnectionsTest> =
      one.failures === "value"
        ? api.jobs.results(source, { ...options, failures: "value" })
        : api.jobs.results(source, options)
    const read = Stream.runForEach(stream, (element) =>
      Effect.gen(function* () {
        taken.push({ ...element, at: yield* passed })
        if (element.event._tag === "Completed" || element.event._tag === "Failed") ended++
        yield* Effect.sleep(one.readMillis[taken.length % one.readMillis.length] ?? 0)
      })
    )
    const fiber = yield* Effect.fork(read)
    if (one.interruptMillis !== undefined) {
      yield* Effect.sleep(one.interruptMillis)
      yield* Fiber.interrupt(fiber)
    }
    const exit = yield* Fiber.await(fiber)
    const before = yield* sends
    const { watched } = yield* api.jobs.stats
    yield* Effect.sleep("2 hours")
    const polled = (yield* polls).map(({ at, path }) => ({ at, jobId: path.slice(path.lastIndexOf("/") + 1) }))
    return {
      taken,
      exit,
      ahead,
      reports,
      watched,
      polled,
      sendsAfter: (yield* sends) - before,
      pendingAfter: yield* pending
    }
  })

type Seen = Effect.Effect.Success<ReturnType<typeof simulate>>

/** What a poll at this time may have found: a report of the very same time may have come before or after it. */
const foundAt = ({ since }: Reported, at: number): ReadonlyArray<Progress> => {
  const before = since.filter((report) => report.at < at).slice(-1)
  const same = since.filter((report) => report.at === at)
  return [...before, ...same].map(({ progress }) => progress)
}

/** What each poll of a job may have found, without the one that found its end. */
const foundBy = (seen: Seen, report: Reported) =>
  seen.polled
    .filter(({ jobId }) => jobId === report.jobId)
    .map(({ at }) => ({ at, found: foundAt(report, at) }))
    .filter(({ found }) => found.some((progress) => progress !== "over"))

/** What the newest poll may have found when the reader took a progress at this time. */
const newestAt = (seen: Seen, report: Reported, at: number): ReadonlyArray<Progress> => {
  const polled = foundBy(seen, report)
  const before = polled.filter((poll) => poll.at < at).slice(-1)
  return [...before, ...polled.filter((poll) => poll.at === at)].flatMap(({ found }) => found)
}

const tagOfEnd = { completed: "ok", failed: "JobFailed", cancelled: "JobCancelled" } as const

const endOf = ({ end, kind }: Job): string =>
  kind === "refused" ? "NotFound" : kind === "at once" ? "ok" : tagOfEnd[end]

const wrongWith = (one: Case, seen: Seen): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  const tag = tagOf(seen.exit)
  if (seen.sendsAfter > 0) wrong.push(`${seen.sendsAfter} requests after the end`)
  if (seen.watched > 0) wrong.push(`${seen.watched} jobs watched after the end`)
  if (seen.pendingAfter > 0) wrong.push(`${seen.pendingAfter} timers after the end`)
  // one is between the stream and its reader
  if (seen.ahead > one.concurrency + 1) wrong.push(`the source is ${seen.ahead} ahead`)
  const failed = one.jobs.map(endOf).filter((end) => end !== "ok")
  if (tag !== "interrupted") {
    const fails = one.failures === "end" && failed.length > 0
    if (fails ? !failed.includes(tag) : tag !== "ok") wrong.push(`the stream ends with ${tag}`)
  } else if (one.interruptMillis === undefined) wrong.push("interrupted by nobody")

  one.jobs.forEach((given, index) => {
    const events = seen.taken.filter((element) => element.index === index)
    const say = (what: string): void => void wrong.push(`job ${index}: ${what}`)
    const places = (...tags: ReadonlyArray<string>) =>
      events.flatMap(({ event }, place) => (tags.includes(event._tag) ? [place] : []))
    const ends = places("Completed", "Failed")
    if (ends.length > 1 || (ends[0] ?? events.length - 1) !== events.length - 1) say(`ends at ${ends.join()}`)
    if (ends.length === 0 && tag === "ok") say("has no end")
    const submitted = given.kind === "job" && events.length > 0 ? [0] : []
    if (places("Submitted").join() !== submitted.join()) say(`Submitted at ${places("Submitted").join()}`)
    const last = events[ends[0] ?? -1]?.event
    if (last !== undefined) {
      const end = last._tag === "Failed" ? last.error._tag : "ok"
      if (end !== endOf(given)) say(`ends with ${end}, and not ${endOf(given)}`)
      if (last._tag === "Failed" && one.failures === "end") say("Failed is an event of a stream that fails")
    }
    const report = seen.reports.get(index)
    const shown = events.flatMap(({ at, event }) =>
      event._tag === "Progress" ? [{ at, progress: event.state.progress }] : []
    )
    if (report === undefined) {
      if (shown.length > 0) say("progress of what is not a job")
      return
    }
    shown.forEach(({ at, progress }, place) => {
      if (place > 0 && shown[place - 1]?.progress === progress) say(`${progress} twice in a row`)
      if (!newestAt(seen, report, at).includes(progress)) say(`${progress} at ${at} is not the newest`)
    })
    // a reader that is quick sees each change that a poll finds
    const found = foundBy(seen, report).map((poll) => poll.found)
    if (
      one.readMillis.every((millis) => millis === 0) &&
      ends.length > 0 &&
      found.every(({ length }) => length === 1)
    ) {
      const changes = found.flat().filter((value, place, all) => place === 0 || value !== all[place - 1])
      const [got, expected] = [shown.map(({ progress }) => String(progress)).join(), changes.map(String).join()]
      if (got !== expected) say(`shows ${got}, and the polls found ${expected}`)
    }
  })
  return wrong
}

describe("jobs.results with events: any schedules of jobs and reader", () => {
  it("give each job its events in order, the newest progress, and one end", async () => {
    const sum: Record<string, number> = { cases: 0, events: 0 }
    const add = (name: string, count = 1) => {
      sum[name] = (sum[name] ?? 0) + count
    }
    await FastCheck.assert(
      FastCheck.asyncProperty(cases, async (one) => {
        const seen = await Effect.runPromise(run(simulate(one), one.seed))
        assert.strictEqual(wrongWith(one, seen).join("; "), "")
        add("cases")
        add("events", seen.taken.length)
        for (const { event } of seen.taken) add(event._tag)
        add(tagOf(seen.exit))
      }),
      { numRuns: 800, seed: 20_26_11, endOnFailure: true }
    )
    console.log("results with events:", JSON.stringify(sum))
    for (const tag of ["Submitted", "Progress", "Completed", "Failed", "ok", "JobFailed", "NotFound", "interrupted"]) {
      assert.isAbove(sum[tag] ?? 0, 20, tag)
    }
  }, 120_000)
})
