import { assert, describe, it } from "@effect/vitest"
import { Completed } from "@effect-connectors/core/Job"
import { Ledger } from "@effect-connectors/core/Ledger"
import { KeyReused } from "@effect-connectors/core/LedgerError"
import * as LedgerJournal from "@effect-connectors/core/LedgerJournal"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { createHash } from "node:crypto"
import { canonicalJson } from "../../src/internal/data/canonicalJson.js"
import { sha256 } from "../../src/internal/data/sha256.js"
import { accepted, client, submit, tagOf, virtual } from "../support/jobsKit.js"
import { journal, runs } from "../support/ledgerKit.js"

const key = "order-7"
const order = { operation: "place", connection: "crm", input: { id: 7, lines: [{ sku: "a" }] } }
const never = Effect.dieMessage("sent twice")

describe("ledger: the input of a key", () => {
  virtual(
    "is kept as a digest: the same work goes on, other work is refused with both digests, and nothing is sent",
    () =>
      Effect.gen(function* () {
        const { entries, journal: store, ledger } = journal()
        const api = yield* client()
        const job = yield* accepted(ledger.submit(key, submit(api, "sync"), order))
        const text = JSON.stringify(["place", "crm", { id: 7, lines: [{ sku: "a" }] }])
        const digest = createHash("sha256").update(text).digest("hex")
        assert.strictEqual(entries.get(key)?.digest, digest)
        assert.notInclude(JSON.stringify(Array.from(entries.values(), LedgerJournal.encode)), "sku")
        // also in another process, and whatever the order of the fields
        const next = Ledger.make(store)
        const same = { ...order, input: { lines: [{ sku: "a" }], id: 7, note: undefined } }
        assert.deepStrictEqual(yield* accepted(next.submit(key, submit(api, "sync"), same)), job)
        const others = [
          { ...order, input: { id: 8 } },
          { ...order, operation: "cancel" },
          { ...order, connection: "shop" },
          { input: order.input }
        ]
        for (const other of others) {
          const error = yield* Effect.flip(next.submit(key, submit(api, "sync"), other))
          assert.instanceOf(error, KeyReused)
          if (!(error instanceof KeyReused)) continue
          assert.strictEqual(error.retryable, false)
          assert.deepStrictEqual(error.known, { operation: "place", connection: "crm", digest, intendedAt: 0 })
          assert.notStrictEqual(error.digest, digest)
          for (const shown of [error.digest.slice(0, 12), digest.slice(0, 12), `("place" on "crm")`]) {
            assert.include(error.message, shown)
          }
        }
        assert.strictEqual(yield* runs("sync"), 1)
      })
  )

  virtual("is compared whatever became of the key: done, unknown, or being submitted", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      const other = { ...order, input: 8 }
      yield* ledger.submit("done", Effect.succeed(Completed(1)), order)
      yield* Effect.exit(ledger.submit("unknown", Effect.die("a defect"), order))
      const slow = yield* Effect.fork(ledger.submit("slow", Effect.delay(Effect.succeed(Completed(1)), 1000), order))
      yield* Effect.yieldNow()
      for (const name of ["done", "unknown", "slow"]) {
        assert.strictEqual(tagOf(yield* Effect.exit(ledger.submit(name, never, other))), "KeyReused")
      }
      yield* slow.await
    })
  )

  virtual("that is another one is refused with what became of the key, and with what to do about it", () =>
    Effect.gen(function* () {
      const { journal: store, ledger } = journal()
      const api = yield* client()
      const failing = ledger.submit("failed", submit(api, "fails"), order)
      const job = yield* accepted(failing)
      yield* Effect.flip(api.jobs.result(failing))
      const corrected = { ...order, input: { id: 8 } }
      const failed = yield* Effect.flip(Ledger.make(store).submit("failed", never, corrected))
      assert.instanceOf(failed, KeyReused)
      if (!(failed instanceof KeyReused)) return
      assert.deepInclude(failed.known, { failedAt: yield* Clock.currentTimeMillis })
      assert.deepStrictEqual(failed.known.job, job)
      for (const shown of ["has failed", job.jobId, `resubmit: "failed"`, "forget(key)"]) {
        assert.include(failed.message, shown)
      }
      assert.notInclude(failed.message, "give this one another key")
      yield* ledger.submit("done", Effect.succeed(Completed(1)), order)
      const done = yield* Effect.flip(ledger.submit("done", never, corrected))
      if (!(done instanceof KeyReused)) return assert.fail(done._tag)
      assert.deepInclude(done.known, { doneAt: yield* Clock.currentTimeMillis })
      for (const shown of ["is done", "another key", "forget(key)"]) assert.include(done.message, shown)
      assert.strictEqual(
        (yield* ledger.submit("failed", submit(api, "sync"), { ...corrected, resubmit: "failed" }))._tag,
        "Accepted"
      )
    })
  )

  virtual("is not compared where one of the two submits gives none, and a freed key takes any", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      yield* Effect.exit(ledger.submit(key, Effect.fail({ _tag: "NotSent" as const }), order))
      yield* ledger.submit(key, Effect.succeed(Completed(1)), { operation: "other" })
      assert.strictEqual(tagOf(yield* Effect.exit(ledger.submit(key, never, order))), "AlreadyDone")
      yield* ledger.submit("b", Effect.succeed(Completed(1)), order)
      assert.strictEqual(tagOf(yield* Effect.exit(ledger.submit("b", never))), "AlreadyDone")
    })
  )

  virtual("that JSON cannot write is refused before anything is written or sent", () =>
    Effect.gen(function* () {
      const { ledger, steps } = journal()
      for (const input of [{ price: NaN }, { at: new Map() }, [undefined], () => 1]) {
        const error = yield* Effect.flip(ledger.submit(key, never, { input }))
        assert.strictEqual(error._tag === "InvalidRequest" ? error.issues[0]?.path[0] : error._tag, "input")
      }
      assert.deepStrictEqual(steps, [])
    })
  )

  virtual("is not in journals of earlier releases: their entries are read, and go on", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const old = [
        { _tag: "Intended", key: "a", operation: "place", intendedAt: 1 },
        { _tag: "Done", key: "b", intendedAt: 1, doneAt: 2 }
      ]
      for (const line of old) {
        const entry = Option.getOrThrow(LedgerJournal.decode(line))
        assert.deepStrictEqual(JSON.parse(JSON.stringify(LedgerJournal.encode(entry))), line)
        entries.set(entry.key, entry)
      }
      assert.strictEqual(tagOf(yield* Effect.exit(ledger.submit("a", never, order))), "SubmissionUnknown")
      assert.strictEqual(tagOf(yield* Effect.exit(ledger.submit("b", never, order))), "AlreadyDone")
    })
  )
})

describe("sha256", () => {
  it("is that of node:crypto, for any text", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.fullUnicodeString({ maxLength: 300 }), (text) => {
        assert.strictEqual(sha256(text), createHash("sha256").update(text).digest("hex"))
      }),
      { numRuns: 1000 }
    )
  })
})

describe("canonicalJson", () => {
  it("is JSON of the same data, and the same for any order of fields", () => {
    const shuffled = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffled)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([name, part]) => [name, shuffled(part)])
            )
          : value
    FastCheck.assert(
      FastCheck.property(FastCheck.jsonValue(), (value) => {
        assert.deepStrictEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
        assert.strictEqual(canonicalJson(shuffled(value)), canonicalJson(value))
      }),
      { numRuns: 1000 }
    )
    assert.strictEqual(
      canonicalJson({ b: new Date(0), a: [undefined], c: undefined }),
      '{"a":[null],"b":"1970-01-01T00:00:00.000Z"}'
    )
    assert.strictEqual(canonicalJson({ id: 9007199254740993n }), '{"id":9007199254740993}')
  })
})

describe("Ledger.digest", () => {
  virtual("is what a submit writes, and refuses what JSON cannot write", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      yield* ledger.submit(key, submit(api, "sync"), order)
      assert.strictEqual(yield* Ledger.digest(order), entries.get(key)?.digest)
      const error = yield* Effect.flip(Ledger.digest({ input: { all: [undefined] } }))
      assert.deepStrictEqual(
        error.issues.map(({ path }) => path),
        [["input", "all", "0"]]
      )
    })
  )
})
