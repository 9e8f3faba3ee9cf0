import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { Accepted, type Execution, type Failed, type JobEvent } from "@effect-connectors/core/Job"
import type { JobError } from "@effect-connectors/core/JobError"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { IndexedEvent, JobResult } from "@effect-connectors/core/Jobs"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  accepted,
  client,
  collect,
  errorOf,
  pending,
  polls,
  sends,
  submit,
  tagOf,
  virtual,
  whole
} from "../support/jobsKit.js"

type Api = ConnectionsApi.Service
type AnyEvent = JobEvent | Failed<{ readonly _tag: string }>

const everySecond = Schedule.spaced("1 second")

const shown = (event: AnyEvent): unknown =>
  event._tag === "Progress"
    ? event.state.progress
    : event._tag === "Failed"
      ? event.error._tag
      : event._tag === "Completed"
        ? event.value
        : event._tag

/** The events of each job, by its place in the source. */
const byJob = (items: ReadonlyArray<IndexedEvent<AnyEvent>>): ReadonlyArray<ReadonlyArray<unknown>> => {
  const jobs: Array<Array<unknown>> = []
  for (const { event, index } of items) (jobs[index] ??= []).push(shown(event))
  return jobs
}

/** The next polls, of whatever job, get this progress. */
const progressing = (fractions: ReadonlyArray<number>) =>
  Effect.flatMap(ConnectionsTest, (platform) =>
    platform.respondNext(
      { operation: "jobs.get" },
      fractions.map((progress) => ({ json: { status: "running", progress } }))
    )
  )

const mixed = (api: Api) =>
  Stream.make(
    submit(api, "sync"),
    submit(api, "fails"),
    submit(api, "nope"),
    submit(api, "now"),
    submit(api, "cancelled")
  )

describe("jobs.results with events", () => {
  virtual("gives each job the events that follow gives it", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const options = { pace: everySecond } as const
      const followed = yield* collect(api.jobs.follow(submit(api, "sync"), options))
      const source = Stream.make(submit(api, "sync"), submit(api, "short"), submit(api, "now"), submit(api, "sync"))
      const jobs = byJob(yield* collect(api.jobs.results(source, { ...options, events: true })))
      const [sync, short, now] = jobs
      assert.isAbove(followed.length, 6)
      assert.deepStrictEqual(sync, followed.map(shown))
      assert.deepStrictEqual(jobs[3], sync)
      assert.deepStrictEqual([short?.at(0), short?.at(-1)], ["Submitted", { synced: 1 }])
      // work that was done at once became no job
      assert.deepStrictEqual(now, [{ synced: 0 }])
    })
  )

  virtual("gives the events as they happen, whichever job they are of", () =>
    Effect.gen(function* () {
      const api = yield* client()
      for (const order of [undefined, "end"] as const) {
        const source = Stream.make(submit(api, "sync"), submit(api, "echo"), submit(api, "sync"))
        const items = yield* collect(api.jobs.results(source, { events: true, order }))
        const tags = items.map(({ event, index }) => `${index} ${event._tag}`)
        assert.deepStrictEqual(tags.slice(0, 3), ["0 Submitted", "1 Submitted", "2 Submitted"])
        const ends = tags.filter((tag) => tag.endsWith("Completed"))
        assert.sameMembers(ends, ["0 Completed", "1 Completed", "2 Completed"])
        assert.strictEqual(ends[0], "1 Completed")
        assert.isBelow(tags.indexOf("0 Progress"), tags.indexOf("1 Completed"))
      }
    })
  )

  virtual("gives progress only where it changed", () =>
    Effect.gen(function* () {
      const api = yield* client()
      yield* progressing([0.1, 0.1, 0.2, 0.2, 0.2, 0.1])
      const source = Stream.make(submit(api, "echo", { n: 1 }))
      const jobs = byJob(yield* collect(api.jobs.results(source, { events: true, pace: everySecond })))
      assert.deepStrictEqual(jobs, [["Submitted", 0.1, 0.2, 0.1, { n: 1 }]])
    })
  )

  virtual("decodes each result, and `events: false` gives results alone", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const output = Schema.Struct({ n: Schema.Number })
      const source = Stream.make(submit(api, "echo", { n: 1 }), submit(api, "echo", { n: 2 }))
      const values = Stream.filterMap(api.jobs.results(source, { output, events: true }), ({ event }) =>
        event._tag === "Completed" ? Option.some(event.value.n) : Option.none()
      )
      assert.sameMembers([...(yield* collect(values))], [1, 2])
      const results = api.jobs.results(source, { output, events: false, order: "source" })
      assert.deepStrictEqual(yield* collect(Stream.map(results, ({ n }) => n)), [1, 2])
    })
  )

  virtual('refuses order "source" before anything is pulled or sent', () =>
    Effect.gen(function* () {
      const api = yield* client()
      const order: unknown = "source"
      const wrong: object = { order }
      const failure = errorOf((yield* whole(api.jobs.results(mixed(api), { ...wrong, events: true }))).exit)
      assert.strictEqual(failure?._tag, "InvalidRequest")
      if (failure?._tag !== "InvalidRequest") return
      assert.deepStrictEqual(
        failure.issues.map(({ path }) => path),
        [["order"]]
      )
      assert.include(failure.message, "events come as they happen")
      assert.strictEqual(yield* sends, 0)
    })
  )
})

describe("jobs.results with events: failures", () => {
  virtual("the first one ends the stream, after the events that came before it", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const source = Stream.make(submit(api, "sync"), submit(api, "fails"), submit(api, "long"))
      const { exit, items } = yield* whole(api.jobs.results(source, { events: true }))
      const error = errorOf(exit)
      assert.strictEqual(error?._tag === "JobFailed" ? error.job.jobId : undefined, "job-2")
      assert.deepStrictEqual(
        byJob(items).map((events) => events[0]),
        ["Submitted", "Submitted", "Submitted"]
      )
      assert.isEmpty(items.filter(({ event }) => event._tag === "Completed"))
      const before = yield* sends
      yield* Effect.sleep("1 hour")
      assert.strictEqual(yield* sends, before)
    })
  )

  virtual('are the last events of their jobs with failures "value"', () =>
    Effect.gen(function* () {
      const api = yield* client()
      const output = Schema.Struct({ synced: Schema.Literal(0) })
      const items = yield* collect(api.jobs.results(mixed(api), { events: true, failures: "value", output }))
      const ends = items.flatMap(({ event, index }) =>
        event._tag === "Completed" || event._tag === "Failed" ? [[index, event] as const] : []
      )
      assert.deepStrictEqual(
        [...ends]
          .sort(([a], [b]) => a - b)
          .map(([index, end]) =>
            end._tag === "Failed" ? [index, end.error._tag, end.job?.jobId] : [index, end.value.synced]
          ),
        [
          [0, "UnexpectedBody", "job-1"],
          [1, "JobFailed", "job-2"],
          [2, "NotFound", undefined],
          [3, 0],
          [4, "JobCancelled", "job-3"]
        ]
      )
      for (const events of byJob(items)) {
        assert.isAtMost(events.filter((event) => event === "Submitted").length, 1)
        assert.isAtMost(events.indexOf("Submitted"), 0)
      }
    })
  )

  virtual("of onSubmitted are the only event of their job, and hold its reference", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const full = { _tag: "StoreFull" } as const
      const items = yield* collect(
        api.jobs.results(Stream.make(submit(api, "sync")), {
          events: true,
          failures: "value",
          onSubmitted: () => Effect.fail(full)
        })
      )
      assert.deepStrictEqual(
        items.map(({ event }) => (event._tag === "Failed" ? [event.job?.jobId, event.error] : event._tag)),
        [["job-1", full]]
      )
      assert.lengthOf(yield* polls, 0)
    })
  )

  virtual("of the source come after the ends of the jobs under way", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const drained = { _tag: "Drained" } as const
      const source = Stream.concat(mixed(api), Stream.fail(drained))
      const { exit, items } = yield* whole(api.jobs.results(source, { events: true, failures: "value" }))
      assert.strictEqual(tagOf(exit), "Drained")
      assert.lengthOf(
        items.filter(({ event }) => event._tag === "Completed" || event._tag === "Failed"),
        5
      )
    })
  )

  virtual("that are defects reach a slow reader, though other jobs go on", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      const jobs = yield* Effect.all([1, 2, 3].map(() => accepted(submit(api, "stuck"))))
      let progress = 0
      yield* Effect.forkDaemon(
        Effect.repeat(
          Effect.suspend(() => {
            progress = (progress + 1) % 100
            return Effect.forEach(jobs, ({ jobId }) => platform.setJob(jobId, { status: "running", progress }))
          }),
          Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(600))
        )
      )
      const boom: Effect.Effect<Execution> = Effect.delay(Effect.dieMessage("planted"), "10 seconds")
      const running = jobs.map((job): Effect.Effect<Execution> => Effect.succeed(Accepted(job)))
      const stream = api.jobs.results(Stream.make(...running, boom), { events: true, pace: everySecond })
      const slowly = Stream.tap(stream, () => Effect.sleep("2 seconds"))
      const exit = yield* Effect.exit(Effect.timeout(Stream.runDrain(slowly), "5 minutes"))
      assert.strictEqual(tagOf(exit), "defect")
    })
  )
})

describe("jobs.results with events: a slow reader", () => {
  virtual("gets the newest progress of each job, and every end", () =>
    Effect.gen(function* () {
      const api = yield* client()
      yield* progressing(Array.from({ length: 12 }, (_, index) => index / 100))
      const seen: Array<unknown> = []
      const source = Stream.make(submit(api, "sync"))
      yield* Stream.runForEach(api.jobs.results(source, { events: true, pace: everySecond }), ({ event }) => {
        seen.push(event._tag === "Progress" ? event.state.progress : event._tag)
        return event._tag === "Progress" ? Effect.sleep("5300 millis") : Effect.void
      })
      // as it is with `follow`
      assert.deepStrictEqual(seen, ["Submitted", 0, 0.05, 0.1, 0.11, "Completed"])
      assert.lengthOf(yield* polls, 13)
    })
  )

  virtual("is not held up by a job that progresses all the time", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      const job = yield* accepted(submit(api, "stuck"))
      let progress = 0
      const busy = Effect.suspend(() => platform.setJob(job.jobId, { status: "running", progress: ++progress }))
      yield* Effect.forkDaemon(Effect.repeat(busy, Schedule.intersect(everySecond, Schedule.recurs(90))))
      const source = Stream.make(Effect.succeed<Execution>(Accepted(job)), submit(api, "short"), submit(api, "fails"))
      const tags: Array<string> = []
      yield* Stream.runForEach(
        Stream.take(api.jobs.results(source, { events: true, failures: "value", pace: everySecond }), 10),
        ({ event, index }) => {
          tags.push(`${index} ${event._tag}`)
          return Effect.sleep("3 seconds")
        }
      )
      assert.includeMembers(tags, ["1 Completed", "2 Failed"])
      assert.isAbove(tags.filter((tag) => tag === "0 Progress").length, 2)
    })
  )

  virtual("holds back the source as it does without events", () =>
    Effect.gen(function* () {
      const api = yield* client()
      let [pulled, ended, ahead] = [0, 0, 0]
      const source = Stream.mapEffect(Stream.rechunk(Stream.range(1, 40), 1), (n) =>
        Effect.sync(() => {
          pulled++
          ahead = Math.max(ahead, pulled - ended)
          return submit(api, n % 2 === 0 ? "echo" : "sync", { n })
        })
      )
      const stream = api.jobs.results(source, { events: true, concurrency: 5 })
      yield* Stream.runForEach(stream, ({ event }) => {
        if (event._tag === "Completed") ended++
        return Effect.sleep("2 seconds")
      })
      assert.strictEqual(ended, 40)
      // one is between the stream and its reader
      assert.isAtMost(ahead, 6)
      assert.isAtLeast(ahead, 5)
    })
  )
})

describe("jobs.results with events: leaving the stream", () => {
  for (const atMillis of [0, 400, 700, 2_500, 10_000]) {
    virtual(`by interruption at ${atMillis} ms stops the submits and the polls`, () =>
      Effect.gen(function* () {
        const platform = yield* ConnectionsTest
        const api = yield* client()
        yield* platform.respondNext(
          { operation: "actions.execute" },
          Array.from({ length: 200 }, () => ({ _tag: "Pass" as const, delayMillis: 400 }))
        )
        const source = Stream.repeatEffect(Effect.succeed(submit(api, "stuck")))
        const stream = api.jobs.results(source, { events: true, concurrency: 60, submitConcurrency: 20 })
        const fiber = yield* Effect.fork(Stream.runDrain(stream))
        yield* Effect.sleep(atMillis)
        yield* Fiber.interrupt(fiber)
        const before = yield* sends
        if (atMillis > 0) assert.isAbove(before, 0)
        if (atMillis > 1_000) assert.isNotEmpty(yield* polls)
        yield* Effect.sleep(0)
        assert.strictEqual(yield* pending, 0)
        yield* Effect.sleep("1 day")
        assert.strictEqual(yield* sends, before)
        assert.strictEqual((yield* api.jobs.stats).watched, 0)
      })
    )
  }

  virtual("at the first Submitted polls no job", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const source = Stream.make(submit(api, "sync"), submit(api, "sync"))
      const items = yield* collect(Stream.take(api.jobs.results(source, { events: true }), 1))
      assert.deepStrictEqual(byJob(items), [["Submitted"]])
      yield* Effect.sleep("1 day")
      assert.lengthOf(yield* polls, 0)
    })
  )
})

class StoreFull extends Data.TaggedError("StoreFull")<{ readonly jobId: string }> {}

declare const api: Api
declare const isWanted: boolean

// this is checked by the compiler: the body is never run
const compiled = (_check: () => void): void => undefined

describe("jobs.results with events: types", () => {
  const source = (given: Api) => Stream.make(given.actions.execute("crm", "sync"))
  const output = Schema.Struct({ synced: Schema.Number })
  type Synced = typeof output.Type
  type Failures = WriteError | ReadError | JobError

  it("a failure is the stream's, or an event", () => {
    compiled(() => {
      expectTypeOf(api.jobs.results(source(api), { events: true })).toEqualTypeOf<
        Stream.Stream<IndexedEvent<JobEvent>, Failures>
      >()
      expectTypeOf(api.jobs.results(source(api), { events: true, failures: "end", output })).toEqualTypeOf<
        Stream.Stream<IndexedEvent<JobEvent<Synced>>, Failures>
      >()
      expectTypeOf(api.jobs.results(source(api), { events: true, failures: "value", output })).toEqualTypeOf<
        Stream.Stream<IndexedEvent<JobEvent<Synced> | Failed<Failures>>, InvalidRequest>
      >()
    })
  })

  it("the errors of the source and of onSubmitted are where they are without events", () => {
    compiled(() => {
      const failing = Stream.concat(source(api), Stream.fail("drained" as const))
      const onSubmitted = ({ jobId }: JobRef) => Effect.fail(new StoreFull({ jobId }))
      expectTypeOf(api.jobs.results(failing, { events: true, onSubmitted })).toEqualTypeOf<
        Stream.Stream<IndexedEvent<JobEvent>, Failures | StoreFull | "drained">
      >()
      expectTypeOf(api.jobs.results(failing, { events: true, failures: "value", onSubmitted })).toEqualTypeOf<
        Stream.Stream<IndexedEvent<JobEvent | Failed<Failures | StoreFull>>, InvalidRequest | "drained">
      >()
    })
  })

  it("without events nothing changes", () => {
    compiled(() => {
      expectTypeOf(api.jobs.results(source(api), { order: "source", output })).toEqualTypeOf<
        Stream.Stream<Synced, Failures>
      >()
      expectTypeOf(api.jobs.results(source(api), { events: false, order: "source" })).toEqualTypeOf<
        Stream.Stream<unknown, Failures>
      >()
      expectTypeOf(api.jobs.results(source(api), { failures: "value" })).toEqualTypeOf<
        Stream.Stream<JobResult<unknown, Failures>, InvalidRequest>
      >()
      expectTypeOf(api.jobs.results(source(api), { events: isWanted, output })).toEqualTypeOf<
        Stream.Stream<Synced | IndexedEvent<JobEvent<Synced>>, Failures>
      >()
    })
  })

  it("there is no order of the source", () => {
    compiled(() => {
      api.jobs.results(source(api), { events: true, order: "end" })
      // @ts-expect-error events come as they happen
      api.jobs.results(source(api), { events: true, order: "source" })
    })
  })
})
