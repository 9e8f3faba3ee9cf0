import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { StoreFailed } from "../../src/DurableError.js"
import { openSqlite } from "../../src/internal/store/sqlite.js"
import { row, temporaryFolder } from "../support/stores.js"

const program = fileURLToPath(new URL("../support/sqliteWriter.mjs", import.meta.url))

const Message = Schema.parseJson(
  Schema.Union(
    Schema.Literal("open"),
    Schema.Struct({ integrity: Schema.String }),
    Schema.Struct({ key: Schema.String, version: Schema.Int }),
    Schema.Struct({ failed: Schema.String, code: Schema.optional(Schema.String), message: Schema.String })
  )
)

/** Starts a process that writes to the file, or checks it. */
const startWriter = (filename: string, ...more: ReadonlyArray<"check">) => {
  const child = spawn(process.execPath, [program, filename, ...more], { stdio: ["ignore", "pipe", "inherit"] })
  let output = ""
  /** It has written a row from its start to its end. */
  const written = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('"version":4')) resolve()
    })
  })
  const closed = new Promise<void>((resolve) => void child.once("close", () => resolve()))
  /** What it printed until it ended. A line that was cut off counts for nothing. */
  const messages = async () => {
    await closed
    return output
      .split("\n")
      .slice(0, -1)
      .map((line) => Schema.decodeUnknownSync(Message)(line))
  }
  return { written, messages, kill: () => child.kill("SIGKILL") }
}

/** How often a process is killed in the middle of its writes. `DURABLE_KILLS=200` runs more. */
const kills = Number(process.env["DURABLE_KILLS"] ?? 3)

describe("SQLite", () => {
  it.scopedLive(
    "a kill in the middle of a write loses no acknowledged change and leaves a sound file, free at once",
    () =>
      Effect.gen(function* () {
        const filename = join(yield* temporaryFolder, "jobs.sqlite")
        const acknowledged = new Map<string, number>()
        for (let i = 0; i < kills; i++) {
          yield* Effect.promise(async () => {
            const writer = startWriter(filename)
            await writer.written
            await pause(20 + 37 * (i % 7))
            writer.kill()
            for (const message of await writer.messages()) {
              assert.isFalse(message !== "open" && "failed" in message, JSON.stringify(message))
              if (message !== "open" && "key" in message) acknowledged.set(message.key, message.version)
            }
          })
          const checked = yield* Effect.promise(startWriter(filename, "check").messages)
          assert.deepStrictEqual(checked, [{ integrity: "ok" }])
        }
        const store = yield* openSqlite(filename)
        const versions = yield* store.versions([...acknowledged.keys()])
        const lost = [...acknowledged].filter(([key, version]) => (versions.get(key) ?? 0) < version)
        assert.deepStrictEqual(lost, [])
        assert.isAtLeast(acknowledged.size, kills)
        if (kills > 3) process.stderr.write(`${kills} kills, ${acknowledged.size} rows acknowledged, none lost\n`)
      }),
    60_000 + kills * 10_000
  )

  it.scopedLive("a second process gets IN_USE until the first has ended", () =>
    Effect.gen(function* () {
      const filename = join(yield* temporaryFolder, "jobs.sqlite")
      yield* Effect.scoped(openSqlite(filename))
      yield* Effect.scoped(
        Effect.gen(function* () {
          // opened and not written since
          yield* openSqlite(filename)
          const second = startWriter(filename)
          const [message] = yield* Effect.promise(second.messages)
          assert.deepInclude(message, { failed: "StoreFailed", code: "IN_USE" })
          const { code, retryable, step } = yield* Effect.flip(Effect.scoped(openSqlite(filename)))
          assert.deepStrictEqual([step, code, retryable], ["open", "IN_USE", false])
        })
      )
      yield* Effect.scoped(openSqlite(filename))
    })
  )

  it.scopedLive("the same process gets IN_USE too, and the first store goes on", () =>
    Effect.gen(function* () {
      const filename = join(yield* temporaryFolder, "jobs.sqlite")
      const store = yield* openSqlite(filename)
      assert.strictEqual((yield* Effect.flip(Effect.scoped(openSqlite(filename)))).code, "IN_USE")
      assert.isTrue((yield* store.insert(row("a"))).isNew)
      const second = startWriter(filename)
      assert.deepInclude((yield* Effect.promise(second.messages))[0], { code: "IN_USE" })
    })
  )

  it.scopedLive("what was written is there when it is opened again, under any file name", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const name of ["jobs.sqlite", "a b%20#?&é.db", "file:x"]) {
        const filename = join(folder, name)
        const written = yield* Effect.scoped(
          Effect.flatMap(openSqlite(filename), (store) => Effect.map(store.insert(row("a")), (it) => it.row))
        )
        const again = yield* Effect.scoped(Effect.flatMap(openSqlite(filename), (store) => store.read("a")))
        assert.deepStrictEqual(again, written)
      }
    })
  )

  it.scopedLive("a file that cannot be opened is StoreFailed, without its name", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      mkdirSync(join(folder, "canary-folder"))
      writeFileSync(join(folder, "canary-text"), "this is not a database ".repeat(100))
      for (const [name, code, problem] of [
        ["canary-missing/jobs.sqlite", "ENOENT", "it is not there, or its folder is not"],
        ["canary-folder", "EISDIR", "it is a folder"],
        ["canary-text/jobs.sqlite", "ENOTDIR", "its path goes through a file"],
        ["canary-text", "SQLITE_NOTADB", "the file is something else than a SQLite database"]
      ] as const) {
        const error = yield* Effect.flip(Effect.scoped(openSqlite(join(folder, name))))
        assert.deepStrictEqual([error._tag, error.step, error.code], ["StoreFailed", "open", code])
        assert.include(error.message, `the SQLite file could not be opened (${code}): ${problem}`)
        assert.notInclude(`${error.message} ${error.stack} ${JSON.stringify(error)}`, "canary")
      }
    })
  )

  it("an unknown problem of the file is in words of files", () => {
    const { message } = new StoreFailed({ step: "open", code: "SQLITE_CANTOPEN", database: "sqlite" })
    assert.strictEqual(
      message,
      "the SQLite file could not be opened (SQLITE_CANTOPEN): see that its folder exists and that this user may write there"
    )
    const denied = new StoreFailed({ step: "open", code: "EACCES", database: "sqlite" })
    assert.include(denied.message, "this user may not read and write it")
  })

  it.scopedLive("databases in memory are separate", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([openSqlite(":memory:"), openSqlite(":memory:")])
      yield* one.insert(row("a"))
      assert.isUndefined(yield* other.read("a"))
    })
  )
})
