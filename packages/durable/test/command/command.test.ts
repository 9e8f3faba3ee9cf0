import { skipsPostgres, startPostgres } from "../../../sim/src/durable/postgres.js"
import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { JobRef } from "@effect-connectors/core/JobRef"
import { JobFailed } from "@effect-connectors/core/JobError"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { StoreFailed, WorkKeyReused, WorkNotFound, WorkNotUnknown, WorkUnknown } from "../../src/DurableError.js"
import { DurableJob, type State } from "../../src/DurableJob.js"
import { DurableJobs } from "../../src/DurableJobs.js"
import {
  type CommandError,
  exitCodeOf,
  exitCodes,
  NotConfirmed,
  OutputClosed,
  OutputFailed,
  RowsUnreadable,
  UsageError
} from "../../src/internal/command/exitCodes.js"
import { writeFailure } from "../../src/internal/engine/codec.js"
import { openPostgres } from "../../src/internal/store/postgres.js"
import { openSqlite } from "../../src/internal/store/sqlite.js"
import { runProgram } from "../support/programs.js"
import { temporaryFolder } from "../support/stores.js"

const ref = JobRef.make({
  v: 1,
  api: "connections",
  origin: "https://connections.example",
  jobId: "4711",
  operation: "actions.execute",
  submittedAt: 0
})

const failure = writeFailure(new JobFailed({ job: ref, word: "failed" }))

const ends: ReadonlyArray<readonly [string, State, string | null]> = [
  ["order-1", "unknown", failure],
  ["order-2", "unknown", null],
  ["order-3", "failed", failure],
  ["order-4", "succeeded", '{"number":4}'],
  ["order-5", "new", null],
  ["esc\u001b[31m", "succeeded", "null"]
]

/** A file with work in each state. */
const file: Effect.Effect<string, unknown, Scope.Scope> = Effect.gen(function* () {
  const filename = join(yield* temporaryFolder, "jobs.db")
  yield* Effect.scoped(
    Effect.gen(function* () {
      const { follow, submit } = yield* DurableJobs
      for (const [key] of ends) {
        yield* submit(key, {
          platform: "connections",
          connection: "shop",
          operation: "actions.execute",
          action: "place-order",
          input: { n: 12345678901234567890n }
        })
      }
      yield* submit("item", { platform: "bosa", connector: "demo", action: "list_items", input: {} })
      yield* follow(ref, "followed")
    }).pipe(Effect.provide(DurableJobs.layerClient({ filename })))
  )
  yield* Effect.scoped(
    Effect.flatMap(openSqlite(filename), (store) =>
      Effect.forEach(ends, ([key, state, outcome]) => store.change(key, { states: ["new"] }, { state, outcome }))
    )
  )
  return filename
})

const canary = "postgres://jobs:canary-password@127.0.0.1:1/jobs"

const name = "connectors-durable"
const onFile = (filename: string) => (line: string, stdin?: string) =>
  runProgram(name, [...line.split(" "), "--file", filename], { stdin })

describe("connectors-durable", () => {
  it.scopedLive(
    "a journey over a SQLite file, without a terminal",
    () =>
      Effect.gen(function* () {
        const filename = yield* file
        const run = onFile(filename)
        const rows = (text: string) => text.trimEnd().split("\n")

        const all = yield* run("list")
        assert.deepInclude(all, { code: 0, err: "" })
        assert.lengthOf(rows(all.out), 8)
        assert.match(all.out, /^order-1\tunknown\t\d{4}-\S+Z\tshop actions.execute place-order\t\tJobFailed$/m)
        assert.notInclude(all.out, "\u001b")
        assert.match(
          (yield* run("list --state unknown --state failed --connection shop")).out,
          /^(order-[123]\t.*\n){3}$/
        )
        assert.match((yield* run("list --connection demo")).out, /^item\tnew\t\S+\tdemo list_items\t\t\n$/)
        assert.deepInclude(yield* run("list --older-than 1day"), { code: 2, out: "" })
        assert.strictEqual((yield* runProgram(name, ["list", "--older-than", "1 day", "--file", filename])).out, "")

        const page = yield* run("list --limit 2")
        assert.match(page.err, /^there is more: --cursor='followed' goes on/)
        const next = yield* run("list --limit 2 --cursor=followed --json")
        assert.deepStrictEqual(
          rows(next.out).map((line) => JSON.parse(line).key),
          ["item", "order-1"]
        )

        const shown = yield* run("show order-4")
        assert.include(shown.out, "key: order-4\nstate: succeeded\n")
        assert.include(shown.out, 'input: {"n":12345678901234567890}\n')
        assert.include(shown.out, 'value: {"number":4}\n')
        assert.include((yield* run("show followed")).out, "job: 4711\nserver: https://connections.example\n")

        const asks = yield* run("settle order-1 not-done")
        assert.strictEqual(asks.code, 2)
        assert.include(asks.err, "stdin is not a terminal to ask on: give --yes")
        assert.include((yield* run("settle order-1 not-done --yes")).out, "state: new\n")
        const done = yield* run("settle order-2 done --value - --json --yes", '{"number":12345678901234567890}')
        assert.include(done.out, '"state":"succeeded"')
        assert.include(done.out, '"value":{"number":12345678901234567890}')
        const again = yield* run("settle order-2 given-up --yes")
        assert.strictEqual(again.code, 3)
        assert.include(again.err, '"order-2" is succeeded, so there is nothing to settle')
        assert.include((yield* run("settle order-3 not-done --yes")).out, "state: new\n")
        assert.strictEqual((yield* run("settle order-9 not-done --yes")).code, 4)

        const prune = ["prune", "--older-than", "0 millis", "--file", filename]
        assert.strictEqual((yield* runProgram(name, [...prune, "--dry-run"])).out, "3\n")
        assert.strictEqual((yield* runProgram(name, prune)).code, 2)
        assert.strictEqual((yield* runProgram(name, [...prune, "--yes", "--json"])).out, '{"count":3,"dryRun":false}\n')
        assert.deepInclude(yield* runProgram(name, prune), { code: 0, out: "0\n" })
        assert.notInclude((yield* run("show order-4")).out, "number")
      }),
    240_000
  )

  it.scopedLive("settles as a job, whose reference is in a file", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const path = join(yield* temporaryFolder, "job.json")
      writeFileSync(path, JSON.stringify(JobRef.encode(ref)))
      const { code, out } = yield* onFile(filename)(`settle order-2 accepted --job @${path} --yes`)
      assert.strictEqual(code, 0)
      assert.include(out, "state: accepted\n")
      assert.include(out, "job: 4711\n")
    })
  )

  it.scopedLive(
    "what is wrong is refused with what to do, and never with a stack",
    () =>
      Effect.gen(function* () {
        const filename = yield* file
        const folder = yield* temporaryFolder
        const foreign = join(folder, "foreign.db")
        writeFileSync(foreign, "not a database, and longer than its header would be".repeat(40))
        const empty = join(folder, "empty.db")
        writeFileSync(empty, "")
        mkdirSync(join(folder, "folder.db"))
        const cases: ReadonlyArray<readonly [ReadonlyArray<string>, number, string]> = [
          [["list", "--file", join(folder, "missing.db")], 2, "(ENOENT): it is not there"],
          [["list", "--file", join(folder, "folder.db")], 2, "it is a folder"],
          [["list", "--file", foreign], 2, "something else than a SQLite database"],
          [["list", "--file", empty], 2, "there are no durable jobs in this database"],
          [["list", "--file", ""], 2, "is not the name of a file"],
          [["list"], 2, "no database: set EFFECT_CONNECTORS_DATABASE_URL"],
          [["list", "--state", "lost", "--file", filename], 2, '"lost" is not a state. There are: new,'],
          [["list", "--limit", "-1", "--file", filename], 2, "--limit"],
          [["list", "--stat", "new", "--file", filename], 2, "'--stat'"],
          [["list", "all", "--file", filename], 2, '"all" is one argument too many'],
          [["show", "--file", filename], 2, "the key is missing"],
          [["settle", "order-1", "--file", filename], 2, "(done, accepted, not-done, given-up) is missing"],
          [["settle", "order-1", "maybe", "--file", filename], 2, '"maybe" is not what can have become of work'],
          [["settle", "order-1", "done", "--yes", "--file", filename], 2, "done needs --value"],
          [["settle", "order-1", "not-done", "--value", "1", "--file", filename], 2, "not-done takes no --value"],
          [["settle", "order-1", "done", "--value", "{a", "--yes", "--file", filename], 2, "--value is not JSON: "],
          [["settle", "order-1", "accepted", "--job", "{}", "--yes", "--file", filename], 2, "not a job reference"],
          [["settle", "order-1", "done", "--value", "@nowhere", "--yes", "--file", filename], 2, "(ENOENT)"],
          [["prune", "--yes", "--file", filename], 2, "prune needs --older-than"],
          [["prune", "--older-than", "30", "--yes", "--file", filename], 2, "is not an age"],
          [["prune", "--older-than", "Infinity", "--yes", "--file", filename], 2, "is not an age"],
          [["show", "a\u001b[31mb", "--file", filename], 4, "no work has the key"],
          [["list", canary], 2, "is not an argument"]
        ]
        for (const [args, code, text] of cases) {
          const ended = yield* runProgram(name, args)
          assert.deepInclude(ended, { code, out: "" }, `${args.join(" ")}: ${ended.err}`)
          assert.include(ended.err, text)
          assert.match(ended.err, /^connectors-durable: [^\n]+\n$/)
          assert.notInclude(ended.err, "canary")
          assert.notInclude(ended.err, "\u001b")
        }
        // nothing was made
        assert.strictEqual(readFileSync(empty, "utf8"), "")
      }),
    240_000
  )

  it.scopedLive("a wrong address: its code, and not a word of the address", () =>
    Effect.gen(function* () {
      for (const [address, code] of [
        [canary, exitCodes.unreachable],
        ["canary", exitCodes.usage],
        ["postgres://canary:no port", exitCodes.usage]
      ] as const) {
        const { err, ...ended } = yield* runProgram(name, ["list"], {
          env: { EFFECT_CONNECTORS_DATABASE_URL: address, CONNECTORS_DEBUG: "1" }
        })
        assert.deepInclude(ended, { code, out: "" })
        assert.match(err, /^connectors-durable: /m)
        assert.notInclude(err, "canary")
      }
    })
  )

  it.scopedLive("a file that another process has open", () =>
    Effect.gen(function* () {
      const filename = yield* file
      yield* openSqlite(filename)
      const { code, err } = yield* onFile(filename)("list")
      assert.strictEqual(code, exitCodes.unreachable)
      assert.match(err, /^connectors-durable: the SQLite file is in use by another process: [^\n]+\n$/)
    })
  )

  it.scopedLive("a row that something else wrote hides no others", () =>
    Effect.gen(function* () {
      const filename = yield* file
      yield* Effect.scoped(
        Effect.flatMap(openSqlite(filename), (store) =>
          store.change("order-5", { states: ["new"] }, { state: "succeeded", outcome: "{not JSON" })
        )
      )
      const { code, err, out } = yield* onFile(filename)("list")
      assert.strictEqual(code, 3)
      assert.strictEqual(out.trimEnd().split("\n").length, 7)
      assert.match(out, /^order-4\t/m)
      assert.strictEqual(err, 'connectors-durable: rows that something else wrote cannot be read: "order-5"\n')
      // on a page that ends before it, it is no matter
      assert.deepInclude(yield* onFile(filename)("list --state unknown"), { code: 0, err: "" })
    })
  )

  it.scopedLive("a reader that is gone is no failure", () =>
    Effect.gen(function* () {
      const filename = join(yield* temporaryFolder, "jobs.db")
      yield* Effect.gen(function* () {
        const { submit } = yield* DurableJobs
        const input = { text: "x".repeat(20_000) }
        for (let n = 0; n < 50; n++) {
          yield* submit(`${n}`, { platform: "bosa", connector: "demo", action: "a", input })
        }
      }).pipe(Effect.provide(DurableJobs.layerClient({ filename })), Effect.scoped)
      const args = ["list", "--json", "--file", filename]
      assert.deepInclude(yield* runProgram(name, args, { closeEarly: true }), { code: 0, err: "" })
    })
  )

  it.live("--help of each command", () =>
    Effect.forEach(["list", "show", "settle", "prune"], (command) =>
      Effect.map(runProgram(name, [command, "--help"]), ({ code, err, out }) => {
        assert.deepStrictEqual([code, err], [0, ""])
        assert.include(out, `connectors-durable ${command}`)
      })
    )
  )
})

describe("connectors durable", () => {
  it.scopedLive(
    "gives the program its arguments, streams, signals and exit code",
    () =>
      Effect.gen(function* () {
        const filename = yield* file
        const run = (args: ReadonlyArray<string>, stdin?: string) =>
          runProgram("connectors", [...args, "--file", filename], { stdin })
        assert.deepInclude(yield* run(["show", "order-4"]), { code: 0, err: "" })
        assert.strictEqual((yield* run(["show", "order-9"])).code, 4)
        const settled = yield* run(["settle", "order-2", "done", "--value", "-", "--yes"], '{"number":2}')
        assert.include(settled.out, 'value: {"number":2}\n')
        assert.deepInclude(
          yield* runProgram("connectors", ["list", "--json", "--file", filename], { closeEarly: true }),
          {
            code: 0,
            err: ""
          }
        )
        const help = yield* runProgram("connectors", ["list", "--help"])
        assert.deepInclude(help, { code: 0, err: "" })
        assert.include(help.out, "connectors-durable settle")
      }),
    240_000
  )

  it.scopedLive("takes the address from a profile, and never prints it", () =>
    Effect.gen(function* () {
      const env = { CONNECTORS_CONFIG_DIR: yield* temporaryFolder }
      const settings = { EFFECT_CONNECTORS_DATABASE_URL: canary }
      writeFileSync(
        join(env.CONNECTORS_CONFIG_DIR, "profiles.json"),
        JSON.stringify({ version: 1, active: "other", profiles: { other: {}, night: settings } }),
        { mode: 0o600 }
      )
      const ended = yield* runProgram("connectors", ["list", "--profile", "night"], { env })
      assert.strictEqual(ended.code, exitCodes.unreachable)
      assert.include(ended.err, "(ECONNREFUSED)")
      assert.notInclude(ended.err + ended.out, "canary")
      assert.include((yield* runProgram("connectors", ["list"], { env })).err, "no database")
      const wrong = yield* runProgram("connectors", ["list", "--profile=day"], { env })
      assert.strictEqual(wrong.code, 2)
      assert.include(wrong.err, 'there is no profile "day": there are other, night')
    })
  )
})

describe("the exit codes of durable jobs from the shell", () => {
  const job = new DurableJob({ key: "a", state: "unknown", version: 1, createdAt: 0, updatedAt: 0 })
  const failed = (code: string | undefined, step: StoreFailed["step"] = "open") => new StoreFailed({ step, code })
  const rows: ReadonlyArray<readonly [CommandError, keyof typeof exitCodes]> = [
    [new UsageError({ message: "" }), "usage"],
    [new InvalidRequest({ operation: "", issues: [] }), "usage"],
    [new WorkKeyReused({ key: "a", digest: "", known: "" }), "usage"],
    [new WorkNotFound({ key: "a" }), "notFound"],
    [new WorkNotUnknown({ job }), "refused"],
    [new WorkUnknown({ job }), "unknown"],
    [new OutputClosed({ message: "" }), "done"],
    [new OutputFailed({ message: "", isChanged: false }), "usage"],
    [new OutputFailed({ message: "", isChanged: true }), "unknown"],
    [new RowsUnreadable({ message: "" }), "refused"],
    [new NotConfirmed({ message: "" }), "interrupted"],
    [failed("NO_TABLES"), "usage"],
    [failed("3D000"), "usage"],
    [failed("IN_USE"), "unreachable"],
    [failed("ECONNREFUSED"), "unreachable"],
    [failed(undefined, "read"), "unreachable"],
    [failed(undefined, "write"), "unknown"],
    [failed("28P01"), "unauthorized"],
    [failed("42501", "write"), "refused"],
    [failed("CORRUPT", "read"), "refused"]
  ]
  for (const [error, outcome] of rows) {
    it(`${error._tag}${error._tag === "StoreFailed" ? ` ${error.code ?? error.step}` : ""}: ${outcome}`, () =>
      assert.strictEqual(exitCodeOf(error), exitCodes[outcome]))
  }

  it("are those of the command line", () => {
    const page = readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8")
    for (const code of Object.values(exitCodes)) assert.include(page, `| \`${code}\` `)
  })
})

describe.skipIf(skipsPostgres())("connectors-durable over PostgreSQL", () => {
  it.scopedLive(
    "lists and settles, makes nothing where nothing is, and says what is wrong with the address",
    () =>
      Effect.gen(function* () {
        const { url } = yield* startPostgres
        const at = (address: string, ...args: ReadonlyArray<string>) =>
          runProgram("connectors-durable", args, { env: { EFFECT_CONNECTORS_DATABASE_URL: address } })
        const address = Redacted.value(url)

        const before = yield* at(address, "list")
        assert.deepInclude(before, { code: 2, out: "" })
        assert.include(before.err, "there are no durable jobs in this database")
        // it made no tables
        assert.strictEqual((yield* at(address, "list")).code, 2)

        yield* Effect.gen(function* () {
          const { submit } = yield* DurableJobs
          yield* submit("item", { platform: "bosa", connector: "demo", action: "list_items", input: {} })
        }).pipe(Effect.provide(DurableJobs.layerClient({ database: { url } })), Effect.scoped)
        const { store } = yield* openPostgres({ url })
        yield* store.change("item", { states: ["new"] }, { state: "unknown" })

        assert.match(
          (yield* at(address, "list", "--state", "unknown")).out,
          /^item\tunknown\t\S+\tdemo list_items\t\t\n$/
        )
        assert.include((yield* at(address, "settle", "item", "given-up", "--yes")).out, "state: failed\n")
        assert.strictEqual((yield* at(address, "prune", "--older-than", "0 millis", "--dry-run")).out, "1\n")

        const noDatabase = new URL(address)
        noDatabase.pathname = "/canary-none"
        const missing = yield* at(noDatabase.href, "list")
        assert.strictEqual(missing.code, 2)
        assert.include(missing.err, "(3D000): there is no database of that name")
        const noUser = new URL(address)
        noUser.password = "canary"
        const wrong = yield* at(noUser.href, "list")
        assert.strictEqual(wrong.code, 5, wrong.err)
        assert.notInclude(missing.err + wrong.err, "canary")
      }),
    240_000
  )
})
