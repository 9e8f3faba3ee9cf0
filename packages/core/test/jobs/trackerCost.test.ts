import { assert, describe, it } from "@effect/vitest"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Supervisor from "effect/Supervisor"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Auth } from "../../src/Auth.js"
import { ConnectionsApi } from "../../src/ConnectionsApi.js"
import * as Transport from "../../src/Transport.js"
import { clockLike, make, rest, virtual, word } from "../support/trackerKit.js"

const running = word("running")
const everySecond = { pace: Schedule.spaced("1 second"), onProgress: undefined }

const emptyResponse = new Response(null)

/** A platform whose jobs never end. Its responses are read already: a web `Response` keeps memory until it is finalized. */
const platform = Effect.map(Effect.void, () => {
  let submitted = 0
  const send = (request: HttpClientRequest.HttpClientRequest) =>
    Effect.sync(() => {
      const text = `{"job_id":"job-${submitted++}"}`
      return Object.assign(HttpClientResponse.fromWeb(request, emptyResponse), {
        [Transport.BufferedBodyTypeId]: { text, byteLength: text.length, truncated: false }
      })
    })
  return Transport.keepsAttempt(HttpClient.make(send), send)
})

const layer = ConnectionsApi.layer({ baseUrl: "http://localhost" }).pipe(
  Layer.provide(Auth.none),
  Layer.provide(Layer.effect(HttpClient.HttpClient, platform))
)

/** Follows so many more jobs, and gives how many fibers that takes once all of them wait. */
const followMore = (count: number) =>
  Effect.gen(function* () {
    const { jobs, actions } = yield* ConnectionsApi
    const supervisor = yield* Supervisor.track
    const execute = actions.execute("crm", "sync", {}, { async: true })
    const source = Stream.take(Stream.repeatEffect(Effect.succeed(execute)), count)
    const { watched: before } = yield* jobs.stats
    yield* Stream.runDrain(jobs.results(source, { concurrency: "unbounded" })).pipe(
      Effect.forkScoped,
      Effect.supervised(supervisor)
    )
    yield* Effect.repeat(Effect.zipRight(Effect.yieldNow(), jobs.stats), {
      until: ({ watched }) => watched === before + count
    })
    // the last submits are waited for
    yield* Effect.repeatN(Effect.yieldNow(), 100)
    return (yield* supervisor.value).length
  })

const heapUsed = Effect.sync(() => {
  setFlagsFromString("--expose-gc")
  const gc: () => void = runInNewContext("gc")
  gc()
  gc()
  return process.memoryUsage().heapUsed
})

describe("tracker: what a job costs", () => {
  it.scoped("that waits in jobs.results: under 1,000 bytes, and no fiber", () =>
    Effect.gen(function* () {
      const few = yield* followMore(1_000)
      const before = yield* heapUsed
      const many = yield* followMore(10_000)
      const bytes = ((yield* heapUsed) - before) / 10_000
      assert.isBelow(bytes, 1_000)
      assert.strictEqual(many, few)
      assert.strictEqual((yield* (yield* ConnectionsApi).jobs.stats).timers, 1)
    }).pipe(Effect.provide(layer))
  )

  virtual("polls that need no time leave others their turn", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running, { budget: undefined })
      for (let job = 0; job < 2_000; job++) yield* kit.watch(`job-${job}`, { ...everySecond, firstDelayMillis: 1_000 })
      yield* Effect.sleep("1900 millis")
      const atOnce = new Map<number, number>()
      for (const at of kit.times()) atOnce.set(at, (atOnce.get(at) ?? 0) + 1)
      assert.strictEqual(kit.polls.length, 2_000)
      assert.isAtMost(Math.max(...atOnce.values()), 512)
    })
  )

  virtual("many watches that stop at once leave the others as they are", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running, { budget: undefined })
      const { stop } = yield* kit.watch("other", everySecond)
      for (let job = 0; job < 100; job++) yield* kit.watch(`job-${job}`, everySecond)
      yield* kit.stopAll((jobId) => jobId !== "other")
      const before = kit.polls.length
      yield* Effect.sleep("10 seconds")
      assert.deepStrictEqual([...new Set(kit.polls.slice(before).map(({ jobId }) => jobId))], ["other"])
      assert.strictEqual(kit.tracker.size, 1)
      stop()
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )
})

describe("tracker: the budget of polls", () => {
  virtual("is kept by when polls start, and not by when their turn came", () =>
    Effect.gen(function* () {
      const inner = yield* Effect.clock
      let passed = 0
      const clock = clockLike(inner, {
        unsafeCurrentTimeNanos: () => inner.unsafeCurrentTimeNanos() + BigInt(passed) * 1_000_000n
      })
      const startedAt: Array<number> = []
      const kit = yield* make(
        () =>
          Effect.suspend(() => {
            // a machine that is busy at first
            passed += startedAt.length < 10 ? 20 : 1
            startedAt.push(Number(clock.unsafeCurrentTimeNanos() / 1_000_000n))
            return running
          }),
        { budget: { requests: 10, perMillis: 1_000 } }
      )
      for (let job = 0; job < 40; job++) {
        yield* Effect.withClock(kit.watch(`job-${job}`, { ...everySecond, firstDelayMillis: 500 }), clock)
      }
      yield* Effect.sleep("1 minute")
      const spans = startedAt.slice(10).map((at, index) => at - (startedAt[index] ?? NaN))
      assert.isAbove(spans.length, 100)
      assert.isAbove(Math.min(...spans), 1_000)
    })
  )
})
