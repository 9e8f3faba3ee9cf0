import { assert, describe } from "@effect/vitest"
import type { Verification } from "@effect-connectors/core/Ledger"
import * as Effect from "effect/Effect"
import type { DurableJob } from "../src/DurableJob.js"
import { bucketOf } from "../src/internal/engine/bucketOf.js"
import type { JobStore } from "../src/internal/store/jobStore.js"
import { makeMemoryStore } from "../src/internal/store/memoryStore.js"
import { action, start, stateOf, virtual } from "./support/kit.js"

/** A row of unknown outcome, as a kill leaves it. */
const doubt = Effect.fnUntraced(function* (store: JobStore, key: string, outcome: string | null = null) {
  const work = JSON.stringify(action("now"))
  yield* store.insert({ key, bucket: bucketOf(key), digest: "", work, ref: null, state: "new" })
  yield* store.change(key, { states: ["new"] }, { state: "unknown", intent: "lost", outcome })
})

/** Some time in the life of rows, the last of which its verifier knows. */
const verifying = (
  keys: ReadonlyArray<string>,
  verify: (job: DurableJob) => Effect.Effect<Verification<unknown>>,
  outcome?: string
) =>
  Effect.gen(function* () {
    const store = yield* makeMemoryStore
    for (const key of keys) yield* doubt(store, key, key.startsWith("bad") ? outcome : null)
    yield* doubt(store, "good")
    const known = Effect.delay(Effect.succeed({ _tag: "Completed", value: 1 } as const), "1 second")
    const { jobs } = yield* start(store, {
      settleAfter: "5 seconds",
      verify: (job) => (job.key === "good" ? known : verify(job))
    })
    yield* Effect.sleep("10 minutes")
    assert.strictEqual(yield* stateOf(jobs, "good"), "succeeded")
    for (const key of keys) assert.strictEqual((yield* store.read(key))?.state, "unknown")
  })

describe("durable jobs: a verifier", () => {
  virtual("settles the others when it throws at one", () =>
    verifying(["bad"], () => {
      throw new Error("a bug")
    })
  )

  virtual("settles the others when some of its reads hang", () =>
    verifying(["bad1", "bad2", "bad3", "bad4"], () => Effect.never)
  )

  virtual("settles the others when a row cannot be read", () =>
    verifying(["bad"], () => Effect.succeed({ _tag: "NotDone" }), "{")
  )
})
