import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleInterval from "effect/ScheduleInterval"
import * as TestClock from "effect/TestClock"
import { JobCancelled, JobDeadlineExceeded, JobFailed } from "../../src/JobError.js"
import { endOf, errorOf, failed, make, rest, script, virtual, watchedClock, word } from "../support/trackerKit.js"

const running = word("running")
const done = word("succeeded", { result: 42 })

const continueAt = (millis: number): ScheduleDecision.ScheduleDecision =>
  ScheduleDecision.continueWith(ScheduleInterval.after(millis))

const gaps = (times: ReadonlyArray<number>): ReadonlyArray<number> =>
  times.slice(1).map((time, index) => time - (times[index] ?? 0))

describe("tracker: the default pace", () => {
  it.scoped("starts with short waits, grows, and repeats for the same seed", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 12 ? running : done))
      const watch = yield* kit.watch("a")
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(
        kit.times(),
        [0, 469, 1307, 2393, 4124, 6023, 10184, 16326, 24106, 33644, 44580, 56557, 66885]
      )
      assert.strictEqual(endOf(watch), "succeeded")
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    }).pipe(Effect.withRandom(Random.make("golden")))
  )

  for (const seed of [1, 2, 3, 4, 5]) {
    virtual(
      `stays within a quarter of 0.5 s to 10 s (seed ${seed})`,
      () =>
        Effect.gen(function* () {
          const kit = yield* make(() => running)
          yield* kit.watch("a")
          yield* Effect.sleep("30 minutes")
          const waits = gaps(kit.times())
          assert.isAbove(waits.length, 100)
          waits.forEach((wait, index) => {
            const base = Math.min(500 * 1.5 ** index, 10_000)
            assert.isAtLeast(wait, Math.floor(base * 0.75))
            assert.isAtMost(wait, Math.ceil(base * 1.25))
          })
          assert.isAbove(new Set(waits).size, 50, "jittered")
        }),
      seed
    )
  }

  virtual("starts after the first delay of the subscription", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => done)
      yield* kit.watch("a", { firstDelayMillis: 700 })
      yield* kit.watch("b")
      yield* Effect.sleep("2 seconds")
      assert.deepStrictEqual(kit.polls, [
        { jobId: "b", at: 0 },
        { jobId: "a", at: 700 }
      ])
    })
  )

  virtual("stays the same on unknown state words", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => word("archived"))
      const watch = yield* kit.watch("a")
      yield* Effect.sleep("1 hour")
      assert.isAtMost(kit.polls.length, 3600 / 7.5 + 10)
      assert.isAtLeast(kit.polls.length, 3600 / 12.5)
      assert.strictEqual(watch.progress.length, kit.polls.length)
      assert.strictEqual(watch.progress[0], "archived")
      assert.deepStrictEqual(watch.ends, [])
    })
  )
})

describe("tracker: the server's hint", () => {
  virtual("makes the wait longer and never shorter", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => script(word("running", {}, 7_000), word("running", {}, 1), done)(poll))
      yield* kit.watch("a")
      yield* Effect.sleep("1 minute")
      const [first = 0, second = 0] = gaps(kit.times())
      assert.strictEqual(first, 7_000)
      assert.isAtLeast(second, 562)
      assert.strictEqual(kit.polls.length, 3)
    })
  )

  virtual("holds for a later watcher too", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll === 0 ? word("running", {}, 20_000) : done))
      yield* kit.watch("a")
      yield* Effect.sleep("5 seconds")
      const newcomer = yield* kit.watch("a")
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([endOf(newcomer), ...kit.times()], ["succeeded", 0, 20_000])
    })
  )

  virtual("is cut at the limit, and an invalid one is ignored", () =>
    Effect.gen(function* () {
      const hints = [Infinity, 1e12, NaN, -5]
      const kit = yield* make((_, poll) => (poll < 4 ? word("running", {}, hints[poll]) : done))
      yield* kit.watch("a")
      yield* Effect.sleep("10 minutes")
      const [first, second, third = 0, fourth = 0] = gaps(kit.times())
      assert.deepStrictEqual([first, second], [64_000, 64_000])
      assert.isTrue(third >= 843 && third <= 1_408, `${third}`)
      assert.isTrue(fourth >= 1_265 && fourth <= 2_110, `${fourth}`)
    })
  )
})

describe("tracker: a watcher's own schedule", () => {
  virtual("sets the waits, and its last wait stays when it is done", () =>
    Effect.gen(function* () {
      const pace = Schedule.exponential("1 second").pipe(Schedule.intersect(Schedule.recurs(3)))
      const kit = yield* make((_, poll) => (poll < 6 ? running : done))
      yield* kit.watch("a", { pace })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(kit.times(), [0, 1_000, 3_000, 7_000, 11_000, 15_000, 19_000])
    })
  )

  virtual("gets each state", () =>
    Effect.gen(function* () {
      const pace = Schedule.forever.pipe(
        Schedule.zipRight(Schedule.identity<{ readonly word: string }>()),
        Schedule.addDelay((state) => (state.word === "queued" ? "3 seconds" : "1 second"))
      )
      const kit = yield* make((_, poll) => script(word("queued"), running, word("queued"), done)(poll))
      yield* kit.watch("a", { pace })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(kit.times(), [0, 3_000, 4_000, 7_000])
    })
  )

  virtual("gives way to a longer hint of the server", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 2 ? word("running", {}, 5_000) : done))
      yield* kit.watch("a", { pace: Schedule.spaced("1 second") })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(kit.times(), [0, 5_000, 10_000])
    })
  )

  virtual("without any wait still waits 10 ms", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running, { budget: undefined })
      const watch = yield* kit.watch("a", { pace: Schedule.forever })
      yield* Effect.sleep(1_000)
      watch.stop()
      assert.isAtMost(kit.polls.length, 101)
      assert.isAtLeast(kit.polls.length, 90)
    })
  )

  virtual("that is done gets no more states, while that of another watcher does", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 5 ? running : done))
      const stepped: Array<string> = []
      const pace = (name: string, times: number) =>
        Schedule.recurs(times).pipe(
          Schedule.addDelay(() => "1 second"),
          Schedule.onDecision(() => Effect.sync(() => stepped.push(name)))
        )
      const watches = [
        yield* kit.watch("a", { pace: pace("short", 1) }),
        yield* kit.watch("a", { pace: pace("long", 9) })
      ]
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(watches.map(endOf), ["succeeded", "succeeded"])
      assert.deepStrictEqual(stepped, ["short", "long", "short", "long", "long", "long", "long"])
    })
  )

  virtual("that is done at once falls back to the default pace", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running)
      yield* kit.watch("a", { pace: Schedule.stop })
      yield* Effect.sleep("1 hour")
      assert.isAtMost(kit.polls.length, 3600 / 7.5 + 10)
      assert.isAtLeast(kit.polls.length, 3600 / 12.5)
    })
  )

  virtual("that gives an invalid wait stays at its last wait", () =>
    Effect.gen(function* () {
      const waits = [NaN, 2_000, NaN, -3_000]
      const pace = Schedule.makeWithState(0, (now, _: unknown, step) =>
        Effect.succeed([step + 1, step, continueAt(now + (waits[step] ?? Infinity))])
      )
      const kit = yield* make(() => running)
      yield* kit.watch("a", { pace, deadline: Duration.minutes(1) })
      yield* Effect.sleep("1 hour")
      const [first = 0, ...rest] = gaps(kit.times())
      assert.isTrue(first >= 375 && first <= 625, `${first}`)
      assert.deepStrictEqual(rest, [2_000, 2_000, 10, 60_000 - 4_010 - first])
    })
  )

  virtual("that dies ends its own watch and no other", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 2 ? running : done))
      const broken = yield* kit.watch("a", {
        pace: Schedule.mapEffect(Schedule.forever, () => Effect.dieMessage("pace"))
      })
      const other = yield* kit.watch("a")
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([endOf(broken), endOf(other)], ["Die", "succeeded"])
    })
  )
})

describe("tracker: the end", () => {
  virtual("is reported once, and no poll, timer or fiber is left", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => script(word("queued"), running, done)(poll))
      const watch = yield* kit.watch("a")
      yield* Effect.sleep("1 hour")
      assert.deepStrictEqual(watch.progress, ["queued", "running"])
      const [ended] = watch.ends
      assert.isTrue(ended !== undefined && Exit.isSuccess(ended.end) && ended.end.value.result === 42)
      assert.strictEqual(watch.ends.length, 1)
      assert.strictEqual(kit.polls.length, 3)
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("is a typed failure for a job that failed or was cancelled", () =>
    Effect.gen(function* () {
      const kit = yield* make((jobId) => word(jobId, { error: { code: 7 } }))
      const failed = yield* kit.watch("rejected")
      const cancelled = yield* kit.watch("aborted")
      yield* Effect.sleep("1 second")
      const errors = [errorOf(failed), errorOf(cancelled)]
      assert.instanceOf(errors[0], JobFailed)
      assert.instanceOf(errors[1], JobCancelled)
      for (const [index, error] of errors.entries()) {
        if (!(error instanceof JobFailed || error instanceof JobCancelled)) continue
        assert.deepStrictEqual(error.error, { code: 7 })
        assert.strictEqual(error.word, ["rejected", "aborted"][index])
        assert.strictEqual(error.job.jobId, ["rejected", "aborted"][index])
      }
    })
  )

  virtual("may follow a state that went backwards", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => script(running, word("queued"), running, done)(poll))
      const watch = yield* kit.watch("a")
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(watch.progress, ["running", "queued", "running"])
      assert.strictEqual(endOf(watch), "succeeded")
    })
  )

  virtual("is reported to a late watcher without a poll", () =>
    Effect.gen(function* () {
      const kit = yield* make((jobId) => word(jobId === "bad" ? "failed" : "succeeded"))
      yield* kit.watch("good")
      yield* kit.watch("bad")
      yield* Effect.sleep("4 minutes")
      const late = [yield* kit.watch("good"), yield* kit.watch("bad")]
      assert.deepStrictEqual(late.map(endOf), ["succeeded", "JobFailed"])
      assert.strictEqual(kit.polls.length, 2)
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
      late.forEach((watch) => watch.stop())
    })
  )

  virtual("is forgotten after five minutes, and when there are too many", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => done, { maxEnds: 2 })
      yield* kit.watch("a")
      yield* Effect.sleep("6 minutes")
      yield* kit.watch("a")
      yield* Effect.sleep("1 second")
      assert.strictEqual(kit.times("a").length, 2)
      for (const jobId of ["b", "c"]) yield* kit.watch(jobId)
      yield* Effect.sleep("1 second")
      const again = [yield* kit.watch("b"), yield* kit.watch("a")]
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual(again.map(endOf), ["succeeded", "succeeded"])
      assert.deepStrictEqual([kit.times("a").length, kit.times("b").length], [3, 1])
    })
  )

  virtual("is an interruption for watchers before and after the tracker closes", () =>
    Effect.gen(function* () {
      const [kit, watch, hanging] = yield* Effect.scoped(
        Effect.gen(function* () {
          const kit = yield* make((jobId) => (jobId === "hangs" ? Effect.never : running))
          const watches = [yield* kit.watch("a"), yield* kit.watch("hangs")] as const
          yield* Effect.sleep("1 second")
          assert.deepStrictEqual(rest(kit), [2, 1, 1])
          return [kit, ...watches] as const
        })
      )
      const late = yield* kit.watch("b")
      assert.deepStrictEqual([watch, hanging, late].map(endOf), ["Interrupt", "Interrupt", "Interrupt"])
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )
})

describe("tracker: the deadline", () => {
  virtual("is kept for each watcher, with one last poll", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running)
      const pace = Schedule.spaced("4 seconds")
      const short = yield* kit.watch("a", { pace, deadline: Duration.seconds(10) })
      const long = yield* kit.watch("a", { pace, deadline: Duration.seconds(18) })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(kit.times(), [0, 4_000, 8_000, 10_000, 14_000, 18_000])
      assert.deepStrictEqual([short.ends[0]?.at, long.ends[0]?.at], [10_000, 18_000])
      const error = errorOf(short)
      assert.instanceOf(error, JobDeadlineExceeded)
      assert.deepInclude(error, { polls: 4, word: "running", deadline: Duration.seconds(10) })
      assert.strictEqual(endOf(long), "JobDeadlineExceeded")
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("counts as met when the last poll shows the end", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll === 0 ? word("running", {}, 60_000) : done))
      const watch = yield* kit.watch("a", { deadline: Duration.seconds(5) })
      yield* Effect.sleep("2 minutes")
      assert.deepStrictEqual(kit.times(), [0, 5_000])
      assert.strictEqual(endOf(watch), "succeeded")
    })
  )

  virtual("ends one watch at once while a poll is in flight", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => Effect.delay(done, "7 seconds"))
      const long = yield* kit.watch("a")
      const short = yield* kit.watch("a", { deadline: Duration.seconds(5) })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([endOf(short), short.ends[0]?.at], ["JobDeadlineExceeded", 5_000])
      assert.deepStrictEqual([endOf(long), long.ends[0]?.at], ["succeeded", 7_000])
      assert.strictEqual(kit.polls.length, 1)
    })
  )

  virtual("interrupts a last poll that hangs after one second", () =>
    Effect.gen(function* () {
      let interrupted = 0
      const hang = Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
      const kit = yield* make((_, poll) => (poll === 0 ? word("running", {}, 60_000) : hang))
      const watch = yield* kit.watch("a", { deadline: Duration.seconds(5) })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([endOf(watch), watch.ends[0]?.at], ["JobDeadlineExceeded", 6_000])
      assert.strictEqual(interrupted, 1)
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("is not put off by a last poll that fails", () =>
    Effect.gen(function* () {
      const hinted = word("running", {}, 60_000)
      const kit = yield* make((jobId, poll) =>
        poll === 0 ? hinted : jobId === "a" ? failed.badGateway : failed.limited()
      )
      const watches = [
        yield* kit.watch("a", { deadline: Duration.seconds(5) }),
        yield* kit.watch("b", { deadline: Duration.seconds(6) })
      ]
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(watches.map(endOf), ["JobDeadlineExceeded", "JobDeadlineExceeded"])
      assert.deepStrictEqual(
        watches.map((watch) => watch.ends[0]?.at),
        [5_000, 6_000]
      )
    })
  )

  virtual("is kept when it is longer than a timer of the platform", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => running)
      const { clock, sleeps } = yield* watchedClock()
      const parts = { deadline: Duration.days(60), pace: Schedule.spaced("40 days") }
      const watch = yield* Effect.withClock(kit.watch("a", parts), clock)
      yield* Effect.sleep("61 days")
      assert.deepStrictEqual(kit.times(), [0, Duration.toMillis("40 days"), Duration.toMillis("60 days")])
      assert.strictEqual(endOf(watch), "JobDeadlineExceeded")
      assert.isBelow(Math.max(...sleeps), 2 ** 31)
    })
  )
})
