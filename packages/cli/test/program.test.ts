import * as Emulator from "@effect-connectors/testing/Emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { cp, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { connectionsAt, type Ended, folder } from "./support/commands.js"

/** The program as it is shipped: `npm test` builds it first. */
const program = fileURLToPath(new URL("../dist/connectors.js", import.meta.url))

interface Options {
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly cwd?: string | undefined
  /** Another copy of the program. */
  readonly file?: string | undefined
  /** Sends SIGINT once this is on stdout or stderr. */
  readonly interruptAt?: string | undefined
  /** Closes stdout after its first piece, as `head` does. */
  readonly closeEarly?: boolean | undefined
  /** Lets the program take stderr for a terminal. */
  readonly isTTY?: boolean | undefined
}

const run = (
  args: ReadonlyArray<string>,
  { closeEarly = false, cwd, env = {}, file = program, interruptAt, isTTY = false }: Options = {}
) =>
  Effect.async<Ended>((resume) => {
    assert.isTrue(existsSync(program), "the command line is not built: run npm run build")
    const terminal = isTTY ? ["--import", "data:text/javascript,process.stderr.isTTY=true"] : []
    const child = spawn(process.execPath, [...terminal, file, ...args], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", ...env }
    })
    let [out, err] = ["", ""]
    let isInterrupted = false
    const interrupt = () => {
      if (isInterrupted || interruptAt === undefined || !(out + err).includes(interruptAt)) return
      isInterrupted = true
      child.kill("SIGINT")
    }
    child.stdout.on("data", (chunk) => {
      out += String(chunk)
      if (closeEarly) child.stdout.destroy()
      interrupt()
    })
    child.stderr.on("data", (chunk) => {
      err += String(chunk)
      interrupt()
    })
    child.on("close", (code) => resume(Effect.succeed({ code: code ?? -1, out, err })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe("the program", () => {
  it.live("prints its version and its help without ANSI", () =>
    Effect.gen(function* () {
      assert.match((yield* run(["--version"])).out, /^\d+\.\d+\.\d+\n$/)
      const help = yield* run(["jobs", "watch", "--help"])
      assert.strictEqual(help.code, 0)
      assert.include(help.out, "USAGE\n  connectors jobs watch <job> [options]\n")
      assert.notInclude(help.out, "\u001b")
    })
  )

  it.scopedLive("runs a command, and is silent when its reader is gone", () =>
    Effect.gen(function* () {
      const { bosa, url } = yield* Emulator.make({ executors: "memory" })
      const done = yield* run(["connections", "list"], { env: connectionsAt(url) })
      assert.deepInclude(done, { code: 0, err: "" })
      assert.include(done.out, "crm\tCRM\tyes\tyes\n")
      const env = { BOSA_BASE_URL: url, BOSA_API_KEY: bosa.apiKey }
      const cut = yield* run(["bosa", "items", "demo", "list_items"], { env, closeEarly: true })
      assert.deepInclude(cut, { code: 0, err: "" })
    })
  )

  it.scopedLive("Ctrl-C stops watching and says how to go on", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator.make({ executors: "memory" })
      const args = ["actions", "execute", "crm", "stuck", "--follow"]
      const { code, err } = yield* run(args, { env: connectionsAt(url), interruptAt: "running" })
      assert.strictEqual(code, 130)
      assert.include(err, "stopped watching: the job goes on. To watch it again: connectors jobs watch '{")
    })
  )

  it.scopedLive("a job is a bar on a terminal, which is cleared at the end and by Ctrl-C", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator.make({ executors: "memory" })
      const options = { env: { ...connectionsAt(url), TERM: "xterm" }, isTTY: true }
      const done = yield* run(["actions", "execute", "crm", "fails", "--follow"], options)
      assert.strictEqual(done.code, 6)
      assert.include(done.err, "░")
      assert.isAbove(done.err.lastIndexOf("\u001b[?25h"), done.err.lastIndexOf("\u001b[?25l"))
      const accepted = yield* run(["actions", "execute", "crm", "stuck", "--async"], options)
      const { code, err } = yield* run(["jobs", "watch", accepted.out.trim()], { ...options, interruptAt: "░" })
      assert.strictEqual(code, 130)
      assert.include(err, "stopped watching: the job goes on")
      assert.isAbove(err.lastIndexOf("\u001b[?25h"), err.lastIndexOf("\u001b[?25l"))
    })
  )

  it.scopedLive("a program of a package that is not installed: what to install", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.promise(() => cp(dirname(program), join(path, "dist"), { recursive: true }))
      const options = { cwd: path, file: join(path, "dist", "connectors.js") }
      for (const [args, name] of [
        [["durable", "list"], "durable"],
        [["emulator"], "testing"]
      ] as const) {
        const install = `the package @effect-connectors/${name} is not installed: npm install --save-exact --save-dev @effect-connectors/${name}\n`
        assert.deepStrictEqual(yield* run(args, options), { code: 2, out: "", err: `connectors: ${install}` })
        const help = yield* run([...args, "--help"], options)
        assert.deepInclude(help, { code: 0, err: "" })
        assert.include(help.out, install)
      }
      const help = yield* run(["durable", "--help"], options)
      assert.deepInclude(help, { code: 0, err: "" })
      assert.include(help.out, "settle  Say what became of work of unknown outcome\n")
    })
  )

  it.scopedLive("the emulator is stopped with the command, and its reader may go", () =>
    Effect.gen(function* () {
      const { code } = yield* run(["emulator"], { interruptAt: "listening" })
      assert.strictEqual(code, 130)
      assert.strictEqual((yield* run(["emulator", "--help"], { closeEarly: true })).code, 0)
    })
  )

  it.scopedLive("emulator: a world that is wrong is refused with its place", () =>
    Effect.gen(function* () {
      const world = join(yield* folder, "world.json")
      yield* Effect.promise(() => writeFile(world, '{"connections":[{"slug":7}]}'))
      const { code, err } = yield* run(["emulator", "--world", world])
      assert.strictEqual(code, 2)
      assert.include(err, "connections[0].slug")
    })
  )
})
