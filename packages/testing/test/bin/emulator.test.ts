import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import { spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe } from "vitest"
import * as Faults from "../../src/Faults.js"

/** The program as it is shipped: `npm test` builds it first. */
const bin = fileURLToPath(new URL("../../dist/bin/emulator.js", import.meta.url))

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "emulator-bin-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A process that is killed with the scope; `tmp` is its folder for temporary files. */
const start = (args: ReadonlyArray<string>, tmp: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        assert.isTrue(existsSync(bin), "the emulator is not built: run npm run build")
        const { DATABASE_URL: _, ...env } = process.env
        return spawn(process.execPath, [bin, ...args], { env: { ...env, TMPDIR: tmp } })
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    ),
    (child) => {
      let out = ""
      let err = ""
      child.stdout.on("data", (chunk) => (out += String(chunk)))
      child.stderr.on("data", (chunk) => (err += String(chunk)))
      const closed = new Promise<number | null>((resolve) => child.on("close", resolve))
      return {
        ended: Effect.map(
          Effect.promise(() => closed),
          (code): Ended => ({ code, out, err })
        ),
        signal: (name: NodeJS.Signals) => Effect.sync(() => child.kill(name)),
        url: Effect.async<string, string>((resume) => {
          const check = () => {
            const url = /^listening on (http:\/\/127\.0\.0\.1:\d+)\nthe API key .*\nthe inspector is at .*\n$/.exec(
              out
            )?.[1]
            if (url !== undefined) resume(Effect.succeed(url))
          }
          child.stdout.on("data", check)
          void closed.then(() => resume(Effect.fail(`it ended: ${err}`)))
          check()
        })
      }
    }
  )

const json = (url: string, init?: RequestInit) =>
  Effect.promise(() => fetch(url, init).then((response) => response.text()))

describe("emulator program", () => {
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    it.scopedLive(`serves until ${name}, leaves nothing behind and ends with 0`, () =>
      Effect.gen(function* () {
        const tmp = yield* folder
        const emulator = yield* start(["--port", "0"], tmp)
        const url = yield* emulator.url
        assert.match(yield* json(`${url}/api/v1/connections/crm`), /"display_name":"CRM"/)
        assert.strictEqual((yield* Effect.promise(() => readdir(tmp))).length, 1)
        yield* emulator.signal(name)
        assert.deepStrictEqual(yield* emulator.ended, {
          code: 0,
          out: `listening on ${url}\nthe API key for BOSA / GL Connectors is demo-key\nthe inspector is at ${url}/\n`,
          err: ""
        })
        assert.deepStrictEqual(yield* Effect.promise(() => readdir(tmp)), [])
      })
    )
  }

  it.scopedLive("reads a world from a file, and runs its jobs in real time", () =>
    Effect.gen(function* () {
      const tmp = yield* folder
      const file = join(tmp, "world.json")
      const action = { slug: "slow", takesMillis: 1_500, result: { done: true } }
      const world = { connections: [{ slug: "mine", actions: [action] }] }
      yield* Effect.promise(() => writeFile(file, JSON.stringify(world)))
      const emulator = yield* start(["--port=0", "--world", file], tmp)
      const url = yield* emulator.url
      const work = Effect.gen(function* () {
        const accepted = yield* json(`${url}/api/v1/connections/mine/actions/slow/execute?async=true`, {
          method: "POST",
          body: "{}"
        })
        const id = /"job_id":"([^"]+)"/.exec(accepted)?.[1]
        assert.isDefined(id, accepted)
        yield* Effect.repeat(json(`${url}/api/v1/jobs/${id}`), {
          until: (body) => body.includes('"done":true'),
          schedule: Schedule.spaced("20 millis")
        })
      })
      const [taken] = yield* Effect.timed(work)
      // however slow this machine is, the job is not done before its time
      assert.isAtLeast(Duration.toMillis(taken), action.takesMillis)
    })
  )

  it.scopedLive("lets names pass that it does not know with --lenient", () =>
    Effect.gen(function* () {
      const tmp = yield* folder
      const echo = (url: string) =>
        json(`${url}/api/v1/connections/crm/actions/echo/execute`, { method: "POST", body: '{"input":7,"later":1}' })
      const strict = yield* start([], tmp)
      assert.include(yield* echo(yield* strict.url), "is not a field of the body")
      const lenient = yield* start(["--lenient"], tmp)
      assert.strictEqual(yield* echo(yield* lenient.url), '{"result":7}')
    })
  )

  it.scopedLive("keeps as much as its options say, and takes bodies as large", () =>
    Effect.gen(function* () {
      const emulator = yield* start(["--log-limit", "2", "--log-bytes=30", "--request-limit", "40"], yield* folder)
      const url = yield* emulator.url
      const execute = (input: string) =>
        json(`${url}/api/v1/connections/crm/actions/echo/execute`, { method: "POST", body: JSON.stringify({ input }) })
      for (const input of ["one", "two", "three"]) assert.include(yield* execute(input), input)
      assert.match(yield* execute("x".repeat(40)), /over the limit of 40 bytes/)
      const list = yield* json(`${url}/__emulator/executions`)
      assert.notInclude(list, '"one"')
      assert.match(list, /"bytes":15[^]*"three"[^]*"counts": { "connections": 3[^]*"dropped": { "connections": 1/)
    })
  )

  it.scopedLive("reads a fault plan from a file", () =>
    Effect.gen(function* () {
      const tmp = yield* folder
      const file = join(tmp, "faults.json")
      const plan = Faults.when({ operation: "connections.list" }, Faults.status(503, { json: { message: "planned" } }))
      yield* Effect.promise(() => writeFile(file, JSON.stringify(plan)))
      const emulator = yield* start(["--faults", file], tmp)
      const url = yield* emulator.url
      assert.strictEqual(yield* json(`${url}/api/v1/connections`), '{"message":"planned"}')
      assert.match(yield* json(`${url}/api/v1/connections`), /"slug":"crm"/)
    })
  )

  for (const name of ["SIGTERM", "SIGINT"] as const) {
    it.scopedLive(`ends with ${name} while SQL runs that never ends`, () =>
      Effect.gen(function* () {
        const tmp = yield* folder
        const file = join(tmp, "world.json")
        const world = { syncLimitMillis: 600_000, connections: [{ slug: "warehouse", kind: "sql" }] }
        yield* Effect.promise(() => writeFile(file, JSON.stringify(world)))
        const emulator = yield* start(["--world", file, "--statement-limit", "100000"], tmp)
        const url = yield* emulator.url
        const query = (sql: string) =>
          json(`${url}/api/v1/connections/warehouse/sql/query`, { method: "POST", body: JSON.stringify({ sql }) })
        assert.include(yield* query("select 41 + 1 as n"), '"n":42')
        yield* Effect.forkScoped(
          Effect.ignore(Effect.sandbox(query("select count(*) from generate_series(1, 1e12::bigint)")))
        )
        yield* Effect.repeat(json(`${url}/__emulator/executions?limit=0`), {
          until: (list) => list.includes('"connections": 2'),
          schedule: Schedule.spaced("20 millis")
        })
        assert.include(yield* json(`${url}/api/v1/connections`), '"slug":"warehouse"')
        yield* emulator.signal(name)
        assert.deepInclude(yield* emulator.ended, { code: 0, err: "" })
        assert.deepStrictEqual(yield* Effect.promise(() => readdir(tmp)), ["world.json"])
      })
    )
  }

  it.scopedLive("ends at once, even when an inspector page is open", () =>
    Effect.gen(function* () {
      const emulator = yield* start([], yield* folder)
      const url = yield* emulator.url
      const events = yield* Effect.promise(() => fetch(`${url}/__emulator/events`))
      assert.strictEqual(events.headers.get("content-type"), "text/event-stream")
      yield* emulator.signal("SIGTERM")
      assert.strictEqual((yield* emulator.ended).code, 0)
      yield* Effect.flip(Effect.tryPromise(() => events.text()))
    })
  )

  it.scopedLive(
    "ends with 2 and one line for invalid arguments",
    () =>
      Effect.gen(function* () {
        const tmp = yield* folder
        const broken = join(tmp, "broken.json")
        const wrong = join(tmp, "wrong.json")
        yield* Effect.promise(() => writeFile(broken, "{"))
        yield* Effect.promise(() => writeFile(wrong, '{"connections":[{"slug":7}]}'))
        const cases: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
          [["--nope"], /--nope/],
          [["extra"], /extra/],
          [["--port", "x"], /--port "x".*0 to 65535/],
          [["--port", "65536"], /0 to 65535/],
          [["--host", "0.0.0.0"], /--host "0\.0\.0\.0".*127\.0\.0\.1/],
          [["--cors", "*"], /--cors "\*" is not an origin.*http:\/\/localhost:5173/],
          [["--cors", "http://localhost:5173/"], /--cors "http:\/\/localhost:5173\/"/],
          [["--log-limit", "many"], /--log-limit "many" is not a number/],
          [["--statement-limit", "soon"], /--statement-limit "soon"/],
          [["--log-bytes", "-1"], /--log-bytes/],
          [["--request-limit", "16MB"], /--request-limit "16MB".*whole number such as 52428800/],
          [["--world", join(tmp, "none.json")], /none\.json cannot be read \(ENOENT\)/],
          [["--faults", join(tmp, "none.json")], /none\.json cannot be read \(ENOENT\)/],
          [["--faults", broken], /broken\.json is not a fault plan/],
          [["--faults", wrong], /wrong\.json is not a fault plan.*rules/],
          [["--world", broken], /broken\.json is not a world/],
          [["--world", wrong], /wrong\.json is not a world.*connections\[0\]\.slug/]
        ]
        for (const [args, expected] of cases) {
          const { code, err, out } = yield* Effect.flatMap(start(args, tmp), ({ ended }) => ended)
          assert.deepStrictEqual([code, out], [2, ""], args.join(" "))
          assert.match(err, /^connectors-emulator: [^\n]+\n$/)
          assert.match(err, expected)
        }
      }),
    { timeout: 240_000 }
  )

  it.scopedLive("ends with 1 when the port is taken", () =>
    Effect.gen(function* () {
      const tmp = yield* folder
      const other = yield* Effect.acquireRelease(
        Effect.async<ReturnType<typeof createServer>>((resume) => {
          const server = createServer()
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.async<void>((resume) => void server.close(() => resume(Effect.void)))
      )
      const address = other.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const { ended } = yield* start(["--port", String(port)], tmp)
      const { code, err, out } = yield* ended
      assert.deepStrictEqual([code, out], [1, ""])
      assert.match(err, /^connectors-emulator: port \d+ of 127\.0\.0\.1 is in use[^\n]*\n$/)
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(tmp)), [])
    })
  )

  it.scopedLive("prints its usage", () =>
    Effect.gen(function* () {
      const { ended } = yield* start(["--help"], yield* folder)
      const { code, err, out } = yield* ended
      assert.deepStrictEqual([code, err], [0, ""])
      assert.match(out, /^usage: connectors-emulator/)
    })
  )
})

describe("connectors-emulator without its optional peers", () => {
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

  it.scopedLive("says which package is missing and how to install it, without a stack", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const own = join(root, "node_modules/@effect-connectors/testing")
      yield* Effect.promise(async () => {
        await cp(at("../../dist"), join(own, "dist"), { recursive: true })
        await writeFile(join(own, "package.json"), JSON.stringify({ type: "module" }))
        await symlink(at("../../../core"), join(root, "node_modules/@effect-connectors/core"))
        await mkdir(join(root, "node_modules/@effect"))
        await symlink(at("../../../../node_modules/@effect/platform"), join(root, "node_modules/@effect/platform"))
        await symlink(at("../../../../node_modules/effect"), join(root, "node_modules/effect"))
      })
      const { status, stderr, stdout } = spawnSync(process.execPath, [join(own, "dist/bin/emulator.js")], {
        encoding: "utf8"
      })
      const manifest: unknown = JSON.parse(yield* Effect.promise(() => readFile(at("../../package.json"), "utf8")))
      const versions = Predicate.hasProperty(manifest, "devDependencies") ? manifest.devDependencies : undefined
      const expected = ["platform-node", "cluster", "rpc", "sql"].map((name) => {
        const version = Predicate.hasProperty(versions, `@effect/${name}`) ? versions[`@effect/${name}`] : undefined
        return `@effect/${name}@${String(version)}`
      })
      const pglite = Predicate.hasProperty(versions, "@electric-sql/pglite") ? versions["@electric-sql/pglite"] : ""
      expected.push(`@electric-sql/pglite@${String(pglite)}`)
      assert.deepStrictEqual(
        { status, stdout, stderr },
        {
          status: 1,
          stdout: "",
          stderr: `connectors-emulator: the package @effect/platform-node is not installed. Install what the emulator needs: npm install --save-exact --save-dev ${expected.join(" ")}\n`
        }
      )
    })
  )
})
