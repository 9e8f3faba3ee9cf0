import { assert, describe } from "@effect/vitest"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { makeMemoryStore } from "../src/internal/store/memoryStore.js"
import type { Work } from "../src/Work.js"
import { start, stateOf, tagOf, virtual } from "./support/kit.js"

const work = (action: string, input: Work["input"] = {}): Work => ({
  platform: "bosa",
  connector: "demo",
  action,
  input
})

/** Durable jobs whose actions go to a platform in memory. */
const opened = Effect.gen(function* () {
  const platform = yield* BosaTest.make()
  const bosa = yield* BosaApi.make({ baseUrl: "http://localhost:8081" }).pipe(
    Effect.provide(Auth.apiKey(Redacted.make("demo-key"))),
    Effect.provideService(HttpClient.HttpClient, platform.client)
  )
  const store = yield* makeMemoryStore
  const { jobs } = yield* Effect.provideService(start(store), BosaApi, bosa)
  return { jobs, platform }
})

describe("durable jobs: an action of BOSA", () => {
  virtual("is done once, and the body of its response is the value", () =>
    Effect.gen(function* () {
      const { jobs, platform } = yield* opened
      yield* jobs.submit("a", work("ping"))
      assert.deepStrictEqual(yield* jobs.result("a"), { data: { pong: true }, meta: null })
      yield* jobs.submit("a", work("ping"))
      assert.strictEqual(yield* platform.executionCount, 1)
    })
  )

  virtual("that the server does not know, or refuses, is failed", () =>
    Effect.gen(function* () {
      const { jobs } = yield* opened
      yield* jobs.submit("a", work("no_such_action"))
      yield* Effect.exit(jobs.result("a"))
      assert.strictEqual(yield* stateOf(jobs, "a"), "failed")
    })
  )

  virtual("whose response was lost is unknown", () =>
    Effect.gen(function* () {
      const { jobs, platform } = yield* opened
      yield* platform.respondNext({ connector: "demo", action: "ping" }, [{ _tag: "Reset", commit: true }])
      yield* jobs.submit("a", work("ping"))
      assert.strictEqual(tagOf(yield* Effect.exit(jobs.result("a"))), "WorkUnknown")
      yield* Effect.sleep("5 minutes")
      assert.strictEqual(yield* platform.executionCount, 1)
    })
  )

  virtual("is sent later when discovery gives nothing now", () =>
    Effect.gen(function* () {
      const { jobs, platform } = yield* opened
      yield* platform.respondNext({ method: "GET" }, [{ status: 503 }, { _tag: "Reset" }])
      yield* jobs.submit("a", work("ping"))
      assert.deepStrictEqual(yield* jobs.result("a"), { data: { pong: true }, meta: null })
      assert.strictEqual(yield* platform.executionCount, 1)
    })
  )
})
