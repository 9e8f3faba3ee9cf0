// Drives the real Python clients through a full journey each, against the emulator: `node scripts/interop.mjs [bosa] [gl]`.
// Exit code 0: every step passed. 1: a step failed. 3: there is no Python or no package index, and nothing was tried.
// INTEROP_PYTHON names the interpreter, INTEROP_FOLDER the folder that keeps the environments, and INTEROP_HOME a folder
// with other journeys, their requirements and their platform.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const clients = ["bosa", "gl"]
const home = resolve(
  process.env.INTEROP_HOME ?? fileURLToPath(new URL("../packages/testing/interop/", import.meta.url))
)
const folder = resolve(process.env.INTEROP_FOLDER ?? ".tmp/interop")
const needs = "it needs Python 3.11, 3.12 or 3.13 with venv and pip"
const minute = 60_000

class Unable extends Error {}

const lastLine = (text) => text.trim().split("\n").at(-1) ?? ""

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
const findPython = () => {
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

/** The interpreter of an environment with the requirements; makes the environment if needed. */
const environment = (python, client) => {
  const requirements = join(home, `${client}.requirements.txt`)
  const place = join(folder, `${client}-${python.version}`)
  const stampFile = join(place, "requirements.sha256")
  const stamp = createHash("sha256").update(readFileSync(requirements)).digest("hex")
  const inside = join(place, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]))
  // an environment is broken when its interpreter was moved or removed
  const kept = existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp && run(inside, ["-V"], minute).ok
  if (kept) return inside
  console.log(`making ${place} with ${python.name}`)
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

/** The running child processes; a signal that ends this process ends them too. */
const running = new Set()
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143]
]) {
  process.once(signal, () => {
    for (const child of running) child.kill()
    process.exit(code)
  })
}

const start = (command, args, options) => {
  const child = spawn(command, args, options)
  running.add(child)
  child.once("close", () => running.delete(child))
  return child
}

/** The platform of one journey; it ends with its standard input, so it never outlives this process. */
const startPlatform = () =>
  new Promise((resolve, reject) => {
    const child = start(process.execPath, [join(home, "platform.mjs")], { stdio: ["pipe", "pipe", "inherit"] })
    let out = ""
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`the emulator ended with ${code}`)))
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text
      if (out.includes("\n")) resolve({ child, ...JSON.parse(out) })
    })
  })

const stop = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once("exit", resolve)
    child.stdin.end()
    setTimeout(() => child.kill(), 5000).unref()
  })

/** Of the caller's environment only the paths of programs: no proxy, no key, no settings file in a home or working folder. */
const bareEnvironment = (platform, room) => {
  const kept = ["PATH", "SYSTEMROOT", "LANG", "LC_ALL"].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]]
  )
  return {
    ...Object.fromEntries(kept),
    HOME: room,
    TMPDIR: room,
    TEMP: room,
    NO_PROXY: "*",
    PYTHONUTF8: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    INTEROP_URL: platform.url,
    INTEROP_CONTROL: platform.control
  }
}

/** Runs one journey; gives the number of passed and failed steps. */
const runJourney = async (interpreter, client) => {
  const platform = await startPlatform()
  const room = mkdtempSync(join(tmpdir(), "interop-"))
  const clear = () => rmSync(room, { recursive: true, force: true })
  // a signal leaves no time for `finally`
  process.once("exit", clear)
  try {
    const child = start(interpreter, [join(home, `${client}.py`)], {
      cwd: room,
      env: bareEnvironment(platform, room),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 3 * minute
    })
    let out = ""
    let err = ""
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text
      process.stdout.write(text)
    })
    child.stderr.setEncoding("utf8").on("data", (text) => (err += text))
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve))
    const passed = out.match(/^ok /gm)?.length ?? 0
    const failed = out.match(/^FAIL /gm)?.length ?? 0
    // a journey that broke off has failed, however many of its steps passed
    const isComplete = lastLine(out).endsWith(`: ${passed + failed} steps, ${failed} failed`)
    if (isComplete && passed > 0 && code === (failed === 0 ? 0 : 1)) return { passed, failed }
    console.log(`FAIL the journey of ${client} broke off with ${code}\n${err.trim()}`)
    return { passed, failed: failed + 1 }
  } finally {
    await stop(platform.child)
    clear()
    process.off("exit", clear)
  }
}

const requested = process.argv.slice(2)
const unknown = requested.filter((name) => !clients.includes(name))
try {
  if (unknown.length > 0) {
    console.error(`there is no client ${unknown.join(", ")}; there are ${clients.join(" and ")}`)
    process.exit(2)
  }
  const python = findPython()
  const chosen = clients.filter((client) => requested.length === 0 || requested.includes(client))
  const ready = chosen.map((client) => ({ client, interpreter: environment(python, client) }))
  let [passed, failed] = [0, 0]
  for (const { client, interpreter } of ready) {
    const journey = await runJourney(interpreter, client)
    passed += journey.passed
    failed += journey.failed
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
} catch (error) {
  console.error(`test:interop: ${error.message}`)
  process.exitCode = error instanceof Unable ? 3 : 1
}
