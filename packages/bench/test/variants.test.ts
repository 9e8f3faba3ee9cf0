import { assert, it } from "@effect/vitest"
import { describe } from "vitest"
import type { Worker } from "../src/rounds.js"
import { callGroup, variantCosts } from "../src/variants.js"

const run = { calls: 10, quick: true, rounds: 3 }

/** Workers that cost what is given, and what they did. */
const workers = (costs: Readonly<Record<string, (round: number) => number>>) => {
  const log: Array<string> = []
  const start = (name: string): Worker => {
    let round = 0
    return {
      run: (calls) => {
        log.push(`${name} ${calls}`)
        return Promise.resolve().then(() => costs[name]?.(round++) ?? NaN)
      },
      end: () => log.push(`${name} ends`)
    }
  }
  return { log, start }
}

const failing = (why: string) => (): number => {
  throw new Error(why)
}

/** The server takes 20 us for each of the ten calls. */
const server = () => {
  let micros = 0
  return () => Promise.resolve((micros += 200))
}

describe("variantCosts", () => {
  it("the order of the processes turns from round to round, and all of them end", async () => {
    const { log, start } = workers({ a: () => 1, b: () => 2, c: () => 3 })
    await variantCosts(["a", "b", "c"], start, { ...run, serverMicros: server() })
    assert.deepStrictEqual(
      log.slice(0, 9).map((line) => line.slice(0, 1)),
      [..."abcbcacab"]
    )
    assert.deepStrictEqual(log.slice(-3), ["a ends", "b ends", "c ends"])
    assert.include(log, "a 10")
  })

  it("rounds of warm-up are not counted", async () => {
    const { start } = workers({ a: (round) => round })
    const [cost] = await variantCosts(["a"], start, { ...run, serverMicros: server() })
    assert.deepStrictEqual(cost?.micros, [2, 3, 4])
  })

  it("a process that fails is not run again, and the others go on", async () => {
    const { log, start } = workers({ a: () => 1, b: failing("it is not installed") })
    const costs = await variantCosts(["a", "b"], start, { ...run, serverMicros: server() })
    assert.deepStrictEqual(
      costs.map(({ failed, micros }) => [micros.length, failed]),
      [
        [3, undefined],
        [0, "it is not installed"]
      ]
    )
    assert.strictEqual(log.filter((line) => line === "b 10").length, 1)
    assert.include(log, "b ends")
  })
})

describe("callGroup", () => {
  const groupOf = async (costs: Readonly<Record<string, (round: number) => number>>) => {
    const names = Object.keys(costs)
    return callGroup(
      "calls",
      await variantCosts(names, workers(costs).start, { ...run, serverMicros: server() }),
      names
    )
  }

  it("a ratio is made within a round: what slows down all of them does not change it", async () => {
    const { variants } = await groupOf({ a: (round) => 10 ** round, b: (round) => 3 * 10 ** round })
    assert.deepStrictEqual(variants, [
      { name: "a", value: 1000, ratio: 1, spread: [1, 1], server: 20 },
      { name: "b", value: 3000, ratio: 3, spread: [3, 3], server: 20 }
    ])
  })

  it("a line that failed has its reason", async () => {
    const { variants } = await groupOf({ a: () => 1, b: failing("no such package") })
    assert.deepStrictEqual(variants[1], { name: "b", value: NaN, failed: "no such package" })
  })

  it("without the first line there are values, and no ratios", async () => {
    const { variants } = await groupOf({ a: failing("no such package"), b: () => 7 })
    assert.deepStrictEqual(variants[1], { name: "b", value: 7, spread: [7, 7] })
  })
})
