import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, describe, it } from "vitest"

const root = fileURLToPath(new URL("../../", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "vectors-"))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (text: string | undefined) => {
  const file = join(folder, "vectors.json")
  rmSync(file, { force: true })
  if (text !== undefined) writeFileSync(file, text)
  const { status, stdout } = spawnSync(process.execPath, ["scripts/vectors.mjs"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, CONNECTIONS_VECTORS: file }
  })
  return { status, stdout, last: stdout.trim().split("\n").at(-1) }
}

const catalog = {
  id: "catalog",
  call: { op: "catalog.list", args: {} },
  server_script: [{ responses: [{ json: [] }] }],
  requests: [{ method: "GET", path: "/api/v1/actions" }],
  outcome: { json: [] }
}

// each test starts a vitest of its own
describe("scripts/vectors.mjs", { timeout: 120_000 }, () => {
  it("counts each vector on each transport, names what failed, and fails", () => {
    const other = { ...catalog, id: "other", call: { op: "no.such", args: {} } }
    const { last, status, stdout } = run(JSON.stringify({ format: 1, vectors: [catalog, other, { id: "half" }] }))
    assert.strictEqual(last, "2 passed, 4 failed", stdout)
    assert.strictEqual(status, 1)
    for (const said of [
      "over node 2 other",
      "over fetch 2 other",
      `no operation "no.such"`,
      "half is not of the format"
    ]) {
      assert.include(stdout, said)
    }
  })

  it("fails when the file is not there", () => {
    const { last, status, stdout } = run(undefined)
    assert.deepStrictEqual([last, status], ["0 passed, 1 failed", 1], stdout)
    assert.include(stdout, "vectors.json")
  })
})
