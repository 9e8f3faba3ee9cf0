import { assert, describe } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as Tracker from "../../src/internal/jobs/tracker/engine.js"
import { defaultOptions } from "../../src/internal/jobs/tracker/trackerOptions.js"
import { endOf, failed, make, rest, virtual, type Watch, watchedClock, watchEnd, word } from "../support/trackerKit.js"

const running = word("running")
const every = (seconds: number) => ({ pace: Schedule.spaced(Duration.seconds(seconds)), deadlineAt: Infinity })

const pending = Effect.flatMap(VirtualClock, (clock) => clock.pending)

describe("tracker: the alarm", () => {
  virtual("a watcher that comes during a poll of another job does not wait", () =>
    Effect.gen(function* () {
      const kit = yield* make((jobId, poll) =>
        jobId === "slow" && poll > 0 ? Effect.delay(running, "1 hour") : running
      )
      yield* kit.watch("slow", every(10))
      yield* Effect.sleep("15 seconds")
      yield* kit.watch("quick", { ...every(20), firstDelayMillis: 5_000 })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(kit.times("slow"), [0, 10_000])
      assert.deepStrictEqual(kit.times("quick"), [20_000, 40_000, 60_000])
      // the poll that hangs, and one alarm
      assert.strictEqual(yield* pending, 2)
      yield* Effect.sleep("3540 seconds")
      assert.deepStrictEqual([kit.tracker.inFlight, kit.tracker.timers], [0, 1])
      assert.strictEqual(yield* pending, 1)
    })
  )

  virtual("there is one alarm, also for a watcher that comes from within a poll", () =>
    Effect.gen(function* () {
      const added: Array<Watch> = []
      const kit = yield* make((jobId, poll) => {
        if (jobId !== "slow" || poll === 0) return running
        // sooner than the alarm that was set when this poll left
        if (poll === 1) added.push(Effect.runSync(Effect.withClock(soon, clock)))
        return Effect.delay(running, "1 hour")
      })
      const clock = yield* Effect.clock
      const soon = kit.watch("soon", { ...every(30), firstDelayMillis: 1_000 })
      yield* kit.watch("late", every(45))
      yield* kit.watch("slow", every(10))
      yield* Effect.sleep("10500 millis")
      assert.deepStrictEqual([added.length, yield* pending], [1, 2])
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(
        [kit.times("late"), kit.times("soon")],
        [
          [0, 45_000],
          [11_000, 41_000]
        ]
      )
      assert.strictEqual(yield* pending, 2)
    })
  )

  virtual("an alarm that is no longer needed does nothing, where it may not be interrupted", () =>
    Effect.gen(function* () {
      const kit = yield* Effect.uninterruptible(make(() => running))
      yield* kit.watch("a", every(10))
      yield* Effect.sleep("1 second")
      yield* kit.watch("b", { ...every(10), firstDelayMillis: 1_000 })
      assert.strictEqual(yield* pending, 2)
      yield* Effect.sleep("1 minute")
      assert.strictEqual(yield* pending, 1)
      assert.deepStrictEqual([kit.times("a").length, kit.times("b").length], [7, 6])
    })
  )
})

describe("tracker: a poll", () => {
  virtual("leaves no child fiber and no FiberRef value to the next one", () =>
    Effect.gen(function* () {
      const mine = yield* FiberRef.make("none", { fork: (value) => `${value} forked` })
      const seen = new Set<string>()
      let alive = 0
      const child = Effect.suspend(() => {
        alive++
        return Effect.onInterrupt(Effect.never, () => Effect.sync(() => alive--))
      })
      const kit = yield* Effect.locally(
        make((jobId) =>
          FiberRef.getAndSet(mine, jobId).pipe(
            Effect.tap((value) => Effect.sync(() => seen.add(value))),
            Effect.zipRight(Effect.fork(child)),
            Effect.zipRight(Effect.delay(running, "1 millis"))
          )
        ),
        mine,
        "of who built it"
      )
      yield* kit.watch("a", every(10))
      yield* kit.watch("b", every(15))
      yield* Effect.sleep("6 minutes")
      assert.deepStrictEqual([alive, [...seen]], [0, ["of who built it forked"]])
    })
  )

  virtual("runs with the services of the fiber that built the tracker", () =>
    Effect.gen(function* () {
      class Region extends Context.Tag("test/Region")<Region, string>() {}
      const seen: Array<string | undefined> = []
      const kit = yield* make(() =>
        Effect.flatMap(Effect.serviceOption(Region), (region) => {
          seen.push(Option.getOrUndefined(region))
          return running
        })
      ).pipe(Effect.provideService(Region, "built here"))
      yield* Effect.provideService(kit.watch("a", every(10)), Region, "watched there")
      yield* Effect.sleep("15 seconds")
      assert.deepStrictEqual(seen, ["built here", "built here"])
    })
  )

  virtual("that is limited at once holds back the others that are due", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll === 0 ? running : failed.limited(5_000)))
      for (const jobId of ["a", "b", "c"]) yield* kit.watch(jobId, every(10))
      yield* Effect.sleep("12 seconds")
      assert.deepStrictEqual(kit.times(), [0, 0, 0, 10_000])
    })
  )

  virtual("that throws ends its watch with the defect", () =>
    Effect.gen(function* () {
      const tracker = yield* Tracker.make(() => {
        throw new Error("not an effect")
      }, defaultOptions)
      const kit = { ...(yield* make(() => running)), tracker }
      const ends: Array<string> = []
      yield* watchEnd(tracker, "a", (end) => ends.push(end._tag))
      yield* Effect.sleep("15 seconds")
      assert.deepStrictEqual([ends, rest(kit)], [["Failure"], [0, 0, 0]])
    })
  )

  virtual("whose first step makes the last watcher leave is interrupted", () =>
    Effect.gen(function* () {
      const watches: Array<Watch> = []
      let interrupted = 0
      const kit = yield* make((_, poll) =>
        poll === 0
          ? running
          : Effect.suspend(() => {
              for (const watch of watches) watch.stop()
              return Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
            })
      )
      for (const jobId of ["a", "b"]) watches.push(yield* kit.watch(jobId, every(10)))
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([interrupted, kit.times()], [1, [0, 0, 10_000]])
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("that may not be interrupted goes on to its end, and is not reported", () =>
    Effect.gen(function* () {
      const kit = yield* Effect.uninterruptible(make(() => Effect.delay(running, "5 seconds")))
      const watch = yield* kit.watch("a", every(10))
      yield* Effect.sleep("1 second")
      watch.stop()
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual([kit.tracker.size, kit.tracker.inFlight], [0, 1])
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([kit.times(), watch.progress, rest(kit)], [[0], [], [0, 0, 0]])
    })
  )

  virtual("of a job that is watched from within an end, on another clock, runs on that clock", () =>
    Effect.gen(function* () {
      const { clock, sleeps } = yield* watchedClock()
      const watches: Array<Watch> = []
      const kit = yield* make((jobId) =>
        jobId === "limited" ? failed.limited(60_000) : Effect.delay(word("succeeded"), "3 seconds")
      )
      const next = Effect.withClock(kit.watch("b", { deadlineAt: Infinity }), clock)
      // no poll may leave at its deadline: the end is reported from within the alarm
      yield* kit.watch("limited", {
        deadline: Duration.seconds(5),
        onEnd: () => watches.push(Effect.runSync(next))
      })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([watches.map(endOf), kit.times("b")], [["succeeded"], [5_000]])
      assert.deepStrictEqual(sleeps, [3_000])
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )
})
