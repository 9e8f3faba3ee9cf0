import { assert, describe } from "@effect/vitest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { accepted, client, polls, ref, submit, virtual } from "../support/jobsKit.js"

const hourly = { pace: Schedule.spaced("1 hour") }

/** A job that is polled each hour, and was polled once. */
const watched = Effect.gen(function* () {
  const api = yield* client()
  const job = yield* accepted(submit(api, "sync"))
  const waiting = yield* Effect.fork(api.jobs.result(job, hourly))
  yield* Effect.sleep("1 second")
  assert.lengthOf(yield* polls, 1)
  return { api, job, waiting }
})

describe("jobs.wake", () => {
  virtual("polls a watched job at once, and the poll decides", () =>
    Effect.gen(function* () {
      const { api, job, waiting } = yield* watched
      // a delivery that came too early, or was forged, changes nothing
      assert.isTrue(yield* api.jobs.wake(job))
      yield* Effect.sleep("10 seconds")
      assert.lengthOf(yield* polls, 2)
      assert.isTrue(yield* api.jobs.wake(job.jobId))
      yield* Effect.sleep("1 second")
      assert.lengthOf(yield* polls, 3)
      assert.deepStrictEqual(yield* Fiber.join(waiting), { synced: 2 })
    })
  )

  virtual("keeps the pace afterwards", () =>
    Effect.gen(function* () {
      const { api, job } = yield* watched
      const platform = yield* ConnectionsTest
      yield* platform.setJob(job.jobId, { status: "running" })
      yield* api.jobs.wake(job)
      yield* Effect.sleep("50 minutes")
      assert.lengthOf(yield* polls, 2)
      yield* Effect.sleep("15 minutes")
      assert.lengthOf(yield* polls, 3)
    })
  )

  virtual("many calls cost one poll", () =>
    Effect.gen(function* () {
      const { api, job } = yield* watched
      yield* Effect.forEach(Array.from({ length: 1000 }), () => api.jobs.wake(job), { concurrency: "unbounded" })
      yield* Effect.sleep("1 second")
      // one at once, and one more for what came while it was under way
      assert.isAtMost((yield* polls).length, 3)
    })
  )

  virtual("a storm over a job with many watchers costs no time for each of them", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const job = yield* accepted(submit(api, "sync"))
      const platform = yield* ConnectionsTest
      yield* platform.setJob(job.jobId, { status: "running" })
      yield* Effect.forEach(Array.from({ length: 500 }), () => Effect.fork(api.jobs.result(job, hourly)))
      yield* Effect.sleep("1 second")
      const before = (yield* polls).length
      // those that came while a poll was under way wait for the next
      yield* api.jobs.wake(job)
      yield* Effect.sleep("1 millis")
      let reads = 0
      const counted = Set.prototype[Symbol.iterator]
      Set.prototype[Symbol.iterator] = function (this: Set<unknown>) {
        reads++
        return counted.call(this)
      }
      yield* Effect.forEach(Array.from({ length: 1000 }), () => api.jobs.wake(job)).pipe(
        Effect.ensuring(Effect.sync(() => void (Set.prototype[Symbol.iterator] = counted)))
      )
      assert.isBelow(reads, 100)
      yield* Effect.sleep("10 seconds")
      assert.isAtMost((yield* polls).length - before, 3)
    })
  )

  virtual("in a callback of the job, and after the tracker closed", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const api = yield* Scope.extend(client(), scope)
      const job = yield* accepted(submit(api, "sync"))
      const platform = yield* ConnectionsTest
      yield* platform.setJob(job.jobId, { status: "running" })
      const watching = yield* Effect.fork(
        Stream.runForEach(Stream.take(api.jobs.watch(job, hourly), 1), () => api.jobs.wake(job))
      )
      const waiting = yield* Effect.fork(api.jobs.result(job, hourly))
      yield* Effect.sleep("10 seconds")
      yield* Fiber.join(watching)
      assert.isAtMost((yield* polls).length, 4)
      yield* platform.setJob(job.jobId, { status: "completed", result: 1 })
      assert.isTrue(yield* api.jobs.wake(job))
      yield* Effect.sleep("1 second")
      assert.strictEqual(yield* Fiber.join(waiting), 1)
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(yield* api.jobs.wake(job))
    })
  )

  virtual("of a watcher that left does not make the others poll early", () =>
    Effect.gen(function* () {
      const { api, job } = yield* watched
      const before = (yield* polls).length
      const other = yield* Effect.fork(api.jobs.result(job, hourly))
      yield* Effect.sleep("1 second")
      yield* Fiber.interrupt(other)
      yield* Effect.sleep("10 minutes")
      assert.isAtMost((yield* polls).length - before, 1)
    })
  )

  virtual("of a job whose poll is under way polls once more after it", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const platform = yield* ConnectionsTest
      const job = yield* accepted(submit(api, "sync"))
      yield* platform.setJob(job.jobId, { status: "running" })
      yield* platform.respondNext({ operation: "jobs.get" }, [
        { delayMillis: 5_000, json: { job_id: job.jobId, status: "RUNNING" } }
      ])
      const waiting = yield* Effect.fork(api.jobs.result(job, hourly))
      yield* Effect.sleep("1 second")
      yield* platform.setJob(job.jobId, { status: "completed", result: { ended: "meanwhile" } })
      assert.isTrue(yield* api.jobs.wake(job))
      yield* Effect.sleep("10 seconds")
      assert.lengthOf(yield* polls, 2)
      assert.deepStrictEqual(yield* Fiber.join(waiting), { ended: "meanwhile" })
    })
  )

  virtual("waits out the pause that a 429 began", () =>
    Effect.gen(function* () {
      const { api, job } = yield* watched
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({ operation: "jobs.get" }, [{ status: 429, headers: { "retry-after": "60" } }])
      yield* api.jobs.wake(job)
      yield* Effect.sleep("1 second")
      assert.lengthOf(yield* polls, 2)
      yield* api.jobs.wake(job)
      yield* Effect.sleep("50 seconds")
      assert.lengthOf(yield* polls, 2)
      yield* Effect.sleep("20 seconds")
      assert.lengthOf(yield* polls, 3)
    })
  )

  virtual("of a job that nobody watches is false, of another origin InvalidRequest", () =>
    Effect.gen(function* () {
      const api = yield* client()
      assert.isFalse(yield* api.jobs.wake("job-1"))
      const error = yield* Effect.flip(api.jobs.wake(ref("job-1", { origin: "https://other.example" })))
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.lengthOf(yield* polls, 0)
    })
  )
})
