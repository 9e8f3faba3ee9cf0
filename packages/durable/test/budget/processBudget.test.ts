import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeProcessBudget } from "../../src/internal/budget/processBudget.js"

describe("a budget in the process", () => {
  it("takes the same options as one on PostgreSQL, and gives each its turn", () =>
    Effect.runPromise(
      VirtualClock.run(
        Effect.gen(function* () {
          const budget = yield* makeProcessBudget({ requests: 50, batch: 5, name: "fifty" })
          assert.deepStrictEqual(yield* budget.reserve(100), { requests: 5, startsInMillis: 0, everyMillis: 20 })
          assert.deepStrictEqual(yield* budget.reserve(2), { requests: 2, startsInMillis: 100, everyMillis: 20 })
          yield* budget.pause(1_000)
          assert.strictEqual(yield* budget.pausedFor, 1_000)
          assert.deepStrictEqual(yield* budget.reserve(1), { requests: 1, startsInMillis: 1_000, everyMillis: 20 })
          const error = yield* Effect.flip(makeProcessBudget({ requests: 1, name: "" }))
          assert.deepStrictEqual(error.issues[0]?.path, ["name"])
        })
      )
    ))
})
