/** A world with handlers, and assertions about the calls it received. */
import * as Answer from "@effect-connectors/testing/Answer"
import * as Calls from "@effect-connectors/testing/Calls"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Matchers from "@effect-connectors/testing/Matchers"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { strict as nodeAssert } from "node:assert"
import { expect } from "vitest"
import { CrmUnavailable, DealNotFound, Deals } from "../src/Deals.ts"
import { report } from "../src/report.ts"
import { inMemory } from "./support/app.ts"
import { crm, world } from "./support/world.ts"

const fetchDeal = (id: number) => Effect.flatMap(Deals, (deals) => deals.fetch(id))

describe("a deal", () => {
  it.effect("is fetched", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* fetchDeal(7), { id: 7, name: "Harbour lights", amount: 1200 })
    }).pipe(inMemory(world))
  )

  it.effect("that does not exist is DealNotFound", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Effect.flip(fetchDeal(9)), new DealNotFound({ id: 9 }))
    }).pipe(inMemory(world))
  )

  it.effect("with another shape is CrmUnavailable", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(fetchDeal(7))
      assert.instanceOf(error, CrmUnavailable)
      assert.include(error.message, "amount")
    }).pipe(inMemory(World.make(world, crm.action("fetch-deal", { id: 7, name: "Harbour lights", amount: "1200" }))))
  )

  it.effect("is read again each time", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* fetchDeal(7)).amount, 1200)
      assert.strictEqual((yield* fetchDeal(7)).amount, 1500)
    }).pipe(
      inMemory(
        World.make(
          world,
          crm.action(
            "fetch-deal",
            Answer.inTurn(
              { id: 7, name: "Harbour lights", amount: 1200 },
              { id: 7, name: "Harbour lights", amount: 1500 }
            )
          )
        )
      )
    )
  )

  it.effect("is reported with its open pull requests, of all pages", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* report(7, "website"),
        "Harbour lights: 1200\n  #1 Change 1\n  #3 Change 3\n  #5 Change 5"
      )
    }).pipe(inMemory(world))
  )
})

describe("the calls that the platform received", () => {
  it.effect("are read from its typed log", () =>
    Effect.gen(function* () {
      const { calls } = yield* ConnectionsTest
      yield* fetchDeal(7)
      const fetches = yield* calls.executes("crm", "fetch-deal")
      assert.deepStrictEqual(
        fetches.map(({ attempt, executed, input, status }) => ({ attempt, executed, input, status })),
        [{ attempt: 1, executed: true, input: { id: 7 }, status: 200 }]
      )
    }).pipe(inMemory(world))
  )

  it.effect("are asserted in an Effect", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* fetchDeal(7)
      yield* Calls.assertExecuted(platform, "crm", "fetch-deal", { input: { id: 7 }, times: 1 })
      yield* Calls.assertNotExecuted(platform, "crm", "send-invoice")

      const { message } = yield* Effect.flip(
        Calls.assertExecuted(platform, "crm", "fetch-deal", { input: { id: 8 }, times: 1 })
      )
      assert.include(message, 'nearest call: crm/fetch-deal with {"id":7}')
    }).pipe(inMemory(world))
  )

  it.effect("are asserted by expect", () =>
    Effect.gen(function* () {
      const { calls } = yield* ConnectionsTest
      yield* fetchDeal(7)
      const log = yield* calls.log
      expect(log).toHaveExecuted("crm", "fetch-deal", { input: { id: expect.any(Number) }, times: 1 })
      expect(log).not.toHaveExecuted("crm", "send-invoice")
      expect(log).toHaveNoUnmatchedCalls()
    }).pipe(inMemory(world))
  )

  it.effect("are asserted by any other assertion library", () =>
    Effect.gen(function* () {
      const { calls } = yield* ConnectionsTest
      yield* fetchDeal(7)
      const { message, pass } = Matchers.toHaveExecuted(yield* calls.log, "crm", "fetch-deal", { times: 1 })
      nodeAssert.ok(pass, message())
    }).pipe(inMemory(world))
  )
})

describe("verify: a mistake in a test", () => {
  /** The message of the defect with which the layer ends a test that made a mistake. */
  const mistakeOf = <E>(test: Effect.Effect<unknown, E>) =>
    Effect.map(Effect.exit(test), (exit) => (Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "no mistake was found"))

  it.effect("is reported when the program calls an action that the world does not have", () =>
    Effect.gen(function* () {
      const misspelled = World.make(World.connection("crm").action("fetch-deals", {}))
      const mistake = yield* mistakeOf(Effect.flip(fetchDeal(7)).pipe(inMemory(misspelled, { verify: true })))
      assert.include(mistake, "/api/v1/connections/crm/actions/fetch-deal/execute")
      assert.include(mistake, "answered 404")
    })
  )

  it.effect("is reported when a scripted response was not used", () =>
    Effect.gen(function* () {
      const test = Effect.gen(function* () {
        const platform = yield* ConnectionsTest
        yield* platform.respondNext({ operation: "connections.list" }, [{ status: 503 }])
        yield* fetchDeal(7)
      })
      assert.include(
        yield* mistakeOf(test.pipe(inMemory(world, { verify: true }))),
        "1 scripted answer to a request of operation connections.list"
      )
    })
  )
})
