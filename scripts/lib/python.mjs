// Environments with the published Python clients: `packages/testing/interop/CLIENT.requirements.txt` says what is in one.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"

const folder = resolve(process.env.INTEROP_FOLDER ?? ".tmp/interop")
const needs = "it needs Python 3.11, 3.12 or 3.13 with venv and pip"
const minute = 60_000

/** There is no Python, or its packages cannot be had. */
export class Unable extends Error {}

export const lastLine = (text) => text.trim().split("\n").at(-1) ?? ""

/** Why pip failed: the network error comes before the line with the missing package. */
const pipFailure = (text) =>
  /Retrying|ConnectionError|Temporary failure|timed out/i.test(text)
    ? `the package index cannot be reached: ${lastLine(text)}`
    : lastLine(text)

const run = (command, args, timeout) => {
  const result = spawnSync(command, args, { encoding: "utf8", timeout, maxBuffer: 64 * 1024 * 1024 })
  return { ok: result.status === 0, out: result.stdout ?? "", err: result.stderr || String(result.error ?? "") }
}

/** The first suitable interpreter. */
export const findPython = () => {
  const requested = process.env.INTEROP_PYTHON
  const tried = []
  for (const name of requested === undefined
    ? ["python3.12", "python3.11", "python3.13", "python3", "python"]
    : [requested]) {
    const version = run(name, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], minute)
    if (!version.ok) continue
    const found = `${name} is Python ${version.out.trim()}`
    if (!["3.11", "3.12", "3.13"].includes(version.out.trim())) tried.push(found)
    else if (!run(name, ["-c", "import venv"], minute).ok) tried.push(`${found} without venv`)
    else if (!run(name, ["-m", "pip", "--version"], minute).ok) tried.push(`${found} without pip`)
    else return { name, version: version.out.trim() }
  }
  const seen =
    tried.length > 0 ? tried.join(", ") : requested === undefined ? "no Python was found" : `${requested} does not run`
  throw new Unable(`${seen}: ${needs}`)
}

/** The interpreter of an environment with the requirements in the folder `home`; makes the environment if needed. */
export const environment = (python, client, home, log) => {
  const requirements = join(home, `${client}.requirements.txt`)
  const place = join(folder, `${client}-${python.version}`)
  const stampFile = join(place, "requirements.sha256")
  const stamp = createHash("sha256").update(readFileSync(requirements)).digest("hex")
  const inside = join(place, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]))
  // an environment is broken when its interpreter was moved or removed
  const kept = existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp && run(inside, ["-V"], minute).ok
  if (kept) return inside
  log(`making ${place} with ${python.name}`)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const made = run(python.name, ["-m", "venv", "--without-pip", place], 5 * minute)
  if (!made.ok) throw new Unable(`${place} could not be made: ${lastLine(made.err)}`)
  const options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary", ":all:"]
  const pip = ["-m", "pip", "--python", inside, "install", ...options, "-r", requirements]
  const installed = run(python.name, pip, 10 * minute)
  if (!installed.ok) {
    rmSync(place, { recursive: true, force: true })
    throw new Unable(`the packages of ${client} could not be installed: ${pipFailure(installed.err)}`)
  }
  writeFileSync(stampFile, stamp)
  return inside
}
