/** What the program does when the platform or the way to it does not do its part. */
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

describe("a bad day", () => {
  const busyTwice = Faults.when(
    { operation: "actions.execute", action: "fetch-deal" },
    Faults.rateLimited({ retryAfter: "20 seconds" }),
    Faults.lostAnswer
  )

  it.effect("is waited out by what may be asked twice", () =>
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

  it.effect("leaves an invoice unclear, whose answer is lost", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Effect.flip(invoice), new Unclear({ what: "the invoice of deal 7" }))
      assert.strictEqual(yield* sent, 1)
    }).pipe(inMemory(world, { faults: Faults.next(Faults.lostAnswer) }))
  )

  it.effect("leaves an invoice undone, that is refused", () =>
    Effect.gen(function* () {
      assert.instanceOf(yield* Effect.flip(invoice), CrmUnavailable)
      assert.strictEqual(yield* sent, 0)
    }).pipe(inMemory(world, { faults: Faults.always({ action: "send-invoice" }, Faults.status(503)) }))
  )

  it.effect("begins when the test says so", () =>
    Effect.gen(function* () {
      const platform = yield* BosaTest
      yield* report(7, "website")
      yield* platform.setFaults(Faults.always({ connector: "github" }, Faults.status(500)))
      const error = yield* Effect.flip(report(7, "website"))
      assert.strictEqual(error._tag, "ReviewsUnavailable")
    }).pipe(inMemory(world))
  )
})

describe("rough weather", () => {
  const looked = Effect.gen(function* () {
    const { calls } = yield* ConnectionsTest
    const text = yield* report(7, "website")
    return { text, attempts: (yield* calls.all).map(({ at, fault, status }) => ({ at, fault, status })) }
  })

  for (const seed of [1, 2, 3]) {
    it.effect(`of seed ${seed} changes no report, and is the same each time`, () =>
      Effect.gen(function* () {
        const run = looked.pipe(inMemory(world, { faults: Faults.seeded(seed, 0.2) }))
        const first = yield* run
        assert.include(first.text, "#5 Change 5")
        assert.deepStrictEqual(yield* run, first)
      })
    )
  }
})

describe("an invoice, whatever happens", () => {
  /** How often the invoice was sent under a plan, counted at the server. */
  const timesSent = (program: typeof invoice, faults: Faults.Plan) =>
    Effect.runPromise(Effect.zipRight(Effect.either(program), sent).pipe(inMemory(world, { faults })))

  const onceAtMost = (program: typeof invoice) =>
    FastCheck.asyncProperty(Faults.arbitrary(), async (plan) => (await timesSent(program, plan)) <= 1)

  it("is sent once at most", () => FastCheck.assert(onceAtMost(invoice), { numRuns: 100 }))

  it("of a program that tries again when it cannot know, is found to be sent twice", async () => {
    const eager = Effect.retry(invoice, { times: 3, while: (error) => error._tag === "Unclear" })
    const { counterexample, failed } = await FastCheck.check(onceAtMost(eager), { seed: 42 })
    assert.isTrue(failed)
    // of up to six faults this one is left: all it takes
    assert.strictEqual(Faults.print(counterexample?.[0] ?? Faults.none), "next any request: lost answer")
  })
})
