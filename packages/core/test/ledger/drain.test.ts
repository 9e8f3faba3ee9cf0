import { assert, describe } from "@effect/vitest"
import { Completed } from "@effect-connectors/core/Job"
import * as Retry from "@effect-connectors/core/Retry"
import * as Call from "@effect-connectors/core/Call"
import type { Scripted } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Schedule from "effect/Schedule"
import { client, submit, tagOf, virtual } from "../support/jobsKit.js"
import { journal, runs } from "../support/ledgerKit.js"

const key = "order-7"

const seconds = Effect.map(Clock.currentTimeMillis, (now) => now / 1000)

/** A client whose next submits meet these faults. */
const clientWith = (...faults: ReadonlyArray<Scripted>) =>
  Effect.tap(client(), () =>
    Effect.flatMap(ConnectionsTest, (platform) => platform.respondNext({ operation: "actions.execute" }, faults))
  )

/** Starts an effect and interrupts it after some seconds: how it ended. */
const interruptedAfter = <A, E, R>(effect: Effect.Effect<A, E, R>, after: number) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* Effect.sleep(after * 1000)
    return yield* Fiber.interrupt(fiber)
  })

const posts = Effect.flatMap(ConnectionsTest, (platform) =>
  Effect.map(platform.requests, (all) => all.filter(({ method }) => method === "POST").length)
)

describe("ledger: an interruption", () => {
  virtual("waits for the response of a request that has left, and its outcome is written", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith({ _tag: "Pass", delayMillis: 10_000 })
      const exit = yield* interruptedAfter(ledger.submit(key, submit(api, "sync")), 1)
      assert.deepStrictEqual([tagOf(exit), entries.get(key)?._tag, yield* seconds], ["interrupted", "Accepted", 10])
      assert.deepStrictEqual(yield* api.jobs.result(ledger.submit(key, submit(api, "sync"))), { synced: 2 })
      assert.strictEqual(yield* runs("sync"), 1)
    })
  )

  virtual("of twenty submits in flight leaves no key with an unknown outcome", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const delay: Scripted = { _tag: "Pass", delayMillis: 2000 }
      const api = yield* clientWith(...Array.from({ length: 20 }, () => delay))
      const all = Array.from({ length: 20 }, (_, index) => ledger.submit(`order-${index}`, submit(api, "sync")))
      yield* interruptedAfter(Effect.all(all, { concurrency: "unbounded" }), 1)
      assert.deepStrictEqual(
        Array.from(entries.values(), (entry) => entry._tag),
        Array.from({ length: 20 }, () => "Accepted")
      )
    })
  )

  virtual("waits as long when it comes again", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith({ _tag: "Pass", delayMillis: 10_000 })
      const fiber = yield* Effect.fork(ledger.submit(key, submit(api, "sync")))
      yield* Effect.sleep("1 second")
      for (const _ of [1, 2, 3]) {
        yield* Fiber.interruptFork(fiber)
        yield* Effect.sleep("1 second")
      }
      yield* Fiber.await(fiber)
      assert.deepStrictEqual([entries.get(key)?._tag, yield* seconds], ["Accepted", 10])
    })
  )

  virtual("waits no longer than an attempt, or than `drain` says", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      for (const [name, options, until] of [
        ["attempt", {}, 30],
        ["limit", { drain: "5 seconds" }, 6],
        ["none", { drain: false }, 1],
        ["zero", { drain: 0 }, 1]
      ] as const) {
        const api = yield* clientWith({ _tag: "Hang" })
        const start = yield* seconds
        const exit = yield* interruptedAfter(ledger.submit(name, submit(api, "sync"), options), 1)
        assert.deepStrictEqual(
          [tagOf(exit), (yield* seconds) - start, entries.get(name)?._tag],
          ["interrupted", until, "Intended"]
        )
      }
    })
  )

  virtual("frees a key whose call has not left yet at once", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* client()
      // what holds a call up before it leaves: a limit, a check, credentials
      const held = Call.withBeforeWrite(submit(api, "sync"), Effect.sleep("1 hour"))
      const exit = yield* interruptedAfter(ledger.submit(key, held), 1)
      assert.deepStrictEqual([tagOf(exit), entries.size, yield* seconds], ["interrupted", 0, 1])
      assert.strictEqual((yield* ledger.submit(key, submit(api, "sync")))._tag, "Accepted")
      assert.strictEqual(yield* runs("sync"), 1)
    })
  )

  virtual("frees a key that waits for another attempt after one that was not sent", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith({ _tag: "Refused" })
      const patient = Call.withRetry(submit(api, "sync"), Retry.make(Schedule.spaced("1 minute")))
      yield* interruptedAfter(ledger.submit(key, patient), 1)
      assert.deepStrictEqual([entries.size, yield* seconds], [0, 1])
    })
  )

  virtual("sends nothing more: a key that comes to its call later is freed, one that may have been sent is not", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith({ status: 503 })
      const later = Effect.delay(submit(api, "sync"), "10 seconds")
      yield* interruptedAfter(ledger.submit("later", later), 1)
      assert.deepStrictEqual([entries.size, yield* seconds, yield* posts], [0, 10, 0])
      const retried = Call.withRetry(submit(api, "sync"), Retry.replayUnsafe(Retry.make(Schedule.spaced("5 seconds"))))
      yield* interruptedAfter(ledger.submit("retried", retried), 1)
      assert.deepStrictEqual([entries.get("retried")?._tag, yield* posts], ["Intended", 1])
    })
  )

  virtual("of an execution without a call of a client leaves its outcome unknown", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      yield* interruptedAfter(ledger.submit("own", Effect.never), 1)
      assert.deepStrictEqual([entries.get("own")?._tag, yield* seconds], ["Intended", 31])
      yield* interruptedAfter(ledger.submit("ends", Effect.delay(Effect.succeed(Completed(1)), 3000)), 1)
      assert.strictEqual(entries.get("ends")?._tag, "Done")
    })
  )

  virtual("asks no verifier: the next submit does", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      const api = yield* clientWith({ _tag: "Hang", commit: true })
      let asked = 0
      const verify = Effect.sync(() => (asked++, Completed("found")))
      yield* interruptedAfter(ledger.submit(key, submit(api, "now"), { verify }), 1)
      assert.deepStrictEqual([asked, entries.get(key)?._tag], [0, "Intended"])
      const never = Effect.dieMessage("sent twice")
      assert.deepStrictEqual(yield* ledger.submit(key, never, { verify }), Completed("found"))
    })
  )
})

describe("ledger: an execution", () => {
  virtual("runs with the caller's settings, and what it sets is kept", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      const local = FiberRef.unsafeMake("initial")
      const execution = Effect.zipRight(
        FiberRef.update(local, (seen) => `${seen}, changed`),
        Effect.map(FiberRef.get(local), Completed)
      )
      const both = Effect.zip(ledger.submit(key, execution), FiberRef.get(local))
      const [{ _tag }, after] = yield* Effect.locally(both, local, "the caller's")
      assert.deepStrictEqual([_tag, after], ["Completed", "the caller's, changed"])
      const uninterruptible = yield* Effect.exit(
        Effect.uninterruptible(ledger.submit("b", Effect.delay(Effect.succeed(Completed(1)), 10)))
      )
      assert.isTrue(Exit.isSuccess(uninterruptible))
    })
  )

  virtual("that is interrupted from within ends as it did", () =>
    Effect.gen(function* () {
      const { entries, ledger } = journal()
      assert.strictEqual(tagOf(yield* Effect.exit(ledger.submit(key, Effect.interrupt))), "interrupted")
      assert.strictEqual(entries.get(key)?._tag, "Intended")
    })
  )
})
