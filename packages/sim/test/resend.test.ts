import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { runReport } from "../src/resend/program.js"
import { promises, type Row, rowOf } from "../src/resend/totals.js"
import { openRuns } from "../src/runtimes/measure.js"
import {
  type Drop,
  drops,
  type Method,
  methods,
  type RunReport,
  type TransportName,
  transportNames
} from "../src/runtimes/plan.js"
import { fetchTransports } from "../src/runtimes/program.js"

const transports = { ...fetchTransports, NodeConnectors: NodeConnectors.layer }

describe("resend: this runtime", () => {
  it("receives each lost call once over every transport, and a refused one is not sent", () =>
    Effect.gen(function* () {
      const { arrivalsOf, runs } = yield* openRuns(transportNames)
      const reports = yield* Effect.forEach(runs, (run) => runReport(run, transports[run.transport]))
      assert.deepStrictEqual(
        reports.map((report) => rowOf("Node", "", report, arrivalsOf)),
        transportNames.map((transport): Row => ({
          runtime: "Node",
          version: "",
          transport,
          received: { POST: 1, PUT: 1, DELETE: 1 },
          reused: 6,
          resendable: 6,
          refused: "NotSent",
          breaks: []
        }))
      )
    }).pipe(Effect.scoped, Effect.runPromise))
})

it("resend: the page of the runtimes promises what is checked", () => {
  const rows = readFileSync(new URL("../../../docs/runtimes.md", import.meta.url), "utf8").matchAll(
    /^\| (\w+) +\| `(\w+)` +\| +(\d) \| +(\d) \| +(\d) \| `(\w+)` +\|$/gm
  )
  const checked = Object.entries(promises).flatMap(([runtime, transports]) =>
    Object.entries(transports).map(([transport, { most, refused }]) =>
      [runtime, transport, most.POST, most.PUT, most.DELETE, refused].join(" ")
    )
  )
  assert.deepStrictEqual(
    Array.from(rows, ([, ...cells]) => cells.join(" ")),
    checked
  )
})

describe("resend: what is not as promised", () => {
  const transport: TransportName = "FetchTransport"
  const ends = methods.flatMap(() => drops.map(() => "OutcomeUnknown"))
  const good: RunReport = { transport, lost: ends, refused: "NotSent" }
  const once = () => [{ onConnection: 1 }]
  const on = (method: Method, drop: Drop, times: number) => (_: TransportName, atDrop: Drop, atMethod: Method) =>
    Array.from({ length: atDrop === drop && atMethod === method ? times : 1 }, () => ({ onConnection: 1 }))
  const ended = (index: number, end: string): RunReport => ({
    ...good,
    lost: ends.map((one, at) => (at === index ? end : one))
  })

  const cases = [
    ["nothing of the kind", good, once, []],
    ["a call that arrives twice", good, on("PUT", "rst", 2), ["PUT with rst arrived 2 times, not 1"]],
    ["a call that never arrives", good, on("DELETE", "fin", 0), ["DELETE with fin never arrived: OutcomeUnknown"]],
    ["false proof", ended(8, "NotSent"), once, ["DELETE with gone arrived and is said not to have been sent"]],
    ["a call that does not end", ended(4, "hangs"), once, ["PUT with rst hangs"]],
    ["a lost call that succeeds", ended(0, "value"), once, ["POST with fin was lost and ended in value"]],
    [
      "a refused connection that may have been sent",
      { ...good, refused: "OutcomeUnknown" },
      once,
      ["a refused connection ended in OutcomeUnknown, not NotSent"]
    ]
  ] as const
  for (const [what, report, arrivalsOf, breaks] of cases) {
    it(what, () => assert.deepStrictEqual(rowOf("Deno", "", report, arrivalsOf).breaks, breaks))
  }

  it("a runtime that sends writes twice, where that is said, is as promised", () => {
    const report: RunReport = { ...good, transport: "fetch", refused: "OutcomeUnknown" }
    assert.deepStrictEqual(rowOf("Chromium", "", report, on("PUT", "fin", 2)).breaks, [])
    assert.lengthOf(rowOf("Bun", "", report, on("POST", "fin", 2)).breaks, 1)
  })
})
