import { assert, describe } from "@effect/vitest"
import * as Call from "@effect-connectors/core/Call"
import { Ledger } from "@effect-connectors/core/Ledger"
import { LedgerFailed } from "@effect-connectors/core/LedgerError"
import * as Retry from "@effect-connectors/core/Retry"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { client, submit, virtual } from "../support/jobsKit.js"
import { journal, runs } from "../support/ledgerKit.js"

const key = "order-10"

/** A ledger over a journal that another process may take. */
const shared = () => {
  const { entries, journal: own } = journal()
  let isHeld = true
  let checks = 0
  const stillHeld = Effect.suspend(() => {
    checks++
    return isHeld ? Effect.void : Effect.fail(new LedgerFailed({ step: "write", code: "TAKEN_OVER" }))
  })
  return {
    entries,
    ledger: Ledger.make({ ...own, stillHeld }),
    take: Effect.sync(() => void (isHeld = false)),
    checks: () => checks
  }
}

describe("ledger: a journal that another process may take", () => {
  virtual("is checked before each request that changes something, and before no read", () =>
    Effect.gen(function* () {
      const { checks, ledger } = shared()
      const api = yield* client()
      yield* ledger.submit(key, Effect.zipRight(api.list(), submit(api, "sync")))
      assert.deepStrictEqual([checks(), yield* runs("sync")], [1, 1])
      yield* api.list()
      yield* submit(api, "sync")
      assert.strictEqual(checks(), 1)
    })
  )

  virtual("that was taken in a wait before the request: nothing is sent", () =>
    Effect.gen(function* () {
      const { entries, ledger, take } = shared()
      const api = yield* client()
      const late = Effect.zipRight(take, submit(api, "sync"))
      // what an execution does about failures of its own does not bring the request back
      const stubborn = late.pipe(
        Effect.retry({ times: 3 }),
        Effect.catchAll(() => submit(api, "sync"))
      )
      const error = yield* Effect.flip(ledger.submit(key, stubborn))
      assert.deepInclude(error, { _tag: "LedgerFailed", code: "TAKEN_OVER", key, retryable: false })
      assert.deepStrictEqual([yield* runs("sync"), entries.size], [0, 0])
    })
  )

  virtual("that was taken between two attempts: there is no second one, and the outcome is unknown", () =>
    Effect.gen(function* () {
      const { entries, ledger, take } = shared()
      const api = yield* client()
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({ operation: "actions.execute" }, [{ status: 503 }, { status: 503 }])
      const retried = Call.withRetry(submit(api, "sync"), Retry.replayUnsafe(Retry.make(Schedule.spaced("1 second"))))
      const fiber = yield* Effect.fork(Effect.flip(ledger.submit(key, retried)))
      yield* Effect.zipRight(Effect.sleep("500 millis"), take)
      const error = yield* Fiber.join(fiber)
      assert.deepInclude(error, { _tag: "SubmissionUnknown", key })
      const requests = yield* platform.requests
      const posts = requests.filter((it) => it.method === "POST").length
      assert.deepStrictEqual([posts, entries.get(key)?._tag], [1, "Intended"])
    })
  )

  virtual("beforeWrite of a call runs together with that of the ledger, and settings within keep it", () =>
    Effect.gen(function* () {
      const { checks, ledger } = shared()
      const api = yield* client()
      const seen: Array<string> = []
      const note = (what: string) => Effect.sync(() => void seen.push(what))
      const within = submit(api, "sync").pipe(Call.withBeforeWrite(note("inner")), Call.withDeadline("1 minute"))
      yield* Call.withBeforeWrite(ledger.submit(key, within), note("outer"))
      assert.deepStrictEqual([seen, checks()], [["outer", "inner"], 1])
    })
  )
})
