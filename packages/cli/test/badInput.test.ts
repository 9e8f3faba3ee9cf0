import * as Emulator from "@effect-connectors/testing/Emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { chmod, mkdir, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import * as JsonText from "../src/internal/jsonText.js"
import { connectionsAt, connectors, folder, type Surroundings } from "./support/commands.js"

/** A command that is refused before anything is sent, and what it says. */
const refused = (args: ReadonlyArray<string>, surroundings?: Surroundings) =>
  Effect.map(connectors(args, surroundings), ({ code, err, out }) => {
    assert.strictEqual(code, 2, err)
    assert.strictEqual(out, "")
    assert.notMatch(err, /^ +at /m)
    return err
  })

const nowhere = { env: connectionsAt("http://127.0.0.1:1") }
const execute = ["actions", "execute", "crm", "sync"]

/** A file of profiles with this content and mode. */
const profiles = (content: string, mode = 0o600) =>
  Effect.gen(function* () {
    const path = join(yield* folder, "config")
    yield* Effect.promise(async () => {
      await mkdir(path)
      await writeFile(join(path, "profiles.json"), content)
      await chmod(join(path, "profiles.json"), mode)
    })
    return { env: { CONNECTORS_CONFIG_DIR: path } }
  })

const unused = { version: 1, active: "a", profiles: { a: { CONNECTIONS_BASE_URL: "https://a.example" } } }

describe("bad input", () => {
  it.effect("a wrong command is told the commands of its own group", () =>
    Effect.gen(function* () {
      const ofRoot = yield* refused(["connection", "list"])
      assert.include(ofRoot, '"connection" is not a command of connectors. Did you mean connections?')
      const ofGroup = yield* refused(["connections", "remove"])
      assert.include(ofGroup, '"remove" is not a command of connectors connections')
      assert.include(ofGroup, "There are: list, show, authorize, unauthorize, enable, disable")
      assert.include(yield* refused(["bosa", "users", "you"]), "There are: create, authenticate, me")
    })
  )

  it.effect("an option that the command does not have is not taken as an argument", () =>
    Effect.gen(function* () {
      const text = yield* refused(["connections", "show", "--jsno"], nowhere)
      assert.include(text, '"--jsno" is not an option of this command. Did you mean --json?')
      assert.include(text, "See connectors connections show --help")
      assert.include(yield* refused(["jobs", "get", "-x"], nowhere), '"-x" is not an option')
    })
  )

  it.effect("arguments that are missing, or too many", () =>
    Effect.gen(function* () {
      assert.include(yield* refused(["connections", "show"], nowhere), "Missing argument <connection>")
      assert.include(yield* refused(["connections", "show", "a", "b"], nowhere), '"b" is one argument too many')
      assert.include(yield* refused(["bosa", "catalog", "tools", "--limit", "many"], nowhere), "many")
    })
  )

  it.scoped("JSON that is broken in --input: the place, with a caret", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* refused([...execute, "--input", '{"id": 7, amount: 3}'], nowhere),
        [
          "connectors: --input is not JSON: line 1, column 11: expected a name in double quotes",
          '  {"id": 7, amount: 3}',
          "            ^",
          ""
        ].join("\n")
      )
      const path = join(yield* folder, "input.json")
      yield* Effect.promise(() => writeFile(path, '{\n  "a": 1,\n  "b": [1, 2,]\n}'))
      const ofFile = yield* refused([...execute, "--input", `@${path}`], nowhere)
      assert.include(ofFile, `--input (${path}) is not JSON: line 3, column 14: expected a value`)
      assert.include(ofFile, '    "b": [1, 2,]\n               ^')
      assert.include(yield* refused([...execute, "--input", "-"], { ...nowhere, stdin: '{"a"' }), '":" after the name')
      assert.include(yield* refused([...execute, "--input", "[]"], nowhere), "--input is not a JSON object")
      assert.include(yield* refused([...execute, "--input", "@missing.json"], nowhere), "cannot be read (ENOENT)")
    })
  )

  it.scoped("JSON that is broken after a text of many megabytes", () =>
    Effect.gen(function* () {
      const long = "y".repeat(10_000_000)
      const after = yield* refused([...execute, "--input", "-"], { ...nowhere, stdin: `{"x":"${long}" oops` })
      assert.include(after, 'line 1, column 10000009: expected "," or "}"')
      const inside = yield* refused([...execute, "--input", "-"], { ...nowhere, stdin: `{"x":"${long}\n"}` })
      assert.include(inside, "column 10000007: expected no control character in a text")
    })
  )

  it.scoped("input that is not text, or has no end", () =>
    Effect.gen(function* () {
      const piece = Buffer.alloc(8 * 1024 * 1024)
      const endless = new Readable({
        read() {
          this.push(piece)
        }
      })
      const input = [...execute, "--input", "-"]
      assert.include(yield* refused(input, { ...nowhere, stdin: endless }), "--input: stdin is larger than 64 MB")
      const binary = Readable.from([Buffer.from([0x7b, 0xff, 0x80])])
      assert.include(yield* refused(input, { ...nowhere, stdin: binary }), "--input: stdin is not text in UTF-8")
      const path = join(yield* folder, "input.json")
      yield* Effect.promise(() => writeFile(path, Buffer.from([0xc3, 0x28])))
      assert.include(yield* refused([...execute, "--input", `@${path}`], nowhere), `${path} is not text in UTF-8`)
    })
  )

  it.scopedLive("a mark at the start of a file is no part of it, in UTF-8 and UTF-16", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator.make({ executors: "memory" })
      const path = join(yield* folder, "input.json")
      for (const encoding of ["utf8", "utf16le"] as const) {
        yield* Effect.promise(() => writeFile(path, '\ufeff{"n":7}', encoding))
        const args = ["actions", "execute", "crm", "echo", "--input", `@${path}`, "--json"]
        assert.deepInclude(yield* connectors(args, { env: connectionsAt(url) }), { code: 0, err: "" })
      }
    })
  )

  it.effect("settings that are none", () =>
    Effect.gen(function* () {
      const url = "http://127.0.0.1:1"
      const credentials = { CONNECTIONS_BASE_URL: url, CONNECTIONS_CREDENTIALS: "maybe" }
      assert.include(yield* refused(["connections", "list"], { env: credentials }), 'CREDENTIALS is not "none"')
      const timeout = { ...connectionsAt(url), CONNECTIONS_TIMEOUT_MS: "soon" }
      assert.match(yield* refused(["connections", "list"], { env: timeout }), /^connectors: CONNECTIONS_TIMEOUT_MS: /)
      const scheme = yield* refused(["connections", "list"], { env: connectionsAt("ftp://a") })
      assert.match(scheme, /^connectors: ConnectionsApi.make: refused/)
    })
  )

  it.scopedLive("a job of another origin", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator.make({ executors: "memory" })
      const ref = {
        v: 1,
        api: "connections",
        origin: "https://else.example",
        jobId: "4711",
        operation: "o",
        submittedAt: 0
      }
      const text = yield* refused(["jobs", "watch", JSON.stringify(ref)], { env: connectionsAt(url) })
      assert.include(text, "the job was submitted to another origin")
      assert.include(yield* refused(["jobs", "watch", "{}"], { env: connectionsAt(url) }), "not a job reference")
      assert.include(yield* refused(["jobs", "result", "4711"], { env: connectionsAt(url) }), "not a job reference")
    })
  )

  it.effect("a deadline that is none", () =>
    Effect.map(refused(["connections", "list", "--deadline", "soon"], nowhere), (text) =>
      assert.include(text, '--deadline "soon" is not a duration')
    )
  )

  it.scoped("profiles that others may read", () =>
    Effect.gen(function* () {
      const open = yield* profiles(JSON.stringify(unused), 0o644)
      assert.include(yield* refused(["connections", "list"], open), "may be read by others. Run: chmod 600 ")
      assert.include(yield* refused(["profile", "list"], open), "may be read by others")
    })
  )

  it.scoped("profiles that are broken", () =>
    Effect.gen(function* () {
      assert.include(yield* refused(["profile", "list"], yield* profiles('{"version": 1,')), "is not JSON: line 1")
      assert.include(
        yield* refused(["profile", "list"], yield* profiles('{"version": 2}')),
        "not profiles of this version"
      )
      const typo = yield* profiles('{"version":1,"profiles":{"a":{"CONNECTIONS_URL":"x"}}}')
      assert.include(yield* refused(["profile", "list"], typo), "not known (a.CONNECTIONS_URL)")
      const known = yield* profiles(JSON.stringify(unused))
      assert.include(yield* refused(["profile", "use", "b"], known), 'there is no profile "b": there are a')
      assert.include(yield* refused(["connections", "list", "--profile", "b"], known), 'there is no profile "b"')
    })
  )

  it.scoped("a prompt without a terminal says what to set", () =>
    Effect.gen(function* () {
      const env = { CONNECTORS_CONFIG_DIR: yield* folder }
      const add = ["profile", "add", "a", "--url", "https://a.example"]
      const text = yield* refused(add, { env })
      assert.include(text, "Pipe it in with --token-stdin, give --no-credentials, or set CONNECTIONS_SERVICE_TOKEN")
      assert.include(yield* refused([...add, "--token-stdin"], { env }), "stdin is empty")
      assert.include(yield* refused([...add, "--token-stdin"], { env, stdin: "a\nb\n" }), "more than one line")
      assert.include(yield* refused([...add, "--token-stdin", "--no-credentials"], { env }), "give one of")
      assert.include(yield* refused(["profile", "add", "a", "--no-credentials"], { env }), "no address")
    })
  )
})

describe("bad profiles", () => {
  it.scoped("a name that is none, and an address that is none", () =>
    Effect.gen(function* () {
      const env = { CONNECTORS_CONFIG_DIR: yield* folder }
      const add = (name: string, url = "https://a.example") => [
        "profile",
        "add",
        name,
        "--url",
        url,
        "--no-credentials"
      ]
      for (const name of ["", " a", "a\nb", "a\u001b[31m", "__proto__"]) {
        assert.include(yield* refused(add(name), { env }), "is not a name for a profile")
      }
      for (const url of ["", "nowhere", "ftp://a", "https:// a"]) {
        assert.include(yield* refused(add("a", url), { env }), "is not an address")
      }
    })
  )

  it.scopedLive("a folder that cannot be made or written, and a file that is a folder", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.promise(async () => {
        await mkdir(join(path, "config", "profiles.json"), { recursive: true })
        await writeFile(join(path, "file"), "")
      })
      const add = ["profile", "add", "a", "--url", "https://a.example", "--no-credentials"]
      const at = (folder: string) => ({ env: { CONNECTORS_CONFIG_DIR: folder } })
      assert.include(yield* refused(add, at(join(path, "config"))), "cannot be read (EISDIR)")
      assert.include(yield* refused(add, at(join(path, "file"))), "(ENOTDIR)")
      if (process.platform === "linux") {
        assert.include(yield* refused(add, at("/proc/none/here")), "cannot be written (ENOENT)")
      }
    })
  )

  it.scoped("a lock that nobody gives back", () =>
    Effect.gen(function* () {
      const env = { CONNECTORS_CONFIG_DIR: yield* folder }
      const lock = join(env.CONNECTORS_CONFIG_DIR, "profiles.json.lock")
      yield* Effect.promise(() => writeFile(lock, ""))
      const add = ["profile", "add", "a", "--url", "https://a.example", "--no-credentials"]
      const refusal = yield* Effect.fork(refused(add, { env }))
      while (Option.isNone(yield* Fiber.poll(refusal))) {
        yield* TestClock.adjust("1 second")
        yield* Effect.promise(() => stat(lock))
      }
      const text = yield* Fiber.join(refusal)
      assert.include(text, `are being changed by another process. If there is none, remove ${lock}`)
    })
  )
})

describe("the place where JSON is broken", () => {
  const text = FastCheck.oneof(
    FastCheck.json(),
    FastCheck.tuple(FastCheck.json(), FastCheck.nat(), FastCheck.string({ maxLength: 2 })).map(
      ([json, at, put]) =>
        json.slice(0, at % (json.length + 1)) + put + json.slice((at % (json.length + 1)) + put.length)
    ),
    FastCheck.string({ unit: FastCheck.constantFrom(...'{}[]",:\\1-.e tru\n') })
  )

  it("is found exactly where JSON.parse fails", () =>
    FastCheck.assert(
      FastCheck.property(text, (text) => {
        let isJson = true
        try {
          JSON.parse(text)
        } catch {
          isJson = false
        }
        const read = JsonText.read("it", text)
        const message = Either.isLeft(read) ? read.left : ""
        if (isJson) return assert.isTrue(Either.isRight(read) || message.endsWith("a number that is too large"))
        assert.match(message, /^it is not JSON: line \d+, column \d+: expected /)
      }),
      { numRuns: 1000 }
    ))
})
