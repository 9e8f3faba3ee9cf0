import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { singleFlight } from "../../src/internal/runtime/singleFlight.js"

/** A shared effect that counts its runs; each waits until it is let go. */
const counted = Effect.map(Deferred.make<void>(), (gate) => {
  const runs = { count: 0 }
  const shared = singleFlight(
    Effect.suspend(() => {
      const run = ++runs.count
      return Effect.as(Deferred.await(gate), run)
    })
  )
  return { shared, runs, letGo: Deferred.succeed(gate, undefined) }
})

describe("singleFlight", () => {
  it.effect("callers that come while it runs share one run", () =>
    Effect.gen(function* () {
      const { letGo, runs, shared } = yield* counted
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.fork(shared))
      yield* Effect.yieldNow()
      yield* letGo
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), [1, 1, 1])
      assert.strictEqual(runs.count, 1)
    })
  )

  it.effect("an interrupted caller leaves the run to the others", () =>
    Effect.gen(function* () {
      const { letGo, shared } = yield* counted
      const first = yield* Effect.fork(shared)
      yield* Effect.yieldNow()
      const second = yield* Effect.fork(shared)
      yield* Effect.yieldNow()
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(first)))
      yield* letGo
      assert.strictEqual(yield* Fiber.join(second), 1)
    })
  )

  it.effect("a caller that calls again as soon as the run has ended starts a new run", () =>
    Effect.gen(function* () {
      const { letGo, shared } = yield* counted
      const again = Effect.zip(shared, shared)
      const fibers = yield* Effect.forEach([1, 2], () => Effect.fork(again))
      yield* Effect.yieldNow()
      yield* letGo
      for (const [first, second] of yield* Effect.forEach(fibers, Fiber.join)) {
        assert.strictEqual(first, 1)
        assert.isAbove(second, 1)
      }
    })
  )
})
