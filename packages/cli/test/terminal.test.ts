import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { chmod, chown, lstat, readFile, stat, symlink, writeFile } from "node:fs/promises"
import { userInfo } from "node:os"
import { isAbsolute, join } from "node:path"
import { Writable } from "node:stream"
import { path } from "../src/internal/profiles.js"
import { Shell } from "../src/internal/shell.js"
import { connectionsAt, connectors, folder, server } from "./support/commands.js"

/** A terminal obeys ANSI sequences, which start with U+001B or U+009B, and characters that turn the line. */
const hostile = "\u001b[31mred\u001b[0m\u001b]0;title\u0007\u009b2J\u202egnp"
const obeyed = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u

const answering = (body: unknown) =>
  Effect.map(
    server((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body))
    }),
    connectionsAt
  )

describe("what a server says, on a terminal", () => {
  const list = [{ slug: `crm${hostile}`, displayName: hostile, isActive: true }]

  for (const [what, args, body] of [
    ["a table", ["connections", "list"], list],
    ["--json", ["connections", "list", "--json"], list],
    ["a text", ["actions", "execute", "crm", "a"], { result: `two\nlines ${hostile}` }],
    ["a record", ["actions", "execute", "crm", "a"], { result: { text: hostile } }]
  ] satisfies ReadonlyArray<readonly [string, ReadonlyArray<string>, unknown]>) {
    it.scopedLive(`${what} moves no cursor and turns no line`, () =>
      Effect.gen(function* () {
        const { code, err, out } = yield* connectors(args, { env: yield* answering(body), isTTY: true })
        assert.strictEqual(code, 0, err)
        // the headings are bold
        assert.notMatch(out.replaceAll("\u001b[1m", "").replaceAll("\u001b[0m", ""), obeyed)
        assert.include(out, "red")
      })
    )
  }

  it.scopedLive("JSON in a pipe is the same value", () =>
    Effect.gen(function* () {
      const { out } = yield* connectors(["connections", "list", "--json"], { env: yield* answering(list) })
      assert.notMatch(out, obeyed)
      assert.strictEqual(JSON.parse(out)[0].raw.displayName, hostile)
    })
  )
})

describe("output that cannot be written", () => {
  const full = () =>
    new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("no space"), { code: "ENOSPC" }))
    }).on("error", () => {})

  it.scopedLive("is an error, not the end of the work", () =>
    Effect.gen(function* () {
      const env = yield* answering([{ slug: "crm" }])
      const { code, err } = yield* connectors(["connections", "list"], { env, stdout: full() })
      assert.strictEqual(code, 2)
      assert.strictEqual(err, "connectors: the output cannot be written (ENOSPC)\n")
    })
  )

  it.scopedLive("after a change: the work may have been done", () =>
    Effect.gen(function* () {
      const env = yield* answering({ result: 1 })
      const ended = yield* connectors(["actions", "execute", "crm", "a"], { env, stdout: full() })
      assert.strictEqual(ended.code, 7)
    })
  )
})

describe("options that are given twice", () => {
  const json = ["connections", "list", "--json", "--json"]

  it.scopedLive("a flag says nothing new", () =>
    Effect.gen(function* () {
      const { code, err, out } = yield* connectors(json, { env: yield* answering([]) })
      assert.deepStrictEqual([code, out, err], [0, "[]\n", ""])
    })
  )

  it.effect("what takes a value is refused by its name", () =>
    Effect.gen(function* () {
      const env = connectionsAt("http://127.0.0.1:1")
      for (const again of [["--input", "{}"], ["--input={}"]]) {
        const { code, err } = yield* connectors(["actions", "execute", "crm", "a", "--input", "{}", ...again], { env })
        assert.strictEqual(code, 2)
        assert.include(err, "connectors: --input is given more than once\n")
      }
    })
  )

  it.scopedLive("a value that looks like a flag stays a value, and so does what follows --", () =>
    Effect.gen(function* () {
      const env = yield* answering([])
      const { code, err } = yield* connectors(["connections", "list", "--json", "--relay", "--json"], { env })
      assert.strictEqual(code, 0, err)
      const after = yield* connectors(["actions", "list", "--json", "--", "--json"], { env })
      assert.strictEqual(after.code, 0, after.err)
    })
  )
})

describe("the file of profiles", () => {
  const content = JSON.stringify({ version: 1, profiles: {} })
  const add = ["profile", "add", "a", "--url", "http://127.0.0.1:1", "--no-credentials"]

  it.scopedLive("stays a link where it is one", () =>
    Effect.gen(function* () {
      const real = join(yield* folder, "real.json")
      const env = { CONNECTORS_CONFIG_DIR: yield* folder }
      const link = join(env.CONNECTORS_CONFIG_DIR, "profiles.json")
      yield* Effect.promise(async () => {
        await writeFile(real, content, { mode: 0o600 })
        await symlink(real, link)
      })
      assert.strictEqual((yield* connectors(add, { env })).code, 0)
      assert.isTrue((yield* Effect.promise(() => lstat(link))).isSymbolicLink())
      assert.include(yield* Effect.promise(() => readFile(real, "utf8")), '"a"')
      assert.strictEqual((yield* Effect.promise(() => stat(real))).mode & 0o777, 0o600)
    })
  )

  it.scopedLive.skipIf(process.getuid?.() !== 0)("is refused when another user wrote it", () =>
    Effect.gen(function* () {
      const env = { CONNECTORS_CONFIG_DIR: yield* folder }
      const path = join(env.CONNECTORS_CONFIG_DIR, "profiles.json")
      yield* Effect.promise(async () => {
        await writeFile(path, content)
        await chmod(path, 0o600)
        await chown(path, 1, 1)
      })
      const { code, err } = yield* connectors(["profile", "list"], { env })
      assert.strictEqual(code, 2)
      assert.include(err, "belong to another user")
    })
  )

  it.effect("is not in the folder of the command when HOME is empty or XDG_CONFIG_HOME is relative", () =>
    Effect.gen(function* () {
      const at = (env: Readonly<Record<string, string>>) =>
        Effect.provideService(path, Shell, {
          env,
          stdin: process.stdin,
          stdout: process.stdout,
          stderr: process.stderr
        })
      assert.isTrue(isAbsolute(yield* at({ HOME: "/home/ann", XDG_CONFIG_HOME: "config" })))
      assert.isTrue((yield* at({ HOME: "" })).startsWith(userInfo().homedir))
    })
  )
})
