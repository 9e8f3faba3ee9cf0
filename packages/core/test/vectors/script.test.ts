import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, describe, it } from "vitest"

const root = fileURLToPath(new URL("../../../../", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "vectors-"))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, vectors: ReadonlyArray<unknown> | undefined): string => {
  const file = join(folder, name)
  rmSync(file, { force: true })
  if (vectors !== undefined) writeFileSync(file, JSON.stringify({ format: 1, vectors }))
  return file
}

const run = (connections: ReadonlyArray<unknown> | undefined, bosa: ReadonlyArray<unknown>) => {
  const { status, stdout } = spawnSync(process.execPath, ["scripts/vectors.mjs"], {
    cwd: root,
    encoding: "utf8",
    env: {
      ...process.env,
      CONNECTIONS_VECTORS: write("connections.json", connections),
      BOSA_VECTORS: write("bosa.json", bosa)
    }
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

const modules = {
  id: "modules",
  client_version: ["0.1.6", "gl-0.1.15"],
  call: [{ op: "modules", args: {} }],
  server_script: [{ responses: [{ json: { demo: {} } }] }],
  requests: [{ method: "GET", path: "/connectors", headers: {} }],
  outcome: [{ op: "modules", returns: ["demo"] }]
}
const noKey = {
  ...modules,
  id: "exec.nokey@0.1.6",
  client_version: ["0.1.6"],
  call: [{ op: "new", args: { api_key: "" } }],
  requests: [],
  outcome: [{ op: "new", returns: "client" }]
}

// each test starts a vitest of its own
describe("scripts/vectors.mjs", { timeout: 120_000 }, () => {
  it("counts each vector of both files on each transport, names what failed, and fails", () => {
    const other = { ...catalog, id: "other", call: { op: "no.such", args: {} } }
    const { last, status, stdout } = run([catalog, other, { id: "half" }], [modules, noKey, { id: "part" }])
    assert.strictEqual(last, "6 passed, 8 failed", stdout)
    assert.strictEqual(status, 1)
    for (const said of [
      "over node 2 other",
      "over fetch 2 other",
      `no operation "no.such"`,
      "half is not of the format",
      // the path of another version
      "in process 1 modules of gl-0.1.15",
      "over sockets 1 modules of gl-0.1.15",
      "part is not of the format",
      "BOSA in process: 2 passed, 2 failed",
      "deliberate differences: 1 (safer rule 1)"
    ]) {
      assert.include(stdout, said)
    }
  })

  it("fails when a file is not there", () => {
    const { last, status, stdout } = run(undefined, [noKey])
    assert.deepStrictEqual([last, status], ["2 passed, 1 failed", 1], stdout)
    assert.include(stdout, "connections.json")
  })
})
