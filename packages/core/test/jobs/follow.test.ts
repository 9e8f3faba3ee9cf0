import { assert, describe } from "@effect/vitest"
import type { Execution } from "@effect-connectors/core/Job"
import { JobRef } from "@effect-connectors/core/JobRef"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  accepted,
  client,
  errorOf,
  pending,
  polls,
  ref,
  sends,
  submit,
  tagOf,
  virtual,
  whole
} from "../support/jobsKit.js"

const times = Effect.map(polls, (all) => all.map((poll) => poll.at))
const tags = (items: ReadonlyArray<{ readonly _tag: string }>) => items.map((item) => item._tag)

describe("jobs.result", () => {
  virtual("gives the result of work that was done at once, without a poll", () =>
    Effect.gen(function* () {
      const api = yield* client()
      assert.deepStrictEqual(yield* api.jobs.result(submit(api, "now")), { synced: 0 })
      assert.strictEqual(yield* sends, 1)
    })
  )

  virtual("gives the result of a job, given in any of four forms", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const job = yield* accepted(submit(api, "sync"))
      assert.deepStrictEqual(yield* api.jobs.result(submit(api, "sync")), { synced: 2 })
      assert.deepStrictEqual(yield* api.jobs.result(job), { synced: 2 })
      assert.deepStrictEqual(yield* api.jobs.result(JobRef.encode(job)), { synced: 2 })
      assert.deepStrictEqual(yield* api.jobs.result({ _tag: "Accepted", job }), { synced: 2 })
      const done: Execution = { _tag: "Completed", value: { output: [7] } }
      assert.deepStrictEqual(yield* api.jobs.result(done), [7])
    })
  )

  virtual("decodes the result, of a job and of work done at once", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const output = Schema.Struct({ synced: Schema.NumberFromString.pipe(Schema.brand("Synced")) })
      const Count = Schema.Struct({ synced: Schema.Number })
      assert.deepStrictEqual(yield* api.jobs.result(submit(api, "sync"), { output: Count }), { synced: 2 })
      assert.deepStrictEqual(yield* api.jobs.result(submit(api, "now"), { output: Count }), { synced: 0 })
      const done = { _tag: "Completed", value: { result: { synced: "12" } } } as const
      const decoded = yield* api.jobs.result(done, { output })
      assert.strictEqual(decoded.synced, 12)
    })
  )

  virtual("reports what does not fit the schema by its path alone, and keeps the value in `body`", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const output = Schema.Struct({ user: Schema.Struct({ name: Schema.Number, tags: Schema.Array(Schema.Number) }) })
      const input = { user: { name: "canary-4711", tags: [1, "canary-4712"] } }
      const failure = yield* Effect.flip(api.jobs.result(submit(api, "echo", input), { output }))
      assert.strictEqual(failure._tag, "UnexpectedBody")
      if (failure._tag !== "UnexpectedBody") return
      assert.strictEqual(failure.reason, "invalid")
      assert.strictEqual(failure.job?.jobId, "job-1")
      assert.deepStrictEqual(failure.expected, [
        "result.user.name: Expected number",
        "result.user.tags.1: Expected number"
      ])
      assert.deepStrictEqual(failure.body, input)
      assert.notInclude(`${failure.message} ${JSON.stringify(failure)}`, "canary")
    })
  )

  virtual("prints no message of the schema, since it may hold the value", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const Revealing = Schema.String.annotations({ message: ({ actual }) => `Expected other than ${String(actual)}` })
      const output = Schema.Struct({
        a: Schema.NumberFromString.annotations({ message: ({ actual }) => `no: ${String(actual)}` }),
        b: Revealing.pipe(Schema.filter(() => false))
      })
      const failure = yield* Effect.flip(
        api.jobs.result(submit(api, "echo", { a: "canary-4713", b: "canary-4714" }), { output })
      )
      assert.notInclude(`${failure.message} ${JSON.stringify(failure)}`, "canary")
      assert.include(failure.message, "result.a: does not fit the output schema")
    })
  )

  virtual("follows a job of six hours, at the layer's own pace", () =>
    Effect.gen(function* () {
      const api = yield* client({ jobs: { pace: Schedule.spaced("2 minutes") } })
      assert.strictEqual(yield* api.jobs.result(submit(api, "long")), "after six hours")
      const { length } = yield* polls
      const tookMillis = yield* Clock.currentTimeMillis
      assert.isBelow(tookMillis, 6 * 3_600_000 + 121_000)
      assert.isAtLeast(length, 180)
      assert.isAtMost(length, 182)
    })
  )

  virtual("waits 24 hours by default", () =>
    Effect.gen(function* () {
      const api = yield* client({ jobs: { pace: Schedule.spaced("10 minutes") } })
      const failure = yield* Effect.flip(api.jobs.result(submit(api, "stuck")))
      assert.strictEqual(failure._tag, "JobDeadlineExceeded")
      const atMillis = yield* Clock.currentTimeMillis
      assert.isAtLeast(atMillis, 24 * 3_600_000)
      assert.isAtMost(atMillis, 24 * 3_600_000 + 1_000)
    })
  )
})

describe("jobs.follow and jobs.watch", () => {
  virtual("emit Submitted, progress as it changes, and one end", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const { exit, items } = yield* whole(api.jobs.follow(submit(api, "sync")))
      assert.strictEqual(tagOf(exit), "ok")
      assert.deepStrictEqual(tags(items.slice(0, 2)), ["Submitted", "Progress"])
      assert.deepStrictEqual(items.at(-1), { _tag: "Completed", value: { synced: 2 } })
      const between = items.slice(1, -1)
      assert.isAtLeast(between.length, 3)
      assert.deepStrictEqual(new Set(tags(between)), new Set(["Progress"]))
    })
  )

  virtual("emit Completed alone when the work was done at once", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const { items } = yield* whole(api.jobs.follow(submit(api, "now")))
      assert.deepStrictEqual(items, [{ _tag: "Completed", value: { synced: 0 } }])
    })
  )

  virtual("fail with the job's failure, which carries the job and the server's error", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const failed = yield* whole(api.jobs.follow(submit(api, "fails")))
      const error = errorOf(failed.exit)
      assert.strictEqual(error?._tag, "JobFailed")
      if (error?._tag === "JobFailed") {
        assert.deepStrictEqual([error.job.jobId, error.word], ["job-1", "failed"])
        assert.deepStrictEqual(error.error, { code: "UPSTREAM_DOWN", message: "the CRM is down" })
      }
      assert.notInclude(tags(failed.items), "Completed")
      const cancelled = yield* whole(api.jobs.follow(submit(api, "cancelled")))
      assert.strictEqual(tagOf(cancelled.exit), "JobCancelled")
    })
  )

  virtual("decode the result, and fail without Completed where it does not fit", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const good = yield* whole(
        api.jobs.follow(submit(api, "short"), { output: Schema.Struct({ synced: Schema.Int }) })
      )
      assert.deepStrictEqual(good.items.at(-1), { _tag: "Completed", value: { synced: 1 } })
      const bad = yield* whole(api.jobs.watch(ref("job-1"), { output: Schema.String }))
      assert.strictEqual(tagOf(bad.exit), "UnexpectedBody")
      assert.notInclude(tags(bad.items), "Completed")
    })
  )

  virtual("wait for onSubmitted before the first poll", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      const stored: Array<string> = []
      const { items } = yield* whole(
        api.jobs.follow(submit(api, "short"), {
          onSubmitted: (job) =>
            Effect.gen(function* () {
              yield* Effect.sleep("1 minute")
              assert.lengthOf(yield* Effect.provideService(polls, ConnectionsTest, platform), 0)
              stored.push(job.jobId)
            })
        })
      )
      assert.deepStrictEqual(stored, ["job-1"])
      assert.isAtLeast((yield* times)[0] ?? 0, 60_000)
      assert.strictEqual(items[0]?._tag, "Submitted")
    })
  )

  virtual("emit unknown words, at the usual pace, and never take them for an end", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const { exit, items } = yield* whole(api.jobs.follow(submit(api, "odd"), { deadline: "1 minute" }))
      const error = errorOf(exit)
      assert.strictEqual(error?._tag, "JobDeadlineExceeded")
      if (error?._tag === "JobDeadlineExceeded") assert.strictEqual(error.word, "archiving")
      assert.deepStrictEqual(
        items.flatMap((item) => (item._tag === "Progress" ? [[item.state.state, item.state.word]] : [])),
        [["unknown", "archiving"]]
      )
      assert.isBelow((yield* polls).length, 20)
    })
  )

  virtual("give a slow reader the latest state and always the end", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      yield* platform.respondNext(
        { operation: "jobs.get" },
        Array.from({ length: 12 }, (_, index) => ({ json: { status: "running", progress: index / 100 } }))
      )
      const seen: Array<number | string | undefined> = []
      const stream = api.jobs.follow(submit(api, "sync"), { pace: Schedule.spaced("1 second") })
      yield* Stream.runForEach(stream, (event) => {
        seen.push(event._tag === "Progress" ? event.state.progress : event._tag)
        return event._tag === "Progress" ? Effect.sleep("5300 millis") : Effect.void
      })
      assert.deepStrictEqual(seen, ["Submitted", 0, 0.05, 0.1, 0.11, "Completed"])
      assert.strictEqual((yield* polls).length, 13)
    })
  )

  virtual("poll once for two watchers, and give the end to a late one", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const job = yield* accepted(submit(api, "sync"))
      const both = yield* Effect.all(
        [1, 2].map(() => whole(api.jobs.watch(job))),
        { concurrency: "unbounded" }
      )
      const { length } = yield* polls
      assert.isBelow(length, 12)
      const late = yield* whole(api.jobs.watch(job))
      for (const { items } of [...both, late]) {
        assert.deepStrictEqual(items.at(-1), { _tag: "Completed", value: { synced: 2 } })
      }
      assert.deepStrictEqual(tags(late.items), ["Completed"])
      assert.strictEqual((yield* polls).length, length)
    })
  )

  virtual("cost one poll a tick for a hundred watchers", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const job = yield* accepted(submit(api, "sync"))
      yield* whole(api.jobs.watch(job))
      const alone = yield* polls
      const other = yield* accepted(submit(api, "sync"))
      const all = yield* Effect.all(
        Array.from({ length: 100 }, () => whole(api.jobs.watch(other))),
        { concurrency: "unbounded" }
      )
      for (const { items } of all) assert.strictEqual(items.at(-1)?._tag, "Completed")
      const crowd = (yield* polls).slice(alone.length)
      assert.strictEqual(new Set(crowd.map((poll) => poll.at)).size, crowd.length)
      assert.isAtMost(crowd.length, alone.length + 2)
      console.log(`100 watchers: ${crowd.length} polls; one watcher: ${alone.length}`)
    })
  )
})

describe("jobs.watch: the end of watching", () => {
  virtual("an interruption ends it at once: no more poll or timer, and the job runs on", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      const fibers = yield* Effect.all([
        Effect.fork(Stream.runDrain(api.jobs.follow(submit(api, "stuck")))),
        Effect.fork(api.jobs.result(submit(api, "stuck"))),
        Effect.fork(Stream.runDrain(api.jobs.results(Stream.make(submit(api, "stuck"), submit(api, "stuck")))))
      ])
      yield* Effect.sleep("30 seconds")
      yield* Fiber.interruptAll(fibers)
      const before = yield* sends
      yield* Effect.sleep(0)
      assert.strictEqual(yield* pending, 0)
      yield* Effect.sleep("1 day")
      assert.strictEqual(yield* sends, before)
      assert.deepStrictEqual(
        tags((yield* platform.jobs).map((job) => ({ _tag: job.status }))),
        Array(4).fill("running")
      )
    })
  )

  virtual("all watches end when the client's scope closes", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const api = yield* Scope.extend(client(), scope)
      const fibers = yield* Effect.all([
        Effect.fork(Stream.runDrain(api.jobs.follow(submit(api, "stuck")))),
        Effect.fork(Effect.asVoid(api.jobs.result(submit(api, "stuck")))),
        Effect.fork(Stream.runDrain(api.jobs.results(Stream.make(submit(api, "stuck")))))
      ])
      yield* Effect.sleep("30 seconds")
      yield* Scope.close(scope, Exit.void)
      const exits = yield* Effect.all(fibers.map(Fiber.await))
      assert.deepStrictEqual(exits.map(tagOf), ["interrupted", "interrupted", "interrupted"])
      yield* Effect.sleep(0)
      assert.strictEqual(yield* pending, 0)
      const late = yield* Effect.exit(api.jobs.result(ref("job-1")))
      assert.strictEqual(tagOf(late), "interrupted")
    })
  )
})

describe("jobs.get", () => {
  virtual("polls once, and a failed job is a state, not an error", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const job = yield* accepted(submit(api, "fails"))
      assert.strictEqual((yield* api.jobs.get(job)).state, "running")
      yield* Effect.sleep("3 seconds")
      for (const form of [job, job.jobId, JobRef.encode(job)]) {
        const state = yield* api.jobs.get(form)
        assert.deepStrictEqual([state.state, state.word], ["failed", "failed"])
        assert.deepStrictEqual(state.error, { code: "UPSTREAM_DOWN", message: "the CRM is down" })
      }
      assert.strictEqual((yield* polls).length, 4)
      assert.strictEqual((yield* Effect.flip(api.jobs.get("job-77")))._tag, "NotFound")
    })
  )
})
