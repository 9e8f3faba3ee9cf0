import { assert, describe } from "@effect/vitest"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { Jobs } from "@effect-connectors/core/Jobs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { runAll } from "../src/internal/service/runAll.js"
import * as service from "../src/internal/service/service.js"
import { makeMemoryStore } from "../src/internal/store/memoryStore.js"
import { action, client, executions, startMillis, virtual } from "./support/kit.js"

describe("durable jobs: following", () => {
  virtual("starts again with the same jobs after a defect", () =>
    Effect.gen(function* () {
      const api = yield* client
      let broken = 0
      // the streams of all buckets end after what they emit first
      const results: Jobs["results"] = (source, options) => {
        const all = api.jobs.results(source, options)
        return broken++ < 32 ? Stream.concat(Stream.take(all, 1), Stream.dieMessage("a bug")) : all
      }
      const store = yield* makeMemoryStore
      const jobs = yield* Effect.provideService(service.make("test", store, runAll, {}), ConnectionsApi, {
        ...api,
        jobs: { ...api.jobs, results }
      })
      for (const key of ["a", "b", "c"]) yield* jobs.submit(key, action("sync", { key }))
      for (const key of ["a", "b", "c"]) assert.deepStrictEqual(yield* jobs.result(key), { key })
      assert.strictEqual(yield* executions, 3)
      const tookMillis = (yield* Clock.currentTimeMillis) - startMillis
      assert.isAbove(tookMillis, 5_000)
      assert.isBelow(tookMillis, 12_000)
    })
  )
})
