import { afterEach, assert, describe, it } from "vitest"
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const repository = fileURLToPath(new URL("../../../", import.meta.url))

/** What the interpreter of a test does; it succeeds unless given. */
interface Python {
  readonly version?: string
  readonly lacks?: "venv" | "pip"
  /** What pip writes before it fails. */
  readonly pip?: string
  /** What a journey prints. */
  readonly says?: string
  /** The exit code of a journey. */
  readonly code?: number
}

const rooms: Array<string> = []
afterEach(() => {
  for (const room of rooms.splice(0)) rmSync(room, { recursive: true, force: true })
})

/** A program that acts as an interpreter, and copies itself to the place of a new environment. */
const programOf = ({ code = 0, lacks, pip, says = "", version = "3.12" }: Python, notes: string): string => `#!/bin/sh
case "$*" in
  *sys.version_info*) echo ${version} ;;
  -V) ;;
  "-c import venv") exit ${lacks === "venv" ? 1 : 0} ;;
  "-m pip --version") exit ${lacks === "pip" ? 1 : 0} ;;
  "-m venv "*) for place; do :; done; mkdir -p "$place/bin"; cp "$0" "$place/bin/python" ;;
  "-m pip --python "*) echo installed >> '${notes}'; printf '${pip ?? ""}' >&2; exit ${pip === undefined ? 0 : 1} ;;
  *) printf '${says}'; exit ${code} ;;
esac
`

/** A platform that only writes its process id, and ends like the real one. */
const platformOf = (notes: string): string => `import { appendFileSync } from "node:fs"
appendFileSync(${JSON.stringify(notes)}, process.pid + "\\n")
console.log('{"url":"http://127.0.0.1:1","control":"http://127.0.0.1:2"}')
process.stdin.resume()
`

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const prepare = (python: Python) => {
  const room = mkdtempSync(join(tmpdir(), "interop-test-"))
  rooms.push(room)
  const at = (name: string): string => join(room, name)
  const lines = (name: string): ReadonlyArray<string> =>
    existsSync(at(name)) ? readFileSync(at(name), "utf8").trim().split("\n") : []
  const [interpreter, folder, home] = [at("python"), at("environments"), at("home")]
  mkdirSync(home)
  writeFileSync(interpreter, programOf(python, at("installs")), { mode: 0o755 })
  writeFileSync(join(home, "platform.mjs"), platformOf(at("platforms")))
  const require = (client: string, text: string): void => writeFileSync(join(home, `${client}.requirements.txt`), text)
  for (const client of ["bosa", "gl"]) require(client, `${client}==1.0\n`)
  const run = (environment: Readonly<Record<string, string>> = {}, ...args: ReadonlyArray<string>) => {
    const own = { INTEROP_PYTHON: interpreter, INTEROP_FOLDER: folder, INTEROP_HOME: home }
    const { status, stderr, stdout } = spawnSync(process.execPath, ["scripts/interop.mjs", ...args], {
      cwd: repository,
      encoding: "utf8",
      timeout: 20_000,
      env: { ...process.env, ...own, ...environment }
    })
    return { status, stderr, stdout }
  }
  return {
    run,
    require,
    installs: () => lines("installs").length,
    environments: (): ReadonlyArray<string> => (existsSync(folder) ? readdirSync(folder) : []),
    platforms: () => lines("platforms").map(Number)
  }
}

const needs = "it needs Python 3.11, 3.12 or 3.13 with venv and pip"

describe("test:interop", () => {
  it("exits with 3 when there is no Python", () => {
    const { status, stderr } = prepare({}).run({ INTEROP_PYTHON: "/nowhere/python" })
    assert.deepStrictEqual(
      { status, stderr },
      { status: 3, stderr: `test:interop: /nowhere/python does not run: ${needs}\n` }
    )
  })

  for (const [what, python, reason] of [
    ["is too old", { version: "3.10" }, "is Python 3.10"],
    ["is too new", { version: "3.14" }, "is Python 3.14"],
    ["has no pip", { lacks: "pip" }, "is Python 3.12 without pip"],
    ["has no venv", { lacks: "venv" }, "is Python 3.12 without venv"]
  ] satisfies ReadonlyArray<readonly [string, Python, string]>) {
    it(`exits with 3 when the Python ${what}, and makes nothing`, () => {
      const { environments, run } = prepare(python)
      const { status, stderr } = run()
      assert.strictEqual(status, 3, stderr)
      assert.include(stderr, `${reason}: ${needs}`)
      assert.deepStrictEqual(environments(), [])
    })
  }

  it("exits with 3 when the package index cannot be reached, and keeps no incomplete environment", () => {
    const pip = "WARNING: Retrying (Retry(total=4)): connection refused\nERROR: No matching distribution found for it\n"
    const { environments, run } = prepare({ pip })
    const { status, stderr } = run()
    assert.strictEqual(status, 3, stderr)
    assert.include(stderr, "the package index cannot be reached: ERROR: No matching distribution found for it")
    assert.deepStrictEqual(environments(), [])
  })

  it("exits with 0 when both journeys pass, each with its own platform that ends with it", () => {
    const { platforms, run } = prepare({ says: "ok one\nok two\nclient 1.0: 2 steps, 0 failed\n" })
    const { status, stderr, stdout } = run()
    assert.strictEqual(status, 0, stdout + stderr)
    assert.match(stdout, /^4 passed, 0 failed$/m)
    assert.deepStrictEqual(platforms().map(isAlive), [false, false])
  })

  it("makes an environment once, and again when its requirements change", () => {
    const { environments, installs, require, run } = prepare({ says: "ok one\nclient 1.0: 1 steps, 0 failed\n" })
    assert.deepStrictEqual([run().status, run().status, installs()], [0, 0, 2])
    assert.deepStrictEqual(environments(), ["bosa-3.12", "gl-3.12"])
    require("gl", "gl==1.1\n")
    assert.deepStrictEqual([run().status, installs()], [0, 3])
  })

  it("runs the journey that is named", () => {
    const { environments, run } = prepare({ says: "ok one\nclient 1.0: 1 steps, 0 failed\n" })
    const { status, stdout } = run({}, "gl")
    assert.strictEqual(status, 0)
    assert.match(stdout, /^1 passed, 0 failed$/m)
    assert.deepStrictEqual(environments(), ["gl-3.12"])
    assert.strictEqual(run({}, "glx").status, 2)
  })

  for (const [what, python, counts] of [
    [
      "a step failed",
      { says: "ok one\nFAIL two: why\nclient 1.0: 2 steps, 1 failed\n", code: 1 },
      "1 passed, 1 failed"
    ],
    ["a journey broke off", { says: "ok one\n", code: 1 }, "1 passed, 1 failed"],
    ["a journey ended well without its last line", { says: "ok one\n" }, "1 passed, 1 failed"],
    [
      "a journey ended badly without a failed step",
      { says: "ok one\nc: 1 steps, 0 failed\n", code: 9 },
      "1 passed, 1 failed"
    ],
    ["a journey had no steps", { says: "c: 0 steps, 0 failed\n" }, "0 passed, 1 failed"]
  ] satisfies ReadonlyArray<readonly [string, Python, string]>) {
    it(`exits with 1 when ${what}`, () => {
      const { status, stdout } = prepare(python).run({}, "bosa")
      assert.strictEqual(status, 1, stdout)
      assert.include(stdout.split("\n"), counts)
    })
  }
})
