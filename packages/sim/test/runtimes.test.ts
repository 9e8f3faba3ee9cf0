import { assert, describe, it } from "@effect/vitest"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import { promises } from "../src/resend/totals.js"
import { cellReports } from "../src/runtimes/cells.js"
import { runtimeKinds } from "../src/runtimes/install.js"
import { cellOf, isOk, tableOf, withTable } from "../src/runtimes/matrix.js"
import { openMatrix } from "../src/runtimes/measure.js"
import { type Feature, features, transportNames } from "../src/runtimes/plan.js"
import { fetchTransports } from "../src/runtimes/program.js"

const transports = { ...fetchTransports, NodeConnectors: NodeConnectors.layer }
const tried = features.filter((feature) => feature !== "CORS")

/** What each feature comes to over a transport, here. */
const cellsOver = (layer: Layer.Layer<HttpClient.HttpClient>, of: ReadonlyArray<Feature>) =>
  Effect.gen(function* () {
    const { plan, seenOf } = yield* openMatrix(["fetch"], of)
    const reports = yield* cellReports(plan, "fetch", layer)
    const seen = yield* seenOf("fetch")
    return reports.map((report) => cellOf("Node", "1", report, seen, 1))
  })

describe("runtimes: this runtime", () => {
  for (const name of transportNames) {
    it.scopedLive(`${name}: every cell is ok`, () =>
      Effect.gen(function* () {
        const cells = yield* cellsOver(transports[name], tried)
        assert.deepStrictEqual(
          cells.map(({ feature, text }) => [feature, text]),
          tried.map((feature) => [feature, "ok"])
        )
      })
    )
  }

  const over = (change: (client: HttpClient.HttpClient) => HttpClient.HttpClient) =>
    Layer.map(FetchHttpClient.layer, (context) => context).pipe(
      Layer.flatMap((context) =>
        Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, change)).pipe(
          Layer.provide(Layer.succeedContext(context))
        )
      )
    )

  it.scopedLive("a transport that sends a lost call again, or is not interrupted, is not ok", () =>
    Effect.gen(function* () {
      const again = yield* cellsOver(over(HttpClient.retry({ times: 1 })), ["lost answer"])
      assert.deepStrictEqual(
        again.map(({ text }) => text),
        ["value, executed twice of at most 1"]
      )
      const detached = over(
        HttpClient.transformResponse((response) =>
          Effect.flatMap(Effect.forkDaemon(response), (fiber) => fiber.await.pipe(Effect.flatten))
        )
      )
      const left = yield* cellsOver(detached, ["interrupt"])
      assert.deepStrictEqual(
        left.map(({ text }) => text),
        ["the request went on at the server"]
      )
    })
  )
})

describe("runtimes: a cell", () => {
  const textOf = (feature: Feature, end: string, executed: number, most: number, left = true) =>
    cellOf("Deno", "2", { feature, transport: "fetch", end }, { executed, left }, most)
  const cases = [
    [textOf("list", "ok", 0, 1), "ok", true],
    [textOf("list", "hangs", 0, 1), "hangs", false],
    [textOf("list", "okay", 0, 1), "okay", false],
    [textOf("interrupt", "ok", 0, 1), "ok", true],
    [textOf("interrupt", "ok", 0, 1, false), "the request went on at the server", false],
    [textOf("lost answer", "OutcomeUnknown", 1, 1), "ok", true],
    [textOf("lost answer", "OutcomeUnknown", 2, 2), "ok, executed twice", true],
    [textOf("lost answer", "value", 2, 2), "ok, executed twice", true],
    [textOf("lost answer", "value", 2, 1), "value, executed twice of at most 1", false],
    [textOf("lost answer", "value", 1, 2), "value, executed once", false],
    [textOf("lost answer", "NotSent", 1, 1), "NotSent, executed once", false],
    [textOf("lost answer", "OutcomeUnknown", 0, 1), "OutcomeUnknown, executed 0 times of at most 1", false]
  ] as const
  for (const [cell, text, ok] of cases) {
    it(`${cell.feature}: ${text}`, () => assert.deepStrictEqual([cell.text, isOk(cell)], [text, ok]))
  }
})

describe("runtimes: the page", () => {
  const page = readFileSync(new URL("../../../docs/runtimes.md", import.meta.url), "utf8")

  it("has a row for each runtime and transport, and every cell is ok or not tried", () => {
    const rows = Array.from(
      page.matchAll(/^\| (\w+) [\d.-]+ +\| `(\w+)` +\|(.*)\|$/gm),
      ([, runtime, transport, cells]) => ({
        row: `${runtime} ${transport}`,
        cells: (cells ?? "").split("|").map((text) => text.trim())
      })
    )
    assert.deepStrictEqual(
      new Set(rows.map(({ row }) => row)),
      new Set(runtimeKinds.flatMap((kind) => Object.keys(promises[kind]).map((transport) => `${kind} ${transport}`)))
    )
    for (const { cells, row } of rows) {
      assert.lengthOf(cells, features.length)
      for (const text of cells) assert.match(text, /^(ok(, executed twice)?|-)$/, row)
    }
  })

  it("gets a new table in place of the one between its marks", () => {
    const cell = cellOf(
      "Bun",
      "1.4",
      { feature: "list", transport: "fetch", end: "a | b" },
      { executed: 0, left: true },
      1
    )
    const table = tableOf([cell])
    assert.strictEqual(table[2]?.startsWith("| Bun 1.4 | `fetch`   | a \\| b | -  "), true, table[2])
    const written = withTable(page, table)
    assert.include(written, table.join("\n"))
    assert.strictEqual(withTable(written, tableOf([])), withTable(page, tableOf([])))
    assert.throws(() => withTable("no marks", table), /no marks/)
  })
})
