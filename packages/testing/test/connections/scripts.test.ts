import * as Transport from "@effect-connectors/core/Transport"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { get, post } from "../support/call.ts"

const evidence = (failing: Effect.Effect<unknown, unknown, HttpClient.HttpClient>) =>
  Effect.map(Effect.flip(failing), Transport.evidenceOf)

const test = (name: string, body: Effect.Effect<void, unknown, ConnectionsTest | HttpClient.HttpClient>) =>
  it.effect(name, () => VirtualClock.provide(Effect.provide(body, ConnectionsTest.layer())))

const deal = post("/connections/crm/actions/fetch-deal/execute", { input: { id: 7 } })
const isExecution = { operation: "actions.execute" } as const

describe("scripted answers", () => {
  test(
    "are used in order; then the platform responds again",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({ operation: "connections.get" }, [
        { status: 503, json: { message: "later" } },
        { status: 429, headers: { "retry-after": "2" }, json: {} },
        { _tag: "Pass" }
      ])
      assert.strictEqual(yield* platform.unusedScripts, 3)
      assert.deepStrictEqual(yield* get("/connections/crm"), [503, { message: "later" }])
      const limited = yield* HttpClient.get("http://any.example/api/v1/connections/crm")
      assert.deepStrictEqual([limited.status, limited.headers["retry-after"]], [429, "2"])
      assert.strictEqual((yield* get("/connections/crm"))[0], 200)
      assert.strictEqual((yield* get("/connections/crm"))[0], 200)
      assert.strictEqual(yield* platform.unusedScripts, 0)
    })
  )

  test(
    "keep their own request id, in any letter case",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({}, [
        { status: 200, headers: { "x-request-id": "mine" }, json: {} },
        { status: 200, headers: { "X-Request-Id": "also mine" }, json: {} },
        { status: 200, headers: { "Retry-After": "2" }, json: {} }
      ])
      const url = "http://any.example/api/v1/connections/crm"
      const seen = []
      for (let i = 0; i < 4; i++) seen.push((yield* HttpClient.get(url)).headers["x-request-id"])
      assert.deepStrictEqual(seen, ["mine", "also mine", "req-3", "req-4"])
    })
  )

  test(
    "are only for the requests that match",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({ connection: "crm", action: "echo" }, [{ status: 500 }])
      yield* platform.respondNext({ method: "get", path: /triggers$/g }, [{ status: 501 }, { status: 502 }])
      yield* platform.respondNext({ path: "/api/v1/actions" }, [{ status: 504 }])
      yield* platform.respondNext({ operation: "connections.get", connection: "files" }, [{ status: 505 }])
      assert.strictEqual((yield* deal)[0], 200)
      assert.strictEqual((yield* get("/connections/crm"))[0], 200)
      assert.strictEqual((yield* get("/connections/files"))[0], 505)
      assert.strictEqual((yield* get("/connections/crm/triggers"))[0], 501)
      assert.strictEqual((yield* get("/connections/crm/triggers"))[0], 502)
      assert.strictEqual((yield* get("/connections/files/actions"))[0], 200)
      assert.strictEqual((yield* get("/actions?x=1"))[0], 504)
      assert.strictEqual((yield* post("/connections/crm/actions/echo/execute"))[0], 500)
    })
  )

  test(
    "can be any text, with a delay",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({}, [{ text: "<html>", headers: { "content-type": "text/html" }, delayMillis: 250 }])
      const response = yield* HttpClient.get("http://localhost/api/v1/connections")
      assert.deepStrictEqual(
        [response.status, response.headers["content-type"], yield* response.text],
        [200, "text/html", "<html>"]
      )
      assert.strictEqual(yield* Clock.currentTimeMillis, 250)
    })
  )

  test(
    "replace the work: nothing is executed",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext(isExecution, [
        { status: 500 },
        { _tag: "Reset" },
        { _tag: "Refused" },
        { _tag: "CutBody" }
      ])
      yield* deal
      yield* Effect.forEach([deal, deal, deal], Effect.flip)
      assert.strictEqual(yield* platform.executions("crm", "fetch-deal"), 0)
    })
  )
})

describe("faults", () => {
  test(
    "Refused proves that nothing was sent",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext(isExecution, [{ _tag: "Refused" }])
      assert.deepStrictEqual(yield* evidence(deal), {
        sent: false,
        phase: "connect",
        code: "ECONNREFUSED",
        permanent: false,
        timedOut: false
      })
    })
  )

  test(
    "Reset leaves the outcome unknown; with commit the work was executed",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const lost = { sent: true, phase: "request", code: "ECONNRESET", permanent: false, timedOut: false } as const
      yield* platform.respondNext(isExecution, [{ _tag: "Reset" }, { _tag: "Reset", commit: true }])
      assert.deepStrictEqual(yield* evidence(deal), lost)
      assert.strictEqual(yield* platform.executions("crm", "fetch-deal"), 0)
      assert.deepStrictEqual(yield* evidence(deal), lost)
      assert.strictEqual(yield* platform.executions("crm", "fetch-deal"), 1)
      assert.deepStrictEqual(
        (yield* platform.requests).map(({ fault, status, executed }) => [fault, status, executed]),
        [
          ["Reset", undefined, false],
          ["Reset", undefined, true]
        ]
      )
    })
  )

  test(
    "CutBody sends the status, and fails while the body is read",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({ operation: "connections.list" }, [{ _tag: "CutBody", commit: true }])
      const response = yield* HttpClient.get("http://localhost/api/v1/connections")
      assert.strictEqual(response.status, 200)
      assert.isAbove(Number(response.headers["content-length"]), 100)
      assert.deepStrictEqual(yield* evidence(response.text), {
        sent: true,
        phase: "body",
        code: "ECONNRESET",
        permanent: false,
        timedOut: false,
        status: 200
      })
    })
  )

  test(
    "CutBody gives the first half before it fails",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({}, [{ _tag: "CutBody", status: 201, json: "12345678" }])
      const handled = yield* platform.handle({
        method: "GET",
        path: "/api/v1/connections",
        query: [],
        headers: {},
        body: "",
        bytes: new Uint8Array(),
        origin: "http://localhost"
      })
      assert.deepInclude(handled, { _tag: "CutBody", status: 201, body: `"1234`, contentLength: 10 })
    })
  )

  test(
    "CutBody never ends inside of a character",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({}, [{ _tag: "CutBody", json: "€" }])
      const handled = yield* platform.handle({
        method: "GET",
        path: "/api/v1/connections",
        query: [],
        headers: {},
        body: "",
        bytes: new Uint8Array(),
        origin: "http://localhost"
      })
      assert.deepInclude(handled, { _tag: "CutBody", body: `"`, contentLength: 5 })
    })
  )

  test(
    "Hang lasts until the client leaves",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext(isExecution, [{ _tag: "Hang" }, { _tag: "Hang", commit: true }])
      assert.strictEqual((yield* Effect.timeoutOption(deal, "1 hour"))._tag, "None")
      assert.strictEqual(yield* Clock.currentTimeMillis, 3_600_000)
      const fiber = yield* Effect.fork(deal)
      yield* Effect.sleep(1)
      assert.strictEqual(yield* platform.executions("crm", "fetch-deal"), 1)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(
        (yield* platform.requests).map(({ fault, interrupted, executed }) => [fault, interrupted, executed]),
        [
          ["Hang", true, false],
          ["Hang", true, true]
        ]
      )
    })
  )
})
