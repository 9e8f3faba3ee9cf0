import { assert, describe, it } from "@effect/vitest"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { StoreFailed } from "../src/DurableError.js"
import { sendsWithin } from "../src/internal/engine/time.js"
import { runAll } from "../src/internal/service/runAll.js"
import * as service from "../src/internal/service/service.js"
import type { JobStore } from "../src/internal/store/jobStore.js"
import { makeMemoryStore } from "../src/internal/store/memoryStore.js"
import { action, client, executions, meet, sends, start, stateOf, virtual } from "./support/kit.js"

describe("durable jobs: sending", () => {
  virtual("a claim that is written after it was reported as failed makes nothing unknown", () =>
    Effect.gen(function* () {
      const store = yield* makeMemoryStore
      let claims = 0
      const change: JobStore["change"] = (key, expected, change) => {
        const changed = store.change(key, expected, change)
        if (change.state !== "intended") return changed
        // the first waits for a lock, and the second behind it
        return claims++ === 0
          ? Effect.zipRight(
              Effect.forkDaemon(Effect.delay(changed, "2 seconds")),
              Effect.fail(new StoreFailed({ step: "write", code: "TIMEOUT" }))
            )
          : Effect.delay(changed, "2 seconds")
      }
      const { jobs } = yield* start({ ...store, change })
      yield* jobs.submit("a", action("now"))
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([yield* stateOf(jobs, "a"), yield* sends, yield* executions], ["succeeded", 1, 1])
      assert.isAbove(claims, 2)
    })
  )

  virtual("an outage is said once, however much is being written, and the next one again", () =>
    Effect.gen(function* () {
      const store = yield* makeMemoryStore
      let isAway = false
      const change: JobStore["change"] = (...args) =>
        Effect.suspend((): ReturnType<JobStore["change"]> =>
          isAway ? Effect.fail(new StoreFailed({ step: "write", code: "08006" })) : store.change(...args)
        )
      const printed: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => void printed.push(String(message)))
      yield* Effect.gen(function* () {
        const { jobs } = yield* start({ ...store, change })
        for (const round of ["first", "second"]) {
          for (let i = 0; i < 8; i++) yield* jobs.submit(`${round} ${i}`, action("sync", { key: `${round} ${i}` }))
          yield* Effect.sleep("2 seconds")
          isAway = true
          for (let i = 8; i < 16; i++) yield* jobs.submit(`${round} ${i}`, action("sync", { key: `${round} ${i}` }))
          yield* Effect.sleep("20 seconds")
          isAway = false
          for (let i = 0; i < 16; i++) yield* jobs.result(`${round} ${i}`)
          const words = "the database of durable jobs could not be written (08006)"
          const lines = printed.filter((line) => line.startsWith(words))
          assert.strictEqual(lines.length, round === "first" ? 1 : 2)
        }
      }).pipe(
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Logger.withMinimumLogLevel(LogLevel.Warning)
      )
    })
  )

  virtual("waits that the server asks for are within the time for all sends", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.flatMap(makeMemoryStore, (store) => start(store, { submitFor: "18 minutes" }))
      const busy = { status: 429, headers: { "retry-after": "300" }, json: {} }
      yield* meet(busy, busy, busy, busy, busy, busy)
      yield* jobs.submit("a", action("now"))
      yield* Effect.sleep("25 minutes")
      assert.deepStrictEqual([yield* stateOf(jobs, "a"), yield* sends], ["failed", 5])
    })
  )

  virtual("work that the server does not want for years is failed and says why", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.flatMap(makeMemoryStore, (store) => start(store))
      yield* meet({ status: 429, headers: { "retry-after": "9999999999" }, json: {} })
      yield* jobs.submit("a", action("now"))
      yield* Effect.sleep("1 minute")
      const { failure, state } = yield* jobs.get("a")
      assert.deepStrictEqual([state, failure?._tag], ["failed", "RateLimited"])
    })
  )

  virtual("what breaks the client is in the log", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const logger = Logger.make<unknown, void>(({ cause, message }) => {
        logged.push(`${String(message)} ${Cause.pretty(cause)}`)
      })
      const state = yield* Effect.gen(function* () {
        const api = yield* client
        const connection: ConnectionsApi.Service["connection"] = (slug) => {
          const handle = api.connection(slug)
          return { ...handle, actions: { ...handle.actions, execute: () => Effect.dieMessage("a bug") } }
        }
        const store = yield* makeMemoryStore
        const jobs = yield* Effect.provideService(service.make("test", store, runAll, {}), ConnectionsApi, {
          ...api,
          connection
        })
        yield* jobs.submit("a", action("now"))
        yield* Effect.sleep("10 seconds")
        return yield* stateOf(jobs, "a")
      }).pipe(Logger.withMinimumLogLevel(LogLevel.Info), Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      assert.strictEqual(state, "failed")
      assert.strictEqual(logged.filter((text) => text.includes("job a ") && text.includes("a bug")).length, 1)
    })
  )

  it("as long as anybody likes is counted at once", () => {
    assert.deepStrictEqual([0, 1, 63_000, 63_001, 86_400_000].map(sendsWithin), [1, 2, 7, 8, 1446])
    assert.isTrue(Number.isFinite(sendsWithin(Number.MAX_SAFE_INTEGER)))
    assert.isTrue(Number.isFinite(sendsWithin(Number.MAX_VALUE)))
  })
})
