import { assert, describe } from "@effect/vitest"
import * as Call from "@effect-connectors/core/Call"
import { Accepted, Completed } from "@effect-connectors/core/Job"
import { Ledger, type Verification } from "@effect-connectors/core/Ledger"
import { LedgerFailed } from "@effect-connectors/core/LedgerError"
import type { Scripted } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { client, collect, errorOf, ref, submit, tagOf, virtual } from "../support/jobsKit.js"
import { journal, logged, runs } from "../support/ledgerKit.js"

const key = "order-7"
const lost: Scripted = { _tag: "Reset", commit: true }
const reset: Scripted = { _tag: "Reset" }
const never = Effect.dieMessage("sent twice")

/** A verifier that gives these in turn, the last one for ever, and when it was asked, in seconds. */
const scripted = (...script: ReadonlyArray<Verification<unknown>>) => {
  const asked: Array<number> = []
  const verify = Effect.map(Clock.currentTimeMillis, (now) => {
    const at = Math.min(asked.length, script.length - 1)
    asked.push(now / 1000)
    return script[at] ?? Ledger.cannotTell
  })
  return { asked, verify }
}

/** A client whose next submits meet these faults. */
const clientWith = (faults: ReadonlyArray<Scripted>) =>
  Effect.tap(client(), () =>
    Effect.flatMap(ConnectionsTest, (platform) => platform.respondNext({ operation: "actions.execute" }, faults))
  )

describe("ledger: a verifier of work whose response was lost", () => {
  virtual("that finds it done gives its value, and the key is done", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith([lost])
      const { asked, verify } = scripted(Completed({ id: 7 }))
      assert.deepStrictEqual(yield* ledger.submit(key, submit(api, "now"), { verify }), Completed({ id: 7 }))
      assert.deepStrictEqual([entries.get(key)?._tag, asked.length, yield* runs("now")], ["Done", 1, 1])
      assert.strictEqual(tagOf(yield* Effect.exit(ledger.submit(key, never, { verify }))), "AlreadyDone")
    })
  )

  virtual("gives its value as it is to the caller that waits, also to later submits, whatever its fields are", () =>
    Effect.gen(function* () {
      const { journal: store, ledger } = journal()
      const api = yield* clientWith([lost, lost, lost])
      const value = Schema.Unknown
      const mine = { result: "mine", id: 7 }
      const verify = Effect.succeed(Completed(mine))
      const submitted = ledger.submit("a", submit(api, "now"), { verify, value })
      assert.deepStrictEqual(yield* api.jobs.result(submitted), mine)
      assert.deepStrictEqual(yield* api.jobs.result(submitted), mine)
      const again = Ledger.make(store).submit("a", never, { verify, value })
      assert.deepStrictEqual(yield* collect(api.jobs.follow(again)), [Completed(mine)])
      const outcomes = yield* collect(api.jobs.results(Stream.make(again), { failures: "value" }))
      assert.deepStrictEqual(
        outcomes.map(({ outcome }) => outcome),
        [Either.right(mine)]
      )
    })
  )

  virtual("leaves the value of a response what it was: its result is taken out, at once and from the ledger", () =>
    Effect.gen(function* () {
      const { journal: store, ledger } = journal()
      const api = yield* clientWith([{ status: 200, json: { result: "the server's", id: 7 } }])
      const options = { verify: Effect.succeed(Ledger.cannotTell), value: Schema.Unknown }
      const submitted = ledger.submit("a", submit(api, "now"), options)
      assert.deepStrictEqual(yield* api.jobs.result(submitted), "the server's")
      assert.deepStrictEqual(yield* api.jobs.result(submitted), "the server's")
      assert.deepStrictEqual(yield* api.jobs.result(Ledger.make(store).submit("a", never, options)), "the server's")
    })
  )

  virtual("that finds its job gives the job", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      const api = yield* clientWith([lost])
      const { verify } = scripted(Accepted(ref("job-1")))
      assert.deepStrictEqual(yield* api.jobs.result(ledger.submit(key, submit(api, "sync"), { verify })), { synced: 2 })
      assert.deepStrictEqual(yield* ledger.submit(key, submit(api, "sync"), { verify }), Accepted(ref("job-1")))
      assert.strictEqual(yield* runs("sync"), 1)
    })
  )

  virtual(
    "that finds it not done is asked again when a late request can no longer be carried out, and frees the key",
    () =>
      Effect.gen(function* () {
        const { entries, ledger } = journal()
        const api = yield* clientWith([{ _tag: "Hang" }])
        const { asked, verify } = scripted(Ledger.notDone)
        const error = yield* Effect.flip(ledger.submit(key, submit(api, "sync"), { verify, operation: "sync" }))
        assert.deepInclude(error, { _tag: "SubmissionNotDone", key, operation: "sync", retryable: true })
        // the attempt took its 30 seconds; settled twice that after it was sent
        assert.deepStrictEqual([asked, entries.size], [[30, 60], 0])
        assert.strictEqual((yield* ledger.submit(key, submit(api, "sync"), { verify }))._tag, "Accepted")
        assert.strictEqual(yield* runs("sync"), 1)
      })
  )

  virtual("that finds it done by a late request after it had found it not done frees nothing", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith([reset])
      const { asked, verify } = scripted(Ledger.notDone, Completed(1))
      const submitted = ledger.submit(key, submit(api, "sync"), { verify, settleAfter: "5 seconds" })
      assert.deepStrictEqual(yield* submitted, Completed(1))
      assert.deepStrictEqual([asked, entries.get(key)?._tag], [[0, 5], "Done"])
    })
  )

  virtual("that cannot tell, or fails, leaves the error as it is and the key unknown", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith([lost, lost])
      const { verify } = scripted(Ledger.cannotTell)
      const first = yield* Effect.flip(ledger.submit("a", submit(api, "sync"), { verify }))
      const log: ReadonlyArray<string> = yield* logged((lines) =>
        Effect.gen(function* () {
          const failing = { verify: Effect.fail("not reachable" as const) }
          assert.strictEqual((yield* Effect.flip(ledger.submit("b", submit(api, "sync"), failing)))._tag, first._tag)
          return lines
        })
      )
      assert.deepStrictEqual(
        [first._tag, log.length, Array.from(entries.values(), (it) => it._tag)],
        ["OutcomeUnknown", 1, ["Intended", "Intended"]]
      )
      assert.include(log[0], `The verifier of "b" failed`)
    })
  )

  virtual("is asked after any response that proves nothing, and not after one that does", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith([{ status: 502 }, { status: 409 }, { status: 429 }, { status: 422 }])
      const { asked, verify } = scripted(Completed(1))
      const names = ["502", "409", "429", "422"]
      const tags = yield* Effect.forEach(names, (name) =>
        Effect.map(Effect.exit(ledger.submit(name, submit(api, "sync"), { verify })), tagOf)
      )
      assert.deepStrictEqual([tags, asked.length], [["ok", "ok", "RateLimited", "ApiRejected"], 2])
      assert.deepStrictEqual(Array.from(entries.keys()), ["502", "409"])
    })
  )

  virtual("waits twice the time limit that the attempt had", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      const api = yield* clientWith([reset])
      const { asked, verify } = scripted(Ledger.notDone)
      const short = Call.withAttemptTimeout(submit(api, "sync"), "3 seconds")
      yield* Effect.flip(ledger.submit(key, short, { verify }))
      assert.deepStrictEqual(asked, [0, 6])
    })
  )

  virtual("is asked from the time of the request when its outcome could not be written", () =>
    Effect.gen(function* () {
      const { failing, ledger } = journal()
      const api = yield* client()
      yield* Effect.sleep("1 hour")
      failing.add("Accepted")
      yield* ledger.submit(key, submit(api, "sync"))
      failing.clear()
      const { asked, verify } = scripted(Ledger.notDone, Completed(1))
      assert.deepStrictEqual(yield* ledger.submit(key, never, { verify }), Completed(1))
      assert.deepStrictEqual(asked, [3600, 3660])
    })
  )

  virtual("can be interrupted while it waits: the key stays unknown, and the next submit asks again", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith([reset])
      const { asked, verify } = scripted(Ledger.notDone)
      const fiber = yield* Effect.fork(ledger.submit(key, submit(api, "sync"), { verify }))
      yield* Effect.sleep("10 seconds")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([yield* Clock.currentTimeMillis, entries.get(key)?._tag], [10_000, "Intended"])
      assert.strictEqual((yield* ledger.submit(key, submit(api, "sync"), { verify }))._tag, "Accepted")
      assert.deepStrictEqual([asked, yield* runs("sync")], [[0, 10, 60], 1])
    })
  )
})

describe("ledger: a verifier of a key that an earlier process left", () => {
  /** A journal with a key that a process left behind as it was killed. */
  const left = Effect.gen(function* () {
    const { entries, journal: store } = journal()
    entries.set(key, { _tag: "Intended", key, intendedAt: 0 })
    yield* Effect.sleep("1 hour")
    return { entries, store }
  })

  virtual("settles what was done at once, and sends nothing", () =>
    Effect.gen(function* () {
      const { entries, store } = yield* left
      const { verify } = scripted(Completed("done"))
      assert.deepStrictEqual(yield* Ledger.make(store).submit(key, never, { verify }), Completed("done"))
      assert.strictEqual(entries.get(key)?._tag, "Done")
    })
  )

  virtual("lets the submit send what was not done, counted from the first use of the ledger", () =>
    Effect.gen(function* () {
      const { store } = yield* left
      const api = yield* client()
      const ledger = Ledger.make(store)
      assert.strictEqual((yield* ledger.pending).unknown.length, 1)
      yield* Effect.sleep("20 seconds")
      const { asked, verify } = scripted(Ledger.notDone)
      assert.strictEqual((yield* ledger.submit(key, submit(api, "sync"), { verify }))._tag, "Accepted")
      assert.deepStrictEqual([asked, yield* runs("sync")], [[3620, 3660], 1])
    })
  )

  virtual("frees nothing when the ledger is another's by then", () =>
    Effect.gen(function* () {
      const { entries, store } = yield* left
      let isHeld = true
      const stillHeld = Effect.suspend(() =>
        isHeld ? Effect.void : Effect.fail(new LedgerFailed({ step: "write", code: "TAKEN_OVER" }))
      )
      const ledger = Ledger.make({ ...store, stillHeld })
      const { verify } = scripted(Ledger.notDone)
      const fiber = yield* Effect.fork(ledger.submit(key, never, { verify }))
      yield* Effect.sleep("30 seconds")
      isHeld = false
      const error = errorOf(yield* Fiber.await(fiber))
      assert.deepStrictEqual(error?._tag === "LedgerFailed" ? error.code : error, "TAKEN_OVER")
      assert.strictEqual(entries.get(key)?._tag, "Intended")
    })
  )

  virtual("that cannot tell leaves it to a person", () =>
    Effect.gen(function* () {
      const { entries, store } = yield* left
      const { verify } = scripted(Ledger.cannotTell)
      assert.strictEqual(
        tagOf(yield* Effect.exit(Ledger.make(store).submit(key, never, { verify }))),
        "SubmissionUnknown"
      )
      assert.strictEqual(entries.get(key)?._tag, "Intended")
    })
  )
})

describe("ledger: durations of a submit", () => {
  virtual("that are none are refused, all of them at once", () =>
    Effect.gen(function* () {
      const { ledger, steps } = journal()
      const bad = { settleAfter: "soon" as "1 second", drain: "a while" as "1 second" }
      const error = yield* Effect.flip(ledger.submit("", never, bad))
      assert.deepStrictEqual(error._tag === "InvalidRequest" ? error.issues.map((issue) => issue.path.join()) : error, [
        "key",
        "settleAfter",
        "drain"
      ])
      assert.deepStrictEqual(steps, [])
    })
  )
})
