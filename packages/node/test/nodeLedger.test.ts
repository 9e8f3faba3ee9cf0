import { Completed, type Execution } from "@effect-connectors/core/Job"
import { JobRef } from "@effect-connectors/core/JobRef"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as NodeLedger from "@effect-connectors/node/NodeLedger"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { identity } from "../src/internal/ledgerHolder.js"
import { replace, take } from "../src/internal/ledgerLock.js"
import { writer } from "../src/internal/ledgerLog.js"

const job = new JobRef({
  v: 1,
  api: "connections",
  origin: "http://localhost",
  jobId: "job-1",
  operation: "actions.execute",
  connection: "crm",
  submittedAt: 7
})

const accepted = Effect.succeed({ _tag: "Accepted", job } as const)
const done = Effect.succeed(Completed(1))
const never: Effect.Effect<Execution<number>> = Effect.dieMessage("sent twice")
const defect = Effect.die("a defect")

const modeOf = (path: string): string => (Fs.statSync(path).mode & 0o777).toString(8)

const inFolder = <E>(name: string, body: (path: string) => Effect.Effect<void, E, Scope.Scope>) =>
  it.scoped(name, () =>
    Effect.acquireUseRelease(
      Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "ledger-"))),
      (folder) => body(Path.join(folder, "of", "ledger.jsonl")),
      (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true, force: true }))
    )
  )

/** The ledger, as one process would have it: open while `use` runs. */
const opened = <A, E>(path: string, use: (ledger: Ledger.Service) => Effect.Effect<A, E>) =>
  Effect.provide(Effect.flatMap(Ledger, use), NodeLedger.layer(path))

const refused = (path: string) => Effect.flip(opened(path, () => Effect.void))

const lines = (path: string): ReadonlyArray<unknown> =>
  Fs.readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line))

const header = `{"_tag":"Ledger","v":1}\n`
const intent = (key: string): string => `{"_tag":"Intended","key":"${key}","intendedAt":0}\n`

const writeOwn = (path: string, text: string, mode = 0o600) => {
  Fs.mkdirSync(Path.dirname(path), { recursive: true })
  Fs.writeFileSync(path, text, { mode })
}

describe("NodeLedger", () => {
  inFolder("is for its owner alone, and has a line for the intent before the work is sent", (path) =>
    opened(path, (ledger) =>
      Effect.gen(function* () {
        const seen: Array<ReadonlyArray<unknown>> = []
        const watched = Effect.zipRight(
          Effect.sync(() => void seen.push(lines(path))),
          accepted
        )
        yield* ledger.submit("a", watched, { operation: "sync", connection: "crm" })
        const about = { key: "a", operation: "sync", connection: "crm", intendedAt: 0 }
        const first = [
          { _tag: "Ledger", v: 1 },
          { _tag: "Intended", ...about }
        ]
        assert.deepStrictEqual(seen, [first])
        assert.deepStrictEqual(lines(path), [
          ...first,
          { _tag: "Accepted", ...about, job: JobRef.encode(job), acceptedAt: 0 }
        ])
        assert.deepStrictEqual([modeOf(path), modeOf(Path.dirname(path))], ["600", "700"])
      })
    )
  )

  inFolder("keeps a digest of the input, and that a job has failed, for the next process", (path) =>
    Effect.gen(function* () {
      const order = { operation: "place", input: { id: 7 } }
      const digest = createHash("sha256")
        .update(JSON.stringify(["place", null, order.input]))
        .digest("hex")
      yield* opened(path, (ledger) => ledger.submit("a", accepted, order))
      assert.deepInclude(lines(path).at(-1), { _tag: "Accepted", digest })
      assert.notInclude(Fs.readFileSync(path, "utf8"), "input")
      yield* opened(path, (ledger) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* ledger.submit("a", never, order), { _tag: "Accepted", job })
          const error = yield* Effect.flip(ledger.submit("a", never, { ...order, input: { id: 8 } }))
          assert.deepStrictEqual(error._tag === "KeyReused" ? error.known.digest : error, digest)
        })
      )
      const line = { _tag: "Accepted", key: "b", intendedAt: 0, job: JobRef.encode(job), acceptedAt: 0, failedAt: 1 }
      Fs.appendFileSync(path, `${JSON.stringify(line)}\n`)
      yield* opened(path, (ledger) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* ledger.submit("b", never), { _tag: "Accepted", job })
          assert.deepStrictEqual(yield* ledger.submit("b", done, { resubmit: "failed" }), Completed(1))
        })
      )
    })
  )

  inFolder("of an earlier release, without digests, is read and goes on", (path) =>
    Effect.gen(function* () {
      const old = {
        _tag: "Accepted",
        key: "job",
        operation: "place",
        intendedAt: 0,
        job: JobRef.encode(job),
        acceptedAt: 0
      }
      writeOwn(path, `${header}${intent("lost")}${JSON.stringify(old)}\n`)
      yield* opened(path, (ledger) =>
        Effect.gen(function* () {
          const order = { operation: "place", input: { id: 7 } }
          assert.deepStrictEqual(yield* ledger.submit("job", never, order), { _tag: "Accepted", job })
          const verify = Effect.succeed(Completed(7))
          assert.deepStrictEqual(yield* ledger.submit("lost", never, { ...order, verify }), Completed(7))
          assert.deepInclude(lines(path).at(-1), { _tag: "Done", key: "lost" })
        })
      )
    })
  )

  inFolder("is there for the next process, with pending work alone", (path) =>
    Effect.gen(function* () {
      yield* opened(path, (ledger) =>
        Effect.gen(function* () {
          yield* ledger.submit("job", accepted)
          yield* ledger.submit("done", done)
          yield* ledger.submit("kept", done, { value: Schema.Number })
          yield* Effect.exit(ledger.submit("lost", defect))
          yield* Effect.flip(ledger.submit("free", Effect.fail({ _tag: "NotSent" as const })))
          yield* Effect.exit(ledger.submit("seen", defect))
          yield* ledger.forget("seen")
        })
      )
      yield* opened(path, (ledger) =>
        Effect.gen(function* () {
          const { accepted: jobs, unknown } = yield* ledger.pending
          assert.deepStrictEqual([jobs.map((it) => it.job), unknown.map((it) => it.key)], [[job], ["lost"]])
          assert.deepStrictEqual(yield* ledger.submit("job", never), { _tag: "Accepted", job })
          assert.strictEqual((yield* Effect.flip(ledger.submit("done", never)))._tag, "AlreadyDone")
          assert.strictEqual((yield* Effect.flip(ledger.submit("lost", never)))._tag, "SubmissionUnknown")
          assert.deepStrictEqual(yield* ledger.submit("kept", never, { value: Schema.Number }), Completed(1))
          for (const key of ["free", "seen"]) yield* ledger.submit(key, done)
        })
      )
      // opened once more, it holds a line for each key
      yield* opened(path, () => Effect.void)
      assert.strictEqual(lines(path).length, 1 + 6)
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["ledger.jsonl"])
    })
  )

  inFolder("keeps every submit of many at once", (path) =>
    Effect.gen(function* () {
      const keys = Array.from({ length: 300 }, (_, index) => `key-${index}`)
      yield* opened(path, (ledger) =>
        Effect.forEach(keys, (key) => ledger.submit(key, accepted), { concurrency: "unbounded" })
      )
      const jobs = yield* opened(path, (ledger) => Effect.map(ledger.pending, (found) => found.accepted))
      assert.deepStrictEqual(jobs.map((it) => it.key).sort(), keys.sort())
    })
  )
})

describe("NodeLedger: a file after a crash", () => {
  inFolder("is read up to the torn line, at every byte", (path) =>
    Effect.gen(function* () {
      const whole = `${header}${intent("a")}${intent("b")}`
      const from = header.length + intent("a").length
      for (let end = from; end <= whole.length; end++) {
        writeOwn(path, whole.slice(0, end))
        const keys = yield* opened(path, (ledger) =>
          Effect.gen(function* () {
            const { unknown } = yield* ledger.pending
            yield* Effect.exit(ledger.submit("c", done))
            return unknown.map((it) => it.key)
          })
        )
        // the line break is not part of what it says
        assert.deepStrictEqual(keys, end >= whole.length - 1 ? ["a", "b"] : ["a"], `cut at ${end}`)
        // what came after stands on lines of its own
        assert.strictEqual(lines(path).length, 1 + keys.length + 2)
      }
    })
  )

  inFolder("may end in zeros or in several torn lines", (path) =>
    Effect.gen(function* () {
      for (const tail of ["\0".repeat(64), `{"_tag":"Inten\n{"_tag":\n`]) {
        writeOwn(path, `${header}${intent("a")}${tail}`)
        const { unknown } = yield* opened(path, (ledger) => ledger.pending)
        assert.deepStrictEqual(
          unknown.map((it) => it.key),
          ["a"]
        )
      }
    })
  )

  inFolder("is refused when a line before its end is damaged, and stays as it is", (path) =>
    Effect.gen(function* () {
      const text = `${header}${intent("a")}{"_tag":"Int\n${intent("b")}`
      writeOwn(path, text)
      const error = yield* refused(path)
      assert.deepStrictEqual([error.code, error.line, Fs.readFileSync(path, "utf8")], ["CORRUPT", 3, text])
      assert.include(error.message, "(CORRUPT, line 3)")
    })
  )
})

describe("NodeLedger: a path that cannot hold a ledger", () => {
  for (const [name, text, code, mode] of [
    ["something else", `{"tokens":{}}`, "NOT_A_LEDGER", 0o600],
    ["something else that others may read", "id,region\n1,north\n", "NOT_A_LEDGER", 0o644],
    ["nothing at all", "", "NOT_A_LEDGER", 0o600],
    ["what a later release wrote", `{"_tag":"Ledger","v":2}\n`, "VERSION", 0o600],
    ["a ledger that others may read", header, "TOO_OPEN", 0o644]
  ] as const) {
    inFolder(`holds ${name}`, (path) =>
      Effect.gen(function* () {
        writeOwn(path, text, mode)
        assert.strictEqual((yield* refused(path)).code, code)
        assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["ledger.jsonl"])
        assert.strictEqual(Fs.readFileSync(path, "utf8"), text)
      })
    )
  }

  inFolder("is a folder or a link", (path) =>
    Effect.gen(function* () {
      Fs.mkdirSync(path, { recursive: true })
      assert.strictEqual((yield* refused(path)).code, "NOT_A_FILE")
      const link = `${path}.link`
      writeOwn(`${path}.target`, header)
      Fs.symlinkSync(`${path}.target`, link)
      assert.strictEqual((yield* refused(link)).code, "NOT_A_FILE")
    })
  )
})

describe("NodeLedger: one process at a time", () => {
  inFolder("a ledger that is open is refused to another, and free when its scope ends", (path) =>
    Effect.gen(function* () {
      const error = yield* opened(path, () => refused(path))
      assert.deepStrictEqual([error.code, error.pid], ["LOCKED", process.pid])
      assert.include(error.message, `process ${process.pid}`)
      yield* opened(path, () => Effect.void)
    })
  )

  inFolder("the lock of another process holds while it runs, and is taken over after", (path) =>
    Effect.gen(function* () {
      const other = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] })
      writeOwn(path, `${header}${intent("a")}`)
      Fs.writeFileSync(`${path}.lock`, JSON.stringify({ pid: other.pid }))
      assert.deepStrictEqual((yield* refused(path)).pid, other.pid)
      const over = once(other, "exit")
      other.kill("SIGKILL")
      yield* Effect.promise(() => over)
      const { unknown } = yield* opened(path, (ledger) => ledger.pending)
      assert.deepStrictEqual(
        unknown.map((it) => it.key),
        ["a"]
      )
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["ledger.jsonl"])
    })
  )

  inFolder("a lock that cannot be read holds", (path) =>
    Effect.gen(function* () {
      writeOwn(path, header)
      for (const text of ["", "{", `{"pid":"1"}`]) {
        Fs.writeFileSync(`${path}.lock`, text)
        assert.strictEqual((yield* refused(path)).code, "LOCKED")
      }
    })
  )

  it.skipIf(process.platform !== "linux")("a process id that is used again does not hold", () =>
    Effect.gen(function* () {
      const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "ledger-"))
      const path = Path.join(folder, "ledger.jsonl")
      Fs.writeFileSync(`${path}.lock`, JSON.stringify({ pid: process.pid, started: "1" }))
      yield* opened(path, () => Effect.void)
      Fs.rmSync(folder, { recursive: true, force: true })
    }).pipe(Effect.runPromise)
  )

  inFolder("of many processes that find an old lock, one takes it", (path) =>
    Effect.gen(function* () {
      writeOwn(path, header)
      const taker = { self: yield* Effect.promise(identity), leaseMillis: 15_000 }
      const attempts = Array.from({ length: 20 }, (_, index) => index)
      for (let round = 0; round < 20; round++) {
        Fs.writeFileSync(`${path}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, round }))
        yield* Effect.scoped(
          Effect.gen(function* () {
            const all = yield* Effect.forEach(attempts, () => take(`${path}.lock`, taker), { concurrency: "unbounded" })
            assert.strictEqual(all.filter((it) => it._tag === "Taken").length, 1)
            assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["ledger.jsonl", "ledger.jsonl.lock"])
          })
        )
      }
    })
  )

  inFolder("a late process does not take the new lock for the old", (path) =>
    Effect.gen(function* () {
      writeOwn(path, "new")
      Fs.writeFileSync(`${path}.mine`, "mine")
      const taker = { self: yield* Effect.promise(identity), leaseMillis: 15_000 }
      const mine = { path, taker, displace: Effect.sync(() => Fs.renameSync(`${path}.mine`, path)) }
      assert.isFalse(yield* replace(mine, "old", 0))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "new")
      assert.isTrue(yield* replace(mine, "new", 0))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "mine")
    })
  )

  inFolder("a process that ended while it took a lock over blocks no other", (path) =>
    Effect.gen(function* () {
      writeOwn(path, header)
      const stale = JSON.stringify({ pid: 2 ** 22 + 1 })
      Fs.writeFileSync(`${path}.lock`, stale)
      const name = createHash("sha256").update(stale).digest("hex").slice(0, 16)
      Fs.writeFileSync(`${path}.lock.${name}`, stale)
      yield* opened(path, () => Effect.void)
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["ledger.jsonl"])
    })
  )
})

describe("NodeLedger: a disk that fails", () => {
  /** A file in memory, whose next write fails after some bytes, or whose word that it is written does. */
  const disk = () => {
    const state = { text: header, failAfter: undefined as number | undefined, failsSync: false, failsTruncate: false }
    const full = () => Promise.reject(Object.assign(new Error("no space"), { code: "ENOSPC" }))
    return {
      state,
      target: {
        appendFile: (data: string | Uint8Array) => {
          const text = Buffer.from(data).toString()
          state.text += text.slice(0, state.failAfter ?? text.length)
          return state.failAfter === undefined ? Promise.resolve() : full()
        },
        datasync: () => (state.failsSync ? full() : Promise.resolve()),
        truncate: (length?: number) => {
          if (state.failsTruncate) return full()
          state.text = state.text.slice(0, length)
          return Promise.resolve()
        }
      }
    }
  }

  const outcome = (promise: Promise<void>): Promise<string> =>
    promise.then(
      () => "ok",
      () => "failed"
    )

  it("leaves nothing of a line that was not written, and writes the next", async () => {
    const { state, target } = disk()
    const { append } = writer(target, header.length)
    state.failAfter = 3
    assert.deepStrictEqual([await outcome(append("one")), state.text], ["failed", header])
    state.failAfter = undefined
    state.failsSync = true
    assert.deepStrictEqual([await outcome(append("two")), state.text], ["failed", header])
    state.failsSync = false
    assert.deepStrictEqual([await outcome(append("three")), state.text], ["ok", `${header}three\n`])
  })

  it("writes nothing behind a torn line that it cannot remove", async () => {
    const { state, target } = disk()
    const { append } = writer(target, header.length)
    state.failAfter = 3
    state.failsTruncate = true
    assert.strictEqual(await outcome(append("one")), "failed")
    state.failAfter = undefined
    assert.deepStrictEqual([await outcome(append("two")), state.text], ["failed", `${header}one`])
    state.failsTruncate = false
    assert.deepStrictEqual([await outcome(append("three")), state.text], ["ok", `${header}three\n`])
  })

  it("fails all lines that were to be written together", async () => {
    const { state, target } = disk()
    const { append, settled } = writer(target, header.length)
    state.failAfter = 5
    const all = ["a", "b", "c"].map((line) => outcome(append(line)))
    assert.deepStrictEqual([await Promise.all(all), state.text], [["failed", "failed", "failed"], header])
    await settled()
  })
})

describe("NodeLedger: a ledger whose scope has ended", () => {
  inFolder("sends nothing", (path) =>
    Effect.gen(function* () {
      const ledger = yield* opened(path, Effect.succeed)
      const error = yield* Effect.flip(ledger.submit("a", never))
      assert.deepStrictEqual(error._tag === "LedgerFailed" ? error.code : error, "CLOSED")
    })
  )
})
