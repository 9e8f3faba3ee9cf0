import * as Headers from "@effect/platform/Headers"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Tracer from "effect/Tracer"
import { ApiRejected, responseOf, Unauthorized, UnexpectedBody, Unreachable } from "../../src/ApiError.js"
import { JobNotFound } from "../../src/JobError.js"
import { withResponse } from "../../src/internal/http/errorDetails.js"
import * as Tracker from "../../src/internal/jobs/tracker/engine.js"
import { defaultOptions } from "../../src/internal/jobs/tracker/trackerOptions.js"
import { call, endOf, errorOf, failed, make, rest, script, virtual, watchEnd, word } from "../support/trackerKit.js"

const running = word("running")
const done = word("succeeded")
const pace = Schedule.spaced("1 second")

const unreachable = new Unreachable({ ...call, code: "ECONNRESET", phase: "request", timedOut: false })

describe("tracker: a poll that fails", () => {
  virtual("is tolerated a number of times in a row, and a success resets the count", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) =>
        script(failed.badGateway, failed.unreachable, running, failed.badGateway, failed.unreachable, done)(poll)
      )
      const watch = yield* kit.watch("a", { maxConsecutivePollFailures: 2 })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([endOf(watch), kit.polls.length], ["succeeded", 6])
      assert.deepStrictEqual(watch.progress, ["running"])
    })
  )

  virtual("ends each watch by that watcher's own count, with the error and the job", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) =>
        script(failed.badGateway, failed.unreachable, failed.badGateway, failed.unreachable, done)(poll)
      )
      const patient = yield* kit.watch("a")
      const impatient = yield* kit.watch("a", { maxConsecutivePollFailures: 2 })
      const none = yield* kit.watch("a", { maxConsecutivePollFailures: 0 })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([patient, impatient, none].map(endOf), ["succeeded", "ServerFailed", "ServerFailed"])
      assert.deepInclude(errorOf(impatient), { status: 502, operation: "jobs.get" })
      assert.strictEqual(impatient.ends[0]?.at, kit.times()[2])
      assert.nestedPropertyVal(errorOf(impatient), "job.jobId", "a")
      assert.strictEqual(none.ends[0]?.at, 0)
    })
  )

  for (const tag of ["unauthorized", "forbidden", "invalid"] as const) {
    virtual(`ends every watch at once: ${tag}`, () =>
      Effect.gen(function* () {
        const kit = yield* make(() => failed[tag])
        const watches = [yield* kit.watch("a"), yield* kit.watch("a")]
        yield* Effect.sleep("1 minute")
        const name = { unauthorized: "Unauthorized", forbidden: "Forbidden", invalid: "InvalidRequest" }[tag]
        assert.deepStrictEqual(watches.map(endOf), [name, name])
        assert.strictEqual(kit.polls.length, 1)
        assert.deepStrictEqual(rest(kit), [0, 0, 0])
      })
    )
  }

  virtual("keeps its response and gains its job", () =>
    Effect.gen(function* () {
      const response = { status: 401, headers: Headers.empty, requestId: undefined, body: { detail: "expired" } }
      const original = withResponse(new Unauthorized({ ...call, status: 401, requestId: "r1" }), response)
      const kit = yield* make(() => Effect.fail(original))
      const watch = yield* kit.watch("a")
      yield* Effect.sleep("1 second")
      const error = errorOf(watch)
      assert.instanceOf(error, Unauthorized)
      if (!(error instanceof Unauthorized)) return
      assert.strictEqual(responseOf(error), response)
      assert.deepStrictEqual([error.job?.jobId, error.requestId, original.job], ["a", "r1", undefined])
    })
  )

  virtual("with a hint is followed by a wait of that length", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => script(failed.busy(20_000), failed.busy(1e9), done)(poll))
      yield* kit.watch("a")
      yield* Effect.sleep("10 minutes")
      assert.deepStrictEqual(kit.times(), [0, 20_000, 84_000])
    })
  )

  virtual("leaves a watcher's own schedule at its last wait", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => script(running, failed.badGateway, failed.badGateway, done)(poll))
      yield* kit.watch("a", { pace: Schedule.exponential("1 second") })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual(kit.times(), [0, 1_000, 2_000, 3_000])
    })
  )

  virtual("with a defect ends every watch with that defect", () =>
    Effect.gen(function* () {
      const kit = yield* make((jobId) => {
        if (jobId === "both") return Effect.failCause(Cause.parallel(Cause.fail(unreachable), Cause.die("planted")))
        if (jobId === "throws") throw new Error("planted")
        return Effect.dieMessage("planted")
      })
      const watches = [
        yield* kit.watch("dies"),
        yield* kit.watch("dies"),
        yield* kit.watch("throws"),
        yield* kit.watch("both")
      ]
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual(watches.map(endOf), ["Die", "Die", "Die", "Parallel"])
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("that interrupts itself ends the watch with an interruption", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => Effect.interrupt)
      const watch = yield* kit.watch("a")
      yield* Effect.sleep("1 second")
      assert.strictEqual(endOf(watch), "Interrupt")
    })
  )
})

describe("tracker: a 404", () => {
  virtual("is tolerated while the job is new", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll < 5 ? failed.notFound : done))
      const watch = yield* kit.watch("a", { maxConsecutivePollFailures: 0 })
      yield* Effect.sleep("1 minute")
      assert.strictEqual(endOf(watch), "succeeded")
    })
  )

  virtual("ends each watch after its own grace", () =>
    Effect.gen(function* () {
      const kit = yield* make(() => failed.notFound)
      const short = yield* kit.watch("a", { pace, notFoundGraceMillis: 2_500 })
      yield* Effect.sleep("1 second")
      const long = yield* kit.watch("a", { pace, notFoundGraceMillis: 4_500 })
      yield* Effect.sleep("1 minute")
      const errors = [errorOf(short), errorOf(long)]
      for (const error of errors) {
        assert.instanceOf(error, JobNotFound)
        assert.deepInclude(error, { seen: false, status: 404 })
      }
      assert.isAtLeast(short.ends[0]?.at ?? 0, 2_500)
      assert.isBelow(short.ends[0]?.at ?? 0, 3_500)
      assert.isAtLeast(long.ends[0]?.at ?? 0, 5_500)
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )

  virtual("has its grace from the first poll that could have seen the job", () =>
    Effect.gen(function* () {
      const kit = yield* make((jobId, poll) =>
        jobId === "limited"
          ? script(failed.limited(1e9), failed.notFound, done)(poll)
          : jobId === "busy"
            ? script(failed.busy(1e9), failed.unreachable, failed.notFound, done)(poll)
            : script(failed.notFound)(poll)
      )
      const busy = yield* kit.watch("busy", { pace })
      const limited = yield* kit.watch("limited", { pace })
      const never = yield* kit.watch("never", { pace, firstDelayMillis: 1_000, notFoundGraceMillis: 2_500 })
      yield* Effect.sleep("10 minutes")
      assert.deepStrictEqual(kit.times("limited").slice(0, 2), [0, 64_000])
      assert.deepStrictEqual([busy, limited, never].map(endOf), ["succeeded", "succeeded", "JobNotFound"])
      const graceEndsAt = (kit.times("never")[0] ?? 0) + 2_500
      assert.isAtLeast(never.ends[0]?.at ?? 0, graceEndsAt)
      assert.isBelow(never.ends[0]?.at ?? 0, graceEndsAt + 1_000)
    })
  )

  virtual("after the job was seen is tolerated three times in a row", () =>
    Effect.gen(function* () {
      const { notFound } = failed
      const kit = yield* make((jobId, poll) =>
        jobId === "lags"
          ? script(running, notFound, notFound, notFound, running, notFound, notFound, notFound, done)(poll)
          : script(running, notFound)(poll)
      )
      const lags = yield* kit.watch("lags", { pace })
      const lost = yield* kit.watch("lost", { pace })
      yield* Effect.sleep("1 minute")
      assert.strictEqual(endOf(lags), "succeeded")
      assert.deepInclude(errorOf(lost), { _tag: "JobNotFound", seen: true, status: 404 })
      assert.strictEqual(kit.times("lost").length, 5)
    })
  )

  virtual("after the job was seen counts from zero again after another failure", () =>
    Effect.gen(function* () {
      const { badGateway, notFound } = failed
      const kit = yield* make((_, poll) =>
        script(running, notFound, notFound, notFound, badGateway, notFound, notFound, notFound, done)(poll)
      )
      const watch = yield* kit.watch("a", { pace })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([endOf(watch), kit.polls.length], ["succeeded", 9])
    })
  )

  virtual("counts as a failure once the job was seen", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => script(running, failed.badGateway, failed.notFound)(poll))
      const watch = yield* kit.watch("a", { pace, maxConsecutivePollFailures: 1 })
      yield* Effect.sleep("1 minute")
      assert.deepStrictEqual([endOf(watch), kit.polls.length], ["JobNotFound", 3])
    })
  )

  virtual("is not kept as an end: a new watch polls again", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll === 0 ? failed.notFound : done))
      const first = yield* kit.watch("a", { notFoundGraceMillis: 0 })
      yield* Effect.sleep("1 second")
      const second = yield* kit.watch("a")
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual([first, second].map(endOf), ["JobNotFound", "succeeded"])
    })
  )

  virtual("is not final, and a 410 is", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll === 0 ? running : failed.gone))
      const watch = yield* kit.watch("a")
      yield* Effect.sleep("1 minute")
      assert.deepInclude(errorOf(watch), { _tag: "JobNotFound", seen: true, status: 410 })
      assert.strictEqual(kit.polls.length, 2)
    })
  )

  virtual("is not a failure, and other 4xx are", () =>
    Effect.gen(function* () {
      const conflict = Effect.fail(new ApiRejected({ ...call, status: 409 }))
      const kit = yield* make((_, poll) => (poll < 2 ? conflict : done))
      const watch = yield* kit.watch("a", { maxConsecutivePollFailures: 2 })
      yield* Effect.sleep("1 minute")
      assert.strictEqual(endOf(watch), "succeeded")
    })
  )
})

describe("tracker: an unknown word beside a time of ending", () => {
  virtual("ends each watch at that poll, late ones too, and is never a success", () =>
    Effect.gen(function* () {
      const over = word("Archived", { finished_at: "2026-11-30T10:00:00Z", result: 7 })
      const kit = yield* make((_, poll) => script(word("archiving"), over)(poll))
      const watches = [yield* kit.watch("a", { pace }), yield* kit.watch("a", { pace: undefined })]
      yield* Effect.sleep("1 minute")
      watches.push(yield* kit.watch("a"))
      for (const watch of watches) {
        const error = errorOf(watch)
        assert.instanceOf(error, UnexpectedBody)
        if (!(error instanceof UnexpectedBody)) return
        assert.deepInclude(error, { reason: "ended", word: "Archived", retryable: false, operation: "actions.execute" })
        assert.strictEqual(error.job?.jobId, "a")
        assert.deepStrictEqual(error.body, { status: "Archived", finished_at: "2026-11-30T10:00:00Z", result: 7 })
        assert.include(error.message, 'job a is over, and the server\'s word for it is not known: "Archived"')
      }
      assert.strictEqual(kit.polls.length, 2)
      assert.deepStrictEqual(rest(kit), [0, 0, 0])
    })
  )
})

describe("tracker: a 429", () => {
  virtual("pauses the polls of all jobs for the server's time, and is not a failure", () =>
    Effect.gen(function* () {
      const kit = yield* make((jobId, poll) =>
        jobId === "a" && poll === 1 ? failed.limited(20_000) : poll < 60 ? running : done
      )
      const watches = [
        yield* kit.watch("a", { pace, maxConsecutivePollFailures: 0 }),
        yield* kit.watch("b", { pace, maxConsecutivePollFailures: 0 })
      ]
      yield* Effect.sleep(1_500)
      yield* kit.watch("c", { pace })
      yield* Effect.sleep("10 minutes")
      const [limitedAt = 0] = kit.times("a").slice(1)
      const between = kit.times().filter((at) => at > limitedAt + 10 && at < limitedAt + 20_000)
      assert.deepStrictEqual(between, [])
      assert.strictEqual(kit.times("a")[2], limitedAt + 20_000)
      assert.deepStrictEqual(watches.map(endOf), ["succeeded", "succeeded"])
    })
  )

  virtual("without a hint pauses longer each time, up to 30 s, until a poll succeeds", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) =>
        poll < 8 ? failed.limited() : poll === 8 ? running : poll === 9 ? failed.limited() : done
      )
      const watch = yield* kit.watch("a", { pace })
      yield* Effect.sleep("10 minutes")
      const waits = kit
        .times()
        .slice(1)
        .map((at, index) => at - (kit.times()[index] ?? 0))
      assert.deepStrictEqual(
        waits,
        [1, 2, 4, 8, 16, 30, 30, 30, 1, 1].map((seconds) => seconds * 1_000)
      )
      assert.strictEqual(endOf(watch), "succeeded")
    })
  )

  virtual("from many polls in flight together makes one pause", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => Effect.delay(poll === 0 ? failed.limited() : done, "100 millis"))
      const watches = yield* Effect.forEach(
        Array.from({ length: 16 }, (_, index) => `${index}`),
        (jobId) => kit.watch(jobId)
      )
      yield* Effect.sleep("10 minutes")
      assert.isTrue(watches.every((watch) => endOf(watch) === "succeeded"))
      assert.deepStrictEqual([...new Set(kit.times())], [0, 1_100])
    })
  )

  virtual("with a shorter time than another one leaves the longer pause", () =>
    Effect.gen(function* () {
      const answers = { long: failed.limited(60_000), short: failed.limited(5_000), bare: failed.limited() }
      const delays = { long: 100, short: 200, bare: 300 }
      const kit = yield* make((jobId, poll) =>
        poll === 0 && (jobId === "long" || jobId === "short" || jobId === "bare")
          ? Effect.delay(answers[jobId], delays[jobId])
          : done
      )
      const watches = yield* Effect.forEach(["long", "short", "bare"], (jobId) => kit.watch(jobId))
      yield* Effect.sleep("10 minutes")
      assert.isTrue(watches.every((watch) => endOf(watch) === "succeeded"))
      assert.deepStrictEqual(kit.times(), [0, 0, 0, 60_100, 60_100, 60_100])
    })
  )

  virtual("pauses no longer than the limit, and deadlines are kept in the pause", () =>
    Effect.gen(function* () {
      const kit = yield* make((_, poll) => (poll === 0 ? failed.limited(1e9) : done))
      const watch = yield* kit.watch("a")
      const short = yield* kit.watch("b", { firstDelayMillis: 1_000, deadline: Duration.seconds(10) })
      yield* Effect.sleep("10 minutes")
      assert.deepStrictEqual(kit.times("a"), [0, 64_000])
      assert.deepStrictEqual([endOf(watch), endOf(short)], ["succeeded", "JobDeadlineExceeded"])
      assert.strictEqual(short.ends[0]?.at, 10_000)
      assert.deepStrictEqual(kit.times("b"), [])
    })
  )
})

describe("tracker: the context of a poll", () => {
  const fiberRef = FiberRef.unsafeMake("default")
  class Service extends Context.Tag("test/Service")<Service, string>() {}

  it.scoped("is the tracker's, except for the watcher's clock", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const clock = yield* Effect.clock
      const tracker = yield* Tracker.make(
        () =>
          Effect.gen(function* () {
            seen.push(yield* FiberRef.get(fiberRef))
            seen.push((yield* Effect.clock) === clock)
            seen.push(Option.isSome(yield* Effect.serviceOption(Service)))
            seen.push(Option.isSome(yield* Effect.serviceOption(Tracer.ParentSpan)))
            return yield* done
          }),
        defaultOptions
      ).pipe(Effect.locally(fiberRef, "tracker"), Effect.withSpan("building"), Effect.withClock(Clock.make()))
      const ended = yield* Deferred.make<void>()
      yield* watchEnd(tracker, "a", () => Deferred.unsafeDone(ended, Effect.void)).pipe(
        Effect.locally(fiberRef, "watcher"),
        Effect.provideService(Service, "watcher"),
        Effect.withSpan("watching")
      )
      yield* Deferred.await(ended)
      assert.deepStrictEqual(seen, ["tracker", true, false, false])
    })
  )
})
