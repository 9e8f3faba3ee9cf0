import * as Call from "@effect-connectors/core/Call"
import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { apiOver, calls, goodBody, jumpWallTime, passed, timed, virtual } from "../support/api.js"
import { answer, fakeClient, hang, json, type Reply } from "../support/fakeClient.js"

const jumps = [
  ["5 minutes back", -300_000],
  ["an hour forward", 3_600_000]
] as const

const busy = (headers: Record<string, string> = {}): Reply => answer(503, { json: {}, headers })

/** How a call ends, and when, with the wall clock set after a second. */
const jumped = <A, E, R>(jump: number, call: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(timed(call))
    yield* Effect.sleep("1 second")
    yield* jumpWallTime(jump)
    return yield* Fiber.join(fiber)
  })

describe("a call: the wall clock is set", () => {
  for (const [name, jump] of jumps) {
    virtual(`${name} during an attempt: the call is tried again within its deadline`, () =>
      Effect.gen(function* () {
        const slow: Reply = (request, sent) => Effect.delay(busy()(request, sent), "2 seconds")
        const fake = fakeClient(slow, json(goodBody))
        const api = yield* apiOver(fake.client, { deadline: "10 seconds" })
        const { millis, result } = yield* jumped(jump, calls.safe(api))
        assert.deepStrictEqual([result._tag, fake.sent.length], ["Right", 2])
        assert.isAtMost(millis, 2_100)
      })
    )

    virtual(`${name} during a wait: the wait is as long as the server asked for`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(busy({ "retry-after": "7" }), json(goodBody))
        const { millis, result } = yield* jumped(jump, calls.safe(yield* apiOver(fake.client)))
        assert.deepStrictEqual([result._tag, millis], ["Right", 7_000])
      })
    )

    virtual(`${name}: a schedule that ends after some time counts the time that passed`, () =>
      Effect.gen(function* () {
        const retry = Schedule.spaced("2 seconds").pipe(Schedule.upTo("9 seconds"))
        const fake = fakeClient(busy())
        const { millis, result } = yield* jumped(jump, calls.safe(yield* apiOver(fake.client, { retry })))
        assert.deepStrictEqual([result._tag, millis, fake.sent.length], ["Left", 10_000, 6])
      })
    )

    virtual(`${name}: a deadline ends a call that hangs`, () =>
      Effect.gen(function* () {
        const api = yield* apiOver(fakeClient(hang).client)
        const { millis, result } = yield* jumped(jump, Call.withDeadline(calls.safe(api), "20 seconds"))
        assert.deepStrictEqual([millis, result._tag === "Left" && result.left._tag], [20_000, "DeadlineExceeded"])
      })
    )

    virtual(`${name}: calls that share a deadline have what is left of it`, () =>
      Effect.gen(function* () {
        const deadlineAt = (yield* passed) + 20_000
        const api = yield* apiOver(fakeClient(hang).client)
        yield* jumpWallTime(jump)
        const first = yield* timed(
          Effect.provideService(calls.safe(api), Call.Settings, {
            deadlineAt,
            attemptTimeout: Duration.seconds(15),
            retry: "none"
          })
        )
        const second = yield* timed(Effect.provideService(calls.safe(api), Call.Settings, { deadlineAt }))
        assert.deepStrictEqual([first.millis, second.millis], [15_000, 5_000])
      })
    )
  }

  virtual("a Retry-After date of a server that does not say its own time is read by the wall clock", () =>
    Effect.gen(function* () {
      yield* jumpWallTime(60_000)
      const at = new Date(1_700_000_000_000 + 60_000 + 9_000).toUTCString()
      const fake = fakeClient(busy({ "retry-after": at }), json(goodBody))
      const { millis } = yield* timed(calls.safe(yield* apiOver(fake.client)))
      assert.strictEqual(millis, 9_000)
    })
  )
})
