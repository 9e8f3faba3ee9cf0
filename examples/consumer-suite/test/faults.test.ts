/** What the program does when the platform or the network fails. */
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { CrmUnavailable, Deals, Unclear } from "../src/Deals.ts"
import { report } from "../src/report.ts"
import { inMemory } from "./support/app.ts"
import { world } from "./support/world.ts"

const invoice = Effect.flatMap(Deals, (deals) => deals.invoice(7))
const sent = Effect.flatMap(ConnectionsTest, ({ executions }) => executions("crm", "send-invoice"))

describe("faults by plan", () => {
  const busyTwice = Faults.when(
    { operation: "actions.execute", action: "fetch-deal" },
    Faults.rateLimited({ retryAfter: "20 seconds" }),
    Faults.lostAnswer
  )

  it.effect("a call that may be repeated waits and succeeds", () =>
    Effect.gen(function* () {
      const deals = yield* Deals
      const { executions, unusedFaults } = yield* ConnectionsTest
      const clock = yield* VirtualClock
      assert.strictEqual((yield* deals.fetch(7)).name, "Harbour lights")
      assert.isAtLeast(yield* clock.currentTimeMillis, 20_000)
      assert.strictEqual(yield* executions("crm", "fetch-deal"), 2)
      assert.deepStrictEqual(yield* unusedFaults, Faults.none)
    }).pipe(inMemory(world, { faults: busyTwice }))
  )

  it.effect("an invoice whose response is lost is Unclear", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Effect.flip(invoice), new Unclear({ what: "the invoice of deal 7" }))
      assert.strictEqual(yield* sent, 1)
    }).pipe(inMemory(world, { faults: Faults.next(Faults.lostAnswer) }))
  )

  it.effect("an invoice that the server refuses is not sent", () =>
    Effect.gen(function* () {
      assert.instanceOf(yield* Effect.flip(invoice), CrmUnavailable)
      assert.strictEqual(yield* sent, 0)
    }).pipe(inMemory(world, { faults: Faults.always({ action: "send-invoice" }, Faults.status(503)) }))
  )

  it.effect("setFaults starts them in the middle of a test", () =>
    Effect.gen(function* () {
      const platform = yield* BosaTest
      yield* report(7, "website")
      yield* platform.setFaults(Faults.always({ connector: "github" }, Faults.status(500)))
      const error = yield* Effect.flip(report(7, "website"))
      assert.strictEqual(error._tag, "ReviewsUnavailable")
    }).pipe(inMemory(world))
  )
})

describe("faults by seed", () => {
  const reportWithAttempts = Effect.gen(function* () {
    const { calls } = yield* ConnectionsTest
    const text = yield* report(7, "website")
    return { text, attempts: (yield* calls.all).map(({ at, fault, status }) => ({ at, fault, status })) }
  })

  for (const seed of [1, 2, 3]) {
    it.effect(`seed ${seed} leaves the report as it is, and gives the same attempts each time`, () =>
      Effect.gen(function* () {
        const run = reportWithAttempts.pipe(inMemory(world, { faults: Faults.seeded(seed, 0.2) }))
        const first = yield* run
        assert.include(first.text, "#5 Change 5")
        assert.deepStrictEqual(yield* run, first)
      })
    )
  }
})

describe("an invoice, under any faults", () => {
  /** How often the server sent the invoice under a plan. */
  const timesSent = (program: typeof invoice, faults: Faults.Plan) =>
    Effect.runPromise(Effect.zipRight(Effect.either(program), sent).pipe(inMemory(world, { faults })))

  const onceAtMost = (program: typeof invoice) =>
    FastCheck.asyncProperty(Faults.arbitrary(), async (plan) => (await timesSent(program, plan)) <= 1)

  it("is sent at most once", () => FastCheck.assert(onceAtMost(invoice), { numRuns: 100 }))

  it("is sent twice by a program that repeats an Unclear call, and the property finds it", async () => {
    const eager = Effect.retry(invoice, { times: 3, while: (error) => error._tag === "Unclear" })
    const { counterexample, failed } = await FastCheck.check(onceAtMost(eager), { seed: 42 })
    assert.isTrue(failed)
    // the shrunk plan: one fault of up to six is enough
    assert.strictEqual(Faults.print(counterexample?.[0] ?? Faults.none), "next any request: lost answer")
  })
})
