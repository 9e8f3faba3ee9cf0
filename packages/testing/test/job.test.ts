import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobFailed } from "@effect-connectors/core/JobError"
import * as Answer from "@effect-connectors/testing/Answer"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Job from "@effect-connectors/testing/Job"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { get, post } from "./support/call.ts"
import { connections, virtually } from "./support/clients.ts"

const crm = (job: Job.Job) => World.make(World.connection("crm").action("sync", job))

/** The state word and progress of each event of an action, and its end. */
const followed = (job: Job.Job) =>
  Effect.gen(function* () {
    const api = yield* ConnectionsApi
    const states: Array<unknown> = []
    const end = yield* api.jobs
      .follow(api.connection("crm").actions.execute("sync", { input: { id: 7 } }, { async: true }))
      .pipe(
        Stream.runForEach((event) =>
          Effect.sync(() => {
            if (event._tag === "Progress") {
              const { word, progress } = event.state
              states.push(progress === undefined ? word : [word, progress])
            }
            if (event._tag === "Completed") states.push({ value: event.value })
          })
        ),
        Effect.flip,
        Effect.match({ onFailure: () => "Completed", onSuccess: (error) => error })
      )
    return { seen: states, end }
  }).pipe(virtually(connections(crm(job))))

/** The message of the platform: the message of the client does not repeat it, as it may contain a secret. */
const text = (error: unknown) => (error instanceof JobFailed ? JSON.stringify(error.error) : "")
const tagOf = (end: unknown) => (typeof end === "object" && end !== null && "_tag" in end ? end._tag : end)

describe("Job.script", () => {
  it.effect("moves by one step for each poll, and ends with the result", () =>
    Effect.gen(function* () {
      const { seen, end } = yield* followed(Job.script(["queued", "running", 40, "done"], { result: { synced: 2 } }))
      assert.deepStrictEqual(seen, ["queued", "running", ["running", 0.4], { value: { synced: 2 } }])
      assert.strictEqual(end, "Completed")
    })
  )

  it.effect("computes the result from the input", () =>
    Effect.gen(function* () {
      const { seen } = yield* followed(Job.script(["done"], { result: (input) => ({ input }) }))
      assert.deepStrictEqual(seen, [{ value: { input: { id: 7 } } }])
    })
  )

  it.effect("prefers the result of a step over that of the work", () =>
    Effect.gen(function* () {
      const { seen } = yield* followed(Job.script([{ status: "done", result: "step" }], { result: "work" }))
      assert.deepStrictEqual(seen, [{ value: "step" }])
    })
  )

  it.effect("ends as failed when the work fails, whatever the script says", () =>
    Effect.gen(function* () {
      const { end } = yield* followed(Job.script(["running", "done"], { result: Answer.fails("no", { code: "NO" }) }))
      assert.deepInclude(end, { _tag: "JobFailed" })
    })
  )

  it.effect("ends as failed with the error, or as cancelled", () =>
    Effect.gen(function* () {
      const error = { code: "DOWN", message: "the CRM is down" }
      const failed = yield* followed(Job.script(["queued", 99.5, "failed"], { error }))
      assert.deepStrictEqual(failed.seen, ["queued", ["running", 0.995]])
      assert.deepInclude(failed.end, { _tag: "JobFailed" })
      assert.include(text(failed.end), "the CRM is down")
      assert.strictEqual(tagOf((yield* followed(Job.script(["cancelled"]))).end), "JobCancelled")
    })
  )

  it.effect("is sent in the format of the platform", () =>
    Effect.gen(function* () {
      yield* post("/connections/crm/actions/sync/execute")
      const poll = Effect.map(get("/jobs/job-1"), ([, body]) => body)
      const job = { job_id: "job-1", created_at: "1970-01-01T00:00:00.000Z" }
      assert.deepStrictEqual(yield* poll, { ...job, status: "queued" })
      assert.deepStrictEqual(yield* poll, { ...job, status: "running", progress: 0.01 })
      assert.deepStrictEqual(yield* poll, { ...job, status: "failed", error: "down" })
    }).pipe(Effect.provide(ConnectionsTest.layer(crm(Job.script(["queued", 1, "failed"], { error: "down" })))))
  )

  it.effect("sends an unknown state word and more fields unchanged", () =>
    Effect.gen(function* () {
      const { seen } = yield* followed(
        Job.script([{ status: "Archiving", progress: { done: 1, total: 4 } }, "DONE"], { result: 1 })
      )
      assert.deepStrictEqual(seen, [["Archiving", 0.25], { value: 1 }])
    })
  )

  it.effect("stays at its last step, however long it takes", () =>
    Effect.gen(function* () {
      const api = yield* ConnectionsApi
      const platform = yield* ConnectionsTest
      const execution = yield* api.connection("crm").actions.execute("sync", {})
      assert.strictEqual(execution._tag, "Accepted")
      assert.strictEqual(yield* Clock.currentTimeMillis, 0)
      if (execution._tag !== "Accepted") return
      const poll = Effect.map(api.jobs.get(execution.job), ({ word }) => word)
      const views = Effect.map(platform.jobs, (jobs) => jobs.map(({ status, ended, polls }) => [status, ended, polls]))
      assert.deepStrictEqual(yield* views, [["queued", false, 0]])
      assert.strictEqual(yield* poll, "queued")
      yield* Effect.sleep("30 days")
      assert.deepStrictEqual(yield* views, [["running", false, 1]])
      assert.deepStrictEqual([yield* poll, yield* poll, yield* poll], ["running", "running", "running"])
    }).pipe(virtually(connections(crm(Job.script(["queued", "running"])))))
  )

  it("throws for an invalid script, with the reason and the place", () => {
    const thrown = (make: () => Job.Job) => {
      try {
        return make()
      } catch (error) {
        return error instanceof Job.JobInvalid ? error.message : error
      }
    }
    const steps = (...steps: [World.JobPoll, ...Array<World.JobPoll>]) => thrown(() => Job.script(steps))
    assert.strictEqual(
      steps("queued", "done", "running"),
      `the job is invalid at steps[2]: nothing can follow the end "done"`
    )
    assert.strictEqual(steps(120), "the job is invalid at steps[0]: 120 is not a percentage: give 0 to 100")
    assert.strictEqual(steps("queued", -1), "the job is invalid at steps[1]: -1 is not a percentage: give 0 to 100")
    assert.strictEqual(steps(NaN), "the job is invalid at steps[0]: NaN is not a percentage: give 0 to 100")
    assert.strictEqual(steps(" "), "the job is invalid at steps[0]: a state word cannot be empty")
    // @ts-expect-error: the types do not let it be empty
    const empty = () => Job.script([])
    assert.strictEqual(
      thrown(empty),
      `the job is invalid at steps[0]: a script needs at least one step, such as "running"`
    )
    assert.strictEqual(
      thrown(() => Job.takes("1 second", { queued: "2 seconds" })),
      "the job is invalid at queued: it takes 1000 ms and cannot be queued for 2000 ms of them"
    )
  })
})

describe("a world file", () => {
  const read = (polls: unknown) =>
    World.fromJson({ connections: [{ slug: "crm", actions: [{ slug: "sync", polls, result: 5 }] }] })

  it.effect("has scripts in the same form", () =>
    Effect.gen(function* () {
      const world = yield* read(["queued", 40, { status: "running", message: "soon" }, "done"])
      const seen = yield* Effect.gen(function* () {
        const api = yield* ConnectionsApi
        return yield* api.jobs.result(api.connection("crm").actions.execute("sync", {}))
      }).pipe(virtually(connections(world)))
      assert.strictEqual(seen, 5)
    })
  )

  it.effect("is refused with the place of an invalid script", () =>
    Effect.gen(function* () {
      const errors = yield* Effect.forEach([[], ["done", 5], [5, 101]], (polls) =>
        Effect.map(Effect.flip(read(polls)), ({ path, reason }) => [path, reason])
      )
      assert.deepStrictEqual(errors, [
        ["connections[0].actions[0].polls", `a script needs at least one step, such as "running"`],
        ["connections[0].actions[0].polls[1]", `nothing can follow the end "done"`],
        ["connections[0].actions[0].polls[1]", "101 is not a percentage: give 0 to 100"]
      ])
    })
  )
})

describe("Job.takes", () => {
  it.effect("takes six hours of virtual time", () =>
    Effect.gen(function* () {
      const api = yield* ConnectionsApi
      const sync = api.connection("crm").actions.execute("sync", { input: { n: 3 } }, { async: true })
      assert.deepStrictEqual(yield* api.jobs.result(sync), { input: { n: 3 } })
      assert.isAtLeast(yield* Clock.currentTimeMillis, 6 * 3_600_000)
    }).pipe(virtually(connections(crm(Job.takes("6 hours", { result: (input) => ({ input }) })))))
  )

  it.effect("is queued first, then reports progress", () =>
    Effect.gen(function* () {
      const { seen } = yield* followed(Job.takes("4 seconds", { queued: "1 second", progress: true, result: "ok" }))
      assert.strictEqual(seen[0], "queued")
      assert.deepStrictEqual(seen.at(-1), { value: "ok" })
      assert.isAbove(seen.filter((one) => Array.isArray(one)).length, 0)
    })
  )

  it.effect("is a job without async when alwaysJob is set", () =>
    Effect.gen(function* () {
      const api = yield* ConnectionsApi
      assert.strictEqual((yield* api.connection("crm").actions.execute("sync", {}))._tag, "Accepted")
      assert.strictEqual(yield* Clock.currentTimeMillis, 0)
    }).pipe(virtually(connections(crm(Job.takes("1 second", { alwaysJob: true })))))
  )
})

describe("the other jobs", () => {
  it.effect("fail after a while, are cancelled, or never end", () =>
    Effect.gen(function* () {
      const failed = yield* followed(Job.fails("the CRM is down", { after: "2 seconds", code: "DOWN" }))
      assert.deepStrictEqual(failed.seen.includes("running"), true)
      assert.include(text(failed.end), "the CRM is down")
      assert.strictEqual(tagOf((yield* followed(Job.cancelled({ after: "1 second" }))).end), "JobCancelled")
      assert.strictEqual(tagOf((yield* followed(Job.never)).end), "JobDeadlineExceeded")
      assert.deepStrictEqual((yield* followed(Job.stays("paused"))).seen, ["paused"])
    })
  )
})
