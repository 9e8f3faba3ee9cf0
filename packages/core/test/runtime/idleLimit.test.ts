import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { idleLimit } from "../../src/internal/runtime/idleLimit.js"

const limited = <A, E>(source: Stream.Stream<A, E>) => idleLimit<A, E | "idle">(source, 10_000, () => "idle")

describe("idleLimit", () => {
  it.effect("gives what its source gives, and its end or its failure", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        [...(yield* Stream.runCollect(limited(Stream.range(1, 9, 2))))],
        [1, 2, 3, 4, 5, 6, 7, 8, 9]
      )
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(limited(Stream.fail("gone")))), "gone")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Stream.runDrain(limited(Stream.die("defect"))))))
    })
  )

  it.effect("reads its source no further than it is read", () =>
    Effect.gen(function* () {
      let made = 0
      const source = Stream.repeatEffect(Effect.sync(() => ++made))
      const scope = yield* Scope.make()
      const pull = yield* Scope.extend(Stream.toPull(limited(source)), scope)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(made, 0)
      for (let taken = 1; taken <= 5; taken++) {
        yield* pull
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(made, taken)
      }
      yield* Scope.close(scope, Exit.void)
    })
  )

  it.effect("fails when nothing comes for so long, and closes its source", () =>
    Effect.gen(function* () {
      let closed = 0
      const source = Stream.concat(Stream.make(1), Stream.never).pipe(Stream.ensuring(Effect.sync(() => void closed++)))
      const fiber = yield* Effect.fork(Effect.flip(Stream.runDrain(limited(source))))
      yield* TestClock.adjust("9999 millis")
      assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
      assert.strictEqual(closed, 0)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(fiber), "idle")
      assert.strictEqual(closed, 1)
    })
  )

  it.effect("lets its reader rest as long as it likes", () =>
    Effect.gen(function* () {
      const read = Stream.runForEach(limited(Stream.range(1, 5, 1)), () => Effect.sleep("1 minute"))
      const fiber = yield* Effect.fork(read)
      yield* TestClock.adjust("5 minutes")
      yield* Fiber.join(fiber)
    })
  )

  it.effect("closes its source when its reader leaves", () =>
    Effect.gen(function* () {
      let closed = 0
      const source = Stream.concat(Stream.make(1), Stream.never).pipe(Stream.ensuring(Effect.sync(() => void closed++)))
      yield* Stream.runDrain(Stream.take(limited(source), 1))
      assert.strictEqual(closed, 1)
      const fiber = yield* Effect.fork(Stream.runDrain(limited(source)))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(closed, 2)
    })
  )
})
