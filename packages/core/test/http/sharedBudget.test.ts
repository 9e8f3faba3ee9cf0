import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { JobError } from "@effect-connectors/core/JobError"
import { JobRef } from "@effect-connectors/core/JobRef"
import {
  BudgetUnavailable,
  make as makeBudget,
  type SharedBudget,
  type SharedBudgetOptions
} from "@effect-connectors/core/SharedBudget"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Supervisor from "effect/Supervisor"
import { apiOver, baseUrl, calls, timed, virtual } from "../support/api.js"
import { answer, type Fake, fakeClient, goodAnswer, type Reply } from "../support/fakeClient.js"

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

const jobServer: Reply = (request, sent) =>
  sent.url.includes("/jobs/")
    ? answer(200, { json: { status: "succeeded", result: 1 } })(request, sent)
    : goodAnswer(request, sent)

const times = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)

/** The most of these times in any window of this length. */
const mostIn = (sorted: ReadonlyArray<number>, windowMillis: number): number => {
  let most = 0
  let first = 0
  for (const [index, at] of sorted.entries()) {
    while (at - (sorted[first] ?? 0) >= windowMillis) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}

const startsOf = (fakes: ReadonlyArray<Fake>): ReadonlyArray<number> =>
  fakes.flatMap(({ sent }) => sent.map(({ at }) => at)).sort((a, b) => a - b)

const all = <A, E>(count: number, call: (index: number) => Effect.Effect<A, E>) =>
  Effect.forEach(times(count), call, { concurrency: "unbounded", discard: true })

const mixed = (api: ConnectionsApi.Service, index: number): Effect.Effect<unknown, ApiError | JobError> =>
  index % 4 === 0
    ? calls.unsafe(api)
    : index % 4 === 1
      ? calls.safe(api)
      : index % 4 === 2
        ? calls.submit(api)
        : api.jobs.result(ref(`job-${index}`))

/** A budget whose replies take time, as one of a database does. */
const slowly = (budget: SharedBudget.Service, millis: number): SharedBudget.Service => ({
  ...budget,
  reserve: (most) => Effect.delay(budget.reserve(most), millis)
})

const clientsOf = Effect.fnUntraced(function* (
  count: number,
  shared: SharedBudget.Service,
  reply: Reply = jobServer,
  more: { readonly concurrency?: number } = {}
) {
  const fakes = times(count).map(() => fakeClient(reply))
  const apis = yield* Effect.forEach(fakes, ({ client }) =>
    apiOver(client, { limits: { shared, ...more }, jobs: unlimitedPolls })
  )
  return { fakes, apis }
})

const errorOf = <A, E>(result: Either.Either<A, E>): E => {
  if (Either.isRight(result)) throw new Error("expected a failure")
  return result.left
}

describe("a shared budget", () => {
  for (const [requests, batch, replyMillis] of [
    [10, undefined, 0],
    [10, 4, 20],
    [50, 5, 0],
    [200, 20, 3]
  ] as const) {
    virtual(
      `five clients send ${requests} a second, in batches of ${batch ?? "the default"}, replies in ${replyMillis} ms`,
      () =>
        Effect.gen(function* () {
          const options: SharedBudgetOptions = { requests, batch }
          const shared = slowly(yield* makeBudget(options), replyMillis)
          const { apis, fakes } = yield* clientsOf(5, shared)
          const { millis } = yield* timed(
            Effect.forEach(apis, (api) => all(200, (index) => mixed(api, index)), { concurrency: "unbounded" })
          )
          const starts = startsOf(fakes)
          assert.strictEqual(starts.length, 1_000)
          assert.strictEqual(mostIn(starts, 1_000), requests)
          // and none of it is wasted
          assert.isAtMost(millis, (1_000 / requests) * 1_000 * 1.05)
          // at no time is one client far behind another
          const perClient = fakes.map(({ sent }) => sent.map(({ at }) => at))
          for (const at of [millis * 0.25, millis * 0.5, millis * 0.75]) {
            const done = perClient.map((own) => own.filter((one) => one - (starts[0] ?? 0) <= at).length)
            assert.isAtMost(Math.max(...done) - Math.min(...done), 2 * (batch ?? 3), done.join())
          }
        })
    )
  }

  virtual("clients that could not use their batches in time send those beyond the budget at most", () =>
    Effect.gen(function* () {
      const shared = yield* makeBudget({ requests: 10, batch: 5 })
      const { apis, fakes } = yield* clientsOf(5, shared)
      const everyClient = (wait: number) =>
        Effect.forEach(
          apis,
          (api) =>
            Effect.timeoutOption(
              all(5, () => calls.safe(api)),
              wait
            ),
          {
            concurrency: "unbounded"
          }
        )
      // each has sent one request, and has reserved the rest
      yield* everyClient(450)
      assert.strictEqual(startsOf(fakes).length, 5)
      yield* Effect.sleep(1_050)
      yield* everyClient(60_000)
      const most = mostIn(startsOf(fakes), 1_000)
      assert.isAtLeast(most, 2 * 10)
      assert.isAtMost(most, 10 + 5 * 5)
    })
  )

  virtual("what is reserved and cannot be used in time is lost", () =>
    Effect.gen(function* () {
      let reserved = 0
      const budget = yield* makeBudget({ requests: 10, batch: 10 })
      const counting: SharedBudget.Service = {
        ...budget,
        reserve: (most) => Effect.tap(budget.reserve(most), ({ requests }) => Effect.sync(() => (reserved += requests)))
      }
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { shared: counting } })
      const waiting = yield* Effect.fork(all(10, () => calls.safe(api)))
      yield* Effect.sleep(250)
      yield* Fiber.interrupt(waiting)
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([fake.sent.length, reserved], [3, 10])
      const start = yield* Clock.currentTimeMillis
      yield* all(3, () => calls.safe(api))
      assert.deepStrictEqual(
        fake.sent.slice(3).map(({ at }) => at - start),
        [0, 100, 200]
      )
    })
  )

  virtual("a client asks for no more than may run at once", () =>
    Effect.gen(function* () {
      const asked: Array<number> = []
      const budget = yield* makeBudget({ requests: 100 })
      const counting: SharedBudget.Service = {
        ...budget,
        reserve: (most) => Effect.suspend(() => (asked.push(most), budget.reserve(most)))
      }
      let now = 0
      let most = 0
      const slow: Reply = (request, sent) =>
        Effect.gen(function* () {
          most = Math.max(most, ++now)
          yield* Effect.sleep("2 seconds")
          now--
          return yield* goodAnswer(request, sent)
        })
      const api = yield* apiOver(fakeClient(slow).client, { limits: { shared: counting, concurrency: 2 } })
      yield* all(20, () => calls.safe(api))
      assert.strictEqual(most, 2)
      assert.isAtMost(Math.max(...asked), 2)
    })
  )

  virtual("a reservation that is under way is for those that wait when it comes, whoever asked", () =>
    Effect.gen(function* () {
      let asked = 0
      const budget = slowly(yield* makeBudget({ requests: 100, batch: 10 }), 50)
      const shared: SharedBudget.Service = {
        ...budget,
        reserve: (most) => Effect.suspend(() => (asked++, budget.reserve(most)))
      }
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { shared } })
      const start = yield* Clock.currentTimeMillis
      // each is interrupted while it is the one that waits for the reply
      yield* Effect.forEach(times(10), (index) => Effect.timeoutOption(calls.safe(api), 1 + index), {
        concurrency: "unbounded"
      }).pipe(Effect.zip(Effect.delay(calls.safe(api), 5), { concurrent: true }))
      assert.deepStrictEqual([asked, fake.sent.map(({ at }) => at - start)], [1, [50]])
    })
  )

  virtual("a 429 at one client makes all of them wait", () =>
    Effect.gen(function* () {
      const shared = yield* makeBudget({ requests: 100 })
      let refusedAt = Infinity
      const busyOnce: Reply = (request, sent) => {
        if (refusedAt < Infinity || sent.at < 1_700_000_001_000) return jobServer(request, sent)
        refusedAt = sent.at
        return answer(429, { json: {}, headers: { "retry-after": "20" } })(request, sent)
      }
      const { apis, fakes } = yield* clientsOf(5, shared, busyOnce)
      yield* Effect.forEach(apis, (api) => all(100, (index) => Effect.either(mixed(api, index))), {
        concurrency: "unbounded"
      })
      const starts = startsOf(fakes)
      const next = starts.filter((at) => at > refusedAt)
      assert.isAtLeast((next[0] ?? 0) - refusedAt, 20_000)
      // none of those that share the instant of the 429 came after it
      assert.strictEqual(starts.filter((at) => at === refusedAt).length, 1)
      assert.isAtLeast(next.length, 300)
      assert.isAtMost(mostIn(next, 1_000), 100)
    })
  )

  virtual("a pause that is heard of stops what is reserved already", () =>
    Effect.gen(function* () {
      const shared = yield* makeBudget({ requests: 10, batch: 10 })
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { shared } })
      const start = yield* Clock.currentTimeMillis
      const waiting = yield* Effect.fork(all(10, () => calls.safe(api)))
      yield* Effect.sleep(350)
      yield* shared.pause(5_000)
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(
        fake.sent.map(({ at }) => at - start),
        [0, 100, 200, 300, 5_350, 5_450, 5_550, 5_650, 5_750, 5_850]
      )
    })
  )

  it("a waiting request costs two wake-ups at most, a reservation a few", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        let resumes = 0
        class Counting extends Supervisor.AbstractSupervisor<void> {
          override readonly value = Effect.void
          override onResume(): void {
            resumes++
          }
        }
        const wakeUps = (requests: number, limits: ConnectionsApi.ClientOptions["limits"]) =>
          VirtualClock.run(
            Effect.scoped(
              Effect.gen(function* () {
                const slow: Reply = (request, sent) => Effect.delay(goodAnswer(request, sent), 100)
                const api = yield* apiOver(fakeClient(slow).client, { limits })
                yield* Effect.yieldNow()
                const before = resumes
                yield* all(requests, () => calls.safe(api))
                return resumes - before
              })
            )
          ).pipe(Effect.provide(Supervisor.addSupervisor(new Counting())))
        const free = (yield* wakeUps(400, { concurrency: 400 })) - (yield* wakeUps(200, { concurrency: 200 }))
        let replies = 0
        const budget = yield* makeBudget({ requests: 40, batch: 10 })
        const shared: SharedBudget.Service = {
          ...budget,
          reserve: (most) => Effect.suspend(() => (replies++, budget.reserve(most)))
        }
        for (const [limits, eachReply] of [
          [{ shared }, 1],
          [{ shared, concurrency: 2 }, 1],
          [{ shared, concurrency: 40 }, 1],
          // the fiber that asks, the timer beside it, and the request that waits for the reply
          [{ shared: slowly(shared, 5) }, 5]
        ] as const) {
          const fewer = yield* wakeUps(200, limits)
          replies = 0
          const more = (yield* wakeUps(400, limits)) - fewer
          assert.isAtMost(more - free, 200 * 2.01 + (replies / 2) * eachReply, `${replies}`)
        }
      })
    ))

  it("whatever is interrupted, the others go on and nothing that was reserved is counted twice", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.array(FastCheck.record({ at: FastCheck.nat(400), dies: FastCheck.option(FastCheck.nat(400)) }), {
          minLength: 1,
          maxLength: 30
        }),
        FastCheck.record({
          batch: FastCheck.integer({ min: 1, max: 4 }),
          concurrency: FastCheck.integer({ min: 1, max: 3 }),
          replyMillis: FastCheck.constantFrom(0, 7)
        }),
        (requests, { batch, concurrency, replyMillis }) =>
          Effect.runPromise(
            VirtualClock.run(
              Effect.scoped(
                Effect.gen(function* () {
                  const shared = slowly(yield* makeBudget({ requests: 4, per: 100, batch }), replyMillis)
                  const slow: Reply = (request, sent) => Effect.delay(jobServer(request, sent), 30)
                  const { apis, fakes } = yield* clientsOf(2, shared, slow, { concurrency })
                  const one = ({ at, dies }: { at: number; dies: number | null }, index: number) => {
                    const api = apis[index % 2] ?? apis[0]
                    if (api === undefined) return Effect.die("no client")
                    const call = Effect.delay(mixed(api, index), at)
                    return dies === null
                      ? Effect.as(call, true)
                      : Effect.flatMap(Effect.fork(call), (fiber) =>
                          Effect.delay(Fiber.interrupt(fiber), dies).pipe(Effect.as(false))
                        )
                  }
                  const done = yield* Effect.forEach(requests, one, { concurrency: "unbounded" })
                  yield* Effect.sleep("3 seconds")
                  const before = fakes[0]?.sent.length ?? 0
                  const start = yield* Clock.currentTimeMillis
                  yield* all(concurrency, () => (apis[0] === undefined ? Effect.void : calls.safe(apis[0])))
                  // no place was left taken, and no reservation left behind
                  assert.strictEqual((fakes[0]?.sent[before]?.at ?? 0) - start, replyMillis)
                  assert.isAtMost(mostIn(startsOf(fakes), 100), 4 + 2 * batch)
                  assert.strictEqual(done.filter(Boolean).length, requests.filter(({ dies }) => dies === null).length)
                })
              )
            )
          )
      ),
      { numRuns: 60 }
    ))

  virtual("the clients of one process share it through the layer, calls that wait are not sent", () =>
    Effect.gen(function* () {
      const shared = yield* makeBudget({ requests: 1, per: "1 minute" })
      const { apis, fakes } = yield* clientsOf(2, shared)
      const [first, second] = apis
      if (first === undefined || second === undefined) return yield* Effect.die("no clients")
      yield* calls.safe(first)
      const write = yield* Effect.either(Call.withDeadline(calls.unsafe(second), "5 seconds"))
      const read = yield* Effect.either(Call.withDeadline(calls.safe(second), "5 seconds"))
      assert.include(errorOf(write).message, "LIMIT_WAIT")
      assert.deepStrictEqual([errorOf(write)._tag, errorOf(read)._tag], ["NotSent", "DeadlineExceeded"])
      assert.strictEqual(startsOf(fakes).length, 1)
    })
  )

  virtual("options that are none are refused, each by its name", () =>
    Effect.gen(function* () {
      const shared = yield* makeBudget({ requests: 1 })
      const refused: ReadonlyArray<readonly [string, ConnectionsApi.ClientOptions["limits"]]> = [
        ["limits.shared: has a window of its own", { shared, requests: 1 }],
        ["limits.shared: has a window of its own", { shared, per: "1 second" }]
      ]
      for (const [text, limits] of refused) {
        const error = yield* Effect.flip(apiOver(fakeClient(goodAnswer).client, { limits }))
        assert.include(error.message, text)
      }
      const budgets: ReadonlyArray<readonly [string, SharedBudgetOptions]> = [
        ["requests", { requests: 0 }],
        ["per", { requests: 1, per: "30 days" }],
        ["batch", { requests: 1, batch: 0.5 }]
      ]
      for (const [text, options] of budgets) {
        const error = yield* Effect.flip(makeBudget(options))
        assert.include(error.message, text)
      }
    })
  )
})

describe("a shared budget that is not available", () => {
  const broken = new BudgetUnavailable({ reason: "the database is away" })

  /** A budget that fails while `isDown`. */
  const fragile = Effect.fnUntraced(function* (failure: Effect.Effect<never, BudgetUnavailable> = Effect.fail(broken)) {
    const state = { isDown: true, asked: 0 }
    const budget = yield* makeBudget({ requests: 100 })
    const shared: SharedBudget.Service = {
      ...budget,
      reserve: (most) =>
        Effect.suspend(() => {
          state.asked++
          return state.isDown ? failure : budget.reserve(most)
        })
    }
    return { state, shared }
  })

  const failures: ReadonlyArray<readonly [string, Effect.Effect<never, BudgetUnavailable>]> = [
    ["fails", Effect.fail(broken)],
    ["dies", Effect.die(new Error("secret-1"))],
    ["never replies", Effect.never],
    ["never replies and cannot be interrupted", Effect.uninterruptible(Effect.never)]
  ]
  for (const [name, failure] of failures) {
    virtual(`that ${name}: nothing is sent, and what waited half a minute fails as not sent`, () =>
      Effect.gen(function* () {
        const logs: Array<string> = []
        const logger = Logger.make(({ logLevel, message }) => {
          if (LogLevel.greaterThanEqual(logLevel, LogLevel.Info)) logs.push(`${logLevel.label} ${String(message)}`)
        })
        const { shared, state } = yield* fragile(failure)
        const fake = fakeClient(goodAnswer)
        const api = yield* apiOver(fake.client, { limits: { shared }, retry: "none" })
        yield* Effect.gen(function* () {
          const { millis, result } = yield* timed(
            Effect.all([Effect.either(calls.unsafe(api)), Effect.either(calls.safe(api))], {
              concurrency: "unbounded"
            })
          )
          const [write, read] = Either.getOrThrow(result)
          assert.deepStrictEqual([errorOf(write)._tag, errorOf(read)._tag], ["NotSent", "Unreachable"])
          assert.include(errorOf(write).message, "BUDGET_UNAVAILABLE")
          assert.isAtLeast(millis, 30_000)
          assert.isAtMost(millis, 45_000)
          // and then at once, but for one that asks again now and then
          const many = yield* timed(all(2_000, () => Effect.either(calls.safe(api))))
          assert.isAtMost(many.millis, 10_000)
          const deadline = yield* Effect.either(Call.withDeadline(calls.unsafe(api), "1 second"))
          assert.strictEqual(errorOf(deadline)._tag, "NotSent")
          assert.strictEqual(fake.sent.length, 0)
          assert.isAtMost(state.asked, 20)
          state.isDown = false
          yield* Effect.sleep("10 seconds")
          yield* all(20, () => calls.unsafe(api))
          assert.strictEqual(fake.sent.length, 20)
        }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
        assert.strictEqual(logs.length, 2, logs.join("\n"))
        assert.include(logs[0], "WARN limits: the shared budget is not available")
        assert.include(logs[1], "INFO limits: the shared budget is available again")
        assert.notInclude(logs.join(), "secret-1")
      })
    )
  }

  virtual("for a while: requests wait, then all are sent", () =>
    Effect.gen(function* () {
      const { shared, state } = yield* fragile()
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client, { limits: { shared } })
      const waiting = yield* Effect.fork(all(50, () => calls.unsafe(api)))
      yield* Effect.sleep("20 seconds")
      assert.strictEqual(fake.sent.length, 0)
      state.isDown = false
      yield* Fiber.join(waiting)
      assert.strictEqual(fake.sent.length, 50)
      assert.isAtMost(state.asked, 20)
    })
  )

  virtual("a deadline in the wait is NotSent, or DeadlineExceeded of a read", () =>
    Effect.gen(function* () {
      const { shared } = yield* fragile()
      const api = yield* apiOver(fakeClient(goodAnswer).client, { limits: { shared }, deadline: "5 seconds" })
      const write = yield* timed(calls.unsafe(api))
      const read = yield* timed(calls.safe(api))
      assert.deepStrictEqual([errorOf(write.result)._tag, write.millis], ["NotSent", 5_000])
      assert.deepStrictEqual([errorOf(read.result)._tag, read.millis], ["DeadlineExceeded", 5_000])
    })
  )

  virtual("retries are bounded, and a job is polled again after it", () =>
    Effect.gen(function* () {
      const { shared, state } = yield* fragile()
      const fake = fakeClient(jobServer)
      const api = yield* apiOver(fake.client, { limits: { shared }, jobs: unlimitedPolls })
      const polled = yield* Effect.fork(api.jobs.result(ref("a")))
      const error = yield* Effect.flip(calls.unsafe(api))
      assert.strictEqual(error._tag, "NotSent")
      assert.isAtMost(error._tag === "NotSent" ? error.attempts : 0, 10)
      assert.isAtLeast(error._tag === "NotSent" ? error.attempts : 0, 1)
      assert.strictEqual(fake.sent.length, 0)
      state.isDown = false
      assert.strictEqual(yield* Fiber.join(polled), 1)
      state.isDown = true
      const lost = yield* Effect.flip(api.jobs.result(ref("b")))
      assert.strictEqual(lost._tag, "Unreachable")
      assert.strictEqual(lost._tag === "Unreachable" && lost.job?.jobId, "b")
    })
  )

  virtual("a reply that is not a reservation counts as none", () =>
    Effect.gen(function* () {
      const budget = yield* makeBudget({ requests: 100 })
      const replies = [
        { requests: 0, startsInMillis: 0, everyMillis: 1 },
        { requests: 1.5, startsInMillis: 0, everyMillis: 1 },
        { requests: 1, startsInMillis: Number.NaN, everyMillis: 1 },
        { requests: 1, startsInMillis: 0, everyMillis: -1 }
      ]
      for (const reply of replies) {
        const fake = fakeClient(goodAnswer)
        const shared: SharedBudget.Service = { ...budget, reserve: () => Effect.succeed(reply) }
        const api = yield* apiOver(fake.client, { limits: { shared }, deadline: "2 seconds" })
        assert.strictEqual((yield* Effect.flip(calls.unsafe(api)))._tag, "NotSent")
        assert.strictEqual(fake.sent.length, 0)
      }
    })
  )
})
