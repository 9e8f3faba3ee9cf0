import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const repository = fileURLToPath(new URL("../../", import.meta.url))

interface Entry {
  readonly name: string
  readonly program: string
  readonly platform: "neutral" | "node"
  readonly budget: number
}

interface Size {
  readonly own: number
  readonly base: number
  readonly whole: number
  readonly modules: ReadonlyArray<{ readonly path: string }>
}

/** What `npm run sizes` says of entries. */
const sizesOf = (...entries: ReadonlyArray<Entry>) => {
  const folder = mkdtempSync(join(tmpdir(), "connectors-sizes-"))
  const budget = join(folder, "budget.json")
  writeFileSync(budget, JSON.stringify(entries))
  const args = [join(repository, "scripts/sizes.mjs"), "--json", "--budget", budget]
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: repository, encoding: "utf8" })
  rmSync(folder, { recursive: true })
  const sizes: ReadonlyArray<Size> = JSON.parse(stdout)
  return { passed: status === 0, stderr, sizes }
}

const entry = (program: string, budget = 1_000_000, platform: Entry["platform"] = "neutral"): Entry => ({
  name: "an entry",
  program,
  platform,
  budget
})

const names = 'export { isField } from "@effect-connectors/core/SensitiveName"'
const effect = 'export { map } from "effect/Effect"'

describe("sizes", () => {
  it("own code is what a bundle has over a bundle of what it uses of others", () => {
    const { passed, sizes } = sizesOf(entry(names), entry(effect), entry(`${names}\n${effect}`))
    const [ours, theirs, both] = sizes
    assert.isTrue(passed)
    assert.deepStrictEqual(
      ours?.modules.map(({ path }) => path),
      ["packages/core/dist/SensitiveName.js"]
    )
    assert.deepStrictEqual(theirs?.modules, [])
    assert.closeTo(theirs?.own ?? NaN, 0, 20)
    assert.isAbove(theirs?.base ?? NaN, 1_000)
    assert.isAbove(ours?.own ?? NaN, 200)
    assert.closeTo(both?.own ?? NaN, ours?.own ?? NaN, 100)
  }, 60_000)

  it("an entry over its budget fails", () => {
    const { passed, sizes, stderr } = sizesOf(entry(names, 100))
    assert.isFalse(passed)
    assert.include(stderr, `FAILED an entry: our own code has ${String(sizes[0]?.own)} bytes, the budget is 100`)
  }, 60_000)
})

describe("what a bundle holds of the packages", () => {
  const pathsOf = (program: string): ReadonlyArray<string> =>
    (sizesOf(entry(program)).sizes[0]?.modules ?? []).map(({ path }) => path)

  it("Connections holds nothing of BOSA, nor of files, and BOSA nothing of Connections", () => {
    const connections = pathsOf('export { ConnectionsApi } from "@effect-connectors/core"')
    const bosa = pathsOf('export { BosaApi } from "@effect-connectors/core"')
    assert.isNotEmpty(connections)
    assert.isNotEmpty(bosa)
    assert.deepStrictEqual(
      connections.filter((path) => /bosa|jsonSchema|ledger|file|contentDisposition/i.test(path)),
      []
    )
    assert.deepStrictEqual(
      bosa.filter((path) => /connections|tracker\/engine|ledger/i.test(path)),
      []
    )
  }, 60_000)

  it("the Node transport holds neither platform", () => {
    const node = `${effect}\nexport { layer } from "@effect-connectors/node/NodeConnectors"`
    assert.deepStrictEqual(
      sizesOf(entry(node, 1_000_000, "node")).sizes[0]?.modules.filter(({ path }) =>
        /bosa|connections\/|Api\.js/.test(path)
      ),
      []
    )
  }, 60_000)
})
