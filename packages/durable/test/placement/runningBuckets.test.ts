import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as RunningBuckets from "../../src/internal/placement/runningBuckets.js"

const patience = Duration.seconds(5)

/** A bucket that says when it starts, and takes some time to end. */
const draining = (millis: number) => {
  const events: Array<string> = []
  const said = (event: string) => Effect.sync(() => void events.push(event))
  const run = (bucket: number) =>
    Effect.acquireUseRelease(
      said(`${bucket} starts`),
      () => Effect.never,
      // in fibers of its own, as a concurrent drain has
      () =>
        Effect.zipRight(
          Effect.timeoutOption(Effect.interruptible(Effect.sleep(millis)), "1 minute"),
          said(`${bucket} ends`)
        )
    )
  return { events, buckets: RunningBuckets.make(run, patience) }
}

describe("running buckets", () => {
  it.effect("a bucket that is interrupted is not waited for, and drains", () =>
    Effect.gen(function* () {
      const { buckets, events } = draining(3_000)
      const fiber = yield* Effect.fork(buckets.run(1))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(events, ["1 starts"])
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(events, ["1 starts", "1 ends"])
    })
  )

  it.effect("a bucket starts again once its run before has ended", () =>
    Effect.gen(function* () {
      const { buckets, events } = draining(3_000)
      yield* Effect.flatMap(Effect.fork(buckets.run(1)), (fiber) =>
        Effect.zipRight(TestClock.adjust("1 second"), Fiber.interrupt(fiber))
      )
      yield* Effect.fork(buckets.run(1))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(events, ["1 starts"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(events, ["1 starts", "1 ends", "1 starts"])
    })
  )

  it.effect("stopping waits for the drain of each bucket, however often it was told to", () =>
    Effect.gen(function* () {
      const { buckets, events } = draining(3_000)
      const fibers = yield* Effect.forEach([1, 2], (bucket) => Effect.fork(buckets.run(bucket)))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interruptAll(fibers)
      const one = yield* Effect.fork(buckets.stopped(1))
      const all = yield* Effect.fork(buckets.allStopped)
      yield* TestClock.adjust("2 seconds")
      assert.isNull(one.unsafePoll())
      assert.isNull(all.unsafePoll())
      assert.deepStrictEqual(events, ["1 starts", "2 starts"])
      yield* TestClock.adjust("1 second")
      yield* Fiber.joinAll([one, all])
      assert.deepStrictEqual([...events].sort(), ["1 ends", "1 starts", "2 ends", "2 starts"])
    })
  )

  it.effect("a bucket that does not end is waited for as long as the patience", () =>
    Effect.gen(function* () {
      const { buckets } = draining(30_000)
      yield* Effect.fork(buckets.run(1))
      yield* TestClock.adjust("1 second")
      // as a finalizer does
      const stopping = yield* Effect.fork(Effect.uninterruptible(buckets.allStopped))
      yield* TestClock.adjust("4 seconds")
      assert.isNull(stopping.unsafePoll())
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(stopping)
    })
  )

  it.effect("a bucket that ends with a defect starts again after a second", () =>
    Effect.gen(function* () {
      let runs = 0
      const buckets = RunningBuckets.make(
        () => Effect.suspend(() => (runs++ === 0 ? Effect.dieMessage("a bug") : Effect.never)),
        patience
      )
      yield* Effect.fork(buckets.run(1))
      yield* TestClock.adjust("900 millis")
      assert.strictEqual(runs, 1)
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(runs, 2)
    })
  )
})
