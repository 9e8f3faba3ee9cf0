/**
 * `npm run orders -- [--orders 500] [--seed 1] [--json]`: orders through a ledger while 5 % of the submits get a 429, 3 % are placed
 * without a response and 2 % end before they are placed. Prints which keys are left for a person, by the rules of
 * before, by those of now, and with a verifier. Ends with 1 when a key is left that somebody could know, or an order is placed twice.
 */
import * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import { wholeOption } from "./common/options.js"
import { rules, runOrders } from "./orders/orders.js"

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false }
  }
})

const orders = wholeOption("orders", values.orders, 1)
const seed = wholeOption("seed", values.seed)
const rates = { rateLimited: 0.05, lostAnswer: 0.03, reset: 0.02 }

const reports = await Effect.runPromise(Effect.forEach(rules, (rule) => runOrders({ orders, seed, rule, rates })))

if (values.json) console.log(JSON.stringify({ orders, seed, rates, reports }))
else {
  console.log(`${orders} orders, seed ${seed}, 5 % 429, 3 % lost responses, 2 % resets`)
  for (const it of reports) {
    console.log(
      `  ${it.rule}: ${it.done} done, ${it.left} left for a person (${it.leftPlaced} of them were placed, ${it.leftKnowable} could be known), ${it.doubled} placed twice; met ${it.limited} 429, ${it.lost} lost, ${it.reset} resets`
    )
  }
}
const isGood = reports.every(
  ({ doubled, forgotten, leftKnowable, rule }) =>
    doubled === 0 && forgotten === 0 && (rule === "before" || leftKnowable === 0)
)
process.exitCode = isGood ? 0 : 1
