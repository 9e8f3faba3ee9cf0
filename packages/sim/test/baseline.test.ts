import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { baseline, linesOf, type Row } from "../src/baseline/baseline.js"

const calls = 60
const rowsOf = (rows: ReadonlyArray<Row>, name: string): ReadonlyArray<Row> => rows.filter((row) => row.name === name)
const sum = (rows: ReadonlyArray<Row>, of: (row: Row) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)

describe("baseline", () => {
  it.live("finds what a program without the library gets wrong, and nothing of it in the library", () =>
    Effect.gen(function* () {
      const rows = yield* baseline(calls)
      const ours = rowsOf(rows, "this library")
      const plain = rowsOf(rows, "HttpClient + retryTransient")
      for (const row of ours) {
        const { leaking, leakingSpans, misreported, neverEnded, repeated } = row
        assert.deepStrictEqual([repeated, misreported, neverEnded, leaking, leakingSpans], [0, 0, 0, 0, 0], row.case)
      }
      // the comparison finds each of these where it happens
      for (const of of ["repeated", "misreported", "neverEnded", "leaking", "leakingSpans"] as const) {
        assert.isAbove(
          sum(plain, (row) => row[of]),
          0,
          of
        )
      }
      for (const row of rows) {
        assert.strictEqual(row.succeeded + row.failed + row.neverEnded, calls)
        assert.isAtLeast(row.executions, row.succeeded + row.repeated)
      }
      assert.strictEqual(linesOf(rows).length, rows.length + 2)
    })
  )

  it.live("gives the same figures in each run", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* baseline(10), yield* baseline(10))
    })
  )
})
