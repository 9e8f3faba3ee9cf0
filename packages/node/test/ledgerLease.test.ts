import { Completed, type Execution } from "@effect-connectors/core/Job"
import { Ledger } from "@effect-connectors/core/Ledger"
import type { LedgerError } from "@effect-connectors/core/LedgerError"
import * as NodeLedger from "@effect-connectors/node/NodeLedger"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import * as ledgerFile from "../src/internal/ledgerFile.js"
import { keep } from "../src/internal/ledgerLease.js"
import { passedMillis, replace } from "../src/internal/ledgerLock.js"
import { holderOf, type Identity, identity, textOfLock } from "../src/internal/ledgerHolder.js"

const leaseMillis = 15_000
// a quarter longer than the lease, in 16 looks
const lookMillis = Math.ceil((leaseMillis * 1.25) / 16)

const inFolder = <E>(name: string, body: (path: string) => Effect.Effect<void, E, Scope.Scope>) =>
  it.scoped(name, () =>
    Effect.acquireUseRelease(
      Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "ledger-"))),
      (folder) => body(Path.join(folder, "ledger.jsonl")),
      (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true, force: true }))
    )
  )

const self = Effect.promise(identity)

/** This process, as if in a container of its own. */
const container = (name: string) => Effect.map(self, (own): Identity => ({ ...own, pidNamespace: `pid:[${name}]` }))

/** A ledger of another process, until its scope ends. */
const openAs = (path: string, who: Identity) =>
  Effect.map(ledgerFile.open(path, { leaseMillis, self: who }), Ledger.make)

const turn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** Waits for real work until so many fibers sleep. */
const asleep = (count: () => number) =>
  Effect.gen(function* () {
    for (let turns = 0; turns < 100_000; turns++) {
      if (Chunk.size(yield* TestClock.sleeps()) === count()) return
      yield* turn
    }
    return yield* Effect.dieMessage(`not ${count()} asleep`)
  })

/** A process that may stand still: its time and its wall clock are set by hand, and its timers never fire. */
const stoppable = () => {
  let millis = 0
  let wall = 0
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => millis + wall,
    currentTimeMillis: Effect.sync(() => millis + wall),
    unsafeCurrentTimeNanos: () => BigInt(millis) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(millis) * 1_000_000n),
    sleep: (_duration: Duration.Duration) => Effect.never
  }
  return {
    clock,
    pass: (more: number) => void (millis += more),
    jump: (by: number) => void (wall += by),
    runs: Effect.withClock(clock)
  }
}

/** Work that counts how often it was sent. */
const work = () => {
  let sent = 0
  const execution: Effect.Effect<Execution<number>> = Effect.sync(() => Completed(++sent))
  return { execution, sent: () => sent }
}

const codeOf = <A, E>(submit: Effect.Effect<A, E | LedgerError>) =>
  Effect.map(Effect.flip(submit), (error) => {
    const it: unknown = error
    return it instanceof Object && "code" in it ? it.code : it
  })

const foreignLock = (path: string, who: Identity, id = "an-id") =>
  Effect.sync(() => Fs.writeFileSync(`${path}.lock`, textOfLock(who, id, leaseMillis, 3), { mode: 0o600 }))

/** Takes the ledger over from a holder that shows no sign of life. */
const takenOver = <A, E>(opening: Effect.Effect<A, E, Scope.Scope>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(opening)
    for (let look = 0; look < 16; look++) {
      yield* asleep(() => 1)
      yield* TestClock.adjust(lookMillis)
    }
    return yield* Fiber.join(fiber)
  })

/** Where one says that it is about to change what becomes of a lock. */
const guardOf = (lock: string, id: string) => `${lock}.${createHash("sha256").update(id).digest("hex").slice(0, 16)}`

const header = `{"_tag":"Ledger","v":1}\n`
const intent = `{"_tag":"Intended","key":"order-10","intendedAt":0}\n`

describe("NodeLedger: a holder that cannot be seen from here", () => {
  const elsewhere: ReadonlyArray<readonly [string, Partial<Identity>]> = [
    ["another host", { host: "elsewhere" }],
    ["another boot", { boot: "00000000-0000-0000-0000-000000000000" }],
    ["another pid namespace", { pidNamespace: "pid:[1]" }],
    ["a host that does not let its processes be seen", { isVisible: false }]
  ]
  for (const [name, other] of elsewhere) {
    inFolder(`${name}: its dead holder has the ledger until its lease ends`, (path) =>
      Effect.gen(function* () {
        const own = yield* self
        // in its own namespace the holder is process 1; here that, and this start, are another's
        yield* foreignLock(path, { ...own, started: "1", ...other })
        Fs.writeFileSync(path, `${header}${intent}`, { mode: 0o600 })
        const opened = Effect.flatMap(Ledger, (ledger) =>
          Effect.flip(ledger.submit("order-10", Effect.dieMessage("!")))
        )
        const fiber = yield* Effect.fork(Effect.provide(opened, NodeLedger.layer(path)))
        for (let look = 0; look < 16; look++) {
          yield* asleep(() => 1)
          assert.isNull(fiber.unsafePoll(), `${look * lookMillis} ms`)
          yield* TestClock.adjust(lookMillis)
        }
        assert.strictEqual((yield* Fiber.join(fiber))._tag, "SubmissionUnknown")
        assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["ledger.jsonl"])
      })
    )
  }

  inFolder("that gives a sign of life keeps the ledger, however long it is asked for", (path) =>
    Effect.gen(function* () {
      const [one, other] = [yield* container("1"), yield* container("2")]
      const holder = yield* openAs(path, one)
      for (let time = 0; time < 3; time++) {
        const second = yield* Effect.fork(Effect.flip(Effect.scoped(openAs(path, other))))
        let looks = 0
        for (; second.unsafePoll() === null && looks < 16; looks++) {
          yield* asleep(() => (second.unsafePoll() === null ? 2 : 1))
          yield* TestClock.adjust(lookMillis)
          yield* asleep(() => (second.unsafePoll() === null ? 2 : 1))
        }
        assert.deepStrictEqual(yield* Fiber.join(second), { code: "LOCKED", pid: process.pid, host: one.host })
        // a third of the lease, and a look
        assert.isAtMost(looks * lookMillis, leaseMillis / 3 + 2 * lookMillis)
      }
      const { execution, sent } = work()
      yield* holder.submit("order-10", execution)
      assert.strictEqual(sent(), 1)
    })
  )

  inFolder("that gives the ledger back is not waited for any longer", (path) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* Scope.extend(openAs(path, yield* container("1")), scope)
      const second = yield* Effect.fork(openAs(path, yield* container("2")))
      yield* asleep(() => 2)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust(lookMillis)
      yield* Fiber.join(second)
    })
  )

  inFolder("a waiting process that is interrupted leaves nothing behind", (path) =>
    Effect.gen(function* () {
      yield* foreignLock(path, yield* container("1"))
      const second = yield* Effect.fork(Effect.scoped(openAs(path, yield* container("2"))))
      yield* asleep(() => 1)
      yield* Fiber.interrupt(second)
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["ledger.jsonl.lock"])
    })
  )

  for (const [name, find] of [
    ["no lock", undefined],
    ["the lock of a dead holder", "0"]
  ] as const) {
    inFolder(`20 starters in 20 containers that find ${name}: one has the ledger`, (path) =>
      Effect.gen(function* () {
        if (find !== undefined) yield* foreignLock(path, yield* container(find))
        const fibers = yield* Effect.forEach(Array.from({ length: 20 }), (_, index) =>
          Effect.flatMap(container(`1${index}`), (who) => Effect.fork(Effect.either(openAs(path, who))))
        )
        const over = () => fibers.map((fiber) => fiber.unsafePoll())
        const holders = () =>
          over().filter((exit) => exit !== null && Exit.isSuccess(exit) && exit.value._tag === "Right").length
        for (let looks = 0; over().includes(null) && looks < 200; looks++) {
          yield* asleep(() => over().filter((exit) => exit === null).length + holders())
          assert.isAtMost(holders(), 1)
          yield* TestClock.adjust(lookMillis)
        }
        const all = yield* Effect.forEach(fibers, Fiber.join)
        assert.deepStrictEqual(all.map((it) => (it._tag === "Left" ? it.left.code : "OPEN")).sort(), [
          ...Array.from({ length: 19 }, () => "LOCKED"),
          "OPEN"
        ])
        assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["ledger.jsonl", "ledger.jsonl.lock"])
      })
    )
  }
})

describe("NodeLedger: a holder that stands still", () => {
  // its own clock may have stood too, as that of a machine that sleeps does
  for (const [name, seen] of [
    ["and sees it", 60_000],
    ["and does not see it", 0]
  ] as const) {
    inFolder(`longer than its lease ${name}: it sends nothing once another has the ledger`, (path) =>
      Effect.gen(function* () {
        const first = stoppable()
        const scope = yield* Scope.make()
        const journal = yield* first.runs(
          Scope.extend(ledgerFile.open(path, { leaseMillis, self: yield* container("1") }), scope)
        )
        const stopped = Ledger.make(journal)
        yield* Effect.exit(first.runs(stopped.submit("order-9", Effect.die("a defect"))))
        yield* first.runs(journal.stillHeld ?? Effect.die("no check"))
        const other = yield* takenOver(openAs(path, yield* container("2")))
        const theirs = work()
        yield* other.submit("order-10", theirs.execution)
        first.pass(seen)
        const ours = work()
        for (const key of ["order-11", "order-10"]) {
          const error = yield* Effect.flip(first.runs(stopped.submit(key, ours.execution)))
          assert.deepInclude(error, { _tag: "LedgerFailed", code: "TAKEN_OVER", retryable: false })
          assert.include(error.message, "nothing was sent. Another process has the ledger now")
        }
        assert.deepStrictEqual([theirs.sent(), ours.sent()], [1, 0])
        const held = yield* Effect.either(first.runs(journal.stillHeld ?? Effect.die("no check")))
        assert.deepInclude(held, { _tag: "Left" })
        yield* Scope.close(scope, Exit.void)
        // nothing that the one before writes reaches the file
        yield* other.submit("order-12", theirs.execution)
        const keys = Fs.readFileSync(path, "utf8").match(/order-\d+/g)
        assert.deepStrictEqual(Array.from(new Set(keys)), ["order-9", "order-10", "order-12"])
        assert.strictEqual((yield* Effect.flip(other.submit("order-9", theirs.execution)))._tag, "SubmissionUnknown")
      })
    )
  }

  inFolder("longer than its lease goes on when nobody took the ledger, with a new lease", (path) =>
    Effect.gen(function* () {
      const first = stoppable()
      const ledger = yield* first.runs(openAs(path, yield* container("1")))
      const { execution, sent } = work()
      const lock = () => Fs.readFileSync(`${path}.lock`, "utf8")
      const before = lock()
      yield* first.runs(ledger.submit("order-1", execution))
      assert.strictEqual(lock(), before)
      first.pass(leaseMillis)
      yield* Effect.forEach(["order-2", "order-3"], (key) => first.runs(ledger.submit(key, execution)), {
        concurrency: "unbounded"
      })
      assert.notStrictEqual(lock(), before)
      assert.deepStrictEqual([sent(), holderOf(lock())?.id], [3, holderOf(before)?.id])
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["ledger.jsonl", "ledger.jsonl.lock"])
    })
  )

  inFolder("goes on with a new lease when its wall clock is set forward", (path) =>
    Effect.gen(function* () {
      const first = stoppable()
      const ledger = yield* first.runs(openAs(path, yield* container("1")))
      const { execution, sent } = work()
      const lock = () => Fs.readFileSync(`${path}.lock`, "utf8")
      const before = lock()
      first.jump(3_600_000)
      yield* first.runs(ledger.submit("order-1", execution))
      // the machine may have slept, and another may have the ledger
      assert.notStrictEqual(lock(), before)
      assert.strictEqual(sent(), 1)
    })
  )

  inFolder("trusts its lease no longer when its wall clock is set back", (path) =>
    Effect.gen(function* () {
      const first = stoppable()
      const ledger = yield* first.runs(openAs(path, yield* container("1")))
      const other = yield* takenOver(openAs(path, yield* container("2")))
      const { execution, sent } = work()
      yield* other.submit("order-1", execution)
      first.pass(leaseMillis)
      first.jump(-300_000)
      assert.strictEqual(yield* codeOf(first.runs(ledger.submit("order-2", execution))), "TAKEN_OVER")
      assert.strictEqual(sent(), 1)
    })
  )

  inFolder("sends nothing while another is about to take the ledger", (path) =>
    Effect.gen(function* () {
      const first = stoppable()
      const own = yield* container("1")
      const ledger = yield* first.runs(openAs(path, own))
      const { id = "" } = holderOf(Fs.readFileSync(`${path}.lock`, "utf8")) ?? {}
      const taking = guardOf(`${path}.lock`, id)
      // a process of the same container, which is running, so that it is not waited for
      Fs.writeFileSync(taking, textOfLock(own, "taker", leaseMillis, 0))
      first.pass(leaseMillis)
      const { execution, sent } = work()
      const error = yield* Effect.flip(first.runs(ledger.submit("order-1", execution)))
      assert.deepInclude(error, { _tag: "LedgerFailed", code: "LEASE_ENDED", retryable: true })
      assert.strictEqual(sent(), 0)
      assert.strictEqual(Fs.readFileSync(path, "utf8"), header)
      Fs.rmSync(taking)
      yield* first.runs(ledger.submit("order-1", execution))
      assert.strictEqual(sent(), 1)
    })
  )

  inFolder("cannot put an old content in the ledger's place when it wakes", (path) =>
    Effect.gen(function* () {
      // what it was about to put there, and a file of another that looks alike
      const stale = `${path}.00000000-0000-4000-8000-000000000000.part`
      const theirs = `${path}.part`
      for (const file of [stale, theirs]) Fs.writeFileSync(file, header)
      yield* foreignLock(path, yield* container("1"))
      yield* takenOver(openAs(path, yield* container("2")))
      assert.deepStrictEqual([Fs.existsSync(stale), Fs.existsSync(theirs)], [false, true])
    })
  )

  inFolder("whose lock was removed sends nothing", (path) =>
    Effect.gen(function* () {
      const ledger = yield* openAs(path, yield* self)
      Fs.rmSync(`${path}.lock`)
      const { execution, sent } = work()
      assert.strictEqual(yield* codeOf(ledger.submit("order-1", execution)), "TAKEN_OVER")
      assert.strictEqual(sent(), 0)
    })
  )
})

describe("NodeLedger: a lease", () => {
  it("has passed as soon as one of the clocks of its holder says so", () => {
    const from = { nanos: 5_000_000n, millis: 7 }
    const later = (nanos: bigint, millis: number) =>
      passedMillis(from, { nanos: from.nanos + nanos, millis: from.millis + millis })
    // the machine slept, the wall clock was set back, both agree
    assert.deepStrictEqual([later(1_000_000n, 90), later(8_000_000n, -90), later(3_000_000n, 3)], [90, 8, 3])
  })

  inFolder("is not renewed by a beat that was written after its end, unless nobody else can take over", (path) =>
    Effect.gen(function* () {
      const own = yield* self
      const guard = guardOf(path, "an-id")
      Fs.writeFileSync(guard, textOfLock(own, "taker", leaseMillis, 0))
      const written = yield* Deferred.make<void>()
      const lease = yield* keep({
        _tag: "Taken",
        isTakeover: false,
        since: { nanos: 0n, millis: 0 },
        file: {
          id: "an-id",
          path,
          taker: { self: own, leaseMillis },
          isAtPath: () => Promise.resolve(true),
          beat: Deferred.await(written)
        }
      })
      yield* asleep(() => 1)
      // the beat starts 5 seconds into the lease, and is written 2 seconds after its end
      yield* TestClock.adjust("5 seconds")
      yield* asleep(() => 0)
      yield* TestClock.adjust("12 seconds")
      yield* Deferred.succeed(written, undefined)
      yield* asleep(() => 1)
      assert.deepStrictEqual(yield* Effect.flip(lease.check), { code: "LEASE_ENDED" })
      Fs.rmSync(guard)
      yield* lease.check
    })
  )

  inFolder("is taken over by one at a time, whichever beat each of them saw", (path) =>
    Effect.gen(function* () {
      const own = yield* self
      const found = textOfLock(own, "an-id", leaseMillis, 3)
      Fs.writeFileSync(path, found)
      const mine = {
        path,
        taker: { self: own, leaseMillis },
        displace: Effect.sync(() => Fs.writeFileSync(path, "mine"))
      }
      const guard = guardOf(path, "an-id")
      Fs.writeFileSync(guard, textOfLock(own, "taker", leaseMillis, 0))
      assert.isFalse(yield* replace(mine, found, 0))
      Fs.rmSync(guard)
      // whoever stood still on the way does nothing more: each look at this clock is a second later than a lease
      const slow = stoppable()
      const reads: Clock.Clock = {
        ...slow.clock,
        currentTimeMillis: Effect.zipRight(
          Effect.sync(() => slow.pass(leaseMillis + 1_000)),
          slow.clock.currentTimeMillis
        )
      }
      assert.isFalse(yield* Effect.withClock(replace(mine, found, 0), reads))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), found)
      assert.isTrue(yield* replace(mine, found, 0))
    })
  )
})

describe("NodeLedger: a holder that can be seen from here", () => {
  inFolder("a zombie does not hold", (path) =>
    Effect.gen(function* () {
      // it takes over the place of the shell, and never asks for the end of the shell's child
      const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec cat"], { stdio: ["pipe", "pipe", "ignore"] })
      const [output] = yield* Effect.promise(() => once(parent.stdout, "data"))
      const pid = Number(String(output))
      const stat = () => Fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")
      while (stat()[2] !== "Z") yield* turn
      const holder = { ...(yield* self), pid, started: stat()[21] }
      // it is there for a signal, under its own start
      assert.isTrue(process.kill(pid, 0))
      yield* foreignLock(path, holder)
      yield* Effect.scoped(openAs(path, yield* self))
      const over = once(parent, "exit")
      parent.stdin.end()
      yield* Effect.promise(() => over)
    }).pipe(Effect.when(() => process.platform === "linux"))
  )

  inFolder("a lock of an earlier release, which has no lease, is judged by its process", (path) =>
    Effect.gen(function* () {
      const own = yield* self
      Fs.writeFileSync(`${path}.lock`, JSON.stringify({ pid: own.pid, started: own.started, id: "x" }))
      assert.strictEqual((yield* Effect.flip(Effect.scoped(openAs(path, own)))).code, "LOCKED")
      Fs.writeFileSync(`${path}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, started: "1", id: "x" }))
      yield* Effect.scoped(openAs(path, own))
    })
  )
})

describe("NodeLedger: the length of a lease", () => {
  for (const lease of [0, 999, "2 hours", Infinity, "soon" as Duration.DurationInput] as const) {
    inFolder(`${String(lease)} is refused`, (path) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.provide(Ledger, NodeLedger.layer(path, { lease })))
        assert.strictEqual(error.code, "INVALID_LEASE")
        assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), [])
      })
    )
  }

  inFolder("stands in the lock, so that others go by it", (path) =>
    Effect.gen(function* () {
      const text = yield* Effect.provide(
        Effect.sync(() => Fs.readFileSync(`${path}.lock`, "utf8")),
        NodeLedger.layer(path, { lease: "3 seconds" })
      )
      assert.deepInclude(holderOf(text), { pid: process.pid, host: Os.hostname(), leaseMillis: 3_000 })
    })
  )
})
