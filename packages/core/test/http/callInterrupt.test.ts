import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import * as Transport from "@effect-connectors/core/Transport"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { apiOver, callNames, calls, virtual } from "../support/api.js"
import { answer, fakeClient, hang, type Reply } from "../support/fakeClient.js"

const slowFailure: Reply = (request, sent) =>
  Effect.zipRight(Effect.sleep(70), answer(503, { json: {} })(request, sent))

describe("interruption", () => {
  it("an interruption at any of 300 random times ends the call at once, and nothing is sent afterwards", async () => {
    let during = 0
    const program = Effect.gen(function* () {
      const fake = fakeClient(slowFailure)
      const api = yield* apiOver(fake.client, { retry: Schedule.spaced("50 millis") })
      for (let i = 0; i < 300; i++) {
        const call = callNames[i % callNames.length] ?? "safe"
        const running: Effect.Effect<unknown, ApiError> = calls[call](api)
        fake.sent.length = 0
        const fiber = yield* Effect.fork(running)
        yield* Effect.sleep(yield* Random.nextIntBetween(0, 400))
        const before = yield* Clock.currentTimeMillis
        const exit = yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* Clock.currentTimeMillis, before, "it ended at once")
        const sends = fake.sent.length
        if (Exit.isInterrupted(exit)) during++
        yield* Effect.sleep("10 seconds")
        assert.strictEqual(fake.sent.length, sends, "nothing was sent afterwards")
      }
    })
    await Effect.runPromise(VirtualClock.run(Effect.scoped(program), { seed: 1 }))
    // unsafe calls end by themselves after one send
    assert.isAtLeast(during, 100)
    console.log(`interrupts: ${during} of 300 came while the call ran`)
  })

  virtual("an interruption reaches the transport", () =>
    Effect.gen(function* () {
      let aborted = 0
      const fake = fakeClient(() => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void aborted++)))
      const api = yield* apiOver(fake.client)
      for (const call of ["safe", "unsafe"] as const) {
        const running: Effect.Effect<unknown, ApiError> = calls[call](api)
        const fiber = yield* Effect.fork(running)
        yield* Effect.sleep(10)
        yield* Fiber.interrupt(fiber)
      }
      assert.strictEqual(aborted, 2)
    })
  )

  virtual("an interruption of a later attempt reaches the transport", () =>
    Effect.gen(function* () {
      let aborted = 0
      const later: Reply = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void aborted++))
      const fake = fakeClient(answer(503, { json: {} }), later)
      const fiber = yield* Effect.fork((yield* apiOver(fake.client)).get("crm"))
      yield* Effect.sleep("1 second")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([fake.sent.length, aborted], [2, 1])
    })
  )

  virtual("an interruption that comes from the transport is one of the call, and no response that was lost", () =>
    Effect.gen(function* () {
      const fake = fakeClient(() => Effect.interrupt)
      const keeping = Transport.keepsAttempt(fake.client, (request) => fake.client.execute(request))
      for (const client of [fake.client, keeping]) {
        const api = yield* apiOver(client)
        fake.sent.length = 0
        for (const call of ["safe", "unsafe"] as const) {
          const running: Effect.Effect<unknown, ApiError> = calls[call](api)
          assert.isTrue(Exit.isInterrupted(yield* Effect.exit(running)), call)
        }
        assert.strictEqual(fake.sent.length, 2)
      }
    })
  )

  virtual("the attempt's limit and the deadline interrupt the transport too", () =>
    Effect.gen(function* () {
      let aborted = 0
      const fake = fakeClient(() => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void aborted++)))
      const api = yield* apiOver(fake.client, { attemptTimeout: "1 second" })
      yield* Effect.either(calls.unsafe(api))
      yield* Effect.either(Call.withDeadline(calls.unsafe(api), "100 millis"))
      assert.strictEqual(aborted, 2)
    })
  )

  virtual("an interruption leaves no timer behind", () =>
    Effect.gen(function* () {
      const clock = yield* VirtualClock.make()
      const api = yield* apiOver(fakeClient(hang).client, { deadline: "1 hour" })
      const fiber = yield* api.get("crm").pipe(Effect.withClock(clock.clock), Effect.fork)
      yield* Effect.yieldNow()
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* clock.pending, 0)
      assert.isAtLeast(yield* clock.maxPending, 1)
    })
  )
})
