import { assert, describe } from "@effect/vitest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { makeMemoryStore } from "../src/internal/store/memoryStore.js"
import { action, executions, mostPerKey, settled, start, startMillis, virtual } from "./support/kit.js"

const count = 10_000

describe("ten thousand rows in memory", () => {
  virtual(
    "are each done once, by at most eight sends at once",
    () =>
      Effect.gen(function* () {
        let [now, most] = [0, 0]
        const slow = (client: HttpClient.HttpClient) =>
          HttpClient.transform(client, (response, { method }) =>
            method === "POST"
              ? Effect.acquireUseRelease(
                  Effect.sync(() => void (most = Math.max(most, ++now))),
                  () => Effect.zipRight(Effect.sleep("50 millis"), response),
                  () => Effect.sync(() => void now--)
                )
              : response
          )
        const store = yield* makeMemoryStore
        const budget = { requests: 1_000, perMillis: 1_000 }
        const { jobs } = yield* start(store, {}, { transformClient: slow, jobs: { budget } })
        const cpu = process.cpuUsage()
        for (let n = 0; n < count; n++) yield* jobs.submit(`row-${n}`, action(n % 5 === 0 ? "sync" : "now", { n }))
        const states = yield* settled(jobs)
        const { user } = process.cpuUsage(cpu)
        const tookMillis = (yield* Clock.currentTimeMillis) - startMillis
        console.log(`${count} rows: ${tookMillis / 1_000} s of virtual time, ${Math.round(user / 1_000)} ms of CPU`)
        assert.strictEqual(states.succeeded, count)
        assert.strictEqual(most, 8)
        assert.deepStrictEqual([yield* executions, yield* mostPerKey], [count, 1])
      }),
    300_000
  )
})
