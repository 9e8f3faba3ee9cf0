import { assert, describe } from "@effect/vitest"
import { JobRef } from "@effect-connectors/core/JobRef"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { accepted, client, collect, errorOf, submit, tagOf, virtual, whole } from "../support/jobsKit.js"
import { journal, runs } from "../support/ledgerKit.js"

const key = "order-7"
const again = { resubmit: "failed" } as const

describe("ledger: a job that failed", () => {
  virtual("gives the same failure again, unless the submit asks for another try", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      const job = yield* accepted(ledger.submit(key, submit(api, "fails")))
      for (const _ of [1, 2]) {
        const error = yield* Effect.flip(api.jobs.result(ledger.submit(key, submit(api, "fails"))))
        assert.deepStrictEqual(error._tag === "JobFailed" ? error.job : error, job)
      }
      assert.strictEqual(yield* runs("fails"), 1)
      const entry = entries.get(key)
      assert.deepStrictEqual(entry?._tag === "Accepted" ? entry.failedAt : entry, (yield* Clock.currentTimeMillis) - 0)
      assert.deepStrictEqual(yield* api.jobs.result(ledger.submit(key, submit(api, "sync"), again)), { synced: 2 })
      // that one has not failed
      assert.notDeepEqual(yield* accepted(ledger.submit(key, submit(api, "sync"), again)), job)
      assert.strictEqual(yield* runs("sync"), 1)
    })
  )

  virtual("is known to the next process, and may be seen by follow and results as well", () =>
    Effect.gen(function* () {
      const { journal: store, ledger } = journal()
      const api = yield* client()
      assert.strictEqual(
        tagOf((yield* whole(api.jobs.follow(ledger.submit("a", submit(api, "fails"))))).exit),
        "JobFailed"
      )
      const outcomes = yield* collect(
        api.jobs.results(Stream.make(ledger.submit("b", submit(api, "fails"))), { failures: "value" })
      )
      assert.deepStrictEqual(
        outcomes.map(({ outcome }) => Either.isLeft(outcome) && outcome.left._tag),
        ["JobFailed"]
      )
      const next = Ledger.make(store)
      const { accepted: left } = yield* next.pending
      assert.deepStrictEqual(
        left.map((entry) => [entry.key, entry.failedAt !== undefined]),
        [
          ["a", true],
          ["b", true]
        ]
      )
      for (const name of ["a", "b"]) {
        assert.deepStrictEqual(yield* api.jobs.result(next.submit(name, submit(api, "sync"), again)), { synced: 2 })
      }
    })
  )

  virtual("that nobody has seen fail gives its job first", () =>
    Effect.gen(function* () {
      const { journal: store, ledger } = journal()
      const api = yield* client()
      const job = yield* accepted(ledger.submit(key, submit(api, "fails")))
      const next = Ledger.make(store)
      const first = yield* Effect.flip(api.jobs.result(next.submit(key, submit(api, "sync"), again)))
      assert.deepStrictEqual(first._tag === "JobFailed" ? first.job : first, job)
      assert.deepStrictEqual(yield* api.jobs.result(next.submit(key, submit(api, "sync"), again)), { synced: 2 })
    })
  )

  virtual("frees nothing when it was cancelled, is gone, or is not at its end", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      for (const [action, tag] of [
        ["cancelled", "JobCancelled"],
        ["stuck", "JobDeadlineExceeded"]
      ] as const) {
        const result = api.jobs.result(ledger.submit(action, submit(api, action), again), { deadline: "1 minute" })
        assert.strictEqual(errorOf(yield* Effect.exit(result))?._tag, tag)
        const entry = entries.get(action)
        assert.strictEqual(entry?._tag === "Accepted" ? entry.failedAt : 0, undefined)
        assert.strictEqual(errorOf(yield* Effect.exit(result))?._tag, tag)
        assert.strictEqual(yield* runs(action), 1)
      }
    })
  )

  virtual("and is seen late frees no key that has another job by now", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      const first = yield* ledger.submit(key, submit(api, "fails"))
      yield* ledger.forget(key)
      const second = yield* accepted(ledger.submit(key, submit(api, "sync")))
      assert.strictEqual(errorOf(yield* Effect.exit(api.jobs.result(first)))?._tag, "JobFailed")
      const entry = entries.get(key)
      assert.deepStrictEqual(entry?._tag === "Accepted" ? [entry.job, entry.failedAt] : entry, [second, undefined])
      assert.deepStrictEqual(yield* accepted(ledger.submit(key, submit(api, "sync"), again)), second)
      assert.strictEqual(yield* runs("sync"), 1)
    })
  )

  virtual("is known again when its new submit is refused", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      yield* Effect.exit(api.jobs.result(ledger.submit(key, submit(api, "fails"))))
      const before = entries.get(key)
      const refused = Effect.fail({ _tag: "RateLimited" as const })
      assert.strictEqual((yield* Effect.flip(ledger.submit(key, refused, again)))._tag, "RateLimited")
      assert.deepStrictEqual(entries.get(key), before)
      // without asking it still gives its failure
      assert.strictEqual(errorOf(yield* Effect.exit(api.jobs.result(ledger.submit(key, refused))))?._tag, "JobFailed")
    })
  )

  virtual("may be submitted again with another input", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      yield* Effect.exit(api.jobs.result(ledger.submit(key, submit(api, "fails"), { input: { street: "" } })))
      const before = entries.get(key)?.digest
      const mended = { input: { street: "Main" } }
      assert.strictEqual((yield* Effect.flip(ledger.submit(key, submit(api, "sync"), mended)))._tag, "KeyReused")
      yield* ledger.submit(key, submit(api, "sync"), { ...mended, ...again })
      assert.notStrictEqual(entries.get(key)?.digest, before)
    })
  )

  virtual("by a reference that was read back is not known to the ledger", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      const job = yield* accepted(ledger.submit(key, submit(api, "fails")))
      assert.strictEqual(errorOf(yield* Effect.exit(api.jobs.result(JobRef.encode(job))))?._tag, "JobFailed")
      const entry = entries.get(key)
      assert.strictEqual(entry?._tag === "Accepted" ? entry.failedAt : 0, undefined)
    })
  )
})
