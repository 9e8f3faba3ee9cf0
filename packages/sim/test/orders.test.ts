import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Rule, runOrders } from "../src/orders/orders.js"

const rates = { rateLimited: 0.05, lostAnswer: 0.03, reset: 0.02 }
const run = (rule: Rule, seed: number) => Effect.runPromise(runOrders({ orders: 500, seed, rule, rates }))

describe("500 orders with 429, lost responses and resets", () => {
  for (const seed of [4]) {
    it(`seed ${seed}: exactly the orders whose response never came are left for a person`, async () => {
      const before = await run("before", seed)
      assert.strictEqual(before.left, before.limited + before.lost + before.reset)
      const { done, doubled, forgotten, left, leftKnowable, lost, reset } = await run("refusals", seed)
      assert.deepStrictEqual([left, done, leftKnowable, forgotten, doubled], [lost + reset, 500 - left, 0, 0, 0])
      assert.isBelow(left, before.left)
    })

    it(`seed ${seed}: with a verifier none is left, and none is placed twice`, async () => {
      const { done, doubled, forgotten, left } = await run("verifier", seed)
      assert.deepStrictEqual([left, done, forgotten, doubled], [0, 500, 0, 0])
    })
  }
})
