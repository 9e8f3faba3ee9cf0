import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Supervisor from "effect/Supervisor"
import { apiOver, baseUrl, calls, timed, virtual } from "../support/api.js"
import { answer, fakeClient, goodAnswer, hang, type Reply } from "../support/fakeClient.js"

const ref = (jobId: string): JobRef =>
  new JobRef({
    v: 1,
    api: "connections",
    origin: baseUrl,
    jobId,
    operation: "actions.execute",
    submittedAt: 1_700_000_000_000
  })

const unlimitedPolls = { budget: "unlimited", concurrency: 1_000, deadline: "12 hours" } as const

/** The most requests that started in any window of this length. */
const mostIn = (starts: ReadonlyArray<number>, windowMillis: number): number => {
  let most = 0
  let first = 0
  for (const [index, at] of starts.entries()) {
    while (at - (starts[first] ?? 0) >= windowMillis) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}

const errorOf = <A, E>(result: Either.Either<A, E>): E => {
  if (Either.isRight(result)) throw new Error("expected a failure")
  return result.left
}

/** How a job server answers its polls: each job is done at its `n`th. */
const jobServer = (polls: number): Reply => {
  const seen = new Map<string, number>()
  return (request, sent) => {
    if (!sent.url.includes("/jobs/")) return goodAnswer(request, sent)
    const count = (seen.get(sent.url) ?? 0) + 1
    seen.set(sent.url, count)
    const body = count < polls ? { status: "running" } : { status: "succeeded", result: 1 }
    return answer(200, { json: body })(request, sent)
  }
}

const mixed = (api: ConnectionsApi.Service, index: number): Effect.Effect<unknown, ApiError> =>
  index % 3 === 0 ? calls.unsafe(api) : index % 3 === 1 ? calls.safe(api) : calls.submit(api)

/** A server that takes `requests` in any second, and refuses the others. */
const strictServer = (requests: number) => {
  const taken: Array<number> = []
  const refused: Array<number> = []
  const reply: Reply = (request, sent) => {
    if (taken.filter((at) => sent.at - at < 1_000).length >= requests) {
      refused.push(sent.at)
      return answer(429, { json: {}, headers: { "retry-after": "1" } })(request, sent)
    }
    taken.push(sent.at)
    return goodAnswer(request, sent)
  }
  return { reply, taken, refused }
}

describe("limits", () => {
  virtual("10 a second hold in any window over 1,000 mixed calls and 5,000 watched jobs", () =>
    Effect.gen(function* () {
      const fake = fakeClient(jobServer(2))
      const api = yield* apiOver(fake.client, { limits: { requests: 10 }, jobs: unlimitedPolls })
      const jobs = yield* Effect.fork(
        Effect.forEach(
          Array.from({ length: 5_000 }, (_, index) => ref(`job-${index}`)),
          (job) => api.jobs.result(job),
          { concurrency: "unbounded", discard: true }
        )
      )
      const start = yield* Clock.currentTimeMillis
      yield* Effect.forEach(
        Array.from({ length: 1_000 }, (_, index) => index),
        (index) => mixed(api, index),
        { concurrency: "unbounded", discard: true }
      )
      const callsMillis = (yield* Clock.currentTimeMillis) - start
      yield* Fiber.join(jobs)
      const starts = fake.sent.map(({ at }) => at)
      assert.strictEqual(fake.sent.length, 11_000)
      assert.strictEqual(mostIn(starts, 1_000), 10)
      // calls and polls alternate: the 1,000 calls need no more than twice their own time, whatever is watched
      assert.isAtMost(callsMillis, 201 * 1_001)
      assert.strictEqual((yield* api.jobs.stats).watched, 0)
    })
  )

  virtual("the window counts from when a request leaves, however long what comes before it takes", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { requests: 5 } })
      yield* Effect.forEach(
        Array.from({ length: 60 }, (_, index) => index),
        (index) => Call.withBeforeWrite(mixed(api, index), Effect.sleep((index * 467) % 1_900)),
        { concurrency: "unbounded", discard: true }
      )
      const starts = fake.sent.map(({ at }) => at)
      assert.strictEqual(starts.length, 60)
      assert.isAtMost(mostIn(starts, 1_000), 5)
    })
  )

  virtual("a request waits for one that has its turn and has not left", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { requests: 1 } })
      const start = yield* Clock.currentTimeMillis
      const slow = yield* Effect.fork(Call.withBeforeWrite(calls.unsafe(api), Effect.sleep("5 seconds")))
      yield* Effect.sleep(1)
      yield* calls.safe(api)
      yield* Fiber.join(slow)
      assert.deepStrictEqual(
        fake.sent.map(({ at }) => at - start),
        [5_000, 6_001]
      )
    })
  )

  virtual("a request that never leaves takes nothing of the window", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { requests: 1 } })
      const slow = yield* Effect.fork(Call.withBeforeWrite(calls.unsafe(api), Effect.never))
      yield* Effect.sleep(1)
      const next = yield* Effect.fork(timed(calls.safe(api)))
      yield* Effect.sleep("3 seconds")
      yield* Fiber.interrupt(slow)
      assert.strictEqual((yield* Fiber.join(next)).millis, 3_000)
      assert.strictEqual(fake.sent.length, 1)
    })
  )

  it("a waiting request costs two wake-ups at most", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        let resumes = 0
        class Counting extends Supervisor.AbstractSupervisor<void> {
          override readonly value = Effect.void
          override onResume(): void {
            resumes++
          }
        }
        const wakeUps = (requests: number, limits: { readonly requests?: number; readonly concurrency?: number }) =>
          VirtualClock.run(
            Effect.scoped(
              Effect.gen(function* () {
                const slow: Reply = (request, sent) => Effect.delay(goodAnswer(request, sent), 100)
                const api = yield* apiOver(fakeClient(slow).client, { limits })
                yield* Effect.yieldNow()
                const before = resumes
                yield* Effect.forEach(Array.from({ length: requests }), () => calls.safe(api), {
                  concurrency: "unbounded",
                  discard: true
                })
                return resumes - before
              })
            )
          ).pipe(Effect.provide(Supervisor.addSupervisor(new Counting())))
        const free = (yield* wakeUps(400, { concurrency: 400 })) - (yield* wakeUps(200, { concurrency: 200 }))
        for (const limits of [{ requests: 10 }, { concurrency: 4 }, { requests: 10, concurrency: 4 }]) {
          const more = (yield* wakeUps(400, limits)) - (yield* wakeUps(200, limits))
          assert.isAtMost((more - free) / 200, 2.01, JSON.stringify(limits))
        }
      })
    ))

  virtual("a server that takes 10 a second refuses nothing", () =>
    Effect.gen(function* () {
      const server = strictServer(10)
      const api = yield* apiOver(fakeClient(server.reply).client, { limits: { requests: 10 } })
      yield* Effect.forEach(
        Array.from({ length: 500 }, (_, index) => index),
        (index) => mixed(api, index),
        {
          concurrency: "unbounded",
          discard: true
        }
      )
      assert.deepStrictEqual([server.taken.length, server.refused.length], [500, 0])
    })
  )

  virtual("a server that was busy before refuses in its first second only", () =>
    Effect.gen(function* () {
      const server = strictServer(10)
      const fake = fakeClient(server.reply)
      const start = yield* Clock.currentTimeMillis
      server.taken.push(start, start, start)
      const api = yield* apiOver(fake.client, { limits: { requests: 10 } })
      yield* Effect.forEach(Array.from({ length: 200 }), () => calls.safe(api), { concurrency: "unbounded" })
      assert.strictEqual(server.refused.length, 3)
      assert.isTrue(server.refused.every((at) => at - start < 1_000))
    })
  )

  virtual("a 429 makes all requests wait as long as it says, calls and polls", () =>
    Effect.gen(function* () {
      const start = yield* Clock.currentTimeMillis
      const fake = fakeClient(answer(429, { json: {}, headers: { "retry-after": "20" } }), jobServer(1))
      const api = yield* apiOver(fake.client, { limits: { concurrency: 8 }, jobs: unlimitedPolls })
      const limited = yield* Effect.either(calls.unsafe(api))
      assert.strictEqual(errorOf(limited)._tag, "RateLimited")
      yield* Effect.all([calls.safe(api), calls.unsafe(api), api.jobs.result(ref("a")), api.jobs.get(ref("b"))], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        fake.sent.map(({ at }) => at - start),
        [0, 20_000, 20_000, 20_000, 20_000]
      )
    })
  )

  virtual("a 429 without a wait pauses for longer each time, until the server takes one", () =>
    Effect.gen(function* () {
      const start = yield* Clock.currentTimeMillis
      const busy = answer(429, { json: {} })
      const fake = fakeClient(busy, busy, busy, goodAnswer, busy, goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { concurrency: 1 } })
      yield* Effect.forEach(Array.from({ length: 6 }), () => Effect.either(calls.unsafe(api)))
      assert.deepStrictEqual(
        fake.sent.map(({ at }) => at - start),
        [0, 1_000, 3_000, 7_000, 7_000, 8_000]
      )
    })
  )

  virtual("a 429 that asks for longer than maxRetryAfter pauses for that long", () =>
    Effect.gen(function* () {
      const start = yield* Clock.currentTimeMillis
      const fake = fakeClient(answer(429, { json: {}, headers: { "retry-after": "1000000000" } }), goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { concurrency: 1 }, maxRetryAfter: "10 seconds" })
      yield* Effect.either(calls.unsafe(api))
      yield* calls.unsafe(api)
      assert.strictEqual((fake.sent[1]?.at ?? 0) - start, 10_000)
    })
  )

  virtual("no more requests at once than `concurrency`, each until its response is read", () =>
    Effect.gen(function* () {
      let now = 0
      let most = 0
      const slow: Reply = (request, sent) =>
        Effect.gen(function* () {
          now++
          most = Math.max(most, now)
          yield* Effect.sleep(50)
          now--
          return yield* goodAnswer(request, sent)
        })
      const api = yield* apiOver(fakeClient(slow).client, { limits: { concurrency: 3 } })
      const { millis } = yield* timed(
        Effect.forEach(Array.from({ length: 30 }), () => calls.unsafe(api), { concurrency: "unbounded" })
      )
      assert.deepStrictEqual([most, now, millis], [3, 0, 500])
    })
  )

  it("whatever is interrupted, in turn or in line, the others go on", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.array(FastCheck.record({ at: FastCheck.nat(400), dies: FastCheck.option(FastCheck.nat(400)) }), {
          minLength: 1,
          maxLength: 40
        }),
        FastCheck.record({
          requests: FastCheck.integer({ min: 1, max: 4 }),
          concurrency: FastCheck.integer({ min: 1, max: 3 })
        }),
        (requests, { concurrency, requests: most }) =>
          Effect.runPromise(
            VirtualClock.run(
              Effect.scoped(
                Effect.gen(function* () {
                  const slow: Reply = (request, sent) => Effect.delay(goodAnswer(request, sent), 30)
                  const fake = fakeClient(slow)
                  const limits = { requests: most, per: 100, concurrency }
                  const api = yield* apiOver(fake.client, { limits })
                  const one = ({ at, dies }: { at: number; dies: number | null }) => {
                    const call = Effect.delay(mixed(api, at), at)
                    return dies === null
                      ? Effect.as(call, true)
                      : Effect.flatMap(Effect.fork(call), (fiber) =>
                          Effect.delay(Fiber.interrupt(fiber), dies).pipe(Effect.as(false))
                        )
                  }
                  const done = yield* Effect.forEach(requests, one, { concurrency: "unbounded" })
                  // nothing was left behind: as many as may run at once start at once
                  yield* Effect.sleep("1 second")
                  const before = fake.sent.length
                  const start = yield* Clock.currentTimeMillis
                  const free = Math.min(most, concurrency)
                  yield* Effect.forEach(Array.from({ length: free }), () => calls.safe(api), {
                    concurrency: "unbounded"
                  })
                  assert.deepStrictEqual(
                    fake.sent.slice(before).map(({ at }) => at - start),
                    Array.from({ length: free }, () => 0)
                  )
                  assert.isAtMost(
                    mostIn(
                      fake.sent.map(({ at }) => at),
                      100
                    ),
                    most
                  )
                  assert.strictEqual(done.filter(Boolean).length, requests.filter(({ dies }) => dies === null).length)
                })
              )
            )
          )
      ),
      { numRuns: 150 }
    ))

  virtual("the time of an attempt starts when its wait is over", () =>
    Effect.gen(function* () {
      const slow: Reply = (request, sent) => Effect.delay(goodAnswer(request, sent), "8 seconds")
      const api = yield* apiOver(fakeClient(slow).client, {
        limits: { concurrency: 1 },
        attemptTimeout: "9 seconds"
      })
      const { millis } = yield* timed(
        Effect.forEach(Array.from({ length: 10 }), () => calls.unsafe(api), { concurrency: "unbounded" })
      )
      assert.strictEqual(millis, 80_000)
    })
  )

  virtual("a write whose deadline ends in the wait is NotSent and says so, a read is DeadlineExceeded", () =>
    Effect.gen(function* () {
      const fake = fakeClient(hang)
      const api = yield* apiOver(fake.client, { limits: { concurrency: 1 } })
      yield* Effect.fork(Effect.ignore(calls.safe(api)))
      yield* Effect.sleep(1)
      const [write, read] = yield* Effect.all(
        [
          Effect.either(Call.withDeadline(calls.unsafe(api), "5 seconds")),
          Effect.either(Call.withDeadline(calls.safe(api), "5 seconds"))
        ],
        { concurrency: "unbounded" }
      )
      const error = errorOf(write)
      assert.strictEqual(error._tag, "NotSent")
      assert.include(error.message, "(LIMIT_WAIT); the server did not see it. It waited in the `limits` of this client")
      assert.strictEqual(error._tag === "NotSent" && error.attempts, 0)
      assert.strictEqual(errorOf(read)._tag, "DeadlineExceeded")
      assert.strictEqual(fake.sent.length, 1)
    })
  )

  virtual("a write that was lost once and waits for its retry is OutcomeUnknown at its deadline", () =>
    Effect.gen(function* () {
      const fake = fakeClient(hang)
      const api = yield* apiOver(fake.client, { limits: { requests: 1, per: "1 minute" }, attemptTimeout: "1 second" })
      const late = yield* Effect.either(Call.withDeadline(calls.widened(api), "30 seconds"))
      assert.strictEqual(errorOf(late)._tag, "OutcomeUnknown")
      assert.strictEqual(fake.sent.length, 1)
    })
  )

  virtual("what has to hold before a write is sent is checked after its wait", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { requests: 1, per: "1 minute" } })
      const checkedAt: Array<number> = []
      const start = yield* Clock.currentTimeMillis
      yield* calls.safe(api)
      const check = Effect.map(Clock.currentTimeMillis, (now) => void checkedAt.push(now - start))
      yield* Call.withBeforeWrite(calls.unsafe(api), check)
      assert.deepStrictEqual(checkedAt, [60_001])
    })
  )

  virtual("bounds that are none are refused, each by its name", () =>
    Effect.gen(function* () {
      const refused: ReadonlyArray<readonly [string, ConnectionsApi.ClientOptions["limits"]]> = [
        ["limits.requests", { requests: 0 }],
        ["limits.requests", { requests: 1.5 }],
        ["limits.requests", { per: "1 second" }],
        ["limits.concurrency", { concurrency: 0 }],
        ["limits.per", { requests: 1, per: 0 }],
        ["limits.per", { requests: 1, per: "30 days" }]
      ]
      for (const [name, limits] of refused) {
        const error = yield* Effect.flip(apiOver(fakeClient(goodAnswer).client, { limits }))
        assert.include(error.message, name)
      }
    })
  )
})
