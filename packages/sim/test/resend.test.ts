import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { planFor } from "../src/resend/measure.js"
import {
  type Drop,
  drops,
  type Method,
  methods,
  type RunReport,
  type TransportName,
  transportNames
} from "../src/resend/plan.js"
import { fetchTransports, runPlan } from "../src/resend/program.js"
import { promises, rowOf } from "../src/resend/totals.js"

const isReports = (u: unknown): u is ReadonlyArray<RunReport> => Array.isArray(u)

describe("resend: this runtime", () => {
  it("receives each lost call once over every transport, and a refused one is not sent", async () => {
    const { arrivalsOf, close, main, plan } = await planFor(transportNames)
    try {
      await runPlan(plan, { ...fetchTransports, NodeConnectors: NodeConnectors.layer })
      const reports: unknown = JSON.parse(await main.report)
      assert.isTrue(isReports(reports))
      const rows = isReports(reports) ? reports.map((report) => rowOf("Node", "", report, arrivalsOf)) : []
      assert.deepStrictEqual(
        rows,
        transportNames.map((transport) => ({
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
    } finally {
      close()
    }
  })
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
