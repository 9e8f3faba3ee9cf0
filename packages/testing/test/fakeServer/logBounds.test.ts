import * as Answer from "@effect-connectors/testing/Answer"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as Calls from "@effect-connectors/testing/Calls"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import type { Json } from "@effect-connectors/testing/Executor"
import * as Matchers from "@effect-connectors/testing/Matchers"
import * as World from "@effect-connectors/testing/World"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { expect } from "vitest"
import { get, post } from "../support/call.ts"

declare module "vitest" {
  interface Assertion<T> extends Matchers.Expect<T> {}
}
expect.extend(Matchers.all)

const world = World.make(
  World.connection("crm").action("fetch-deal", Answer.echo).action("sync", 1),
  World.connector("github").action("create_issue", Answer.echo)
)

const fetchDeal = (id: number, text = "x".repeat(1_000)) =>
  post("/connections/crm/actions/fetch-deal/execute", { input: { id, text } })

const createIssue = (n: number) =>
  HttpClient.execute(
    HttpClientRequest.post("http://localhost/github/create_issue").pipe(
      HttpClientRequest.setHeader("x-api-key", "demo-key"),
      HttpClientRequest.bodyUnsafeJson({ n, text: "x".repeat(1_000) })
    )
  )

const input = (id: number) => ({ id, text: "x".repeat(1_000) })

const failed = (assertion: Effect.Effect<void, Calls.AssertionFailed>) =>
  Effect.map(Effect.flip(assertion), ({ message }) => message)

describe("logBytes", () => {
  it.effect("the oldest bodies are dropped, and marked; the requests and executions stay", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      for (const id of [1, 2, 3, 4, 5]) yield* fetchDeal(id)
      const requests = yield* platform.requests
      assert.deepStrictEqual(
        requests.map(({ body, dropped, index }) => [index, body !== undefined, dropped?.bytes]),
        [
          [0, false, 1_028],
          [1, false, 1_028],
          [2, false, 1_028],
          [3, true, undefined],
          [4, true, undefined]
        ]
      )
      const executions = yield* platform.executionLog
      assert.deepStrictEqual(
        executions.map(({ body, dropped, index }) => [index, body !== undefined, dropped?.bytes]),
        requests.map(({ body, dropped, index }) => [index, body !== undefined, dropped?.bytes])
      )
      assert.notStrictEqual(requests[0]?.dropped?.digest, requests[1]?.dropped?.digest)
      assert.strictEqual(requests[0]?.dropped?.digest, executions[0]?.dropped?.digest)
      assert.strictEqual(yield* platform.executions("crm", "fetch-deal"), 5)
      const [oldest] = yield* platform.calls.executions("crm", "fetch-deal")
      assert.deepStrictEqual([oldest?.input, oldest?.dropped?.bytes], [undefined, 1_028])
    }).pipe(Effect.provide(ConnectionsTest.layer(world, { logBytes: 2_500 })))
  )

  it.effect("BOSA: the oldest inputs are dropped, and marked", () =>
    Effect.gen(function* () {
      const platform = yield* BosaTest
      for (const n of [1, 2, 3]) assert.strictEqual((yield* createIssue(n)).status, 200)
      assert.deepStrictEqual(
        (yield* platform.requests).map(({ body, dropped }) => [body !== undefined, dropped?.bytes]),
        [
          [false, 1_017],
          [true, undefined],
          [true, undefined]
        ]
      )
      assert.deepStrictEqual(
        (yield* platform.executionLog).map(({ dropped, index, input }) => [index, input !== undefined, dropped?.bytes]),
        [
          [0, false, 1_017],
          [1, true, undefined],
          [2, true, undefined]
        ]
      )
      assert.strictEqual(yield* platform.executions("github", "create_issue"), 3)
      const message = yield* failed(Calls.assertNotExecuted(platform, "github", "create_issue", { input: { n: 1 } }))
      assert.match(message, /cannot be said: 1 of the calls are no longer in the log with their input.*logBytes/)
    }).pipe(Effect.provide(BosaTest.layer(world, { logBytes: 2_500 })))
  )

  it.effect("an assertion that needs a dropped input fails and says so; one that does not is exact", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      for (const id of [1, 2, 3, 4, 5]) yield* fetchDeal(id)
      yield* Calls.assertExecuted(platform, "crm", "fetch-deal", { times: 5 })
      yield* Calls.assertExecuted(platform, "crm", "fetch-deal", { input: input(5) })
      yield* Calls.assertCalled(platform, "actions.execute", { target: "crm", status: 200, times: 5 })
      yield* Calls.assertNotExecuted(platform, "crm", "sync", { input: input(1) })
      const cannotBeSaid =
        /cannot be said: 3 of the calls are no longer in the log with their input\..* larger logBytes/
      for (const expectation of [
        { input: input(1) },
        { input: input(9) },
        { input: input(1), times: 1 },
        { input: input(5), times: 1 }
      ]) {
        assert.match(yield* failed(Calls.assertExecuted(platform, "crm", "fetch-deal", expectation)), cannotBeSaid)
        assert.match(yield* failed(Calls.assertCalled(platform, "actions.execute", expectation)), cannotBeSaid)
      }
      const never = { input: input(1) }
      assert.match(yield* failed(Calls.assertNotExecuted(platform, "crm", "fetch-deal", never)), cannotBeSaid)
      // more than there can be
      const six = yield* failed(Calls.assertExecuted(platform, "crm", "fetch-deal", { input: input(5), times: 6 }))
      assert.match(six, /6 times, but it was once/)
      // what is there decides
      const none = yield* failed(Calls.assertNotExecuted(platform, "crm", "fetch-deal", { input: input(5) }))
      assert.match(none, /never, but it was once/)
    }).pipe(Effect.provide(ConnectionsTest.layer(world, { logBytes: 2_500 })))
  )

  it.effect("a matcher that needs a dropped input throws, negated or not", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      for (const id of [1, 2, 3, 4, 5]) yield* fetchDeal(id)
      const log = yield* platform.calls.log
      const message = /3 of the calls are no longer in the log with their input/
      const one = { input: input(1) }
      expect(() => expect(log).toHaveExecuted("crm", "fetch-deal", one)).toThrow(message)
      expect(() => expect(log).not.toHaveExecuted("crm", "fetch-deal", one)).toThrow(message)
      expect(() => expect(log).toHaveCalled("actions.execute", one)).toThrow(message)
      expect(() => expect(log).not.toHaveCalled("actions.execute", one)).toThrow(message)
      expect(log).toHaveExecuted("crm", "fetch-deal", { times: 5 })
      expect(log).toHaveExecuted("crm", "fetch-deal", { input: input(4) })
      expect(log).not.toHaveExecuted("crm", "sync")
    }).pipe(Effect.provide(ConnectionsTest.layer(world, { logBytes: 2_500 })))
  )

  it.effect("attempts of one request are counted across dropped bodies", () =>
    Effect.gen(function* () {
      const { calls } = yield* ConnectionsTest
      for (const id of [1, 2, 1, 1, 2, 3]) yield* fetchDeal(id)
      const all = yield* calls.all
      assert.deepStrictEqual(
        all.map(({ attempt }) => attempt),
        [1, 1, 2, 3, 2, 1]
      )
      assert.deepStrictEqual(
        all.map(({ dropped }) => dropped === undefined),
        [false, false, false, false, true, true]
      )
    }).pipe(Effect.provide(ConnectionsTest.layer(world, { logBytes: 2_500 })))
  )

  it.effect("0 keeps no body, and changes no work", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      assert.deepStrictEqual(yield* fetchDeal(7, "y"), [200, { result: { id: 7, text: "y" } }])
      assert.deepStrictEqual((yield* platform.requests)[0]?.body, undefined)
      assert.deepStrictEqual((yield* platform.executionLog)[0]?.body, undefined)
      assert.strictEqual(yield* platform.executions("crm", "fetch-deal"), 1)
    }).pipe(Effect.provide(ConnectionsTest.layer(world, { logBytes: 0 })))
  )

  it("law: the kept bodies are the newest that fit, and every count is exact", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.array(FastCheck.nat({ max: 300 }), { maxLength: 40 }),
        FastCheck.nat({ max: 2_000 }),
        (sizes, logBytes) =>
          Effect.gen(function* () {
            const platform = yield* ConnectionsTest
            const bodies: ReadonlyArray<Json> = sizes.map((size, id) => ({ input: { id, text: "x".repeat(size) } }))
            for (const body of bodies) yield* post("/connections/crm/actions/fetch-deal/execute", body)
            let room = logBytes
            const kept = bodies.map(() => false)
            for (let index = bodies.length - 1; index >= 0; index--) {
              room -= JSON.stringify(bodies[index]).length
              if (room < 0) break
              kept[index] = true
            }
            const requests = yield* platform.requests
            const executions = yield* platform.executionLog
            const expected = bodies.map((body, index) => (kept[index] === true ? body : undefined))
            assert.deepStrictEqual(
              requests.map(({ body }) => body),
              expected
            )
            assert.deepStrictEqual(
              executions.map(({ body }) => body),
              expected
            )
            assert.strictEqual(yield* platform.executions("crm", "fetch-deal"), sizes.length)
            assert.strictEqual(yield* platform.executionCount, sizes.length)
          }).pipe(Effect.provide(ConnectionsTest.layer(world, { logBytes })), Effect.runPromise)
      ),
      { numRuns: 50 }
    ))
})

describe("logLimit", () => {
  it.effect("what left the log still counts", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      for (const id of [1, 2, 3, 4, 5]) yield* fetchDeal(id)
      yield* get("/connections/none")
      yield* get("/connections/nowhere")
      yield* get("/connections")
      const log = yield* platform.calls.log
      assert.deepStrictEqual([log.calls.length, log.executions.length], [3, 3])
      assert.deepStrictEqual(log.dropped, {
        calls: 5,
        unmatched: 0,
        executions: [{ target: "crm", work: "fetch-deal", times: 2 }]
      })
      assert.strictEqual(yield* platform.executionCount, 5)
      yield* Calls.assertExecuted(platform, "crm", "fetch-deal", { times: 5 })
      expect(log).not.toHaveExecuted("crm", "fetch-deal", { times: 3 })
      const gone = /cannot be said: 2 of the calls are no longer in the log with their input/
      assert.match(yield* failed(Calls.assertExecuted(platform, "crm", "fetch-deal", { input: input(1) })), gone)
      const calls = yield* failed(Calls.assertCalled(platform, "actions.execute", { times: 5 }))
      assert.match(calls, /cannot be said: 5 of the calls are no longer in the log with all they were.*logLimit/)
      yield* Calls.assertCalled(platform, "connections.list")
      yield* get("/connections")
      yield* get("/connections")
      assert.match(
        yield* failed(Calls.assertNoUnmatched(platform)),
        /there were 2:\n {2}2 that are no longer in the log/
      )
      yield* platform.clearLog
      assert.strictEqual((yield* platform.calls.log).dropped, undefined)
      yield* Calls.assertNoUnmatched(platform)
      yield* Calls.assertNotExecuted(platform, "crm", "fetch-deal", { input: input(1) })
    }).pipe(Effect.provide(ConnectionsTest.layer(world, { logLimit: 3 })))
  )
})

describe("jobs that ended", () => {
  const jobs = World.make({
    connections: [
      {
        slug: "crm",
        actions: [
          { slug: "echo", echo: true },
          { slug: "stuck", stays: "running" }
        ]
      }
    ]
  })
  const submit = (action: string) =>
    post(`/connections/crm/actions/${action}/execute?async=true`, { input: "x".repeat(1_000) })

  it.effect("are dropped, the oldest first, once their results take too much; a poll says so", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* submit("stuck")
      for (let n = 0; n < 4; n++) yield* submit("echo")
      for (const id of [1, 2, 3, 4]) yield* get(`/jobs/job-${id}`)
      // the last one was not polled yet, and the first one runs
      assert.deepStrictEqual(
        (yield* platform.jobs).map(({ ended, id }) => [id, ended]),
        [
          ["job-1", false],
          ["job-3", true],
          ["job-4", true],
          ["job-5", true]
        ]
      )
      const [status, body] = yield* get("/jobs/job-2")
      assert.strictEqual(status, 404)
      assert.match(JSON.stringify(body), /the job job-2 has ended and is no longer kept.*logLimit or logBytes/)
      for (const id of ["job-6", "job-02", "other"]) {
        assert.match(JSON.stringify(yield* get(`/jobs/${id}`)), /does not exist/)
      }
      assert.strictEqual((yield* get("/jobs/job-5"))[0], 200)
      assert.strictEqual(yield* platform.executionCount, 5)
    }).pipe(Effect.provide(ConnectionsTest.layer(jobs, { logBytes: 5_000 })))
  )

  it.effect("are dropped once there are too many", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* submit("stuck")
      for (let n = 2; n <= 200; n++) {
        yield* post("/connections/crm/actions/echo/execute?async=true", {})
        yield* get(`/jobs/job-${n}`)
      }
      const all = yield* platform.jobs
      assert.strictEqual(all[0]?.id, "job-1")
      assert.isBelow(all.length, 100)
      assert.strictEqual(all.at(-1)?.id, "job-200")
      assert.strictEqual((yield* get("/jobs/job-2"))[0], 404)
    }).pipe(Effect.provide(ConnectionsTest.layer(jobs, { logLimit: 10 })))
  )
})
