import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Supervisor from "effect/Supervisor"
import * as TestClock from "effect/TestClock"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import {
  clockLike,
  endOf,
  failed,
  make,
  rest,
  script,
  virtual,
  type Watch,
  watchedClock,
  word
} from "../support/trackerKit.js"

const running = word("running")
const done = word("succeeded")
const pace = Schedule.spaced("1 second")

const many = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => `job-${index}`)

describe("tracker: many watchers of one job", () => {
  virtual("share one poll per tick and its state", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 20 ? running : done))
      const watches = yield* Effect.forEach(many(100), () => kit.watch("a"))
      yield* Effect.sleep("10 minutes")
      assert.strictEqual(kit.polls.length, 21)
      assert.isTrue(watches.every((watch) => endOf(watch) === "succeeded" && watch.progress.length === 20))
      assert.isTrue(watches.every((watch) => watch.ends[0]?.at === watches[0]?.ends[0]?.at))
      const waits = kit
        .times()
        .slice(1)
        .map((at, index) => at - (kit.times()[index] ?? 0))
      assert.isTrue(
        waits.slice(12).some((wait) => wait > 10_000),
        "the jitter is drawn once for all"
      )
    })
  )

  virtual("get the earliest poll that one of them wants, until that one leaves", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running)
      yield* kit.watch("a", { pace: Schedule.spaced("10 seconds") })
      const eager = yield* kit.watch("a", { pace: Schedule.spaced("2 seconds") })
      yield* Effect.sleep("5 seconds")
      eager.stop()
      yield* Effect.sleep("15 seconds")
      assert.deepStrictEqual(kit.times(), [0, 2_000, 4_000, 14_000])
    })
  )

  virtual("cause no extra polls by coming one after the other", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running)
      for (const _ of many(100)) {
        yield* kit.watch("a", { pace: Schedule.spaced("1 hour") })
        yield* Effect.sleep("100 millis")
      }
      assert.isAtMost(kit.polls.length, 21)
      assert.isAtLeast(kit.polls.length, 19)
    })
  )

  virtual("are served by the poll in flight when they come", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => Effect.delay(done, "2 seconds"))
      yield* kit.watch("a")
      yield* Effect.sleep("1 second")
      const second = yield* kit.watch("a")
      yield* Effect.sleep("10 seconds")
      assert.deepStrictEqual([endOf(second), second.ends[0]?.at, kit.polls.length], ["succeeded", 2_000, 1])
    })
  )
})

describe("tracker: unsubscribing", () => {
  virtual("ends the polls, and no callback runs after it", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running)
      const watch = yield* kit.watch("a", { pace })
      yield* Effect.sleep(1_500)
      watch.stop()
      watch.stop()
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
      yield* Effect.sleep("1 hour")
      assert.deepStrictEqual([kit.polls.length, watch.progress.length, watch.ends.length], [2, 2, 0])
    })
  )

  virtual("before the first poll means no poll", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running)
      const watch = yield* kit.watch("a")
      watch.stop()
      yield* Effect.sleep("1 hour")
      assert.deepStrictEqual(kit.polls, [])
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("during a poll interrupts it and leaves nothing behind", () =>
    Effect.gen(function* () {
      let interrupted = 0
      const kit = yield* make((_, poll) =>
        poll === 0 ? Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++)) : done
      )
      const watch = yield* kit.watch("a")
      yield* Effect.sleep("1 second")
      watch.stop()
      assert.strictEqual(kit.tracker.size, 0)
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual([interrupted, ...rest(kit)], [1, 0, 0, 0])
      const again = yield* kit.watch("a")
      yield* Effect.sleep("1 second")
      assert.strictEqual(endOf(again), "succeeded")
      assert.deepStrictEqual([watch.progress, watch.ends], [[], []])
    })
  )

  virtual("during a poll that cannot be interrupted reports nothing of it", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) =>
        poll === 0
          ? Effect.uninterruptible(Effect.delay(word("failed"), "5 seconds"))
          : Effect.delay(done, "10 seconds")
      )
      const first = yield* kit.watch("a")
      yield* Effect.sleep("1 second")
      first.stop()
      assert.deepStrictEqual([kit.tracker.size, kit.tracker.inFlight], [0, 1])
      const second = yield* kit.watch("a")
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([first.ends.length, endOf(second)], [0, "succeeded"])
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("from within a poll interrupts that poll", () =>
    Effect.gen(function* () {
      const watches: Array<Watch> = []
      const kit = yield* make((_, poll) => {
        if (poll === 1) watches.forEach((watch) => watch.stop())
        return poll === 0 ? running : Effect.never
      })
      watches.push(yield* kit.watch("a", { pace }))
      yield* Effect.sleep("1 minute")
      assert.strictEqual(kit.polls.length, 2)
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("one watcher leaves the poll to the others", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => Effect.delay(done, "2 seconds"))
      const watches = [yield* kit.watch("a"), yield* kit.watch("a"), yield* kit.watch("a")] as const
      yield* Effect.sleep("1 second")
      watches[1].stop()
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(watches.map(endOf), ["succeeded", "0 ends", "succeeded"])
      assert.strictEqual(kit.polls.length, 1)
    })
  )
})

describe("tracker: a callback", () => {
  virtual("never runs within the subscribe of its own watch, unless the end is known", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => done)
      const first = yield* kit.watch("a")
      assert.strictEqual(endOf(first), "0 ends")
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual([endOf(first), endOf(yield* kit.watch("a"))], ["succeeded", "succeeded"])
    })
  )

  virtual("that throws does not affect other watchers", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 3 ? running : done))
      const boom = () => {
        throw new Error("planted")
      }
      yield* kit.watch("a", { onProgress: boom, onEnd: boom })
      const other = yield* kit.watch("a")
      yield* kit.watch("b", { deadline: Duration.millis(700), onEnd: boom })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([endOf(other), other.progress.length], ["succeeded", 3])
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("may unsubscribe its own watch and others, which get no more callbacks", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 2 ? running : done))
      const heard: Array<string> = []
      const watches: Array<Watch> = []
      for (const name of ["first", "second", "third"]) {
        const watch = yield* kit.watch("a", {
          onProgress: () => {
            heard.push(name)
            if (name === "first") watches.slice(0, 2).forEach((watch) => watch.stop())
          },
          onEnd: () => heard.push(`${name} ends`)
        })
        watches.push(watch)
      }
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(heard, ["first", "third", "third", "third ends"])
    })
  )

  virtual("at the end may unsubscribe another watch of that job, which then gets no end", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 1 ? running : done))
      const others: Array<Watch> = []
      const first = yield* kit.watch("a", { onEnd: () => others.forEach((watch) => watch.stop()) })
      others.push(yield* kit.watch("a"), yield* kit.watch("a"))
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(
        [first, ...others].map((watch) => watch.progress),
        [["running"], ["running"], ["running"]]
      )
      assert.deepStrictEqual(others.map(endOf), ["0 ends", "0 ends"])
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("may watch the same job again, in progress and at the end", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 3 ? running : done))
      const ends: Array<string> = []
      const clock = yield* Effect.clock
      const again = (name: string) =>
        Effect.runFork(
          Effect.withClock(
            kit.watch("a", { onProgress: undefined, onEnd: (end) => ends.push(`${name} ${end._tag}`) }),
            clock
          )
        )
      yield* kit.watch("a", {
        onProgress: () => again("progress"),
        onEnd: (end) => {
          ends.push(`own ${end._tag}`)
          again("end")
        }
      })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(ends.sort(), [
        "end Success",
        "own Success",
        "progress Success",
        "progress Success",
        "progress Success"
      ])
      assert.strictEqual(kit.polls.length, 4)
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("may watch on another clock, which the tracker then uses", () =>
    Effect.gen(function* () {
      const { clock, sleeps } = yield* watchedClock()
      const pace = Schedule.spaced("2 seconds")
      const kit = yield* make((jobId, poll) => (jobId === "a" || poll < 2 ? running : done))
      const watches: Array<Watch> = []
      const next = Effect.withClock(kit.watch("b", { pace, deadlineAt: Infinity }), clock)
      const onEnd = () => watches.push(Effect.runSync(next))
      yield* kit.watch("a", { pace: Schedule.spaced("4 seconds"), deadline: Duration.seconds(5), onEnd })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(kit.times("a"), [0, 4_000, 5_000])
      assert.deepStrictEqual(kit.times("b"), [5_000, 7_000, 9_000])
      assert.deepStrictEqual([watches.map(endOf), sleeps], [["succeeded"], [2_000, 2_000]])
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("that watches again with a deadline that is over causes no endless loop", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => failed.limited(60_000))
      const clock = yield* Effect.clock
      let ends = 0
      const again: Effect.Effect<Watch> = kit.watch("late", {
        deadlineAt: 0,
        onEnd: () => {
          ends++
          if (ends < 100) Effect.runFork(Effect.withClock(again, clock))
        }
      })
      yield* kit.watch("limited")
      yield* Effect.sleep("1 second")
      yield* again
      assert.isAtMost(ends, 2)
      yield* Effect.sleep("10 seconds")
      assert.strictEqual(ends, 100)
    })
  )
})

describe("tracker: load", () => {
  virtual("polls in flight stay within the concurrency, in order of due time", () =>
    Effect.gen(function* () {
      let most = 0
      let now = 0
      const kit = yield* make(
        () =>
          Effect.suspend(() => {
            most = Math.max(most, ++now)
            return Effect.ensuring(
              Effect.delay(done, "100 millis"),
              Effect.sync(() => now--)
            )
          }),
        { concurrency: 4, budget: undefined }
      )
      const ids = many(100)
      for (const [index, jobId] of ids.entries())
        yield* kit.watch(jobId, { firstDelayMillis: index < 50 ? 1_000 : 500 })
      yield* Effect.sleep("10 minutes")
      assert.strictEqual(most, 4)
      assert.deepStrictEqual(
        kit.polls.map((poll) => poll.jobId),
        [...ids.slice(50), ...ids.slice(0, 50)]
      )
    })
  )

  virtual("10,000 jobs stay within the budget in any second, with one timer", () =>
    Effect.gen(function* () {
      const supervisor = yield* Supervisor.track
      const jobs = 10_000
      const pollsEach = 3
      const kit = yield* Effect.supervised(
        make((_, poll) => (poll < pollsEach - 1 ? running : done)),
        supervisor
      )
      const watches = yield* Effect.forEach(many(jobs), (jobId) => kit.watch(jobId))
      let timers = 0
      let fibers = 0
      for (const _ of many(1_000)) {
        yield* Effect.sleep("601 millis")
        timers = Math.max(timers, kit.tracker.timers)
        fibers = Math.max(fibers, (yield* supervisor.value).length)
      }
      const times = kit.times()
      let most = 0
      for (let from = 0, to = 0; to < times.length; to++) {
        while ((times[to] ?? 0) - (times[from] ?? 0) > 1_000) from++
        most = Math.max(most, to - from + 1)
      }
      const ids = new Set(kit.polls.slice(0, jobs).map((poll) => poll.jobId))
      assert.strictEqual(times.length, jobs * pollsEach)
      assert.isTrue(watches.every((watch) => endOf(watch) === "succeeded"))
      assert.strictEqual(most, 50)
      assert.strictEqual(ids.size, jobs, "each job had its first poll before one had its second")
      assert.deepStrictEqual([timers, fibers, ...rest(kit)], [1, 1, 0, 0, 0])
      assert.deepStrictEqual(yield* supervisor.value, [])
      console.log(
        `10,000 jobs: ${times.length} polls in ${(times.at(-1) ?? 0) / 1_000} s, at most ${most} in any second, ${timers} timer, ${fibers} fiber`
      )
    })
  )

  virtual("the budget holds over idle times too", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => done, { budget: { requests: 5, perMillis: 1_000 } })
      for (const jobId of many(4)) yield* kit.watch(jobId)
      yield* Effect.sleep("900 millis")
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
      for (const jobId of many(10)) yield* kit.watch(`${jobId}-more`)
      yield* Effect.sleep("10 seconds")
      assert.deepStrictEqual(kit.times(), [0, 0, 0, 0, 900, 1001, 1001, 1001, 1001, 1901, 2002, 2002, 2002, 2002])
    })
  )

  virtual("no sleeper is left at the end, so that a process can exit", () =>
    Effect.gen(function* () {
      const clock = yield* VirtualClock
      const kit = yield* make((_, poll) => script(running, done)(poll))
      const ended = yield* Deferred.make<string>()
      yield* kit.watch("a", { onEnd: (end) => Deferred.unsafeDone(ended, Exit.succeed(end._tag)) })
      assert.strictEqual(yield* clock.pending, 1)
      assert.strictEqual(yield* Deferred.await(ended), "Success")
      yield* Effect.yieldNow()
      assert.deepStrictEqual([yield* clock.pending, ...rest(kit)], [0, 0, 0, 0])
    })
  )

  it.scopedLive("jobs are followed on the clock of the platform", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => script(running, running, done)(poll))
      const ended = yield* Deferred.make<string>()
      yield* kit.watch("a", {
        pace: Schedule.spaced("20 millis"),
        onEnd: (end) => Deferred.unsafeDone(ended, Exit.succeed(end._tag))
      })
      assert.strictEqual(kit.tracker.timers, 1)
      assert.strictEqual(yield* Deferred.await(ended), "Success")
      assert.strictEqual(kit.polls.length, 3)
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("one wake-up serves many jobs", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => done, { budget: undefined })
      const { clock, sleeps } = yield* watchedClock((duration) => duration)
      for (const [index, jobId] of many(1_000).entries()) {
        yield* Effect.withClock(kit.watch(jobId, { firstDelayMillis: index }), clock)
      }
      yield* Effect.sleep("1 minute")
      const late = kit.times().map((at, index) => at - index)
      assert.strictEqual(late.length, 1_000)
      assert.isTrue(
        late.every((millis) => millis >= 0 && millis <= 10),
        `${Math.max(...late)}`
      )
      assert.isAtMost(sleeps.length, 102)
    })
  )

  virtual("polls are in time when a timer of the platform fires early", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 3 ? running : done))
      const { clock } = yield* watchedClock((duration) => Math.max(1, duration - 1))
      yield* Effect.withClock(kit.watch("a", { pace }), clock)
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(kit.times(), [0, 1_000, 2_000, 3_000])
    })
  )

  virtual("the next watch works when a timer has failed", () =>
    Effect.gen(function* () {
      const home = yield* Effect.clock
      let sleeps = 0
      const clock = clockLike(home, {
        // the first is for the deadline, the second for the next poll
        sleep: (duration) =>
          Effect.suspend(() => (++sleeps === 2 ? Effect.dieMessage("no timer") : home.sleep(duration)))
      })
      const kit = yield* make((_, poll) => (poll < 2 ? running : done))
      const first = yield* Effect.withClock(kit.watch("a", { pace }), clock)
      yield* Effect.sleep("10 seconds")
      assert.deepStrictEqual(kit.times(), [0])
      const second = yield* kit.watch("b", { pace })
      yield* Effect.sleep("10 seconds")
      assert.deepStrictEqual([endOf(first), endOf(second), ...rest(kit)], ["succeeded", "succeeded", 0, 0, 0])
    })
  )

  it.scoped("polls go on when the clock is set back", () =>
    Effect.gen(function* () {
      const live = yield* Effect.clock
      let offset = 0
      const clock = clockLike(live, { unsafeCurrentTimeMillis: () => live.unsafeCurrentTimeMillis() - offset })
      const kit = yield* make((_, poll) => {
        if (poll === 1) offset = 3_600_000
        return poll < 4 ? running : done
      })
      const watch = yield* Effect.withClock(kit.watch("a", { pace }), clock)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([endOf(watch), ...kit.times()], ["succeeded", 0, 1_000, 2_000, 3_000, 4_000])
    })
  )
})
