import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { measure, type Report } from "../src/oddities/measure.js"
import { operationNames } from "../src/oddities/operations.js"
import { oddities } from "../src/oddities/rows.js"
import { isBroken, linesOf, totalsOf } from "../src/oddities/totals.js"

const report: Report = {
  group: "answers",
  oddity: "204",
  operation: "execute",
  transport: "node",
  end: "ok",
  executions: 1,
  isDoubled: false,
  isFalseProof: false,
  openSockets: 0,
  expected: undefined
}

describe("oddities", () => {
  for (const group of ["answers: ", "encodings: ", "tls: no TLS there", "clocks: "]) {
    it(
      `${group} every call ends as the table says, over both transports`,
      () =>
        Effect.runPromise(
          Effect.map(measure(group), (reports) => {
            const totals = totalsOf(reports, 0)
            assert.deepStrictEqual(
              totals.unexpected.map(({ end, expected, oddity, operation, transport }) =>
                [oddity, operation, transport, end, expected].join(", ")
              ),
              []
            )
            assert.deepStrictEqual([totals.doubled, totals.falseNotSent, totals.hangs], [0, 0, 0])
            const rows = oddities.filter((row) => `${row.group}: ${row.name}`.includes(group))
            const cells = rows.reduce((sum, row) => sum + (row.operations ?? operationNames).length * 2, 0)
            assert.strictEqual(totals.cells, cells)
          })
        ),
      60_000
    )
  }

  it("fails on each kind of broken promise", () => {
    const bad: ReadonlyArray<readonly [ReadonlyArray<Report>, number]> = [
      [[], 0],
      [[report], 1],
      [[{ ...report, isDoubled: true }], 0],
      [[{ ...report, isFalseProof: true }], 0],
      [[{ ...report, end: "hangs" }], 0],
      [[{ ...report, openSockets: 1 }], 0],
      [[{ ...report, expected: "OutcomeUnknown" }], 0]
    ]
    assert.isFalse(isBroken(totalsOf([report, { ...report, transport: "fetch", openSockets: 2 }], 0)))
    for (const [reports, unhandled] of bad) assert.isTrue(isBroken(totalsOf(reports, unhandled)))
    const lines = linesOf(
      [{ ...report, expected: "OutcomeUnknown" }],
      totalsOf([{ ...report, expected: "OutcomeUnknown" }], 0)
    )
    assert.include(lines.join("\n"), "answers: 204, execute over node: ok, not OutcomeUnknown")
  })
})
