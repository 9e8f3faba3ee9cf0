import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { drawOf } from "../src/chaos/draw.js"
import { allowed } from "../src/chaos/allowedEnds.js"
import { responseBytes, messageLength } from "../src/chaos/framing.js"
import { operationNames } from "../src/chaos/operations.js"
import { allCells, measure } from "../src/chaos/measure.js"
import { baselineLines, isBroken, linesOf, merged, type Totals } from "../src/chaos/totals.js"
import { socketFaults } from "../src/chaos/socketFaults.js"

const clean: Totals = {
  cells: 1,
  calls: 1,
  faults: { delay: 1 },
  ends: { ok: 1 },
  late: 0,
  executions: 1,
  duplicates: 0,
  neverEnded: 0,
  openSockets: 0,
  forbiddenConnections: 0,
  forbiddenCanaries: 0,
  broken: [],
  millis: 1
}

const report = {
  name: "delay/get/node",
  seed: 3,
  end: "ok",
  calls: 1,
  applied: 1,
  executions: 2,
  duplicates: 1,
  openSockets: 0,
  mayBeLate: false,
  breaks: ["executed twice"]
}

describe("chaos", () => {
  it("has a cell for every fault, operation and transport", () => {
    assert.strictEqual(allCells.length, Object.keys(socketFaults).length * operationNames.length * 2)
    assert.isAtLeast(Object.keys(socketFaults).length, 40)
  })

  it("draws the same for the same seed, and something else for another", () => {
    const draws = (seed: number) => ["hits", "at", "bytes"].map(drawOf("delay/get/node", seed))
    assert.deepStrictEqual(draws(1), draws(1))
    assert.notDeepEqual(draws(1), draws(2))
  })

  it("finds duplicates of a call without the library, and none with it", async () => {
    const cell = "lostAnswer/execute"
    const [ours, plain] = await Promise.all(
      (["ours", "plain"] as const).map((baseline) => Effect.runPromise(measure({ seeds: [0], cell, baseline })))
    )
    assert.deepStrictEqual([ours?.cells, ours?.duplicates, plain?.cells, plain?.duplicates], [2, 0, 2, 2])
    const { cells } = await Effect.runPromise(measure({ seeds: [], cell: "delay/", baseline: "plain" }))
    assert.strictEqual(cells, 4)
    assert.deepStrictEqual(baselineLines({ clean: { ...clean, duplicates: 2, forbiddenCanaries: 3 } }).slice(2), [
      "| clean | 1 | 1 | 2 | 0 | 0 | 0 | 3 |"
    ])
  })

  it("framing: a message ends by its length or its last chunk", () => {
    const whole = responseBytes(200, "{}")
    assert.strictEqual(messageLength(Buffer.concat([whole, whole])), whole.length)
    assert.strictEqual(messageLength(whole.subarray(0, -1)), undefined)
    const chunks = Buffer.from("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
    assert.strictEqual(messageLength(chunks), chunks.length)
    assert.strictEqual(messageLength(chunks.subarray(0, -2)), undefined)
    assert.strictEqual(messageLength(Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n")), undefined)
  })

  it("allowed ends: lost unsafe work ends in OutcomeUnknown only", () => {
    for (const transport of ["node", "fetch"] as const) {
      for (const hits of [1, Infinity]) {
        assert.deepStrictEqual(allowed("lost", "unsafe", transport, hits), ["OutcomeUnknown"])
        assert.notInclude(allowed("cut", "action", transport, hits), "ok")
      }
      assert.deepStrictEqual(allowed("lost", "read", transport, 1), ["ok"])
    }
    assert.notInclude(allowed("handshake", "unsafe", "fetch", 1), "NotSent")
  })

  it("fails on each kind of broken promise", () => {
    assert.isFalse(isBroken(clean))
    const bad: ReadonlyArray<Partial<Totals>> = [
      { cells: 0 },
      { duplicates: 1 },
      { neverEnded: 1 },
      { openSockets: 1 },
      { forbiddenConnections: 1 },
      { faults: { delay: 1, slowBytes: 0 } },
      { broken: [report] }
    ]
    for (const more of bad) assert.isTrue(isBroken({ ...clean, ...more }), JSON.stringify(more))
    assert.include(linesOf({ ...clean, broken: [report] }).join("\n"), "--cell delay/get/node --seed 3")
  })

  it("adds up the totals of several processes", () => {
    const both = merged(clean, { ...clean, faults: { slowBytes: 2 }, duplicates: 1 })
    assert.deepStrictEqual([both.calls, both.duplicates, both.faults], [2, 1, { delay: 1, slowBytes: 2 }])
  })

  for (const cell of ["lostAnswer/execute", "refused/execute", "redirect307/action", "duplicateResponse/get"]) {
    it(`${cell}: no duplicate, no open connection, no request to the forbidden origin`, () =>
      Effect.runPromise(
        Effect.map(measure({ cell, seeds: [0, 1] }), (totals) => {
          assert.deepStrictEqual(totals.broken, [])
          assert.strictEqual(totals.cells, 2)
          assert.isFalse(isBroken(totals))
        })
      ))
  }
})
