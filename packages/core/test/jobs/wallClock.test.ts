import { assert, describe } from "@effect/vitest"
import type { WatchOptions } from "@effect-connectors/core/Job"
import type { Scripted } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { jumpWallTime, passed } from "../support/api.js"
import { accepted, client, collect, polls, submit, tagOf, virtual, whole } from "../support/jobsKit.js"

const minute = 60_000
const hour = 60 * minute
const jumps = [
  ["5 minutes back", -5 * minute],
  ["an hour forward", hour]
] as const

const poll = { operation: "jobs.get" } as const
const waits: Scripted = { status: 429, headers: { "retry-after": "60" } }
const missing: Scripted = { status: 404 }

/** When a watch of a job ends, and how, with the wall clock set 4 seconds after its start. */
const watched = (action: string, jump: number, options: WatchOptions, responses: ReadonlyArray<Scripted> = []) =>
  Effect.gen(function* () {
    const platform = yield* ConnectionsTest
    const api = yield* client()
    const job = yield* accepted(submit(api, action))
    yield* platform.respondNext(poll, responses)
    const start = yield* passed
    const fiber = yield* Effect.fork(whole(api.jobs.watch(job, options)))
    yield* Effect.sleep("4 seconds")
    yield* jumpWallTime(jump)
    const { exit } = yield* Fiber.join(fiber)
    const times = (yield* polls).map(({ at }) => at - start)
    return { end: tagOf(exit), millis: (yield* passed) - start, times }
  })

describe("jobs: the wall clock is set", () => {
  virtual("5 minutes back while no job is followed: later deadlines of 4 minutes hold", () =>
    Effect.gen(function* () {
      const api = yield* client()
      yield* api.jobs.result(submit(api, "short"))
      yield* jumpWallTime(-5 * minute)
      const exits = yield* Effect.forEach([1, 2, 3], () =>
        Effect.exit(api.jobs.result(submit(api, "sync"), { deadline: "4 minutes" }))
      )
      assert.deepStrictEqual(exits.map(tagOf), ["ok", "ok", "ok"])
    })
  )

  for (const [name, jump] of jumps) {
    virtual(`${name}: a watch ends at its deadline, and not before`, () =>
      Effect.gen(function* () {
        const { end, millis } = yield* watched("stuck", jump, { deadline: "30 minutes" })
        assert.deepStrictEqual([end, millis], ["JobDeadlineExceeded", 30 * minute])
      })
    )

    virtual(`${name}: a job is followed to its end`, () =>
      Effect.gen(function* () {
        const { end, millis } = yield* watched("long", jump, { deadline: "7 hours" })
        assert.strictEqual(end, "ok")
        assert.isAtLeast(millis, 6 * hour)
        assert.isBelow(millis, 6 * hour + minute)
      })
    )

    virtual(`${name}: polls keep their pace, with a schedule that ends after some time too`, () =>
      Effect.gen(function* () {
        const pace = Schedule.spaced("10 seconds").pipe(Schedule.upTo("1 minute"))
        const { times } = yield* watched("stuck", jump, { deadline: "35 seconds", pace })
        assert.deepStrictEqual(times, [0, 10_000, 20_000, 30_000, 35_000])
      })
    )

    virtual(`${name}: a pause that the server asked for is kept`, () =>
      Effect.gen(function* () {
        const platform = yield* ConnectionsTest
        const api = yield* client()
        const [one, other] = [yield* accepted(submit(api, "long")), yield* accepted(submit(api, "long"))]
        yield* platform.respondNext(poll, [waits])
        yield* Effect.forkScoped(whole(api.jobs.watch(one)))
        yield* Effect.sleep("4 seconds")
        yield* jumpWallTime(jump)
        yield* Effect.forkScoped(whole(api.jobs.watch(other)))
        yield* Effect.sleep("57 seconds")
        const times = (yield* polls).map(({ at }) => at)
        assert.deepStrictEqual(times.slice(0, 3), [0, 60_000, 60_000])
      })
    )

    virtual(`${name}: 404 means "not yet" for the whole of notFoundGrace, and no longer`, () =>
      Effect.gen(function* () {
        const found = yield* watched(
          "sync",
          jump,
          {},
          Array.from({ length: 7 }, () => missing)
        )
        assert.strictEqual(found.end, "ok")
        assert.isAbove(found.times.at(-1) ?? 0, 10_000)
        const lost = yield* watched(
          "sync",
          jump,
          {},
          Array.from({ length: 99 }, () => missing)
        )
        assert.strictEqual(lost.end, "JobNotFound")
        assert.isAtLeast(lost.millis, 30_000)
        assert.isBelow(lost.millis, 40_000)
      })
    )

    virtual(`${name}: each of many results has its own deadline`, () =>
      Effect.gen(function* () {
        const api = yield* client()
        const executes = Stream.fromIterable(["sync", "sync", "stuck"]).pipe(
          Stream.map((action) => submit(api, action))
        )
        const options = { deadline: "20 seconds", failures: "value", concurrency: 1 } as const
        const fiber = yield* Effect.fork(collect(api.jobs.results(executes, options)))
        yield* Effect.sleep("1 second")
        yield* jumpWallTime(jump)
        const results = yield* Fiber.join(fiber)
        assert.deepStrictEqual(
          results.map(({ outcome }) => (outcome._tag === "Right" ? "ok" : outcome.left._tag)),
          ["ok", "ok", "JobDeadlineExceeded"]
        )
      })
    )

    virtual(
      `${name}: a late watcher gets an end that is less than 5 minutes old without a poll, and no older one`,
      () =>
        Effect.gen(function* () {
          const api = yield* client()
          const job = yield* accepted(submit(api, "short"))
          yield* api.jobs.result(job)
          yield* Effect.sleep("4 minutes")
          yield* jumpWallTime(jump)
          const before = (yield* polls).length
          yield* api.jobs.result(job)
          assert.strictEqual((yield* polls).length, before)
          yield* Effect.sleep("70 seconds")
          yield* api.jobs.result(job)
          assert.strictEqual((yield* polls).length, before + 1)
        })
    )

    virtual(`${name}: no second has more polls than the budget`, () =>
      Effect.gen(function* () {
        const api = yield* client()
        const jobs = yield* Effect.forEach(Array.from({ length: 120 }), () => accepted(submit(api, "stuck")))
        const watches = yield* Effect.forkAll(
          jobs.map((job) => Effect.exit(api.jobs.result(job, { deadline: "5 seconds" })))
        )
        yield* Effect.sleep("20 millis")
        yield* jumpWallTime(jump)
        yield* Fiber.join(watches)
        const times = (yield* polls).map(({ at }) => at)
        const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length))
        assert.isAtMost(most, 50)
        assert.isAbove(times.length, 200)
      })
    )
  }

  virtual("a reference has the wall time of its submit", () =>
    Effect.gen(function* () {
      const api = yield* client()
      yield* jumpWallTime(7 * hour)
      assert.strictEqual((yield* accepted(submit(api, "sync"))).submittedAt, 7 * hour)
    })
  )
})
