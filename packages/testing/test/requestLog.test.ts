import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { inspect } from "node:util"
import { get, post, send } from "./support/call.ts"

describe("ConnectionsTest: request log", () => {
  it.effect("an entry: has the request and its outcome", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* get("/connections?relay_id=r1&authorized=true")
      yield* TestClock.adjust(1500)
      yield* post("/connections/crm/actions/echo/execute?async=true", { input: { a: 1 } })
      const [list, execute] = yield* platform.requests
      assert.deepInclude(list, {
        index: 0,
        at: 0,
        method: "GET",
        path: "/api/v1/connections",
        query: [
          ["relay_id", "r1"],
          ["authorized", "true"]
        ],
        body: undefined,
        operation: "connections.list",
        status: 200,
        executed: false,
        interrupted: false
      })
      assert.deepInclude(execute, {
        index: 1,
        at: 1500,
        method: "POST",
        path: "/api/v1/connections/crm/actions/echo/execute",
        query: [["async", "true"]],
        body: { input: { a: 1 } },
        operation: "actions.execute",
        connection: "crm",
        action: "echo",
        executed: true
      })
      assert.strictEqual(execute?.headers["content-type"], "application/json")
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("a path: is kept as it was sent, and its names are decoded", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* get("/connections/a%2Fb%20%25/actions/x%3Fy")
      assert.deepInclude((yield* platform.requests)[0], {
        path: "/api/v1/connections/a%2Fb%20%25/actions/x%3Fy",
        connection: "a/b %",
        action: "x?y",
        status: 404
      })
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("a secret: is Redacted, and a test can compare it", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const secrets = ["x-service-token", "x-csrf-token", "cookie", "authorization", "x-api-key", "x-my-secret"]
      yield* send("GET", "/connections", {
        headers: { ...Object.fromEntries(secrets.map((name) => [name, `canary-${name}`])), "x-plain": "seen" }
      })
      const requests = yield* platform.requests
      assert.notInclude(inspect(requests, { depth: 20, showHidden: true }), "canary")
      assert.notInclude(JSON.stringify(requests), "canary")
      const headers = requests[0]?.headers ?? {}
      assert.strictEqual(headers["x-plain"], "seen")
      for (const name of secrets) {
        const value = headers[name]
        assert.strictEqual(Redacted.isRedacted(value) ? Redacted.value(value) : value, `canary-${name}`)
        assert.isTrue(Redacted.isRedacted(value))
      }
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("the log: is a copy that does not change", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* get("/connections")
      const before = yield* platform.requests
      yield* get("/actions")
      assert.strictEqual(before.length, 1)
      yield* platform.clearLog
      assert.deepStrictEqual(yield* platform.requests, [])
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("the limit: drops the oldest entries and keeps their index", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* Effect.repeatN(post("/connections/crm/actions/echo/execute"), 4)
      assert.deepStrictEqual(
        (yield* platform.requests).map(({ index }) => index),
        [3, 4]
      )
      assert.strictEqual((yield* platform.executionLog).length, 2)
      assert.strictEqual(yield* platform.executions("crm", "echo"), 5)
    }).pipe(Effect.provide(ConnectionsTest.layer(undefined, { logLimit: 2 })))
  )

  it.effect("bodies: are read from every form that a client sends", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const body = `{"input":"ž"}`
      const bytes = new TextEncoder().encode(body)
      const chunks = Stream.make(bytes.subarray(0, 11), bytes.subarray(11))
      const request = HttpClientRequest.post("http://localhost/api/v1/connections/crm/actions/echo/execute")
      for (const form of [
        HttpBody.text(body),
        HttpBody.uint8Array(bytes),
        HttpBody.stream(chunks),
        HttpBody.raw(body)
      ]) {
        const response = yield* HttpClient.execute(HttpClientRequest.setBody(request, form))
        assert.deepStrictEqual(yield* response.json, { result: "ž" })
      }
      assert.deepStrictEqual(
        (yield* platform.requests).map(({ body }) => body),
        Array(4).fill({ input: "ž" })
      )
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("responses: every one has a request id", () =>
    Effect.gen(function* () {
      const first = yield* send("GET", "/connections")
      const second = yield* send("GET", "/nothing")
      assert.deepStrictEqual(
        [first, second].map(({ headers }) => headers["x-request-id"]),
        ["req-1", "req-2"]
      )
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )
})

describe("ConnectionsTest.layer", () => {
  it.effect("each build starts from the same world", () => {
    const once = Effect.gen(function* () {
      yield* post("/connections/warehouse/sql/delete", { table: "orders" })
      const platform = yield* ConnectionsTest
      return (yield* platform.requests).length
    }).pipe(Effect.provide(ConnectionsTest.layer()))
    return Effect.gen(function* () {
      yield* once
      assert.strictEqual(yield* once, 1)
      const [, body] = yield* Effect.provide(
        post("/connections/warehouse/sql/select", { table: "orders", columns: ["id"] }),
        ConnectionsTest.layer()
      )
      assert.deepStrictEqual(body, { result: { rows: [{ id: 1 }, { id: 2 }, { id: 3 }], row_count: 3 } })
    })
  })
})
