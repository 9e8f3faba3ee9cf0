import { assert, describe } from "@effect/vitest"
import { Accepted, Completed, type Execution } from "@effect-connectors/core/Job"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { ResultsOptions } from "@effect-connectors/core/Jobs"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  accepted,
  client,
  collect,
  errorOf,
  pending,
  polls,
  ref,
  sends,
  submit,
  tagOf,
  virtual,
  whole
} from "../support/jobsKit.js"

type Api = ConnectionsApi.Service
type Options = Pick<ResultsOptions<unknown, unknown, "end">, "concurrency" | "submitConcurrency" | "order">

const echoes = (api: Api, count: number) => Stream.map(Stream.range(1, count), (n) => submit(api, "echo", { n }))

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** Executes that become jobs which end after so long, with it as their result. */
const lasting = (api: Api, millis: ReadonlyArray<number>) =>
  Stream.map(Stream.fromIterable(millis), (length) =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const job = yield* accepted(submit(api, "stuck"))
      yield* Effect.forkDaemon(
        Effect.zipRight(Effect.sleep(length), platform.setJob(job.jobId, { status: "done", result: length }))
      )
      return Accepted(job)
    })
  )

describe("jobs.results", () => {
  virtual("gives the results in the order of the source", () =>
    Effect.gen(function* () {
      const api = yield* client()
      assert.deepStrictEqual(
        yield* collect(api.jobs.results(lasting(api, [9_000, 1_000, 30_000, 4_000]))),
        [9_000, 1_000, 30_000, 4_000]
      )
    })
  )

  virtual('gives the results as they end with order "end"', () =>
    Effect.gen(function* () {
      const api = yield* client()
      const stream = api.jobs.results(lasting(api, [9_000, 1_000, 30_000, 4_000]), { order: "end" })
      assert.deepStrictEqual(yield* collect(stream), [1_000, 4_000, 9_000, 30_000])
    })
  )

  virtual("takes work done at once, jobs, and both mixed", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const source = Stream.make(
        submit(api, "sync"),
        submit(api, "now"),
        Effect.succeed<Execution>(Completed({ output: "here" })),
        submit(api, "short")
      )
      assert.deepStrictEqual(yield* collect(api.jobs.results(source)), [
        { synced: 2 },
        { synced: 0 },
        "here",
        { synced: 1 }
      ])
      assert.deepStrictEqual(yield* collect(api.jobs.results(source, { order: "end" })), [
        "here",
        { synced: 0 },
        { synced: 1 },
        { synced: 2 }
      ])
      assert.deepStrictEqual(yield* collect(api.jobs.results(Stream.take(source, 0))), [])
    })
  )

  virtual("decodes each result", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const output = Schema.Struct({ n: Schema.Number })
      assert.deepStrictEqual(
        yield* collect(Stream.map(api.jobs.results(echoes(api, 3), { output }), ({ n }) => n * 2)),
        [2, 4, 6]
      )
      const bad = yield* whole(api.jobs.results(echoes(api, 3), { output: Schema.Struct({ n: Schema.String }) }))
      assert.deepStrictEqual([bad.items, tagOf(bad.exit)], [[], "UnexpectedBody"])
    })
  )

  virtual("stores every reference before its first poll", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const stored: Array<string> = []
      const onSubmitted = (job: { readonly jobId: string }) =>
        Effect.zipRight(
          Effect.sleep("5 seconds"),
          Effect.sync(() => stored.push(job.jobId))
        )
      yield* Stream.runDrain(api.jobs.results(echoes(api, 3), { onSubmitted }))
      assert.deepStrictEqual(stored, ["job-1", "job-2", "job-3"])
      assert.isAtLeast((yield* polls)[0]?.at ?? 0, 5_500)
    })
  )
})

describe("jobs.results: bounds", () => {
  const bounds: ReadonlyArray<readonly [Options, under: number]> = [
    [{}, 16],
    [{ concurrency: 1 }, 1],
    [{ concurrency: 5 }, 5],
    [{ concurrency: 5, order: "end" }, 5],
    [{ concurrency: "unbounded" }, 40],
    [{ concurrency: "unbounded", submitConcurrency: 3, order: "end" }, 40]
  ]
  for (const [options, under] of bounds) {
    virtual(`${JSON.stringify(options)} bounds the platform and the source, however slow the reader is`, () =>
      Effect.gen(function* () {
        const platform = yield* ConnectionsTest
        const api = yield* client()
        let [pulled, given, most, ahead] = [0, 0, 0, 0]
        const source = Stream.mapEffect(Stream.rechunk(Stream.range(1, 40), 1), (n) =>
          Effect.sync(() => {
            pulled++
            ahead = Math.max(ahead, pulled - given)
            return submit(api, "echo", { n })
          })
        )
        const read: Array<unknown> = []
        yield* Stream.runForEach(api.jobs.results(source, options), (item) =>
          Effect.gen(function* () {
            given++
            read.push(item)
            yield* Effect.sleep(given % 3 === 0 ? "7 seconds" : 0)
            most = Math.max(most, (yield* platform.executionLog).length - given)
          })
        )
        assert.strictEqual(read.length, 40)
        if (options.order !== "end")
          assert.deepStrictEqual(
            read,
            numbers(40).map((n) => ({ n }))
          )
        assert.isAtMost(most, under)
        // one is between the stream and its reader
        assert.isAtMost(ahead, under + 1)
        assert.isAtLeast(ahead, Math.min(under, 16))
      })
    )
  }

  virtual("submits in flight stay within submitConcurrency", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      yield* platform.respondNext(
        { operation: "actions.execute" },
        Array.from({ length: 30 }, () => ({ _tag: "Pass" as const, delayMillis: 1_000 }))
      )
      let [under, most] = [0, 0]
      const source = Stream.map(echoes(api, 30), (execute) =>
        Effect.acquireUseRelease(
          Effect.sync(() => {
            most = Math.max(most, ++under)
          }),
          () => execute,
          () => Effect.sync(() => under--)
        )
      )
      const options = { submitConcurrency: 3, concurrency: "unbounded" } as const
      assert.lengthOf(yield* collect(api.jobs.results(source, options)), 30)
      assert.strictEqual(most, 3)
    })
  )

  virtual("invalid bounds are refused before anything is pulled or sent", () =>
    Effect.gen(function* () {
      const api = yield* client()
      let pulled = 0
      const source = Stream.mapEffect(echoes(api, 3), (execute) =>
        Effect.as(
          Effect.sync(() => pulled++),
          execute
        )
      )
      for (const wrong of [0, -1, 1.5, Number.NaN]) {
        const options = { concurrency: wrong, submitConcurrency: wrong, failures: "value" } as const
        const failure = errorOf((yield* whole(api.jobs.results(source, options))).exit)
        assert.strictEqual(failure?._tag, "InvalidRequest")
        assert.deepStrictEqual(
          failure?.issues.map((issue) => issue.path),
          [["concurrency"], ["submitConcurrency"]]
        )
      }
      assert.deepStrictEqual([pulled, yield* sends], [0, 0])
    })
  )
})

describe("jobs.results: failures", () => {
  const mixed = (api: Api) =>
    Stream.make(
      submit(api, "short"),
      submit(api, "fails"),
      submit(api, "nope"),
      submit(api, "now"),
      submit(api, "cancelled")
    )

  virtual("the first one ends the stream, and the other jobs go on", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const { exit, items } = yield* whole(
        api.jobs.results(Stream.concat(mixed(api), echoes(api, 50)), { concurrency: 3 })
      )
      assert.deepStrictEqual(items, [{ synced: 1 }])
      const error = errorOf(exit)
      assert.strictEqual(error?._tag === "JobFailed" ? error.job.jobId : undefined, "job-2")
      const before = yield* sends
      yield* Effect.sleep("1 hour")
      assert.strictEqual(yield* sends, before)
    })
  )

  virtual("a failure waits for the submits that were sent, so that their references are reported", () =>
    Effect.gen(function* () {
      const api = yield* client()
      for (const order of ["source", "end"] as const) {
        const reported: Array<string> = []
        const source = Stream.make(submit(api, "nope"), Effect.delay(submit(api, "stuck"), "3 seconds"))
        const onSubmitted = ({ jobId }: JobRef) => Effect.sync(() => void reported.push(jobId))
        const { exit } = yield* whole(api.jobs.results(source, { order, onSubmitted }))
        assert.strictEqual(errorOf(exit)?._tag, "NotFound")
        assert.lengthOf(reported, 1)
      }
    })
  )

  virtual('are values with their index and job with failures "value"', () =>
    Effect.gen(function* () {
      const api = yield* client()
      const output = Schema.Struct({ synced: Schema.Literal(0) })
      const results = yield* collect(api.jobs.results(mixed(api), { failures: "value", output }))
      assert.deepStrictEqual(
        results.map(({ index, job, outcome }) => [
          index,
          job?.jobId,
          Either.match(outcome, { onLeft: (error) => error._tag, onRight: (value) => value.synced })
        ]),
        [
          [0, "job-1", "UnexpectedBody"],
          [1, "job-2", "JobFailed"],
          [2, undefined, "NotFound"],
          [3, undefined, 0],
          [4, "job-3", "JobCancelled"]
        ]
      )
    })
  )

  virtual("of the source come after the results under way", () =>
    Effect.gen(function* () {
      const api = yield* client()
      for (const order of ["source", "end"] as const) {
        const source = Stream.concat(echoes(api, 3), Stream.fail({ _tag: "Drained" } as const))
        const { exit, items } = yield* whole(api.jobs.results(source, { order, failures: "value" }))
        const inSourceOrder = [...items].sort((a, b) => a.index - b.index)
        assert.deepStrictEqual(
          inSourceOrder.map((item) => Either.getOrUndefined(item.outcome)),
          [{ n: 1 }, { n: 2 }, { n: 3 }]
        )
        assert.strictEqual(tagOf(exit), "Drained")
      }
    })
  )

  virtual("that are defects end the stream, wherever they come from", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const boom = Effect.dieMessage("planted")
      const sources = [
        api.jobs.results(Stream.concat(echoes(api, 2), Stream.die("planted")), { failures: "value" }),
        api.jobs.results(Stream.make(submit(api, "stuck"), boom), { failures: "value", order: "end" }),
        api.jobs.results(echoes(api, 2), { failures: "value", onSubmitted: () => boom })
      ]
      for (const stream of sources) assert.strictEqual(tagOf((yield* whole(stream)).exit), "defect")
      const before = yield* sends
      yield* Effect.sleep("1 hour")
      assert.strictEqual(yield* sends, before)
    })
  )

  virtual("that are defects reach a slow reader, though the source never ends", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const boom: Effect.Effect<Execution> = Effect.delay(Effect.dieMessage("planted"), "10 seconds")
      const endless = Stream.repeatEffect(Effect.succeed(Effect.succeed<Execution>(Completed(1))))
      const slowly = Stream.tap(api.jobs.results(Stream.concat(Stream.make(boom), endless), { order: "end" }), () =>
        Effect.sleep("2 seconds")
      )
      assert.strictEqual(tagOf(yield* Effect.exit(Effect.timeout(Stream.runDrain(slowly), "5 minutes"))), "defect")
    })
  )

  virtual("the first of two defects is the end, however late the reader comes for it", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const source = Stream.make(
        submit(api, "now"),
        Effect.delay(Effect.dieMessage("first"), "10 seconds"),
        Effect.delay(Effect.dieMessage("second"), "20 seconds")
      )
      const slowly = Stream.tap(api.jobs.results(source, { order: "end" }), () => Effect.sleep("1 minute"))
      const exit = yield* Effect.exit(Stream.runDrain(slowly))
      assert.match(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", /^RuntimeException: first/)
    })
  )

  virtual("include a job of another origin, which is not polled", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const foreign = Accepted(ref("job-1", { origin: "https://other.example" }))
      const source = Stream.make(Effect.succeed<Execution>(foreign), submit(api, "now"))
      const results = yield* collect(api.jobs.results(source, { failures: "value" }))
      assert.deepStrictEqual(
        results.map(({ outcome }) => Either.match(outcome, { onLeft: (e) => e._tag, onRight: () => "ok" })),
        ["InvalidRequest", "ok"]
      )
      assert.lengthOf(yield* polls, 0)
    })
  )

  virtual("include the deadline, which each execute has from its own start", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const source = Stream.make(submit(api, "stuck"), submit(api, "stuck"), submit(api, "short"))
      const options = { failures: "value", concurrency: 1, deadline: "4 seconds" } as const
      const results = yield* collect(api.jobs.results(source, options))
      assert.deepStrictEqual(
        results.map(({ outcome }) => Either.match(outcome, { onLeft: (e) => e._tag, onRight: () => "ok" })),
        ["JobDeadlineExceeded", "JobDeadlineExceeded", "ok"]
      )
      assert.isAtLeast(yield* Clock.currentTimeMillis, 8_000)
    })
  )
})

describe("jobs.results: leaving the stream", () => {
  virtual("early stops the submits and the polls at once", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const source = Stream.concat(
        Stream.make(submit(api, "short")),
        Stream.repeatEffect(Effect.succeed(submit(api, "stuck")))
      )
      const first = yield* collect(Stream.take(api.jobs.results(source, { concurrency: 8 }), 1))
      assert.deepStrictEqual(first, [{ synced: 1 }])
      const before = yield* sends
      yield* Effect.sleep(0)
      assert.strictEqual(yield* pending, 0)
      yield* Effect.sleep("1 day")
      assert.strictEqual(yield* sends, before)
    })
  )

  for (const atMillis of [0, 1, 500, 1_000, 2_500, 10_000]) {
    virtual(`by interruption at ${atMillis} ms leaves nothing behind, with submits in flight and others waiting`, () =>
      Effect.gen(function* () {
        const platform = yield* ConnectionsTest
        const api = yield* client()
        yield* platform.respondNext(
          { operation: "actions.execute" },
          Array.from({ length: 200 }, () => ({ _tag: "Pass" as const, delayMillis: 400 }))
        )
        const source = Stream.repeatEffect(Effect.succeed(submit(api, "stuck")))
        const options = { concurrency: 60, submitConcurrency: 2 } as const
        const fiber = yield* Effect.fork(Stream.runDrain(api.jobs.results(source, options)))
        yield* Effect.sleep(atMillis)
        yield* Fiber.interrupt(fiber)
        const before = yield* sends
        yield* Effect.sleep(0)
        assert.strictEqual(yield* pending, 0)
        yield* Effect.sleep("1 day")
        assert.strictEqual(yield* sends, before)
      })
    )
  }

  virtual("by interruption at any step of the submits leaves nothing behind", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const api = yield* client()
      const left: Array<number> = []
      for (let step = 0; step < 150; step++) {
        yield* platform.respondNext(
          { operation: "actions.execute" },
          Array.from({ length: 3 }, () => ({ _tag: "Pass" as const, delayMillis: 400 }))
        )
        const source = Stream.make(submit(api, "stuck"), submit(api, "stuck"), submit(api, "stuck"))
        const fiber = yield* Effect.fork(Stream.runDrain(api.jobs.results(source)))
        yield* Effect.sleep(400)
        for (let turn = 0; turn < step; turn++) yield* Effect.yieldNow()
        yield* Fiber.interrupt(fiber)
        const before = yield* sends
        yield* Effect.sleep("1 minute")
        if ((yield* sends) !== before) left.push(step)
      }
      assert.deepStrictEqual(left, [])
    })
  )

  virtual("by interruption stops the polls, even while a reference is being stored", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const source = Stream.make(submit(api, "stuck"), submit(api, "stuck"))
      const onSubmitted = (job: { readonly jobId: string }) =>
        job.jobId === "job-2" ? Effect.uninterruptible(Effect.sleep("1 hour")) : Effect.void
      const fiber = yield* Effect.fork(Stream.runDrain(api.jobs.results(source, { onSubmitted })))
      yield* Effect.sleep("10 seconds")
      const before = yield* sends
      yield* Fiber.interrupt(fiber)
      assert.isAtLeast(yield* Clock.currentTimeMillis, 3_600_000)
      yield* Effect.sleep("1 day")
      assert.strictEqual(yield* sends, before)
    })
  )
})
