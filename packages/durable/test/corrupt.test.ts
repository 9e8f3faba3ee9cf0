import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { bucketOf } from "../src/internal/engine/bucketOf.js"
import { makeMemoryStore } from "../src/internal/store/memoryStore.js"
import { action, sends, start, stateOf, tagOf, virtual } from "./support/kit.js"

describe("durable jobs: rows that something else wrote", () => {
  virtual("work of a newer version is failed, and says so to those who read, list and wait", () =>
    Effect.gen(function* () {
      const store = yield* makeMemoryStore
      const work = JSON.stringify({ ...action("now"), platform: "later" })
      yield* store.insert({ key: "a", bucket: bucketOf("a"), digest: "", work, ref: null, state: "new" })
      const { jobs } = yield* start(store)
      assert.strictEqual(tagOf(yield* Effect.exit(jobs.result("a"))), "InvalidRequest")
      const [job] = (yield* jobs.list()).jobs
      assert.deepStrictEqual([job?.state, job?.work, job?.failure?._tag], ["failed", undefined, "InvalidRequest"])
      assert.strictEqual(yield* sends, 0)
    })
  )

  virtual("a row that is no JSON fails its own readers for good, and keeps nobody from his work", () =>
    Effect.gen(function* () {
      const store = yield* makeMemoryStore
      const broken = { bucket: bucketOf("broken"), digest: "", work: null, ref: "{", state: "accepted" } as const
      yield* store.insert({ key: "broken", ...broken })
      const { jobs } = yield* start(store)
      yield* jobs.submit("a", action("sync"))
      yield* jobs.result("a")
      assert.strictEqual((yield* store.read("broken"))?.state, "unknown")
      const error = yield* Effect.flip(jobs.get("broken"))
      assert.strictEqual(error._tag, "StoreFailed")
      assert.deepInclude(error, { code: "CORRUPT", retryable: false })
      assert.include(error.message, "mend the row")
      assert.strictEqual(yield* stateOf(jobs, "a"), "succeeded")
    })
  )
})
