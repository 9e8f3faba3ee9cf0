import { assert, describe, it } from "@effect/vitest"
import { Completed } from "@effect-connectors/core/Job"
import { Ledger } from "@effect-connectors/core/Ledger"
import { LedgerFailed, SubmissionNotDone } from "@effect-connectors/core/LedgerError"
import type { Scripted } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { client, submit, virtual } from "../support/jobsKit.js"
import { journal, runs } from "../support/ledgerKit.js"

const ids = Array.from({ length: 500 }, (_, id) => id)
const rates = { rateLimited: 0.05, lostAnswer: 0.03, reset: 0.02 }
const faults = Faults.seeded(15, rates, { operation: "actions.execute" })

const idIn = (input: unknown): number =>
  typeof input === "object" && input !== null && "id" in input && typeof input.id === "number" ? input.id : -1

describe("ledger: whether the same key may be submitted again", () => {
  it.effect("500 orders with a verifier are all done and none is doubled when what may be submitted again is", () => {
    const placed: Array<number> = []
    const place = (input: unknown) => Effect.sync(() => ({ placed: placed.push(idIn(input)) }))
    const world = World.make(World.connection("shop").action("place", place))
    const program = Effect.gen(function* () {
      const api = yield* client()
      const { ledger } = journal()
      const { actions } = api.connection("shop")
      const one = (id: number) => {
        const execute = actions.execute("place", { input: { id } })
        const verify = Effect.sync(() => (placed.includes(id) ? Completed({ id }) : Ledger.notDone))
        return ledger.submit(`order-${id}`, execute, { input: { id }, verify }).pipe(
          Effect.retry({
            while: (error) => Ledger.maySubmitAgain(error),
            schedule: Schedule.spaced("5 seconds"),
            times: 20
          }),
          api.jobs.result
        )
      }
      const outcomes = yield* Effect.forEach(ids, (id) => Effect.exit(one(id)), { concurrency: 20 })
      const met = yield* Effect.flatMap(ConnectionsTest, ({ requests }) => requests)
      assert.isAbove(met.filter(({ operation }) => operation === "actions.execute").length, 500)
      assert.deepStrictEqual(
        [outcomes.filter(({ _tag }) => _tag === "Success").length, placed.length, new Set(placed).size],
        [500, 500, 500]
      )
    })
    return VirtualClock.run(Effect.scoped(Effect.provide(program, ConnectionsTest.layer(world, { faults }))), {
      seed: 1
    })
  })

  virtual("is so for what another time may mend, and not for what stays wrong", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      const api = yield* client()
      const { respondNext } = yield* ConnectionsTest
      const after = (script: Scripted) =>
        Effect.gen(function* () {
          // what was not sent is sent again by the client itself, up to three times
          const attempts = "_tag" in script && script._tag === "Refused" ? 3 : 1
          yield* respondNext(
            { operation: "actions.execute" },
            Array.from({ length: attempts }, () => script)
          )
          const error = yield* Effect.flip(ledger.submit(JSON.stringify(script), submit(api, "sync")))
          return [error._tag, Ledger.maySubmitAgain(error), Ledger.isNotDone(error)] as const
        })
      assert.deepStrictEqual(yield* Effect.forEach([{ status: 429 }, { _tag: "Refused" }] as const, after), [
        ["RateLimited", true, true],
        ["NotSent", true, true]
      ])
      const wrong = [{ status: 401 }, { status: 403 }, { status: 404 }, { status: 422 }] as const
      assert.deepStrictEqual(yield* Effect.forEach(wrong, after), [
        ["Unauthorized", false, true],
        ["Forbidden", false, true],
        ["NotFound", false, true],
        ["ApiRejected", false, true]
      ])
      const unknown = [{ status: 409 }, { status: 502 }, { _tag: "Reset" }] as const
      assert.deepStrictEqual(yield* Effect.forEach(unknown, after), [
        ["ApiRejected", false, false],
        ["ServerFailed", false, false],
        ["OutcomeUnknown", false, false]
      ])
      const invalid = yield* Effect.flip(ledger.submit("", submit(api, "sync")))
      assert.isFalse(Ledger.maySubmitAgain(invalid))
      assert.isTrue(Ledger.maySubmitAgain(new SubmissionNotDone({ key: "a", intendedAt: 0 })))
      for (const [code, may] of [
        ["ENOSPC", true],
        ["LEASE_ENDED", true],
        ["TAKEN_OVER", false]
      ] as const) {
        assert.strictEqual(Ledger.maySubmitAgain(new LedgerFailed({ step: "write", code })), may)
      }
      for (const other of [undefined, null, "RateLimited", {}, { _tag: "Mine" }]) {
        assert.isFalse(Ledger.maySubmitAgain(other))
      }
    })
  )

  virtual("is so for an unknown outcome whose submit has a verifier: it is asked again, and nothing is sent", () =>
    Effect.gen(function* () {
      const { ledger } = journal()
      const api = yield* client()
      const { respondNext } = yield* ConnectionsTest
      const scripts: ReadonlyArray<Scripted> = [
        { _tag: "Reset", commit: true },
        { status: 502, commit: true },
        { status: 409, commit: true }
      ]
      for (const [index, script] of scripts.entries()) {
        const key = String(index)
        yield* respondNext({ operation: "actions.execute" }, [script])
        let asked = 0
        const verify = Effect.suspend(() => (++asked < 3 ? Effect.fail("not reachable") : Effect.succeed(Completed(7))))
        const submitted = ledger.submit(key, submit(api, "sync"), { verify })
        const first = yield* Effect.flip(submitted)
        assert.isTrue(Ledger.maySubmitAgain(first), first._tag)
        const second = yield* Effect.flip(submitted)
        assert.deepInclude(second, { _tag: "SubmissionUnknown", verifier: "failed" })
        assert.include(second.message, "The verifier was asked and failed")
        assert.isTrue(Ledger.maySubmitAgain(second))
        assert.deepStrictEqual([yield* submitted, asked, yield* runs("sync")], [Completed(7), 3, index + 1])
      }
      const unsure = yield* Effect.flip(
        Effect.zipRight(
          Effect.exit(ledger.submit("c", Effect.die("a defect"))),
          ledger.submit("c", submit(api, "sync"), { verify: Effect.succeed(Ledger.cannotTell) })
        )
      )
      assert.deepInclude(unsure, { _tag: "SubmissionUnknown", verifier: "cannotTell" })
      assert.include(unsure.message, "The verifier was asked and could not tell")
      assert.isTrue(Ledger.maySubmitAgain(unsure))
      const person = yield* Effect.flip(ledger.submit("c", submit(api, "sync")))
      assert.notProperty(person, "verifier")
      assert.isFalse(Ledger.maySubmitAgain(person))
    })
  )
})
