import { assert, describe } from "@effect/vitest"
import * as Call from "@effect-connectors/core/Call"
import type { WatchOptions } from "@effect-connectors/core/Job"
import { JobRef } from "@effect-connectors/core/JobRef"
import type * as JobProtocol from "@effect-connectors/core/JobProtocol"
import type { Scripted } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { accepted, client, errorOf, polls, ref, sends, submit, tagOf, virtual, whole } from "../support/jobsKit.js"

const poll = { operation: "jobs.get" } as const
const times = (count: number, response: Scripted): ReadonlyArray<Scripted> =>
  Array.from({ length: count }, () => response)
const busy: Scripted = { status: 503 }
const missing: Scripted = { status: 404 }
const running: Scripted = { json: { status: "running" } }

/** Responses to polls of a job that then ends well, and how watching it ended. */
const watched = (responses: ReadonlyArray<Scripted>, options: WatchOptions = {}) =>
  Effect.gen(function* () {
    const platform = yield* ConnectionsTest
    const api = yield* client()
    yield* platform.respondNext(poll, responses)
    const job = yield* accepted(submit(api, "short"))
    yield* Effect.sleep("1 second")
    const startMillis = yield* Clock.currentTimeMillis
    const { exit } = yield* whole(api.jobs.watch(job, options))
    const endMillis = yield* Clock.currentTimeMillis
    return { tag: tagOf(exit), error: errorOf(exit), tookMillis: endMillis - startMillis, polls: (yield* polls).length }
  })

describe("jobs.result: the deadline", () => {
  virtual("its error carries the job, which can be followed again", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const failure = yield* Effect.flip(api.jobs.result(submit(api, "sync"), { deadline: "3 seconds" }))
      assert.strictEqual(failure._tag, "JobDeadlineExceeded")
      if (failure._tag !== "JobDeadlineExceeded") return
      assert.strictEqual(yield* Clock.currentTimeMillis, 3_000)
      assert.deepStrictEqual(
        [failure.job.jobId, failure.word, Duration.toMillis(failure.deadline), failure.retryable],
        ["job-1", "running", 3_000, true]
      )
      assert.strictEqual(failure.polls, (yield* polls).length)
      assert.deepStrictEqual(yield* api.jobs.result(failure.job), { synced: 2 })
      assert.strictEqual(yield* Effect.flatMap(ConnectionsTest, ({ executions }) => executions("crm", "sync")), 1)
    })
  )

  virtual("causes a last poll when it comes, so that an end before it is not missed", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const options = { deadline: "6100 millis", pace: Schedule.spaced("1 hour") } as const
      assert.deepStrictEqual(yield* api.jobs.result(submit(api, "sync"), options), { synced: 2 })
      assert.deepStrictEqual(
        (yield* polls).map((poll) => poll.at),
        [500, 6_100]
      )
    })
  )

  virtual("bounds a submit that hangs: unsafe work may have been done, a read was not", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      yield* platform.respondNext({ method: "POST" }, [{ _tag: "Hang", commit: true }, { _tag: "Hang" }])
      const write = yield* Effect.flip(api.jobs.result(submit(api, "sync"), { deadline: "4 seconds" }))
      assert.strictEqual(write._tag, "OutcomeUnknown")
      if (write._tag === "OutcomeUnknown") assert.strictEqual(write.code, "DEADLINE")
      assert.strictEqual(yield* Clock.currentTimeMillis, 4_000)
      const select = api.connection("shop").sql.select({ table: "t" }, { async: true })
      const { exit } = yield* whole(api.jobs.follow(select, { deadline: "4 seconds" }))
      assert.strictEqual(tagOf(exit), "DeadlineExceeded")
      assert.strictEqual(yield* Clock.currentTimeMillis, 8_000)
      assert.strictEqual(yield* sends, 2)
    })
  )

  virtual("is one over the submit and the polls", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      yield* platform.respondNext({ operation: "actions.execute" }, [{ _tag: "Pass", delayMillis: 3_000 }])
      const failure = yield* Effect.flip(api.jobs.result(submit(api, "stuck"), { deadline: "5 seconds" }))
      assert.strictEqual(failure._tag, "JobDeadlineExceeded")
      assert.strictEqual(yield* Clock.currentTimeMillis, 5_000)
    })
  )

  virtual("never makes a call's own deadline longer", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      yield* platform.respondNext({ method: "POST" }, times(2, { _tag: "Hang" }))
      const outer = Call.withDeadline(api.jobs.result(submit(api, "sync"), { deadline: "20 seconds" }), "2 seconds")
      assert.strictEqual((yield* Effect.flip(outer))._tag, "OutcomeUnknown")
      assert.strictEqual(yield* Clock.currentTimeMillis, 2_000)
      const inner = api.jobs.result(Call.withDeadline(submit(api, "sync"), "3 seconds"), { deadline: "20 seconds" })
      assert.strictEqual((yield* Effect.flip(inner))._tag, "OutcomeUnknown")
      assert.strictEqual(yield* Clock.currentTimeMillis, 5_000)
    })
  )

  virtual("never makes the client's deadline for calls longer", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client({ deadline: "2 seconds" })
      yield* platform.respondNext({ method: "POST" }, [{ _tag: "Hang" }])
      const failure = yield* Effect.flip(api.jobs.result(submit(api, "sync"), { deadline: "20 seconds" }))
      assert.strictEqual(failure._tag, "OutcomeUnknown")
      assert.strictEqual(yield* Clock.currentTimeMillis, 2_000)
      assert.deepStrictEqual(yield* api.jobs.result(submit(api, "sync"), { deadline: "20 seconds" }), { synced: 2 })
    })
  )

  virtual("has a default in the client's options, and each call may have its own", () =>
    Effect.gen(function* () {
      const api = yield* client({ jobs: { deadline: "2 seconds" } })
      const job = yield* accepted(submit(api, "sync"))
      assert.strictEqual((yield* Effect.flip(api.jobs.result(job)))._tag, "JobDeadlineExceeded")
      assert.strictEqual(yield* Clock.currentTimeMillis, 2_000)
      assert.deepStrictEqual(yield* api.jobs.result(job, { deadline: "1 hour" }), { synced: 2 })
    })
  )
})

describe("jobs.result: polls that fail", () => {
  virtual("are tolerated up to the budget, which each success fills again", () =>
    Effect.gen(function* () {
      const options = { maxConsecutivePollFailures: 2 }
      const tolerated = yield* watched([...times(2, busy), running, { _tag: "Reset" }, { _tag: "CutBody" }], options)
      assert.deepStrictEqual([tolerated.tag, tolerated.polls], ["ok", 6])
    })
  )

  virtual("end it with the last error and the job when there are more", () =>
    Effect.gen(function* () {
      const over = yield* watched([{ _tag: "Reset" }, ...times(2, busy)], { maxConsecutivePollFailures: 2 })
      assert.deepStrictEqual([over.tag, over.polls], ["ServerFailed", 3])
      assert.strictEqual(over.error?._tag === "ServerFailed" ? over.error.job?.jobId : undefined, "job-1")
    })
  )

  virtual("are tolerated 20 times in a row by default", () =>
    Effect.gen(function* () {
      const tolerated = yield* watched(times(20, busy))
      assert.deepStrictEqual([tolerated.tag, tolerated.polls], ["ok", 21])
    })
  )

  virtual("end it at the twenty-first by default", () =>
    Effect.gen(function* () {
      const over = yield* watched(times(40, busy))
      assert.deepStrictEqual([over.tag, over.polls], ["ServerFailed", 21])
    })
  )

  virtual("with 401, 403 or 410 end it at once, with the job", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      for (const [status, tag] of [
        [401, "Unauthorized"],
        [403, "Forbidden"],
        [410, "JobNotFound"]
      ] as const) {
        yield* platform.respondNext(poll, [running, { status }])
        const job = yield* accepted(submit(api, "stuck"))
        const before = (yield* polls).length
        const failure = yield* Effect.flip(api.jobs.result(job))
        assert.strictEqual(failure._tag, tag)
        assert.strictEqual("job" in failure ? failure.job?.jobId : undefined, job.jobId)
        assert.strictEqual((yield* polls).length - before, 2)
      }
    })
  )

  virtual("with 429 wait for the server's time, and are not failures", () =>
    Effect.gen(function* () {
      const limited: Scripted = { status: 429, headers: { "retry-after": "7" } }
      const end = yield* watched(times(3, limited), { maxConsecutivePollFailures: 0 })
      assert.deepStrictEqual([end.tag, end.polls], ["ok", 4])
      assert.isAtLeast(end.tookMillis, 21_000)
    })
  )
})

describe("jobs.result: a job that is not found", () => {
  virtual("is waited for within the grace", () =>
    Effect.gen(function* () {
      const end = yield* watched(times(4, missing))
      assert.deepStrictEqual([end.tag, end.polls], ["ok", 5])
    })
  )

  virtual("is JobNotFound after it", () =>
    Effect.gen(function* () {
      const end = yield* watched(times(200, missing))
      assert.strictEqual(end.tag, "JobNotFound")
      assert.isAtLeast(end.tookMillis, 30_000)
      assert.isBelow(end.tookMillis, 45_000)
      assert.strictEqual(end.error?._tag === "JobNotFound" ? end.error.seen : undefined, false)
    })
  )

  virtual("is JobNotFound after less, when less grace is given", () =>
    Effect.gen(function* () {
      const end = yield* watched(times(200, missing), { notFoundGrace: "2 seconds" })
      assert.strictEqual(end.tag, "JobNotFound")
      assert.isBelow(end.tookMillis, 6_000)
    })
  )

  virtual("may be missing three times after it was seen", () =>
    Effect.gen(function* () {
      const end = yield* watched([running, ...times(3, missing)])
      assert.deepStrictEqual([end.tag, end.polls], ["ok", 5])
    })
  )

  virtual("is JobNotFound at the fourth time after it was seen", () =>
    Effect.gen(function* () {
      const end = yield* watched([running, ...times(9, missing)])
      assert.deepStrictEqual([end.tag, end.polls], ["JobNotFound", 5])
      assert.strictEqual(end.error?._tag === "JobNotFound" ? end.error.seen : undefined, true)
    })
  )
})

describe("jobs.result: the pace", () => {
  virtual("is the server's where its hint is longer", () =>
    Effect.gen(function* () {
      const end = yield* watched([{ json: { status: "running" }, headers: { "retry-after": "40" } }])
      assert.deepStrictEqual([end.tag, end.polls], ["ok", 2])
      assert.isAtLeast(end.tookMillis, 40_000)
    })
  )

  virtual("is the caller's schedule, fed with each state", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      yield* platform.respondNext(poll, [running, { json: { status: "queued" } }, running])
      const seen: Array<string> = []
      const pace = Schedule.linear("10 seconds").pipe(
        Schedule.zipLeft(Schedule.identity<JobProtocol.JobState>()),
        Schedule.tapInput((state: JobProtocol.JobState) => Effect.sync(() => seen.push(state.word)))
      )
      yield* api.jobs.result(submit(api, "short"), { pace })
      const at = (yield* polls).map((poll) => poll.at)
      assert.deepStrictEqual(seen, ["running", "queued", "running"])
      assert.deepStrictEqual(
        at.slice(1).map((time, index) => Math.round((time - (at[index] ?? 0)) / 1_000)),
        [10, 20, 30]
      )
    })
  )

  virtual("is at least 10 ms for a schedule without delay", () =>
    Effect.gen(function* () {
      const api = yield* client({ jobs: { budget: "unlimited" } })
      const options = { pace: Schedule.forever, deadline: "1 second" } as const
      assert.strictEqual(
        (yield* Effect.flip(api.jobs.result(submit(api, "stuck"), options)))._tag,
        "JobDeadlineExceeded"
      )
      assert.isAtMost((yield* polls).length, 52)
      assert.isAtLeast((yield* polls).length, 40)
    })
  )
})

describe("jobs.follow: invalid input", () => {
  virtual("is refused before anything is sent, with every issue", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const options = { deadline: 0, maxConsecutivePollFailures: -1 }
      const failures = yield* Effect.all([
        Effect.flip(api.jobs.result(submit(api, "sync"), options)),
        Effect.map(whole(api.jobs.follow(submit(api, "sync"), options)), ({ exit }) => errorOf(exit)),
        Effect.map(whole(api.jobs.watch(ref("job-1"), options)), ({ exit }) => errorOf(exit)),
        Effect.map(whole(api.jobs.results(Stream.make(submit(api, "sync")), options)), ({ exit }) => errorOf(exit))
      ])
      for (const failure of failures) {
        assert.strictEqual(failure?._tag, "InvalidRequest")
        if (failure?._tag !== "InvalidRequest") continue
        assert.deepStrictEqual(
          failure.issues.map((issue) => issue.path.join(".")),
          ["deadline", "maxConsecutivePollFailures"]
        )
        for (const issue of failure.issues) assert.isDefined(issue.fix)
      }
      assert.strictEqual(yield* sends, 0)
    })
  )

  virtual("is refused from an untyped program too", () =>
    Effect.gen(function* () {
      const api = yield* client()
      for (const text of ['"job-2"', "null", "7", "{}", "[]"]) {
        const error = yield* Effect.flip(api.jobs.result(JSON.parse(text)))
        assert.strictEqual(error._tag, "InvalidRequest", text)
      }
      const error = yield* Effect.flip(api.jobs.result(ref("job-1"), { deadline: JSON.parse('"1 hour please"') }))
      assert.match(String(error), /deadline: is not a duration/)
      assert.strictEqual(yield* sends, 0)
    })
  )

  virtual("includes a job of another origin, in any form", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const foreign = ref("job-1", { origin: "https://other.example" })
      const forms = [foreign, JobRef.encode(foreign), { _tag: "Accepted", job: foreign } as const]
      const failures = [
        ...(yield* Effect.all(forms.map((form) => Effect.flip(api.jobs.result(form))))),
        yield* Effect.flip(api.jobs.result(Effect.succeed({ _tag: "Accepted", job: foreign } as const))),
        yield* Effect.flip(api.jobs.get(foreign)),
        errorOf((yield* whole(api.jobs.watch(foreign))).exit),
        errorOf((yield* whole(api.jobs.follow(Effect.succeed({ _tag: "Accepted", job: foreign } as const)))).exit)
      ]
      for (const failure of failures) {
        assert.strictEqual(failure?._tag, "InvalidRequest")
        if (failure?._tag === "InvalidRequest") assert.deepStrictEqual(failure.issues[0]?.path, ["job", "origin"])
      }
      assert.strictEqual(yield* sends, 0)
    })
  )
})
