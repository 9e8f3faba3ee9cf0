import { assert, describe } from "@effect/vitest"
import { Completed, type Execution } from "@effect-connectors/core/Job"
import { isNotDone, Ledger } from "@effect-connectors/core/Ledger"
import { SubmissionUnknown } from "@effect-connectors/core/LedgerError"
import type { Scripted } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Schema from "effect/Schema"
import { accepted, client, errorOf, submit, tagOf, virtual } from "../support/jobsKit.js"
import { journal, logged, runs } from "../support/ledgerKit.js"

const key = "order-7"

/** How a first submit of an action ends with this response, what is left in the ledger, and how a second one ends. */
const after = (response: Scripted, action = "sync") =>
  Effect.gen(function* () {
    const { entries, ledger } = journal()
    const api = yield* client()
    const platform = yield* ConnectionsTest
    yield* platform.respondNext({ operation: "actions.execute" }, [response])
    const first = yield* Effect.exit(ledger.submit(key, submit(api, action)))
    const left = entries.get(key)?._tag ?? "nothing"
    const second = yield* Effect.exit(ledger.submit(key, submit(api, action)))
    return { first: tagOf(first), left, second: tagOf(second), runs: yield* runs(action) }
  })

describe("ledger: a new key", () => {
  virtual("is written before it is sent, and again with its job", () =>
    Effect.gen(function* () {
      const { entries, ledger, steps } = journal()
      const api = yield* client()
      const seen: Array<string | undefined> = []
      const watched = Effect.zipRight(
        Effect.sync(() => void seen.push(entries.get(key)?._tag)),
        submit(api, "sync")
      )
      const job = yield* accepted(ledger.submit(key, watched, { operation: "sync", connection: "crm" }))
      assert.deepStrictEqual([seen, steps], [["Intended"], ["Intended", "Accepted"]])
      const entry = entries.get(key)
      assert.deepStrictEqual(
        entry?._tag === "Accepted" ? [entry.key, entry.operation, entry.connection, entry.job] : entry,
        [key, "sync", "crm", job]
      )
    })
  )

  virtual("that is invalid is refused before anything is written or sent", () =>
    Effect.gen(function* () {
      const { ledger, steps } = journal()
      const api = yield* client()
      for (const bad of ["", "a\nb", "x".repeat(513), "\ud800"]) {
        const error = yield* Effect.flip(ledger.submit(bad, submit(api, "sync")))
        assert.strictEqual(error._tag, "InvalidRequest")
      }
      assert.deepStrictEqual([steps, yield* runs("sync")], [[], 0])
    })
  )
})

describe("ledger: a known key", () => {
  virtual("with a job gives that job, and sends nothing", () =>
    Effect.gen(function* () {
      const { journal: store, ledger } = journal()
      const api = yield* client()
      const job = yield* accepted(ledger.submit(key, submit(api, "sync")))
      // another process with the same journal
      const next = Ledger.make(store)
      assert.deepStrictEqual(
        (yield* next.pending).accepted.map((entry) => entry.job),
        [job]
      )
      assert.deepStrictEqual(yield* api.jobs.result(next.submit(key, submit(api, "sync"))), { synced: 2 })
      assert.strictEqual(yield* runs("sync"), 1)
      yield* next.finish(key)
      const error = yield* Effect.flip(next.submit(key, submit(api, "sync")))
      assert.deepStrictEqual(error._tag === "AlreadyDone" ? error.job : error, job)
      assert.deepStrictEqual([yield* next.pending, yield* runs("sync")], [{ accepted: [], unknown: [] }, 1])
    })
  )

  virtual("can be looked up: what was intended, its job, its end, and nothing of a key that is not known", () =>
    Effect.gen(function* () {
      const { entries, journal: store, ledger } = journal()
      const api = yield* client()
      assert.deepStrictEqual([yield* ledger.get("x"), yield* ledger.get("")], [undefined, undefined])
      yield* Effect.exit(ledger.submit("left", Effect.die("a defect")))
      const job = yield* accepted(ledger.submit("job", submit(api, "sync"), { operation: "sync" }))
      const seen = yield* ledger.get("job")
      assert.deepInclude(seen, { _tag: "Accepted", key: "job", operation: "sync" })
      assert.deepStrictEqual(seen?._tag === "Accepted" ? seen.job : seen, job)
      assert.deepInclude(yield* Ledger.make(store).get("left"), { _tag: "Intended", key: "left" })
      yield* ledger.finish("job")
      assert.deepStrictEqual(yield* ledger.get("job"), entries.get("job"))
      assert.strictEqual(entries.get("job")?._tag, "Done")
      // also while it is being submitted
      const slow = yield* Effect.fork(ledger.submit("slow", Effect.delay(Effect.succeed(Completed(1)), 1000)))
      yield* Effect.yieldNow()
      assert.strictEqual((yield* ledger.get("slow"))?._tag, "Intended")
      yield* Fiber.join(slow)
      yield* ledger.forget("slow")
      assert.isUndefined(yield* ledger.get("slow"))
    })
  )

  virtual("that was done at once is AlreadyDone, and its value is not kept", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      assert.strictEqual((yield* ledger.submit(key, submit(api, "now")))._tag, "Completed")
      const error = yield* Effect.flip(ledger.submit(key, submit(api, "now")))
      assert.strictEqual(error._tag, "AlreadyDone")
      assert.include(error.message, "option `value`")
      const entry = entries.get(key)
      assert.deepStrictEqual(entry?._tag === "Done" ? entry.value : entry, undefined)
      assert.strictEqual(yield* runs("now"), 1)
    })
  )

  virtual("gives its value again where a schema keeps it and it is small enough and still fits", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      const done = (value: Duration.Duration) => Effect.succeed(Completed(value))
      const never = <A>(): Effect.Effect<Execution<A>> => Effect.dieMessage("sent twice")
      const kept = { value: Schema.DurationFromMillis }
      yield* ledger.submit("small", done(Duration.seconds(2)), kept)
      const again = yield* ledger.submit("small", never<Duration.Duration>(), kept)
      assert.deepStrictEqual(again, Completed(Duration.seconds(2)))
      assert.strictEqual(
        (yield* Effect.flip(ledger.submit("small", never<boolean>(), { value: Schema.Boolean })))._tag,
        "AlreadyDone"
      )
      const text = { value: Schema.String }
      const unsent = never<string>()
      for (const [length, expected] of [
        [65_534, "ok"],
        [65_535, "AlreadyDone"]
      ] as const) {
        yield* ledger.submit(`text-${length}`, Effect.succeed(Completed("x".repeat(length))), text)
        assert.strictEqual(tagOf(yield* Effect.exit(ledger.submit(`text-${length}`, unsent, text))), expected)
      }
      // what no JSON can say is given to the caller all the same
      const symbol: symbol = Symbol.iterator
      const odd = yield* ledger.submit("odd", Effect.succeed(Completed(symbol)), { value: Schema.SymbolFromSelf })
      assert.deepStrictEqual(odd, Completed(symbol))
    })
  )
})

describe("ledger: a failure", () => {
  const unsent = { operation: "sync" }
  for (const [name, response, tag] of [
    ["was refused", { status: 400 }, "ApiRejected"],
    ["was not allowed", { status: 403 }, "Forbidden"],
    ["has no credentials", { status: 401 }, "Unauthorized"],
    ["is not known", { status: 404 }, "NotFound"],
    ["was too early for its rate limit", { status: 429 }, "RateLimited"]
  ] as const) {
    virtual(`that proves that it ${name} frees the key`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* after(response), { first: tag, left: "nothing", second: "ok", runs: 1 })
      })
    )
  }

  virtual("before it was sent frees the key", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({}, [{ _tag: "Refused" }, { _tag: "Refused" }, { _tag: "Refused" }])
      const error = yield* Effect.flip(ledger.submit(key, submit(api, "sync"), unsent))
      assert.deepStrictEqual([error._tag, entries.size], ["NotSent", 0])
      const bad = api.actions.execute("crm", "..")
      assert.strictEqual((yield* Effect.flip(ledger.submit(key, bad)))._tag, "InvalidRequest")
      assert.deepStrictEqual([entries.size, yield* runs("sync")], [0, 0])
    })
  )

  for (const [name, response, tag, count] of [
    ["a response that was lost", { _tag: "Reset", commit: true }, "OutcomeUnknown", 1],
    ["a response that is cut", { _tag: "CutBody", commit: true }, "OutcomeUnknown", 1],
    ["a gateway's 502", { status: 502 }, "ServerFailed", 0],
    ["a 408", { status: 408 }, "ApiRejected", 0],
    ["a 409", { status: 409 }, "ApiRejected", 0],
    ["a 425", { status: 425 }, "ApiRejected", 0],
    ["a redirect", { status: 303 }, "UnexpectedRedirect", 0]
  ] as const) {
    virtual(`by ${name} leaves the outcome unknown, and nothing is sent again`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* after(response), {
          first: tag,
          left: "Intended",
          second: "SubmissionUnknown",
          runs: count
        })
      })
    )
  }

  virtual("of an attempt after a lost one proves nothing", () =>
    Effect.sync(() => {
      assert.strictEqual(Ledger.isNotDone, isNotDone)
      assert.isTrue(isNotDone({ _tag: "ApiRejected", status: 422 }))
      assert.isFalse(isNotDone({ _tag: "ApiRejected", status: 422, mayHaveHappened: true }))
      assert.isTrue(isNotDone({ _tag: "RateLimited", status: 429 }))
      assert.isFalse(isNotDone({ _tag: "RateLimited", status: 429, mayHaveHappened: true }))
      assert.isFalse(isNotDone(new Error("x")))
      assert.isFalse(isNotDone(undefined))
    })
  )

  virtual("of one part proves nothing while another part is open", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const refused = Cause.fail({ _tag: "NotSent" })
      const causes = {
        alone: refused,
        defect: Cause.parallel(refused, Cause.die("a defect")),
        interrupted: Cause.parallel(refused, Cause.interrupt(FiberId.none)),
        unknown: Cause.parallel(refused, Cause.fail({ _tag: "OutcomeUnknown" }))
      }
      for (const [name, cause] of Object.entries(causes)) {
        yield* Effect.exit(ledger.submit(name, Effect.failCause(cause)))
      }
      assert.deepStrictEqual(Array.from(entries.keys()), ["defect", "interrupted", "unknown"])
    })
  )

  virtual("of the caller's own type is judged by the caller's isNotDone", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const own = Effect.fail("no stock" as const)
      yield* Effect.flip(ledger.submit("a", own))
      yield* Effect.flip(ledger.submit("b", own, { isNotDone: (error) => error === "no stock" }))
      assert.deepStrictEqual([entries.get("a")?._tag, entries.has("b")], ["Intended", false])
    })
  )

  virtual("says what to do, and forget and finish do it", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      yield* Effect.exit(ledger.submit(key, Effect.die("a defect"), { operation: "sync", connection: "crm" }))
      const never = Effect.dieMessage("sent twice")
      const error = yield* Effect.flip(ledger.submit(key, never))
      assert.instanceOf(error, SubmissionUnknown)
      assert.include(error.message, `"order-7" ("sync" on "crm") was about to be sent at 1970-01-01T00:00:00.000Z`)
      for (const call of ["finish(key)", "forget(key)"]) assert.include(error.message, call)
      assert.deepStrictEqual(
        (yield* ledger.pending).unknown.map((entry) => entry.key),
        [key]
      )
      yield* ledger.forget(key)
      assert.deepStrictEqual(yield* ledger.submit(key, Effect.succeed(Completed(1))), Completed(1))
      yield* Effect.exit(ledger.submit("other", Effect.die("a defect")))
      yield* ledger.finish("other")
      assert.strictEqual((yield* Effect.flip(ledger.submit("other", never)))._tag, "AlreadyDone")
      // what is not there needs no end
      yield* ledger.finish("nobody")
      yield* ledger.forget("nobody")
      assert.deepStrictEqual((yield* ledger.pending).unknown, [])
    })
  )
})

describe("ledger: an interruption", () => {
  virtual("while it is sent leaves the outcome unknown", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({}, [{ _tag: "Hang", commit: true }])
      const fiber = yield* Effect.fork(ledger.submit(key, submit(api, "sync")))
      yield* Effect.sleep("1 second")
      // it is under way, so it is not pending
      assert.deepStrictEqual((yield* ledger.pending).unknown, [])
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(entries.get(key)?._tag, "Intended")
      const error = yield* Effect.flip(ledger.submit(key, submit(api, "sync")))
      assert.deepStrictEqual([error._tag, yield* runs("sync")], ["SubmissionUnknown", 1])
    })
  )

  virtual("before it is sent frees the key", () =>
    Effect.gen(function* () {
      const { entries, journal: store, steps } = journal()
      const slow = Ledger.make({ ...store, put: (entry) => Effect.delay(store.put(entry), "1 second") })
      const fiber = yield* Effect.fork(slow.submit(key, Effect.dieMessage("sent")))
      yield* Effect.sleep("500 millis")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([steps, entries.size], [["Intended", "remove"], 0])
    })
  )
})

describe("ledger: several submits of one key", () => {
  virtual("send once: the others wait for the job of the first", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      const api = yield* client()
      const all = Array.from({ length: 50 }, () => accepted(ledger.submit(key, submit(api, "sync"))))
      const jobs = yield* Effect.all(all, { concurrency: "unbounded" })
      assert.deepStrictEqual([new Set(jobs.map((job) => job.jobId)).size, yield* runs("sync")], [1, 1])
    })
  )

  virtual("try one after the other while each is proved not to have been sent", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      let underWay = 0
      let most = 0
      const refused = Effect.gen(function* () {
        most = Math.max(most, ++underWay)
        yield* Effect.sleep("1 second")
        underWay--
        return yield* Effect.fail({ _tag: "NotSent" as const })
      })
      const exits = yield* Effect.forEach([1, 2, 3], () => Effect.exit(ledger.submit(key, refused)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual([exits.map(tagOf), most], [["NotSent", "NotSent", "NotSent"], 1])
    })
  )

  virtual("of which the first is interrupted fail with SubmissionUnknown", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      const first = yield* Effect.fork(ledger.submit(key, Effect.never))
      yield* Effect.sleep("1 second")
      const second = yield* Effect.fork(ledger.submit(key, Effect.dieMessage("sent twice")))
      const third = yield* Effect.fork(ledger.submit(key, Effect.dieMessage("sent twice")))
      yield* Effect.sleep("1 second")
      // one that only waits is not held up
      yield* Fiber.interrupt(third)
      yield* Fiber.interrupt(first)
      assert.strictEqual(errorOf(yield* Fiber.await(second))?._tag, "SubmissionUnknown")
    })
  )
})

describe("ledger: forgetting a key that is being submitted", () => {
  virtual("waits for its outcome, and can be interrupted meanwhile", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const submitting = yield* Effect.fork(ledger.submit(key, Effect.delay(Effect.succeed(Completed(1)), "2 seconds")))
      yield* Effect.sleep("1 second")
      const impatient = yield* Effect.fork(ledger.forget(key))
      const patient = yield* Effect.fork(ledger.forget(key))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(impatient)
      assert.strictEqual(entries.get(key)?._tag, "Intended")
      assert.deepStrictEqual(yield* Fiber.join(submitting), Completed(1))
      yield* Fiber.join(patient)
      assert.strictEqual(entries.size, 0)
    })
  )
})

describe("ledger: a journal that cannot be written", () => {
  virtual("before the work is sent means that nothing is sent", () =>
    Effect.gen(function* () {
      const { failing, ledger, steps } = journal()
      const api = yield* client()
      failing.add("Intended")
      const error = yield* Effect.flip(ledger.submit(key, submit(api, "sync")))
      assert.deepStrictEqual([error._tag, yield* runs("sync"), steps], ["LedgerFailed", 0, ["Intended", "remove"]])
      assert.include(error.message, "(ENOSPC), and nothing was sent")
      failing.clear()
      assert.strictEqual((yield* ledger.submit(key, submit(api, "sync")))._tag, "Accepted")
    })
  )

  virtual("after the response leaves the outcome to the caller, and a restart does not know it", () =>
    logged((log) =>
      Effect.gen(function* () {
        const { failing, journal: store, ledger } = journal()
        const api = yield* client()
        failing.add("Accepted")
        const job = yield* accepted(ledger.submit(key, submit(api, "sync")))
        assert.strictEqual(job.jobId, "job-1")
        assert.deepStrictEqual(
          log.map((line) => line.slice(0, 59)),
          [`WARN The outcome of "order-7" was not written to the ledger`]
        )
        const error = yield* Effect.flip(Ledger.make(store).submit(key, submit(api, "sync")))
        assert.deepStrictEqual([error._tag, yield* runs("sync")], ["SubmissionUnknown", 1])
      })
    )
  )
})
