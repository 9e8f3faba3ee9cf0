import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Retry from "@effect-connectors/core/Retry"
import * as Answer from "@effect-connectors/testing/Answer"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as Calls from "@effect-connectors/testing/Calls"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import * as Matchers from "@effect-connectors/testing/Matchers"
import * as Platforms from "@effect-connectors/testing/Platforms"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import nodeAssert from "node:assert"
import { expect } from "vitest"
import { bosa, connections, virtually } from "./support/clients.ts"

declare module "vitest" {
  interface Assertion<T> extends Matchers.Expect<T> {}
}
expect.extend(Matchers.all)

const world = World.make(
  World.connection("crm").action("fetch-deal", Answer.echo).action("sync", 1),
  World.connection("warehouse").table("orders", [{ id: 1 }]),
  World.connector("github")
    .action("list_pull_requests", Answer.pages([1, 2, 3], { perPage: 2 }))
    .action("me", "ann")
)
const onConnections = virtually(connections(world))
const onBosa = virtually(bosa(world))

const fetchDeal = (id: number) =>
  Effect.flatMap(ConnectionsApi, (api) => api.connection("crm").actions.execute("fetch-deal", { input: { id } }))

/** An asymmetric matcher like those of test runners. */
const a = (type: string) => ({
  asymmetricMatch: (other: unknown) => typeof other === type,
  toString: () => `a ${type}`
})

const failed = <R>(assertion: Effect.Effect<void, Calls.AssertionFailed, R>) =>
  Effect.map(Effect.flip(assertion), ({ message }) => message)

describe("the calls of Connections", () => {
  it.effect("have the target, work and input of each request", () =>
    Effect.gen(function* () {
      const api = yield* ConnectionsApi
      const { calls } = yield* ConnectionsTest
      yield* api.list()
      yield* Effect.sleep(10)
      yield* fetchDeal(7)
      yield* api.connection("warehouse").sql.select({ table: "orders" })
      yield* api.connection("crm").actions.get("sync")
      assert.deepStrictEqual(
        (yield* calls.all).map(({ at, attempt, executed, index, input, operation, status, target, work }) => [
          [index, at, attempt, status, executed],
          [operation, target, work, input]
        ]),
        [
          [
            [0, 0, 1, 200, false],
            ["connections.list", undefined, undefined, undefined]
          ],
          [
            [1, 10, 1, 200, true],
            ["actions.execute", "crm", "fetch-deal", { id: 7 }]
          ],
          [
            [2, 10, 1, 200, true],
            ["sql.select", "warehouse", "sql.select", { table: "orders" }]
          ],
          [
            [3, 10, 1, 200, false],
            ["actions.get", "crm", undefined, undefined]
          ]
        ]
      )
      assert.deepStrictEqual(
        (yield* calls.executes("crm", "fetch-deal")).map(({ index }) => index),
        [1]
      )
      assert.deepStrictEqual(yield* calls.executes("crm", "sync"), [])
      assert.strictEqual((yield* calls.of("sql.select"))[0]?.target, "warehouse")
      assert.deepStrictEqual(yield* calls.executions("warehouse", "sql.select"), [
        { at: 10, target: "warehouse", work: "sql.select", input: { table: "orders" } }
      ])
    }).pipe(onConnections)
  )

  it.effect("number the attempts of one call, and count its executions at the server", () =>
    Effect.gen(function* () {
      const { calls, respondNext } = yield* ConnectionsTest
      yield* respondNext({ action: "fetch-deal" }, [{ status: 503 }, { _tag: "Reset", commit: true }])
      const unsafe = { retry: Retry.replayUnsafe() }
      const api = yield* ConnectionsApi
      const execute = (id: number) => api.connection("crm").actions.execute("fetch-deal", { input: { id } }, unsafe)
      yield* execute(7)
      yield* execute(8)
      assert.deepStrictEqual(
        (yield* calls.executes("crm", "fetch-deal")).map(({ attempt, executed, fault, input, status }) => [
          attempt,
          input,
          status,
          fault,
          executed
        ]),
        [
          [1, { id: 7 }, 503, undefined, false],
          [2, { id: 7 }, undefined, "Reset", true],
          [3, { id: 7 }, 200, undefined, true],
          [1, { id: 8 }, 200, undefined, true]
        ]
      )
      assert.strictEqual((yield* calls.executions("crm", "fetch-deal")).length, 3)
    }).pipe(onConnections)
  )
})

describe("the calls of BOSA", () => {
  it.effect("have the target, work and input of each request", () =>
    Effect.gen(function* () {
      const api = yield* BosaApi
      const { calls } = yield* BosaTest
      yield* api.execute("github", "list_pull_requests", { page: 2 })
      const [discovery] = yield* calls.of("connectors.actions")
      assert.deepInclude(discovery, { target: undefined, work: undefined, executed: false })
      const [execute, ...more] = yield* calls.executes("github", "list_pull_requests")
      assert.deepInclude(execute, { operation: "actions.execute", status: 200, executed: true, attempt: 1 })
      assert.deepInclude(execute?.input, { page: 2 })
      assert.deepStrictEqual(more, [])
      assert.strictEqual((yield* calls.executions("github", "list_pull_requests")).length, 1)
      yield* Calls.assertCalled(yield* BosaTest, "actions.execute", { target: "github", times: 1 })
    }).pipe(onBosa)
  )
})

describe("Calls.assertExecuted", () => {
  it.effect("succeeds when the work was executed", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* Effect.all([fetchDeal(7), fetchDeal(7), fetchDeal(8)])
      yield* Calls.assertExecuted(platform, "crm", "fetch-deal")
      yield* Calls.assertExecuted(platform, "crm", "fetch-deal", { times: 3 })
      yield* Calls.assertExecuted(platform, "crm", "fetch-deal", { input: { id: 7 }, times: 2 })
      yield* Calls.assertExecuted(platform, "crm", "fetch-deal", { input: { id: a("number") }, times: 3 })
      yield* Calls.assertNotExecuted(platform, "crm", "fetch-deal", { input: { id: 9 } })
      yield* Calls.assertNotExecuted(platform, "crm", "sync")
    }).pipe(onConnections)
  )

  it.effect("shows the nearest call when the work was not executed", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const executed = (target: string, work: string, expectation?: Calls.Execution) =>
        failed(Calls.assertExecuted(platform, target, work, expectation))
      assert.strictEqual(
        yield* executed("crm", "fetch-deal", { times: 1 }),
        "expected crm/fetch-deal once; nothing was called"
      )
      yield* Effect.sleep("1 minute")
      yield* fetchDeal(8)
      yield* Effect.sleep(5)
      yield* fetchDeal(8)
      yield* Effect.flip(Effect.flatMap(ConnectionsApi, (api) => api.connection("crm").actions.execute("fetch", {})))
      assert.strictEqual(
        yield* executed("crm", "fetch-deal", { input: { id: 7 }, times: 1 }),
        `expected crm/fetch-deal with {"id":7} once; nearest call: crm/fetch-deal with {"id":8} at 0 ms (differs at input.id)`
      )
      assert.strictEqual(
        yield* executed("crm", "fetch-deal", { input: { id: 8 }, times: 1 }),
        `expected crm/fetch-deal with {"id":8} once, but it was 2 times (at 0 ms, 5 ms)`
      )
      assert.strictEqual(
        yield* executed("crm", "sync"),
        `expected crm/sync at least once; nearest call: crm/fetch-deal with {"id":8} at 0 ms (differs at work)`
      )
      assert.strictEqual(
        yield* executed("crm", "fetch"),
        `expected crm/fetch at least once; nearest call: crm/fetch with {} at 5 ms, answered 404 and not executed`
      )
      assert.match(yield* executed("crm", "fetch-deal", { input: {} }), /\(differs at input.id\)$/)
      assert.strictEqual(
        yield* failed(Calls.assertNotExecuted(platform, "crm", "fetch-deal")),
        "expected crm/fetch-deal never, but it was 2 times (at 0 ms, 5 ms)"
      )
      assert.strictEqual(
        yield* executed("crm", "fetch-deal", { input: { id: a("string"), tags: ["a"] } }),
        `expected crm/fetch-deal with {"id":"a string","tags":["a"]} at least once; nearest call: crm/fetch-deal with {"id":8} at 0 ms (differs at input.id, input.tags)`
      )
    }).pipe(onConnections)
  )

  it.effect("fails with a message and the expected and actual values, for a test runner to show", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* fetchDeal(8)
      const assertion = Calls.assertExecuted(platform, "crm", "fetch-deal", { input: { id: 7 }, times: 1 })
      const error = yield* Effect.flip(assertion)
      assert.instanceOf(error, Error)
      assert.deepStrictEqual(error.expected, { target: "crm", work: "fetch-deal", input: { id: 7 }, times: 1 })
      assert.deepStrictEqual(error.actual, [{ at: 0, target: "crm", work: "fetch-deal", input: { id: 8 } }])
    }).pipe(onConnections)
  )
})

describe("Calls.assertCalled", () => {
  it.effect("counts the requests of an operation", () =>
    Effect.gen(function* () {
      const api = yield* ConnectionsApi
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({ operation: "connections.list" }, [{ status: 503 }])
      yield* api.list()
      yield* api.get("crm")
      yield* Calls.assertCalled(platform, "connections.list", { times: 2 })
      yield* Calls.assertCalled(platform, "connections.list", { status: 503, times: 1 })
      yield* Calls.assertCalled(platform, "connections.get", { target: "crm" })
      assert.match(
        yield* failed(Calls.assertCalled(platform, "connections.get", { target: "web" })),
        /^expected connections.get of web at least once; nearest call: connections.get of crm at \d+ ms, answered 200 \(differs at target\)$/
      )
      assert.match(
        yield* failed(Calls.assertCalled(platform, "connections.list", { status: 429 })),
        /^expected connections.list answered 429 at least once; nearest call: connections.list at 0 ms, answered 503 \(differs at status\)$/
      )
      // @ts-expect-error: the platform has no such operation
      yield* Effect.flip(Calls.assertCalled(platform, "connections.lst"))
    }).pipe(onConnections)
  )
})

describe("calls.verify", () => {
  it.effect("lists the requests for what the world does not have, and the unused scripted answers", () =>
    Effect.gen(function* () {
      const { calls, respondNext, client } = yield* ConnectionsTest
      const api = yield* ConnectionsApi
      yield* calls.verify
      yield* respondNext({ operation: "connections.get" }, [{ status: 404 }])
      yield* Effect.flip(api.get("crm"))
      yield* calls.verify
      yield* Effect.flip(api.get("web"))
      yield* Effect.flip(api.connection("crm").actions.execute("fetch", {}))
      yield* Effect.sleep(5)
      yield* client.get("http://localhost/api/v1/nowhere")
      yield* client.patch("http://localhost/api/v1/connections")
      yield* respondNext({ operation: "connections.list", path: /a/ }, [{ status: 503 }, {}])
      yield* respondNext({}, [{}])
      assert.deepStrictEqual(
        (yield* calls.unmatched).map(({ path }) => path),
        [
          "/api/v1/connections/web",
          "/api/v1/connections/crm/actions/fetch/execute",
          "/api/v1/nowhere",
          "/api/v1/connections"
        ]
      )
      const platform = yield* ConnectionsTest
      assert.include(yield* failed(Calls.assertNoUnmatched(platform)), "but there were 4:")
      assert.include(yield* failed(Calls.assertNoUnused(platform)), "1 scripted answer to any request")
      assert.strictEqual(
        yield* failed(calls.verify),
        [
          "expected no request for what the world does not have, but there were 4:",
          "  GET /api/v1/connections/web at 0 ms, answered 404",
          "  POST /api/v1/connections/crm/actions/fetch/execute at 0 ms, answered 404",
          "  GET /api/v1/nowhere at 5 ms, answered 404",
          "  PATCH /api/v1/connections at 5 ms, answered 405",
          "expected nothing to be left of what was scripted, but there is:",
          "  2 scripted answers to a request of operation connections.list, path /a/",
          "  1 scripted answer to any request"
        ].join("\n")
      )
    }).pipe(onConnections)
  )

  it.effect("does not count a failure of the work itself as unmatched", () =>
    Effect.gen(function* () {
      const { calls } = yield* ConnectionsTest
      const api = yield* ConnectionsApi
      yield* Effect.flip(api.connection("crm").actions.execute("no-deal", {}))
      yield* calls.verify
    }).pipe(
      virtually(
        connections(World.make(World.connection("crm").action("no-deal", Answer.fails("no deal", { status: 404 }))))
      )
    )
  )

  const slip = Effect.flip(Effect.flatMap(ConnectionsApi, (api) => api.get("nowhere")))
  const messageOf = <A, E>(exit: Exit.Exit<A, E>) =>
    Exit.isFailure(exit) ? Array.from(Cause.defects(exit.cause), String).join() : "succeeded"

  it.effect("runs at the end of a layer with the option verify", () =>
    Effect.gen(function* () {
      const quiet = yield* Effect.exit(virtually(connections(world, { verify: false }))(slip))
      assert.strictEqual(messageOf(quiet), "succeeded")
      const loud = yield* Effect.exit(virtually(connections(world, { verify: true }))(slip))
      assert.include(messageOf(loud), "GET /api/v1/connections/nowhere at 0 ms, answered 404")
      const clean = Effect.flatMap(ConnectionsApi, (api) => api.list())
      assert.strictEqual(
        messageOf(yield* Effect.exit(virtually(connections(world, { verify: true }))(clean))),
        "succeeded"
      )
    })
  )

  it.effect("does not run when the program has failed", () =>
    Effect.gen(function* () {
      const program = Effect.zipRight(slip, Effect.fail("of its own"))
      const exit = yield* Effect.exit(virtually(connections(world, { verify: true }))(program))
      assert.deepStrictEqual(exit, Exit.fail("of its own"))
    })
  )

  it.effect("also exists for BOSA, and for both platforms", () =>
    Effect.gen(function* () {
      const get = (path: string) => Effect.flatMap(BosaTest, ({ client }) => client.get(`http://localhost${path}`))
      const bosaOnly = virtually(BosaTest.layer(world, { verify: true }))
      assert.include(messageOf(yield* Effect.exit(bosaOnly(get("/nowhere")))), "GET /nowhere at 0 ms, answered 404")
      const both = virtually(Platforms.layer(world, { verify: true }))
      assert.include(messageOf(yield* Effect.exit(both(get("/nowhere")))), "GET /nowhere at 0 ms")
      assert.include(messageOf(yield* Effect.exit(both(get("/api/v1/nowhere")))), "GET /api/v1/nowhere at 0 ms")
      assert.strictEqual(messageOf(yield* Effect.exit(both(get("/connectors/names")))), "succeeded")
    })
  )

  it.effect("lists the unused faults of a plan, but not those from a seed", () =>
    Effect.gen(function* () {
      const { calls, setFaults } = yield* ConnectionsTest
      yield* setFaults(Faults.seeded(7, 0.1))
      yield* calls.verify
      yield* setFaults(Faults.next(Faults.reset))
      assert.include(yield* failed(calls.verify), "  next any request: reset")
      yield* Effect.flatMap(ConnectionsApi, (api) => api.list())
      yield* calls.verify
    }).pipe(onConnections)
  )
})

describe("Matchers", () => {
  const logs = Effect.gen(function* () {
    const { calls, respondNext } = yield* ConnectionsTest
    yield* fetchDeal(7)
    const log = yield* calls.log
    yield* respondNext({}, [{}])
    return [log, yield* calls.log] as const
  }).pipe(onConnections)

  it("work with vitest's expect", async () => {
    const [log, later] = await Effect.runPromise(logs)
    expect(log).toHaveExecuted("crm", "fetch-deal", { input: { id: 7 }, times: 1 })
    expect(log).toHaveExecuted("crm", "fetch-deal", { input: { id: expect.any(Number) } })
    expect(log).not.toHaveExecuted("crm", "sync")
    expect(log).toHaveCalled("actions.execute", { target: "crm" })
    expect(log).not.toHaveCalled("connections.list")
    expect(log).toHaveNoUnmatchedCalls()
    expect(log).toHaveNoUnusedScripts()
    expect(() => expect(log).toHaveExecuted("crm", "fetch-deal", { input: { id: expect.any(String) } })).toThrow(
      `expected crm/fetch-deal with {"id":"Any<String>"} at least once; nearest call: crm/fetch-deal with {"id":7} at 0 ms (differs at input.id)`
    )
    expect(() => expect(log).not.toHaveExecuted("crm", "fetch-deal")).toThrow(
      "expected crm/fetch-deal not at least once, but that is how often it was (at 0 ms)"
    )
    expect(later).not.toHaveNoUnusedScripts()
    expect(() => expect(later).toHaveNoUnusedScripts()).toThrow("1 scripted answer to any request")
    expect(() => expect(log).not.toHaveNoUnusedScripts()).toThrow("but there is nothing")
    expect(() => expect(log).not.toHaveNoUnmatchedCalls()).toThrow("but there was none")
    // @ts-expect-error: not what was called
    expect(() => expect({ calls: [] }).toHaveExecuted("crm", "sync")).toThrow("undefined")
  })

  it.effect("work with plain assert", () =>
    Effect.gen(function* () {
      const { calls } = yield* ConnectionsTest
      yield* fetchDeal(7)
      const { message, pass } = Matchers.toHaveExecuted(yield* calls.log, "crm", "sync")
      assert.throws(() => nodeAssert.ok(pass, message()), /^expected crm\/sync at least once; nearest call: /)
    }).pipe(onConnections)
  )
})
