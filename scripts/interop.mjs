// Drives the real Python clients through a full journey each, against the emulator: `node scripts/interop.mjs [bosa] [gl]`.
// Exit code 0: every step passed. 1: a step failed. 3: there is no Python or no package index, and nothing was tried.
// INTEROP_PYTHON names the interpreter, INTEROP_FOLDER the folder that keeps the environments, and INTEROP_HOME a folder
// with other journeys, their requirements and their platform.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { environment, findPython, lastLine, Unable } from "./lib/python.mjs"

const clients = ["bosa", "gl"]
const home = resolve(
  process.env.INTEROP_HOME ?? fileURLToPath(new URL("../packages/testing/interop/", import.meta.url))
)
const minute = 60_000

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
  const ready = chosen.map((client) => ({ client, interpreter: environment(python, client, home, console.log) }))
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
