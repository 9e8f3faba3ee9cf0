import { assert, describe } from "@effect/vitest"
import { JobFailed } from "@effect-connectors/core/JobError"
import * as Job from "@effect-connectors/core/Job"
import { Ledger, type Verification } from "@effect-connectors/core/Ledger"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as kit from "./kit.js"

const { action, executions, meet, sends, start, startMillis, stateOf, tagOf, virtual } = kit

/** What durable jobs promise, over any table. */
export const laws = (name: string, makeStore: kit.MakeStore): void => {
  const one = Effect.flatMap(makeStore, (store) => start(store))

  describe(`${name}: work`, () => {
    virtual("that becomes a job is followed to its value", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        const first = yield* jobs.submit("a", action("sync", { n: 1 }))
        assert.deepStrictEqual([first.key, first.state, first.version], ["a", "new", 1])
        assert.deepStrictEqual(yield* jobs.result("a"), { n: 1 })
        const job = yield* jobs.get("a")
        assert.strictEqual(job.state, "succeeded")
        assert.deepStrictEqual(job.work, action("sync", { n: 1 }))
        assert.isDefined(job.ref)
        assert.strictEqual(yield* executions, 1)
      })
    )

    virtual("that is done at once has its value without a job", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* jobs.submit("a", action("now"))
        assert.deepStrictEqual(yield* jobs.result("a"), { done: true })
        assert.isUndefined((yield* jobs.get("a")).ref)
      })
    )

    virtual("of a typed operation is done too", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* jobs.submit("a", {
          platform: "connections",
          connection: "shop",
          operation: "sql.select",
          input: { table: "t" }
        })
        assert.deepStrictEqual(
          yield* Effect.map(jobs.result("a"), (value) => JSON.stringify(value).includes("1")),
          true
        )
      })
    )

    virtual("whose job fails or is cancelled ends so, and says why", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* jobs.submit("a", action("fails"))
        yield* jobs.submit("b", action("cancelled"))
        const failed = yield* Effect.flip(jobs.result("a"))
        assert.instanceOf(failed, JobFailed)
        assert.include(failed.message, "the CRM is down")
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.result("b"))), "JobCancelled")
        assert.deepStrictEqual([yield* stateOf(jobs, "a"), yield* stateOf(jobs, "b")], ["failed", "cancelled"])
      })
    )

    virtual("that the server refuses is failed with its error", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* jobs.submit("a", action("no-such-action"))
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.result("a"))), "NotFound")
        yield* meet({ status: 422, json: { error: { message: "price is missing" } } })
        yield* jobs.submit("b", action("sync"))
        const error = yield* Effect.flip(jobs.result("b"))
        assert.strictEqual(error._tag, "ApiRejected")
        assert.include(error.message, "price is missing")
        assert.strictEqual(yield* executions, 0)
      })
    )

    virtual("that was proved not to have been done is sent again", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* meet({ _tag: "Refused" }, { _tag: "RateLimited", retryAfterMillis: 20_000 }, { _tag: "Refused" })
        yield* jobs.submit("a", action("sync", { n: 1 }))
        assert.deepStrictEqual(yield* jobs.result("a"), { n: 1 })
        assert.deepStrictEqual([yield* sends, yield* executions], [4, 1])
        assert.isAtLeast(yield* Clock.currentTimeMillis, startMillis + 20_000)
      })
    )

    virtual("that is never let in is failed once its time is over", () =>
      Effect.gen(function* () {
        const { jobs } = yield* Effect.flatMap(makeStore, (store) => start(store, { submitFor: "1 minute" }))
        yield* meet(...Array.from({ length: 30 }, () => ({ _tag: "Refused" }) as const))
        yield* jobs.submit("a", action("sync"))
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.result("a"))), "NotSent")
        const tookMillis = (yield* Clock.currentTimeMillis) - startMillis
        assert.isAbove(tookMillis, 40_000)
        assert.isBelow(tookMillis, 120_000)
      })
    )

    virtual("whose response was lost is unknown, and never sent again", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* meet({ _tag: "Reset", commit: true }, { status: 502 })
        yield* jobs.submit("a", action("sync"))
        yield* jobs.submit("b", action("sync", { n: 2 }))
        for (const key of ["a", "b"]) {
          assert.strictEqual(tagOf(yield* Effect.exit(jobs.result(key))), "WorkUnknown")
        }
        yield* Effect.sleep("20 minutes")
        assert.deepStrictEqual([yield* sends, yield* executions], [2, 1])
        assert.deepStrictEqual((yield* jobs.stats).states.unknown, 2)
      })
    )

    virtual("of one key is one, and other work under it is refused before anything is written", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        const work = action("sync", { a: 1, b: 2 })
        yield* jobs.submit("a", work)
        yield* jobs.submit("a", action("sync", { b: 2, a: 1 }))
        const error = yield* Effect.flip(jobs.submit("a", action("sync", { a: 2 })))
        assert.strictEqual(error._tag, "WorkKeyReused")
        yield* jobs.result("a")
        const again = yield* jobs.submit("a", work)
        assert.strictEqual(again.state, "succeeded")
        assert.strictEqual(yield* executions, 1)
      })
    )

    virtual("keeps the digits of its input", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        const id = 1_234_567_890_123_456_789n
        yield* jobs.submit("a", action("sync", { id }))
        yield* jobs.result("a")
        assert.deepStrictEqual((yield* jobs.get("a")).work?.input, { id })
        const platform = yield* ConnectionsTest
        const log = yield* platform.executionLog
        assert.deepStrictEqual(
          log.map(({ body }) => body),
          [{ input: { id } }]
        )
      })
    )
  })

  describe(`${name}: a reference from elsewhere`, () => {
    virtual("is followed under a key", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        const api = yield* kit.client
        const execution = yield* api.actions.execute("crm", "sync", { input: { n: 3 } }, { async: true })
        if (execution._tag !== "Accepted") return yield* Effect.dieMessage("no job")
        yield* jobs.follow(execution.job, "b")
        assert.strictEqual((yield* jobs.follow(execution.job, "b")).key, "b")
        assert.deepStrictEqual(yield* jobs.result("b"), { n: 3 })
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.follow(kit.ref("other"), "b"))), "WorkKeyReused")
      })
    )

    virtual("of another server is refused", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        const error = yield* Effect.flip(jobs.follow(kit.ref("1", { origin: "http://evil.example" }), "b"))
        assert.strictEqual(error._tag, "InvalidRequest")
      })
    )

    virtual("that the server does not know is unknown", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* jobs.follow(kit.ref("404"), "b")
        const error = yield* Effect.flip(jobs.result("b"))
        assert.strictEqual(error._tag, "WorkUnknown")
        assert.include(error.message, "not known to the server")
      })
    )
  })

  describe(`${name}: a job under way`, () => {
    virtual("shows its progress, at most once a second, and ends once for each reader", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* jobs.submit("a", action("slow"))
        const readers = yield* Effect.forEach([1, 2], () => Effect.fork(Stream.runCollect(jobs.watch("a"))))
        for (const reader of readers) {
          const events = Chunk.toReadonlyArray(yield* Fiber.join(reader))
          assert.strictEqual(events[0]?._tag, "Submitted")
          assert.deepStrictEqual(events.at(-1), Job.Completed({ synced: 60 }))
          const progress = events.slice(1, -1)
          assert.isAbove(progress.length, 3)
          assert.isTrue(progress.every(({ _tag }) => _tag === "Progress"))
        }
      })
    )

    virtual("skips progress for a slow reader, and never its end", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* jobs.submit("a", action("slow"))
        const events: Array<string> = []
        yield* Stream.runForEach(jobs.watch("a"), ({ _tag }) =>
          Effect.zipRight(
            Effect.sync(() => events.push(_tag)),
            Effect.sleep("45 seconds")
          )
        )
        assert.deepStrictEqual([events[0], events.at(-1)], ["Submitted", "Completed"])
        assert.isAtMost(events.length, 4)
      })
    )

    virtual("is polled on after polls that say nothing of it", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        const platform = yield* ConnectionsTest
        yield* jobs.submit("a", action("sync", { n: 1 }))
        yield* platform.respondNext(
          { operation: "jobs.get" },
          Array.from({ length: 3 }, () => ({ status: 401 }))
        )
        assert.deepStrictEqual(yield* jobs.result("a"), { n: 1 })
      })
    )

    virtual("is followed on after a poll that broke the client", () =>
      Effect.gen(function* () {
        let polls = 0
        const broken = (client: HttpClient.HttpClient) =>
          HttpClient.transform(client, (response, { method }) =>
            method === "GET" && ++polls === 2 ? Effect.dieMessage("a bug") : response
          )
        const { jobs } = yield* Effect.flatMap(makeStore, (store) => start(store, {}, { transformClient: broken }))
        yield* jobs.submit("a", action("sync", { n: 1 }))
        assert.deepStrictEqual(yield* jobs.result("a"), { n: 1 })
        assert.isAbove(polls, 2)
      })
    )

    virtual("can be watched from a process that does no work", () =>
      Effect.gen(function* () {
        const store = yield* makeStore
        const { jobs } = yield* start(store)
        const other = yield* kit.watcher(store)
        yield* other.submit("a", action("sync", { n: 1 }))
        assert.deepStrictEqual(yield* other.result("a"), { n: 1 })
        assert.deepStrictEqual((yield* other.stats).buckets, 0)
        assert.deepStrictEqual((yield* jobs.stats).buckets, 32)
      })
    )
  })

  describe(`${name}: the end of a process`, () => {
    virtual("by a signal drains what has left, and stores its response", () =>
      Effect.gen(function* () {
        const store = yield* makeStore
        const first = yield* start(store)
        yield* meet({ _tag: "Pass", delayMillis: 2_000 })
        yield* first.jobs.submit("a", action("sync", { n: 1 }))
        yield* Effect.sleep("1 second")
        assert.strictEqual(yield* stateOf(first.jobs, "a"), "intended")
        yield* first.stop
        assert.strictEqual((yield* store.read("a"))?.state, "accepted")
        const second = yield* start(store)
        assert.deepStrictEqual(yield* second.jobs.result("a"), { n: 1 })
        assert.strictEqual(yield* executions, 1)
      })
    )

    virtual("by a signal makes unknown what does not drain in time, in that time", () =>
      Effect.gen(function* () {
        const store = yield* makeStore
        const first = yield* start(store)
        yield* meet({ _tag: "Hang" })
        yield* first.jobs.submit("a", action("sync"))
        yield* Effect.sleep("1 second")
        const [took] = yield* Effect.timed(first.stop)
        assert.strictEqual(Math.round(Duration.toSeconds(took)), 3)
        assert.strictEqual((yield* store.read("a"))?.state, "unknown")
      })
    )

    virtual("by a kill leaves what was being sent unknown, and nothing else", () =>
      Effect.gen(function* () {
        const store = yield* makeStore
        const first = yield* start(store)
        const slow = { _tag: "Pass", delayMillis: 1_500 } as const
        yield* meet(...Array.from({ length: 16 }, () => slow))
        for (let n = 0; n < 30; n++) yield* first.jobs.submit(`k${n}`, action("sync", { n }))
        yield* Effect.sleep("2 seconds")
        yield* first.kill
        const second = yield* start(store)
        const states = yield* kit.settled(second.jobs)
        assert.deepStrictEqual([states.succeeded + states.unknown, states.unknown], [30, 8])
        assert.strictEqual(yield* kit.mostPerKey, 1)
      })
    )

    virtual("that comes back late heals the row that was given up, and somebody follows its job", () =>
      Effect.gen(function* () {
        const store = yield* makeStore
        // frozen: it does not know that another one runs its buckets now
        const frozen = yield* start(store)
        yield* meet({ _tag: "Pass", delayMillis: 45_000 })
        yield* frozen.jobs.submit("a", action("slow"))
        yield* Effect.sleep("2 seconds")
        const second = yield* start(store)
        yield* Effect.sleep("5 seconds")
        assert.strictEqual(yield* stateOf(second.jobs, "a"), "unknown")
        yield* Effect.sleep("42 seconds")
        assert.strictEqual(yield* stateOf(second.jobs, "a"), "accepted")
        assert.strictEqual((yield* second.jobs.stats).followed, 1)
        yield* frozen.kill
        assert.deepStrictEqual(yield* second.jobs.result("a"), { synced: 60 })
        assert.strictEqual(yield* executions, 1)
      })
    )

    virtual("that stood still before its request left sends nothing", () =>
      Effect.gen(function* () {
        const store = yield* makeStore
        // what holds a request up after the claim: here a limit, there a frozen machine
        const frozen = yield* start(store, { gate: 2 }, { limits: { requests: 1, per: "10 seconds" } })
        yield* frozen.jobs.submit("a", action("now"))
        yield* frozen.jobs.result("a")
        yield* frozen.jobs.submit("b", action("now", { n: 2 }))
        yield* Effect.sleep("2 seconds")
        yield* store.change("b", { states: ["intended"] }, { state: "unknown" })
        yield* Effect.sleep("1 minute")
        assert.deepStrictEqual(yield* executions, 2)
        assert.strictEqual(yield* stateOf(frozen.jobs, "b"), "succeeded")
      })
    )
  })

  describe(`${name}: two processes that own the same rows for a while`, () => {
    virtual("send each of them once", () =>
      Effect.gen(function* () {
        const store = yield* makeStore
        const other = yield* kit.watcher(store)
        for (let n = 0; n < 30; n++) yield* other.submit(`k${n}`, action("sync", { n }))
        yield* meet(...Array.from({ length: 60 }, () => ({ _tag: "Pass", delayMillis: 1_500 }) as const))
        yield* start(store)
        const { jobs } = yield* start(store)
        yield* kit.settled(jobs)
        assert.deepStrictEqual([yield* sends, yield* executions, yield* kit.mostPerKey], [30, 30, 1])
      })
    )
  })

  describe(`${name}: settle`, () => {
    const unknown = Effect.fnUntraced(function* () {
      const process = yield* one
      yield* meet({ _tag: "Reset", commit: true })
      yield* process.jobs.submit("a", action("sync", { n: 1 }))
      yield* Effect.exit(process.jobs.result("a"))
      return process.jobs
    })

    virtual("Done gives the value", () =>
      Effect.gen(function* () {
        const jobs = yield* unknown()
        yield* jobs.settle("a", { _tag: "Done", value: { by: "hand" } })
        assert.deepStrictEqual(yield* jobs.result("a"), { by: "hand" })
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.settle("a", { _tag: "GivenUp" }))), "WorkNotUnknown")
      })
    )

    virtual("Accepted is followed", () =>
      Effect.gen(function* () {
        const jobs = yield* unknown()
        const platform = yield* ConnectionsTest
        const [job] = yield* platform.jobs
        yield* jobs.settle("a", { _tag: "Accepted", job: kit.ref(String(job?.id)) })
        assert.deepStrictEqual(yield* jobs.result("a"), { n: 1 })
        assert.strictEqual(yield* sends, 1)
      })
    )

    virtual("NotDone is sent again", () =>
      Effect.gen(function* () {
        const jobs = yield* unknown()
        yield* jobs.settle("a", { _tag: "NotDone" })
        assert.deepStrictEqual(yield* jobs.result("a"), { n: 1 })
        assert.strictEqual(yield* sends, 2)
      })
    )

    virtual("NotDone sends failed work again, and it has its new job alone", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* jobs.submit("a", action("fails"))
        yield* Effect.exit(jobs.result("a"))
        yield* jobs.settle("a", { _tag: "NotDone" })
        const events = yield* Effect.exit(Stream.runCollect(jobs.watch("a")))
        assert.strictEqual(tagOf(events), "JobFailed")
        assert.strictEqual(yield* sends, 2)
      })
    )

    virtual("GivenUp is failed with the failure that it has", () =>
      Effect.gen(function* () {
        const jobs = yield* unknown()
        yield* jobs.settle("a", { _tag: "GivenUp" })
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.result("a"))), "OutcomeUnknown")
        assert.strictEqual(yield* stateOf(jobs, "a"), "failed")
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.settle("b", { _tag: "GivenUp" }))), "WorkNotFound")
      })
    )
  })

  describe(`${name}: a verifier`, () => {
    const verified = (answer: () => Verification<unknown> | undefined, asked: Array<number>) =>
      Effect.flatMap(makeStore, (store) =>
        start(store, {
          settleAfter: "10 seconds",
          verify: ({ updatedAt }) =>
            Effect.suspend(() => {
              asked.push(updatedAt)
              const found = answer()
              return found === undefined ? Effect.fail("no network") : Effect.succeed(found)
            })
        })
      )

    virtual("settles what it knows, after the time in which it may still be done", () =>
      Effect.gen(function* () {
        const asked: Array<number> = []
        const { jobs } = yield* verified(() => Job.Completed({ found: true }), asked)
        yield* meet({ _tag: "Reset", commit: true })
        yield* jobs.submit("a", action("sync"))
        yield* Effect.exit(jobs.result("a"))
        yield* Effect.sleep("9 seconds")
        assert.strictEqual(asked.length, 0)
        yield* Effect.sleep("10 seconds")
        assert.deepStrictEqual(yield* jobs.result("a"), { found: true })
        assert.strictEqual(asked.length, 1)
      })
    )

    virtual("that says not done has it sent again; one that cannot tell is asked again", () =>
      Effect.gen(function* () {
        const asked: Array<number> = []
        const answers = [undefined, Ledger.cannotTell, Ledger.notDone]
        const { jobs } = yield* verified(() => answers[asked.length - 1], asked)
        yield* meet({ _tag: "Reset" })
        yield* jobs.submit("a", action("sync", { n: 1 }))
        yield* Effect.exit(jobs.result("a"))
        yield* Effect.sleep("2 minutes")
        assert.deepStrictEqual(yield* jobs.result("a"), { n: 1 })
        assert.deepStrictEqual([asked.length, yield* executions], [3, 1])
      })
    )
  })

  describe(`${name}: keeping`, () => {
    virtual("prune deletes all but key and digest of old ends, and the key is never done again", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        yield* jobs.submit("a", action("now"))
        yield* jobs.result("a")
        assert.strictEqual(yield* jobs.prune("1 day"), 0)
        assert.strictEqual(yield* jobs.prune(0, { dryRun: true }), 1)
        assert.deepStrictEqual((yield* jobs.get("a")).value, { done: true })
        assert.strictEqual(yield* jobs.prune(0), 1)
        assert.strictEqual(yield* jobs.prune(0, { dryRun: true }), 0)
        assert.strictEqual(yield* jobs.prune(0), 0)
        yield* jobs.submit("b", action("now", { n: 2 }))
        assert.deepStrictEqual(yield* jobs.result("b"), { done: true })
        const job = yield* jobs.get("a")
        assert.deepStrictEqual([job.state, job.work, job.value], ["succeeded", undefined, undefined])
        assert.strictEqual((yield* jobs.submit("a", action("now"))).state, "succeeded")
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.submit("a", action("sync")))), "WorkKeyReused")
        assert.include((yield* Effect.flip(jobs.result("a"))).message, "was pruned")
        assert.strictEqual(yield* executions, 2)
      })
    )

    virtual("list pages through the states that are wanted", () =>
      Effect.gen(function* () {
        const { jobs } = yield* one
        for (let n = 0; n < 7; n++) yield* jobs.submit(`k${n}`, action(n === 3 ? "fails" : "now", { n }))
        yield* kit.settled(jobs)
        const keys: Array<string> = []
        let cursor: string | undefined
        do {
          const page = yield* jobs.list({ states: ["succeeded"], limit: 3, cursor })
          keys.push(...page.jobs.map(({ key }) => key))
          cursor = page.next
        } while (cursor !== undefined)
        assert.deepStrictEqual(keys, ["k0", "k1", "k2", "k4", "k5", "k6"])
        assert.deepStrictEqual(
          (yield* jobs.list({ states: ["failed"] })).jobs.map(({ key }) => key),
          ["k3"]
        )
      })
    )
  })

  describe(`${name}: a database that fails for a while`, () => {
    virtual("loses no end and no work, and nothing is sent meanwhile", () =>
      Effect.gen(function* () {
        const table = kit.faulty(yield* makeStore)
        const { jobs } = yield* start(table.store)
        for (let n = 0; n < 20; n++) yield* jobs.submit(`k${n}`, action("sync", { n }))
        yield* Effect.sleep("1 second")
        for (let n = 20; n < 40; n++) yield* jobs.submit(`k${n}`, action("sync", { n }))
        table.mode = "fails"
        yield* Effect.sleep("8 seconds")
        const before = yield* sends
        yield* Effect.sleep("30 seconds")
        assert.strictEqual(yield* sends, before)
        table.mode = "works"
        const states = yield* kit.settled(jobs)
        assert.deepStrictEqual([states.succeeded, states.unknown], [40, 0])
        assert.strictEqual(yield* kit.mostPerKey, 1)
      })
    )

    virtual("lets those who begin to wait meanwhile wait, for some seconds; one that is away longer fails them", () =>
      Effect.gen(function* () {
        const table = kit.faulty(yield* makeStore)
        const { jobs } = yield* start(table.store)
        yield* jobs.submit("a", action("sync", { n: 1 }))
        table.mode = "fails"
        const waiting = yield* Effect.fork(jobs.result("a"))
        yield* Effect.sleep("3 seconds")
        table.mode = "works"
        assert.deepStrictEqual(yield* Fiber.join(waiting), { n: 1 })
        table.mode = "fails"
        assert.strictEqual((yield* Effect.flip(jobs.result("a")))._tag, "StoreFailed")
        table.mode = "works"
      })
    )

    virtual("and whose responses are lost makes nothing unknown that was not sent", () =>
      Effect.gen(function* () {
        const table = kit.faulty(yield* makeStore)
        const { jobs } = yield* start(table.store)
        for (let n = 0; n < 20; n++) {
          table.mode = n % 3 === 0 ? "lost" : "works"
          yield* Effect.exit(jobs.submit(`k${n}`, action("sync", { n })))
          yield* Effect.sleep("700 millis")
        }
        table.mode = "works"
        const states = yield* kit.settled(jobs)
        assert.deepStrictEqual([states.succeeded, states.unknown], [20, 0])
        assert.strictEqual(yield* kit.mostPerKey, 1)
      })
    )
  })
}
