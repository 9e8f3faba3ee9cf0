import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { ExecutorFailure } from "@effect-connectors/testing/Executor"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { get, post } from "../support/call.ts"

const created_at = "1970-01-01T00:00:00.000Z"

const world = World.make({
  connections: [
    {
      slug: "crm",
      actions: [
        { slug: "now", result: 1 },
        { slug: "sync", takesMillis: 6000, queuedMillis: 1000, progress: true, result: { synced: 42 } },
        { slug: "fails", takesMillis: 1000, fails: { code: "DOWN", message: "down" } },
        { slug: "cancelled", takesMillis: 1000, cancelled: true },
        { slug: "stuck", stays: "running" },
        {
          slug: "talks",
          alwaysJob: true,
          polls: [
            { status: "running", message: "one" },
            { status: "running", message: "two" }
          ]
        },
        { slug: "at-once", takesMillis: 1000, atOnce: true, result: 1 },
        { slug: "always", alwaysJob: true, result: 1 },
        {
          slug: "steps",
          steps: [
            { atMillis: 0, status: "PENDING" },
            { atMillis: 10, status: "In-Progress", progress: { done: 1, total: 2 } },
            { atMillis: 20, status: "DONE", result: "ok" }
          ]
        },
        {
          slug: "late",
          takesMillis: 1000,
          progress: true,
          handler: (input) => Effect.delay(Effect.succeed(input), 3000)
        },
        { slug: "slow", handler: (input) => Effect.delay(Effect.succeed(input), 3000) },
        {
          slug: "refuses",
          handler: () => Effect.fail(new ExecutorFailure({ status: 403, code: "NO", message: "no" }))
        },
        { slug: "breaks", handler: () => Effect.die("a bug in the handler") }
      ]
    },
    { slug: "db", kind: "sql", tables: { t: [{ id: 1 }] }, plans: { "sql.select": { takesMillis: 500 } } }
  ]
})

const execute = (action: string, query = "") => post(`/connections/crm/actions/${action}/execute${query}`)
const poll = (id = "job-1") => Effect.map(get(`/jobs/${id}`), ([, body]) => body)

const layer = ConnectionsTest.layer(world)

describe("a job", () => {
  const story = (pass: (millis: number) => Effect.Effect<void>) =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      assert.deepStrictEqual(yield* execute("sync", "?async=true"), [200, { job_id: "job-1" }])
      assert.deepStrictEqual(yield* poll(), { job_id: "job-1", status: "queued", created_at })
      yield* pass(3000)
      assert.deepStrictEqual(yield* poll(), { job_id: "job-1", status: "running", progress: 0.5, created_at })
      yield* pass(2999)
      assert.deepStrictEqual(yield* poll(), { job_id: "job-1", status: "running", progress: 0.99, created_at })
      yield* pass(1)
      const end = { job_id: "job-1", status: "completed", progress: 1, result: { synced: 42 }, created_at }
      assert.deepStrictEqual(yield* poll(), end)
      assert.deepStrictEqual(yield* poll(), end)
      assert.deepStrictEqual(yield* platform.jobs, [
        {
          id: "job-1",
          connection: "crm",
          name: "sync",
          createdAt: 0,
          progress: 1,
          status: "completed",
          ended: true,
          polls: 5,
          pollsAfterEnd: 1
        }
      ])
      assert.strictEqual(yield* platform.executions("crm", "sync"), 1)
      assert.deepStrictEqual(
        (yield* platform.executionLog).map(({ jobId }) => jobId),
        ["job-1"]
      )
    }).pipe(Effect.provide(layer))

  it.effect("advances by the test's clock", () => story((millis) => TestClock.adjust(millis)))
  it.effect("advances by the virtual clock", () => VirtualClock.provide(story((millis) => Effect.sleep(millis))))

  it.effect("needs no timer while no request waits for it", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        yield* Effect.repeatN(execute("sync", "?async=true"), 99)
        assert.strictEqual(yield* clock.maxPending, 0)
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("fails as planned", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        yield* execute("fails", "?async=true")
        yield* execute("cancelled", "?async=true")
        yield* Effect.sleep(1000)
        const error = { code: "DOWN", message: "down" }
        assert.deepStrictEqual(yield* poll("job-1"), { job_id: "job-1", status: "failed", error, created_at })
        assert.deepStrictEqual(yield* poll("job-2"), { job_id: "job-2", status: "cancelled", created_at })
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("fails when its handler fails", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        yield* execute("refuses", "?async=true")
        yield* execute("breaks", "?async=true")
        yield* Effect.sleep(1)
        assert.deepInclude(yield* poll("job-1"), { status: "failed", error: { code: "NO", message: "no" } })
        assert.deepInclude(yield* poll("job-2"), {
          status: "failed",
          error: { code: "INTERNAL", message: "the work broke" }
        })
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("does not end before its work, whatever its plan says", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        yield* execute("late", "?async=true")
        yield* Effect.sleep(2000)
        assert.deepInclude(yield* poll(), { status: "running", progress: 0.99 })
        yield* Effect.sleep(1000)
        assert.deepInclude(yield* poll(), { status: "completed", progress: 1 })
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("may never end", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        yield* execute("stuck", "?async=true")
        yield* Effect.sleep("30 days")
        assert.deepStrictEqual(yield* poll(), { job_id: "job-1", status: "running", created_at })
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("shows its steps word for word", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        yield* execute("steps", "?async=true")
        assert.deepInclude(yield* poll(), { status: "PENDING" })
        yield* Effect.sleep(10)
        assert.deepInclude(yield* poll(), { status: "In-Progress", progress: { done: 1, total: 2 } })
        yield* Effect.sleep(100)
        assert.deepInclude(yield* poll(), { status: "DONE", result: "ok" })
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("can be changed, created and removed by a test", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.setJob("job-7", { status: "paused", progress: 40 })
      assert.deepStrictEqual(yield* poll("job-7"), { job_id: "job-7", status: "paused", progress: 40, created_at })
      yield* platform.setJob("job-7", { raw: { job: { state: "Done" } } })
      assert.deepStrictEqual(yield* poll("job-7"), { job: { state: "Done" } })
      yield* platform.setJob("job-7", { gone: true })
      assert.strictEqual((yield* get("/jobs/job-7"))[0], 404)
    }).pipe(Effect.provide(layer))
  )

  it.effect("shows its current state at each poll", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const changes = [
        { status: "failed", error: { code: "A" } },
        { error: { code: "B" } },
        { status: "done", result: 1 },
        { result: 2 }
      ]
      const seen = yield* Effect.forEach(changes, (change) =>
        Effect.zipRight(platform.setJob("job-7", change), poll("job-7"))
      )
      const fixed = { job_id: "job-7", created_at }
      assert.deepStrictEqual(seen, [
        { ...fixed, status: "failed", error: { code: "A" } },
        { ...fixed, status: "failed", error: { code: "B" } },
        { ...fixed, status: "done", error: { code: "B" }, result: 1 },
        { ...fixed, status: "done", error: { code: "B" }, result: 2 }
      ])
      yield* execute("talks")
      const fixedHere = { job_id: "job-1", status: "running", created_at }
      assert.deepStrictEqual(
        [yield* poll(), yield* poll(), yield* poll()],
        [
          { ...fixedHere, message: "one" },
          { ...fixedHere, message: "two" },
          { ...fixedHere, message: "two" }
        ]
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("has a number as id when the world says so", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.setJob(1, { status: "running" })
      assert.deepStrictEqual(yield* execute("now", "?async=true"), [200, { job_id: 2 }])
      assert.deepInclude(yield* poll("2"), { job_id: 2, status: "completed", result: 1 })
    }).pipe(Effect.provide(ConnectionsTest.layer({ ...world, jobIds: "number" })))
  )
})

describe("async and timeout_ms", () => {
  it.effect("give the result of work that takes no time at once", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* execute("now"), [200, { result: 1 }])
      assert.deepStrictEqual(yield* execute("now", "?timeout_ms=0"), [200, { result: 1 }])
      assert.deepStrictEqual(yield* execute("now", "?async=false"), [200, { result: 1 }])
      assert.deepStrictEqual(yield* execute("refuses"), [403, { code: "NO", message: "no" }])
      assert.deepStrictEqual(yield* execute("breaks"), [500, { code: "INTERNAL", message: "the work broke" }])
    }).pipe(Effect.provide(layer))
  )

  it.effect("wait for the work within the limit; longer work becomes a job", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const timed = (answer: ReturnType<typeof execute>) =>
          Effect.zipWith(answer, Clock.currentTimeMillis, ([status, body], at) => [at, status, body])
        assert.deepStrictEqual(yield* timed(execute("sync")), [6000, 200, { result: { synced: 42 } }])
        assert.deepStrictEqual(yield* timed(execute("sync", "?timeout_ms=6000")), [
          12_000,
          200,
          { result: { synced: 42 } }
        ])
        assert.deepStrictEqual(yield* timed(execute("sync", "?timeout_ms=1000")), [13_000, 200, { job_id: "job-1" }])
        assert.deepStrictEqual(yield* timed(execute("sync", "?async=true&timeout_ms=5000")), [
          13_000,
          200,
          { job_id: "job-2" }
        ])
        yield* Effect.sleep(5000)
        assert.deepInclude(yield* poll("job-1"), { status: "completed" })
        assert.deepInclude(yield* poll("job-2"), { status: "running" })
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("make a job of work that takes longer than the limit of the world", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* execute("stuck"), [200, { job_id: "job-1" }])
        assert.strictEqual(yield* Clock.currentTimeMillis, 1500)
      }).pipe(Effect.provide(ConnectionsTest.layer({ ...world, syncLimitMillis: 1500 })))
    )
  )

  it.effect("do not decide: work may be done at once with async, and a job without it", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* execute("at-once", "?async=true"), [200, { result: 1 }])
        assert.deepStrictEqual(yield* execute("always"), [200, { job_id: "job-1" }])
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("apply to a handler that takes time itself", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const path = "/connections/crm/actions/slow/execute"
        assert.deepStrictEqual(yield* post(path, { input: { a: 1 } }), [200, { result: { a: 1 } }])
        assert.deepStrictEqual(yield* post(`${path}?timeout_ms=1000`, { input: { a: 2 } }), [200, { job_id: "job-1" }])
        assert.deepInclude(yield* poll(), { status: "running" })
        yield* Effect.sleep(2000)
        assert.deepInclude(yield* poll(), { status: "completed", result: { a: 2 } })
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("respond with the failure of work within the limit", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* execute("fails"), [422, { code: "DOWN", message: "down" }])
        assert.deepStrictEqual(yield* execute("cancelled"), [
          409,
          { code: "CANCELLED", message: "the work was cancelled" }
        ])
        assert.deepStrictEqual(yield* execute("steps"), [200, { result: "ok" }])
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("apply to typed operations too", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const path = "/connections/db/sql/select"
        assert.deepStrictEqual(yield* post(path, { table: "t" }), [
          200,
          { result: { rows: [{ id: 1 }], row_count: 1 } }
        ])
        assert.strictEqual(yield* Clock.currentTimeMillis, 500)
        assert.deepStrictEqual(yield* post(`${path}?async=true`, { table: "t" }), [200, { job_id: "job-1" }])
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("keep the work running at the server when the client leaves", () => {
    const finished: Array<number> = []
    const handler = () =>
      Effect.delay(
        Effect.map(Clock.currentTimeMillis, (at) => finished.push(at)),
        3000
      )
    const slow = World.make({ connections: [{ slug: "crm", actions: [{ slug: "slow", handler }] }] })
    return Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const fiber = yield* Effect.fork(execute("slow"))
      yield* TestClock.adjust(1000)
      yield* Fiber.interrupt(fiber)
      const [request] = yield* platform.requests
      assert.deepInclude(request, { interrupted: true, executed: true, status: undefined })
      yield* TestClock.adjust(2000)
      assert.deepStrictEqual(finished, [3000])
    }).pipe(Effect.provide(ConnectionsTest.layer(slow)))
  })

  it.effect("stop the work with the scope of the platform", () => {
    const finished: Array<string> = []
    const handler = () =>
      Effect.as(
        Effect.onInterrupt(Effect.never, () => Effect.sync(() => finished.push("stopped"))),
        null
      )
    const endless = World.make({ connections: [{ slug: "crm", actions: [{ slug: "slow", handler }] }] })
    return Effect.gen(function* () {
      yield* Effect.provide(Effect.uninterruptible(execute("slow", "?async=true")), ConnectionsTest.layer(endless))
      assert.deepStrictEqual(finished, ["stopped"])
    })
  })
})
