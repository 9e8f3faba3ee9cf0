import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { setImmediate as nextTurn } from "node:timers/promises"

const defectOf = <A, E>(exit: Exit.Exit<A, E>): string =>
  Exit.isFailure(exit) ? Array.from(Cause.defects(exit.cause), String).join() : "no defect"

/** Resolves after so many turns of the event loop: real work that no fiber runs. */
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await nextTurn()
}

describe("VirtualClock.run", () => {
  it.effect("sleeps hours of virtual time, which the clock shows", () =>
    Effect.gen(function* () {
      const seen = yield* VirtualClock.run(
        Effect.gen(function* () {
          yield* Effect.sleep("6 hours")
          const clock = yield* Effect.clock
          const service = yield* VirtualClock
          return [
            yield* Clock.currentTimeMillis,
            clock.unsafeCurrentTimeMillis(),
            clock.unsafeCurrentTimeNanos(),
            yield* Clock.currentTimeNanos,
            yield* service.currentTimeMillis
          ]
        }),
        { startMillis: 1000 }
      )
      const millis = 21_601_000
      assert.deepStrictEqual(seen, [millis, millis, 21_601_000_000_000n, 21_601_000_000_000n, millis])
    })
  )

  it.effect("follows 2,000 sleeps over six hours with one timer at a time", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        yield* Effect.repeat(Effect.void, Schedule.intersect(Schedule.recurs(2000), Schedule.spaced(10_800)))
        const clock = yield* VirtualClock
        assert.strictEqual(yield* Clock.currentTimeMillis, 21_600_000)
        assert.strictEqual(yield* clock.advances, 2000)
        assert.strictEqual(yield* clock.maxPending, 1)
      })
    )
  )

  it.effect("wakes 10,000 sleepers in the order of their times", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        const woken: Array<number> = []
        const times = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 500)
        yield* Effect.forEach(
          times,
          (millis) =>
            Effect.zipRight(
              Effect.sleep(millis),
              Effect.sync(() => woken.push(millis))
            ),
          { concurrency: "unbounded", discard: true }
        )
        assert.deepStrictEqual(
          woken,
          times.sort((a, b) => a - b)
        )
        assert.strictEqual(yield* clock.maxPending, 10_000)
        assert.strictEqual(yield* clock.pending, 0)
      })
    )
  )

  it.effect("wakes sleepers of the same time in the order they went to sleep", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const woken: Array<number> = []
        const sleeper = (n: number) =>
          Effect.zipRight(
            Effect.sleep(100),
            Effect.sync(() => woken.push(n))
          )
        yield* Effect.forEach([3, 1, 2], sleeper, { concurrency: "unbounded" })
        const clock = yield* VirtualClock
        assert.deepStrictEqual([woken, yield* clock.advances], [[3, 1, 2], 1])
      })
    )
  )

  it.effect("keeps the order when sleepers in the middle of the heap are interrupted", () => {
    const round = Effect.gen(function* () {
      const clock = yield* VirtualClock
      const start = yield* Clock.currentTimeMillis
      const woken: Array<number> = []
      const sleeper = (millis: number) =>
        Effect.zipRight(
          Effect.sleep(millis),
          Effect.sync(() => woken.push(millis))
        )
      const times = yield* Effect.replicateEffect(Random.nextIntBetween(1, 1000), 40)
      const fibers = yield* Effect.forEach(times, (millis) => Effect.fork(sleeper(millis)))
      yield* Effect.yieldNow()
      yield* Fiber.interruptAll(fibers.slice(10, 25))
      assert.strictEqual(yield* clock.pending, 25)
      yield* Fiber.awaitAll(fibers)
      const left = [...times.slice(0, 10), ...times.slice(25)].sort((a, b) => a - b)
      assert.deepStrictEqual(woken, left)
      assert.strictEqual((yield* Clock.currentTimeMillis) - start, left.at(-1))
    })
    return VirtualClock.run(Effect.repeatN(round, 49), { seed: "heap" })
  })

  it.effect("removes the timer of an interrupted sleeper", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        const fiber = yield* Effect.fork(Effect.sleep("1 hour"))
        yield* Effect.yieldNow()
        assert.strictEqual(yield* clock.pending, 1)
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* clock.pending, 0)
        yield* Effect.sleep(10)
        assert.strictEqual(yield* Clock.currentTimeMillis, 10)
      })
    )
  )

  it.effect("keeps the runs of one sleep separate", () =>
    Effect.gen(function* () {
      const seen = yield* VirtualClock.run(
        Effect.gen(function* () {
          const { advances, clock, pending } = yield* VirtualClock
          const asleep = clock.sleep(Duration.seconds(10))
          const left = yield* Effect.fork(asleep)
          const other = yield* Effect.fork(asleep)
          yield* Effect.yieldNow()
          yield* Fiber.interrupt(left)
          const waiting = yield* pending
          yield* Fiber.join(other)
          return [waiting, yield* advances, yield* Clock.currentTimeMillis]
        })
      )
      assert.deepStrictEqual(seen, [1, 1, 10_000])
    })
  )

  it.effect("sleeps to the end in an uninterruptible region", () =>
    Effect.gen(function* () {
      const at = yield* VirtualClock.run(
        Effect.gen(function* () {
          const asleep = yield* Effect.fork(Effect.uninterruptible(Effect.sleep("10 seconds")))
          yield* Effect.yieldNow()
          yield* Fiber.interrupt(asleep)
          return yield* Clock.currentTimeMillis
        })
      )
      assert.strictEqual(at, 10_000)
    })
  )

  it.effect("sleeps longer than a timer of the platform can", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        yield* Effect.sleep(2 ** 31)
        assert.strictEqual(yield* Clock.currentTimeMillis, 2 ** 31)
        yield* Effect.sleep("365 days")
        assert.strictEqual(yield* Clock.currentTimeMillis, 2 ** 31 + 31_536_000_000)
      })
    )
  )

  it.effect("wakes on whole milliseconds, never early", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        yield* Effect.sleep("300 micros")
        assert.strictEqual(yield* Clock.currentTimeMillis, 1)
        yield* Effect.sleep(1.5)
        assert.strictEqual(yield* Clock.currentTimeMillis, 3)
      })
    )
  )

  it.effect("gives the same run for the same seed, another for another", () => {
    const program = Effect.gen(function* () {
      const trace: Array<readonly [number, number]> = []
      const worker = (id: number) =>
        Effect.sleep(10).pipe(
          Effect.andThen(Effect.flatMap(Random.nextIntBetween(0, 500), Effect.sleep)),
          Effect.andThen(Effect.map(Clock.currentTimeMillis, (at) => trace.push([id, at]))),
          Effect.repeatN(5)
        )
      yield* Effect.forEach([1, 2, 3, 4], worker, { concurrency: "unbounded" })
      return trace
    })
    return Effect.gen(function* () {
      const first = yield* VirtualClock.run(program, { seed: "a" })
      assert.deepStrictEqual(yield* VirtualClock.run(program, { seed: "a" }), first)
      assert.notDeepEqual(yield* VirtualClock.run(program, { seed: "b" }), first)
    })
  })

  it.effect("waits for promises that settle without a timer before it moves time", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const order: Array<string> = []
        yield* Effect.all(
          [
            Effect.zipRight(
              Effect.sleep(1),
              Effect.sync(() => order.push("sleeper"))
            ),
            Effect.promise(async () => {
              for (let i = 0; i < 50; i++) await Promise.resolve()
              order.push("promise")
            })
          ],
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(order, ["promise", "sleeper"])
      })
    )
  )

  const turnOfTheLoop = Effect.promise(() => nextTurn())

  it.effect("waits for a turn of the loop that a woken fiber needs", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        const other = yield* Effect.fork(Effect.sleep(5))
        yield* Effect.sleep(1)
        yield* turnOfTheLoop
        assert.strictEqual(yield* clock.currentTimeMillis, 1)
        yield* Fiber.join(other)
      })
    )
  )

  it.effect.each([
    { who: "a child of a woken fiber", fork: (effect: Effect.Effect<number>) => Effect.fork(effect) },
    {
      who: "a fiber of another runtime",
      fork: (effect: Effect.Effect<number>) => Effect.sync(() => Effect.runFork(effect))
    }
  ])("waits for a turn of the loop that $who waits for", ({ fork }) =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        yield* Effect.sleep(1)
        const child = yield* fork(Effect.zipRight(turnOfTheLoop, clock.currentTimeMillis))
        yield* Effect.sleep(5)
        assert.strictEqual(yield* Fiber.join(child), 1)
      })
    )
  )

  it.effect("waits for a turn of the loop at the end of a chain of promises", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        let open = () => {}
        const gate = new Promise<void>((resolve) => {
          open = resolve
        })
        const chain = Effect.promise(async () => {
          await gate
          for (let i = 0; i < 100; i++) await Promise.resolve()
          await nextTurn()
        })
        const other = yield* Effect.fork(Effect.zipRight(chain, clock.currentTimeMillis))
        yield* Effect.sleep(1)
        open()
        yield* Effect.sleep(5)
        assert.strictEqual(yield* Fiber.join(other), 1)
      })
    )
  )

  it.effect("lets busy fibers finish before it moves time", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const fiber = yield* Effect.fork(Effect.zipRight(Effect.sleep(1), Clock.currentTimeMillis))
        let rounds = 0
        yield* Effect.repeatN(
          Effect.zipRight(
            Effect.yieldNow(),
            Effect.sync(() => rounds++)
          ),
          10_000
        )
        assert.strictEqual(yield* Clock.currentTimeMillis, 0)
        assert.strictEqual(rounds, 10_001)
        assert.strictEqual(yield* Fiber.join(fiber), 1)
      })
    )
  )

  it.effect("does not move time while real work is held", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        const sleeper = yield* Effect.fork(Effect.sleep(5))
        const at = yield* clock.hold(
          Effect.zipRight(
            Effect.promise(() => turns(20)),
            Clock.currentTimeMillis
          )
        )
        assert.strictEqual(at, 0)
        yield* Fiber.join(sleeper)
        assert.strictEqual(yield* Clock.currentTimeMillis, 5)
      })
    )
  )

  it.effect("moves time past real work that is not held", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        yield* Effect.fork(Effect.sleep(5))
        yield* Effect.promise(() => turns(20))
        assert.strictEqual(yield* Clock.currentTimeMillis, 5)
      })
    )
  )

  it.effect("passes failures and the requirements of the program on", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(VirtualClock.run(Effect.zipRight(Effect.sleep(1), Effect.fail("no" as const))))
      assert.strictEqual(failed, "no")
    })
  )

  it.effect("interrupts the program when the run is interrupted, and runs its finalizers", () =>
    Effect.gen(function* () {
      const asleep = yield* Deferred.make<void>()
      const events: Array<string> = []
      const fiber = yield* Effect.fork(
        VirtualClock.run(
          Effect.zipRight(Deferred.succeed(asleep, undefined), Effect.never).pipe(
            Effect.onInterrupt(() =>
              Effect.zipRight(
                Effect.sleep(100),
                Effect.sync(() => events.push("released"))
              )
            )
          ),
          { deadlockTurns: false }
        )
      )
      yield* Deferred.await(asleep)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(events, ["released"])
    })
  )
})

describe("a program that cannot continue", () => {
  it.effect("dies when nothing can wake it", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(VirtualClock.run(Effect.zipRight(Effect.sleep(5), Effect.never)))
      assert.include(defectOf(exit), "deadlock: no sleeper left at 5 ms")
    })
  )

  it.effect("is interrupted when it dies", () =>
    Effect.gen(function* () {
      const released = yield* Deferred.make<void>()
      const program = Effect.onInterrupt(Effect.never, () => Deferred.succeed(released, undefined))
      const exit = yield* Effect.exit(VirtualClock.run(program, { deadlockTurns: 10 }))
      yield* Deferred.await(released)
      assert.include(defectOf(exit), "deadlock")
    })
  )

  it.effect("keeps waiting with deadlockTurns: false", () =>
    Effect.gen(function* () {
      const value = yield* VirtualClock.run(Effect.promise(() => turns(3000)).pipe(Effect.as("done")), {
        deadlockTurns: false
      })
      assert.strictEqual(value, "done")
    })
  )

  it.effect("dies when time has moved too often", () =>
    Effect.gen(function* () {
      const ticking = Effect.forever(Effect.sleep(1))
      const exit = yield* Effect.exit(VirtualClock.run(ticking, { maxAdvances: 100 }))
      assert.include(defectOf(exit), "maxAdvances")
    })
  )
})

describe("VirtualClock.adjust", () => {
  it.effect("is the only way to move time without autoAdvance, and moves it no further", () =>
    VirtualClock.run(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        const woken: Array<number> = []
        const tick = Effect.map(Clock.currentTimeMillis, (at) => woken.push(at))
        yield* Effect.fork(Effect.forever(Effect.zipRight(Effect.sleep(10), tick)))
        yield* Effect.promise(() => turns(50))
        assert.strictEqual(yield* Clock.currentTimeMillis, 0)
        yield* clock.adjust(35)
        assert.deepStrictEqual(woken, [10, 20, 30])
        assert.strictEqual(yield* Clock.currentTimeMillis, 35)
        yield* clock.adjust(5)
        assert.deepStrictEqual(woken, [10, 20, 30, 40])
        assert.strictEqual(yield* clock.pending, 1)
      }),
      { autoAdvance: false }
    )
  )

  it.effect("moves time without sleepers", () =>
    VirtualClock.run(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        yield* clock.adjust("1 hour")
        assert.strictEqual(yield* Clock.currentTimeMillis, 3_600_000)
      }),
      { autoAdvance: false }
    )
  )
})

describe("VirtualClock.jumpWallTime", () => {
  const shown = Effect.all([Clock.currentTimeMillis, Clock.currentTimeNanos])

  for (const jump of [-300_000, 3_600_000]) {
    it.effect(`sets the wall clock by ${jump} ms, and no time passes`, () =>
      VirtualClock.run(
        Effect.gen(function* () {
          const clock = yield* VirtualClock
          const woken: Array<number> = []
          const sleepers = yield* Effect.forkAll(
            [1_000, 10_000, 4_000_000].map((millis) =>
              Effect.map(Effect.delay(shown, millis), ([at]) => woken.push(at))
            )
          )
          yield* Effect.sleep(5_000)
          const advances = yield* clock.advances
          yield* clock.jumpWallTime(jump)
          assert.deepStrictEqual(yield* shown, [1_005_000 + jump, 1_005_000n * 1_000_000n])
          assert.deepStrictEqual([yield* clock.currentTimeMillis, yield* clock.advances], [1_005_000 + jump, advances])
          const late = yield* Effect.timeoutOption(Effect.never, "2 seconds")
          assert.isTrue(late._tag === "None")
          assert.deepStrictEqual(yield* shown, [1_007_000 + jump, 1_007_000n * 1_000_000n])
          yield* Fiber.join(sleepers)
          assert.deepStrictEqual(woken, [1_001_000, 1_010_000 + jump, 5_000_000 + jump])
        }),
        { startMillis: 1_000_000 }
      )
    )
  }

  it.effect("adds up, also while only `adjust` moves time", () =>
    VirtualClock.run(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        yield* clock.jumpWallTime(500)
        yield* clock.adjust("1 second")
        yield* clock.jumpWallTime(-2_000)
        assert.deepStrictEqual(yield* shown, [-500, 1_000_000_000n])
      }),
      { autoAdvance: false }
    )
  )

  it.effect("is not noticed by a fake platform, which is another machine", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const clock = yield* VirtualClock
        const connections = yield* ConnectionsTest.make({
          connections: [{ slug: "crm", actions: [{ slug: "sync", takesMillis: 10_000, progress: true }] }]
        })
        const bosa = yield* BosaTest.make()
        const send = (method: string, path: string) =>
          Effect.map(
            connections.handle({
              method,
              origin: "http://localhost",
              path,
              query: [["async", "true"]],
              headers: { "x-service-token": "token" },
              body: "{}",
              bytes: new TextEncoder().encode("{}")
            }),
            (answer) => (answer._tag === "Answer" ? String(answer.body) : answer._tag)
          )
        yield* bosa.token("ann")
        yield* send("POST", "/api/v1/connections/crm/actions/sync/execute")
        for (const jump of [-300_000, 3_600_000]) {
          yield* clock.jumpWallTime(jump)
          yield* Effect.sleep("3 seconds")
        }
        assert.include(yield* send("GET", "/api/v1/jobs/job-1"), '"progress":0.6')
        assert.strictEqual((yield* bosa.users).find(({ identifier }) => identifier === "ann")?.liveTokens, 1)
        assert.deepStrictEqual(
          (yield* connections.requests).map(({ at }) => at),
          [0, 6_000]
        )
      }).pipe(Effect.scoped)
    )
  )
})

describe("VirtualClock.layer", () => {
  it.effect("is the clock of the program that it is provided to only", () =>
    Effect.gen(function* () {
      const inside = yield* Effect.zipRight(Effect.sleep("2 hours"), Clock.currentTimeMillis).pipe(
        Effect.provide(VirtualClock.layer)
      )
      assert.strictEqual(inside, 7_200_000)
      assert.strictEqual(yield* Clock.currentTimeMillis, 0)
    })
  )

  it.effect("starts at the given time", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Clock.currentTimeMillis, 500)
    }).pipe(Effect.provide(VirtualClock.layerWith({ startMillis: 500 })))
  )

  it.effect("makes independent clocks", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const one = yield* VirtualClock.make()
        const other = yield* VirtualClock.make({ startMillis: 7 })
        yield* Effect.sleep(100).pipe(Effect.withClock(one.clock), Effect.withScheduler(one.scheduler))
        assert.deepStrictEqual([yield* one.currentTimeMillis, yield* other.currentTimeMillis], [100, 7])
      })
    )
  )
})
