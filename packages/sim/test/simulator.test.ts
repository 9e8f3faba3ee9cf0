import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { linesOf } from "../src/simulator/history.js"
import { simulate } from "../src/simulator/run.js"
import { sweep } from "../src/simulator/sweep.js"
import { breaksOf, isEven } from "../src/simulator/breaks.js"

interface Regression {
  readonly seed: number
  readonly showed: string
}

const regressions: ReadonlyArray<Regression> = JSON.parse(
  readFileSync(new URL("../regressions.json", import.meta.url), "utf8")
)

describe("simulator", () => {
  it("gives the same history, byte for byte, for the same seed", async () => {
    for (const seed of [3, 21]) {
      const [first, second] = [await simulate(seed), await simulate(seed)]
      assert.isAbove(first.events.length, 20)
      assert.strictEqual(linesOf(first).join("\n"), linesOf(second).join("\n"))
    }
  })

  it("gives the same history, byte for byte, when nobody sets the clock", async () => {
    for (const seed of [3, 21]) {
      const history = await simulate(seed)
      assert.isAbove(history.events.filter(({ kind }) => kind === "clock").length, 1)
      assert.isTrue(await isEven(history))
    }
  })

  it("gives another history for another seed", async () => {
    assert.notStrictEqual(linesOf(await simulate(3)).join("\n"), linesOf(await simulate(4)).join("\n"))
  })

  it("20 seeds with faults break no invariant", { timeout: 120_000 }, async () => {
    const { breaks, totals } = await sweep({ from: 1000, count: 20, step: 1, stopsAtBreak: false })
    assert.deepStrictEqual(breaks, [])
    assert.strictEqual(totals.seeds, 20)
    assert.isAbove(totals.exchanges, 200)
    assert.isAbove(Object.keys(totals.faults).length, 20)
  })

  it("10 seeds of orders through a ledger settle none wrongly", { timeout: 120_000 }, async () => {
    const settled: Array<string> = []
    for (let seed = 4; seed < 100; seed += 10) {
      const history = await simulate(seed)
      assert.deepStrictEqual(breaksOf(history), [])
      for (const event of history.events) if (event.kind === "order") settled.push(event.detail.state)
    }
    assert.isAbove(settled.length, 30)
    assert.includeMembers(settled, ["Accepted", "Done", "Intended"])
  })

  for (const { seed, showed } of regressions) {
    it(`seed ${seed} breaks no invariant: ${showed}`, async () => {
      assert.deepStrictEqual(breaksOf(await simulate(seed)), [])
    })
  }
})
