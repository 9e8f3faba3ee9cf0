import { assert, describe } from "@effect/vitest"
import { Completed, type Execution } from "@effect-connectors/core/Job"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { SystemError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { timed } from "../support/api.js"
import { accepted, client, submit, virtual } from "../support/jobsKit.js"
import { kv, runs } from "../support/ledgerKit.js"

describe("ledger in a KeyValueStore", () => {
  virtual("is there for the next process: jobs go on, unknown outcomes stay so, done work is not listed", () =>
    Effect.gen(function* () {
      const { held, open } = kv()
      const api = yield* client()
      const first = yield* open
      const job = yield* accepted(first.submit("job", submit(api, "sync"), { connection: "crm" }))
      yield* first.submit("done", Effect.succeed(Completed(1)))
      yield* Effect.exit(first.submit("lost", Effect.die("a defect")))
      yield* Effect.flip(first.submit("free", Effect.fail({ _tag: "NotSent" as const })))
      const next = yield* open
      const { accepted: jobs, unknown } = yield* next.pending
      assert.deepStrictEqual(
        [jobs.map((entry) => [entry.key, entry.connection, entry.job]), unknown.map((entry) => entry.key)],
        [[["job", "crm", job]], ["lost"]]
      )
      assert.deepStrictEqual(yield* accepted(next.submit("job", submit(api, "sync"))), job)
      assert.strictEqual(yield* runs("sync"), 1)
      const never = Effect.dieMessage("sent twice")
      assert.strictEqual((yield* Effect.flip(next.submit("done", never)))._tag, "AlreadyDone")
      assert.strictEqual((yield* Effect.flip(next.submit("lost", never)))._tag, "SubmissionUnknown")
      yield* next.finish("job")
      yield* next.forget("lost")
      assert.deepStrictEqual(Array.from(held.keys()).sort(), [
        "ledger/entry/done",
        "ledger/entry/job",
        "ledger/pending"
      ])
      assert.strictEqual(held.get("ledger/pending"), "[]")
    })
  )

  virtual("keeps the deadline of a job: a key that is resumed after a restart ends when its job was to end", () =>
    Effect.gen(function* () {
      const { open } = kv()
      const api = yield* client()
      const first = yield* open
      const watching = api.jobs.result(first.submit("job", submit(api, "stuck")), { deadline: "10 minutes" })
      const fiber = yield* Effect.fork(watching)
      yield* Effect.sleep("4 minutes")
      yield* Fiber.interrupt(fiber)
      // another process, which gives no deadline
      const other = yield* client()
      const next = yield* open
      const [entry] = (yield* next.pending).accepted
      const resumed = yield* accepted(next.submit("job", submit(other, "stuck")))
      assert.deepStrictEqual([resumed, resumed.deadlineAt], [entry?.job, resumed.submittedAt + 600_000])
      const { millis, result } = yield* timed(Effect.flip(other.jobs.result(resumed)))
      assert.deepStrictEqual([millis, Either.isRight(result) && result.right._tag], [360_000, "JobDeadlineExceeded"])
      assert.strictEqual(yield* runs("stuck"), 1)
    })
  )

  virtual("keeps a value with bigints, with all their digits", () =>
    Effect.gen(function* () {
      const { held, open } = kv()
      const value = Schema.Struct({ id: Schema.BigIntFromSelf, others: Schema.Array(Schema.BigIntFromSelf) })
      const deal: typeof value.Type = { id: 1234567890123456789n, others: [-9007199254740993n] }
      const first = yield* open
      yield* first.submit("deal", Effect.succeed(Completed(deal)), { value })
      assert.include(held.get("ledger/entry/deal"), String(deal.id))
      const next = yield* open
      const never: Effect.Effect<Execution<typeof deal>> = Effect.dieMessage("sent twice")
      assert.deepStrictEqual(yield* next.submit("deal", never, { value }), Completed(deal))
    })
  )

  virtual("lists a key before its intent, so that a crash in between loses none", () =>
    Effect.gen(function* () {
      const { held, open } = kv()
      const ledger = yield* open
      const seen: Array<ReadonlyArray<string>> = []
      yield* ledger.submit(
        "a",
        Effect.sync(() => (seen.push(Array.from(held.keys())), Completed(1)))
      )
      assert.deepStrictEqual(seen, [["ledger/pending", "ledger/entry/a"]])
      // a name without its entry
      held.set("ledger/pending", JSON.stringify(["never-written"]))
      assert.deepStrictEqual(yield* Effect.flatMap(open, (next) => next.pending), { accepted: [], unknown: [] })
    })
  )

  virtual("that is damaged sends nothing", () =>
    Effect.gen(function* () {
      const { held, open } = kv()
      const ledger = yield* open
      for (const text of ["", "{", "[]", `{"_tag":"Intended","key":"other","intendedAt":0}`]) {
        held.set("ledger/entry/a", text)
        const error = yield* Effect.flip(ledger.submit("a", Effect.dieMessage("sent")))
        assert.deepStrictEqual(error._tag === "LedgerFailed" ? [error.code, error.retryable] : error, [
          "CORRUPT",
          false
        ])
      }
      held.set("ledger/pending", "{}")
      const error = yield* Effect.flip(open)
      assert.deepStrictEqual([error.step, error.code], ["open", "CORRUPT"])
    })
  )

  virtual("that cannot be read fails with the reason", () =>
    Effect.gen(function* () {
      const refused = new SystemError({ reason: "PermissionDenied", module: "KeyValueStore", method: "get" })
      const store = KeyValueStore.makeStringOnly({
        get: (key) => (key === "x/pending" ? Effect.succeed(Option.none()) : Effect.fail(refused)),
        set: () => Effect.fail(refused),
        remove: () => Effect.fail(refused),
        clear: Effect.void,
        size: Effect.succeed(0)
      })
      const layer = Layer.provide(
        Ledger.layerStore({ prefix: "x/" }),
        Layer.succeed(KeyValueStore.KeyValueStore, store)
      )
      const ledger = yield* Effect.provide(Ledger, layer)
      const error = yield* Effect.flip(ledger.submit("a", Effect.dieMessage("sent")))
      assert.deepStrictEqual(error._tag === "LedgerFailed" ? [error.step, error.key, error.code] : error, [
        "read",
        "a",
        "PermissionDenied"
      ])
    })
  )
})
