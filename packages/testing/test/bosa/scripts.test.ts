import * as Transport from "@effect-connectors/core/Transport"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { at, call, refused, run } from "../support/bosa.ts"

const test = (name: string, body: Effect.Effect<void, unknown, BosaTest | HttpClient.HttpClient>) =>
  it.effect(name, () => VirtualClock.provide(Effect.provide(body, BosaTest.layer())))

const evidence = (failing: Effect.Effect<unknown, unknown, HttpClient.HttpClient>) =>
  Effect.map(Effect.flip(failing), Transport.evidenceOf)

describe("scripted answers", () => {
  test(
    "are for the requests that match, in order; then the platform responds again",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      yield* platform.respondNext({ operation: "actions.execute", connector: "demo", action: "echo" }, [
        { status: 503, json: { error: { message: "later" } } },
        { _tag: "Pass", delayMillis: 250 }
      ])
      yield* platform.respondNext({ connector: "github" }, [{ status: 500 }])
      yield* platform.respondNext({ operation: "connectors.actions" }, [{ text: "<html>", status: 502 }])
      yield* platform.respondNext({ method: "get", path: /^\/catalog\// }, [{ status: 504 }])
      assert.strictEqual(yield* platform.unusedScripts, 5)
      assert.strictEqual((yield* run("demo/ping"))[0], 200)
      assert.strictEqual((yield* call("GET", "/connectors")).status, 200)
      assert.deepStrictEqual(yield* run("demo/echo"), [503, { error: { message: "later" } }])
      assert.strictEqual(yield* platform.executions("demo", "echo"), 0)
      assert.strictEqual((yield* run("demo/echo"))[0], 200)
      assert.strictEqual(yield* Clock.currentTimeMillis, 250)
      assert.strictEqual((yield* call("GET", "/connectors/?modules=demo")).text, "<html>")
      assert.strictEqual((yield* call("GET", "/connectors/github/integration-exists")).status, 500)
      assert.strictEqual((yield* call("GET", "/catalog/mcp")).status, 504)
      assert.strictEqual(yield* platform.unusedScripts, 0)
    })
  )

  test(
    "can be any bytes, without a type",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      yield* platform.respondNext({}, [{ bytes: new Uint8Array([0, 255]) }, { status: 204, bytes: new Uint8Array() }])
      const bytes = yield* call("POST", "/demo/ping")
      assert.deepStrictEqual([...bytes.bytes], [0, 255])
      assert.isUndefined(bytes.headers["content-type"])
      const empty = yield* call("POST", "/demo/ping")
      assert.deepStrictEqual([empty.status, empty.headers["content-type"]], [204, undefined])
    })
  )

  test(
    "lose the request or the response, with or without an execution",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      yield* platform.respondNext({ operation: "actions.execute" }, [
        { _tag: "Refused" },
        { _tag: "Reset" },
        { _tag: "Reset", commit: true },
        { _tag: "CutBody", commit: true },
        { _tag: "Hang", commit: true }
      ])
      const echo = run("demo/echo", { text: "x" })
      assert.deepInclude(yield* evidence(echo), { sent: false, code: "ECONNREFUSED" })
      assert.deepInclude(yield* evidence(echo), { sent: true, phase: "request", code: "ECONNRESET" })
      assert.strictEqual(yield* platform.executions("demo", "echo"), 0)
      assert.deepInclude(yield* evidence(echo), { sent: true, phase: "request" })
      assert.strictEqual(yield* platform.executions("demo", "echo"), 1)
      assert.strictEqual((yield* Effect.flip(echo))._tag, "ResponseError")
      assert.strictEqual((yield* Effect.timeoutOption(echo, "1 minute"))._tag, "None")
      assert.strictEqual(yield* platform.executions("demo", "echo"), 3)
      assert.deepStrictEqual(
        (yield* platform.requests).map(({ fault, interrupted, executed }) => [fault, interrupted, executed]),
        [
          ["Refused", false, false],
          ["Reset", false, false],
          ["Reset", false, true],
          ["CutBody", false, true],
          ["Hang", true, true]
        ]
      )
    })
  )

  test(
    "cut a file in its middle",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      yield* platform.respondNext({}, [{ _tag: "CutBody", commit: true }])
      const cut = yield* platform.handle({
        method: "POST",
        path: "/demo/download_binary",
        query: [],
        headers: { "x-api-key": platform.apiKey },
        body: "",
        bytes: new Uint8Array(),
        origin: "http://localhost"
      })
      assert.deepInclude(cut, { _tag: "CutBody", status: 200, contentLength: 42 })
      assert.isTrue(cut._tag === "CutBody" && cut.body.length === 21)
    })
  )
})

describe("every response", () => {
  test(
    "has a request id, and sends back the error contract of the request",
    Effect.gen(function* () {
      const headers = { "x-gl-error-contract": "2" }
      const found = yield* call("GET", "/connectors/names", { headers })
      assert.deepStrictEqual([found.headers["x-request-id"], found.headers["x-gl-error-contract"]], ["req-1", "2"])
      const missing = yield* call("GET", "/none", { headers })
      assert.deepStrictEqual(refused(missing), [404, "NOT_FOUND"])
      assert.strictEqual(missing.headers["x-gl-error-contract"], "2")
      assert.strictEqual(at(missing.body, "error.request_id"), missing.headers["x-request-id"])
      assert.isFalse(at(missing.body, "error.recovery.retryable"))
      assert.isUndefined((yield* call("GET", "/none")).headers["x-gl-error-contract"])
    })
  )
})
