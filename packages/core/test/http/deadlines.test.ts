import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import { apiOver, calls, callsOn, passed, timed, virtual } from "../support/api.js"
import { fakeClient, goodAnswer, hang } from "../support/fakeClient.js"

/** One call: when it starts, after how long its response is there, and after how long it has to be over. */
interface Schedule {
  readonly startMillis: number
  readonly replyMillis: number
  readonly deadlineMillis: number
  readonly isWrite: boolean
  /** The transport takes so long to stop. */
  readonly stopMillis: number
}

const schedule: FastCheck.Arbitrary<Schedule> = FastCheck.record({
  startMillis: FastCheck.integer({ min: 0, max: 40 }),
  replyMillis: FastCheck.integer({ min: 0, max: 100 }),
  deadlineMillis: FastCheck.integer({ min: 1, max: 100 }),
  isWrite: FastCheck.boolean(),
  stopMillis: FastCheck.constantFrom(0, 0, 0, 7)
})

const isTie = ({ deadlineMillis, replyMillis }: Schedule): boolean => deadlineMillis === replyMillis

const expected = ({ deadlineMillis, isWrite, replyMillis, stopMillis }: Schedule): string =>
  replyMillis < deadlineMillis
    ? `value after ${replyMillis}`
    : `${isWrite ? "OutcomeUnknown" : "DeadlineExceeded"} after ${deadlineMillis + stopMillis}, stopped at ${deadlineMillis}`

const observed = (schedules: ReadonlyArray<Schedule>) =>
  Effect.gen(function* () {
    const starts = new Map<string, number>()
    const stops = new Map<string, number>()
    const fake = fakeClient((request, sent) => {
      const index = /connections\/(\d+)/.exec(sent.url)?.[1] ?? ""
      const { replyMillis = 0, stopMillis = 0 } = schedules[Number(index)] ?? {}
      return Effect.zipRight(Effect.sleep(replyMillis), goodAnswer(request, sent)).pipe(
        Effect.onInterrupt(() =>
          Effect.flatMap(passed, (now) => {
            stops.set(index, now - (starts.get(index) ?? NaN))
            return Effect.sleep(stopMillis)
          })
        )
      )
    })
    const api = yield* apiOver(fake.client)
    const one = ({ deadlineMillis, isWrite, startMillis }: Schedule, index: number) =>
      Effect.gen(function* () {
        yield* Effect.sleep(startMillis)
        starts.set(String(index), yield* passed)
        const { safe, unsafe } = callsOn(String(index))
        const call: Effect.Effect<unknown, ApiError> = isWrite ? unsafe(api) : safe(api)
        const { millis, result } = yield* timed(Call.withDeadline(call, deadlineMillis))
        const stop = stops.get(String(index))
        const end = Either.isRight(result) ? "value" : result.left._tag
        return `${end} after ${millis}${stop === undefined ? "" : `, stopped at ${stop}`}`
      })
    return yield* Effect.forEach(schedules, one, { concurrency: "unbounded" })
  })

describe("a deadline", () => {
  it("calls at the same time end each at its own deadline or with its own response, to the millisecond", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(FastCheck.array(schedule, { minLength: 1, maxLength: 12 }), async (given) => {
        const schedules = given.filter((one) => !isTie(one))
        const ends = await Effect.runPromise(VirtualClock.run(Effect.scoped(observed(schedules)), { seed: 1 }))
        assert.deepStrictEqual(ends, schedules.map(expected))
      }),
      { numRuns: 150, seed: 17 }
    ))

  virtual("ends the wait in the limits, and gives the place there back", () =>
    Effect.gen(function* () {
      const fake = fakeClient(hang)
      const api = yield* apiOver(fake.client, { limits: { concurrency: 1 }, attemptTimeout: "1 hour" })
      const first = yield* Effect.fork(api.get("crm"))
      yield* Effect.sleep(1)
      const waiting = yield* timed(Call.withDeadline(calls.unsafe(api), "5 seconds"))
      const error = Either.isLeft(waiting.result) ? waiting.result.left._tag : "value"
      assert.deepStrictEqual([error, waiting.millis, fake.sent.length], ["NotSent", 5_000, 1])
      yield* Fiber.interrupt(first)
      const next = yield* timed(Call.withDeadline(api.get("crm"), "5 seconds"))
      assert.deepStrictEqual([next.millis, fake.sent.length], [5_000, 2])
    })
  )

  virtual("what a call sets in its fiber is set for its caller", () =>
    Effect.gen(function* () {
      const api = yield* apiOver(fakeClient(goodAnswer).client)
      const [, response] = yield* Effect.map(
        Call.withResponse(Call.withDeadline(api.get("crm"), "5 seconds")),
        ({ response, value }) => [value, response] as const
      )
      assert.strictEqual(response?.status, 200)
    })
  )

  virtual("of several calls shares one timer, and leaves none behind", () =>
    Effect.gen(function* () {
      const clock = yield* VirtualClock.make()
      const api = yield* apiOver(fakeClient(hang).client, { deadline: "1 hour" })
      const running = Effect.all([api.get("crm"), api.get("crm"), api.get("crm")], { concurrency: "unbounded" })
      const fiber = yield* running.pipe(Effect.withClock(clock.clock), Effect.fork)
      yield* Effect.sleep(1)
      // one for all deadlines, and none of a call's own
      assert.strictEqual(yield* clock.pending, 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* clock.pending, 0)
    })
  )
})
