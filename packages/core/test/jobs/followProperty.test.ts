import { assert, describe, it } from "@effect/vitest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import type { RecordedRequest } from "@effect-connectors/testing/ConnectionsModel"
import type { JobEvent, WatchOptions } from "@effect-connectors/core/Job"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { jumpWallTime, passed } from "../support/api.js"
import { accepted, client, pending, run, sends, submit, tagOf } from "../support/jobsKit.js"
import { script, type Step } from "../support/jobScripts.js"

interface Case {
  readonly steps: ReadonlyArray<Step>
  readonly mode: "watch" | "follow"
  readonly seed: number
  readonly deadlineMillis: number
  readonly graceMillis: number
  readonly maxFailures: number
  /** The delay of the caller's own pace; the default pace without it. */
  readonly paceMillis: number | undefined
  readonly storeMillis: number
  readonly interruptMillis: number | undefined
  /** How far the wall clock is set, each so long after the one before. */
  readonly jumps: ReadonlyArray<{ readonly afterMillis: number; readonly byMillis: number }>
}

const constant = <A>(...values: ReadonlyArray<A>) => FastCheck.constantFrom(...values)

const cases: FastCheck.Arbitrary<Case> = FastCheck.record({
  steps: script,
  mode: constant<"watch" | "follow">("watch", "follow"),
  seed: FastCheck.nat(),
  deadlineMillis: constant(700, 15_000, 90_000, 180_000),
  graceMillis: constant(1, 4_000, 30_000),
  maxFailures: constant(0, 2, 20, 20),
  paceMillis: constant(undefined, undefined, undefined, 0, 300, 20_000),
  storeMillis: constant(0, 0, 250, 1_000),
  interruptMillis: FastCheck.option(FastCheck.nat(60_000), { nil: undefined, freq: 3 }),
  jumps: FastCheck.array(
    FastCheck.record({
      afterMillis: FastCheck.nat(20_000),
      byMillis: constant(-86_400_000, -300_000, -1, 1, 300_000, 3_600_000)
    }),
    { maxLength: 4 }
  )
}).map((one) => (one.paceMillis === 0 ? { ...one, deadlineMillis: Math.min(one.deadlineMillis, 1_500) } : one))

interface Seen {
  readonly events: ReadonlyArray<JobEvent>
  readonly polls: ReadonlyArray<RecordedRequest>
  readonly others: ReadonlyArray<string | undefined>
  readonly exit: Exit.Exit<void, { readonly _tag: string }>
  readonly begunAt: number
  readonly storedAt: number
  readonly watchedAt: number
  readonly endedAt: number
  readonly sendsAfter: number
  readonly pendingAfter: number
}

const simulate = (one: Case) =>
  Effect.gen(function* () {
    const platform = yield* ConnectionsTest
    const api = yield* client()
    const events: Array<JobEvent> = []
    yield* platform.respondNext(
      { operation: "jobs.get" },
      one.steps.map((step) => step.response)
    )
    const begunAt = yield* passed
    let storedAt = begunAt
    const options: WatchOptions = {
      deadline: one.deadlineMillis,
      notFoundGrace: one.graceMillis,
      maxConsecutivePollFailures: one.maxFailures,
      ...(one.paceMillis === undefined ? {} : { pace: Schedule.spaced(one.paceMillis) }),
      onSubmitted: () =>
        Effect.zipRight(
          Effect.sleep(one.storeMillis),
          Effect.map(passed, (now) => {
            storedAt = now
          })
        )
    }
    const stream: Stream.Stream<JobEvent, { readonly _tag: string }> =
      one.mode === "follow"
        ? api.jobs.follow(submit(api, "stuck"), options)
        : Stream.unwrap(Effect.map(accepted(submit(api, "stuck")), (job) => api.jobs.watch(job, options)))
    let endedAt = begunAt
    const ended = Effect.map(passed, (now) => {
      endedAt = now
    })
    const read = Stream.runForEach(stream, (event) => Effect.sync(() => events.push(event)))
    const set = Effect.forEach(one.jumps, ({ afterMillis, byMillis }) =>
      Effect.delay(jumpWallTime(byMillis), afterMillis)
    )
    const clocks = yield* Effect.fork(set)
    const fiber = yield* Effect.fork(Effect.ensuring(read, ended))
    if (one.interruptMillis !== undefined) {
      yield* Effect.sleep(one.interruptMillis)
      yield* Fiber.interrupt(fiber)
    }
    const exit = yield* Fiber.await(fiber)
    yield* Fiber.interrupt(clocks)
    const sent = yield* sends
    // no time passes: a poll that was in flight is let go of in the background
    yield* Effect.sleep(0)
    const pendingAfter = yield* pending
    yield* Effect.sleep("2 hours")
    const requests = yield* platform.requests
    return {
      events,
      exit,
      begunAt,
      storedAt,
      watchedAt: storedAt,
      endedAt,
      pendingAfter,
      sendsAfter: requests.length - sent,
      polls: requests.filter((request) => request.operation === "jobs.get"),
      others: requests.flatMap((request) => (request.operation === "jobs.get" ? [] : [request.operation]))
    } satisfies Seen
  })

const attemptMillis = 30_000
const lastPollMillis = 1_000
const running: Step = { kind: "good", word: "running", progress: undefined, hint: 0, response: {} }
const tolerated = 3

interface Expected {
  readonly tag: string | undefined
  readonly value: unknown
  /** Polls up to and with the one that ended it. */
  readonly polls: number
  readonly shown: ReadonlyArray<readonly [word: string, progress: number | undefined]>
}

/** What the polls that were made have to mean, worked out without the library. */
const expectedOf = (one: Case, seen: Seen): Expected => {
  const shown: Array<readonly [string, number | undefined]> = []
  let known = false
  let failures = 0
  let missing = 0
  let missedAt: number | undefined
  const ends = (tag: string, index: number, value?: unknown): Expected => ({ tag, value, polls: index + 1, shown })
  for (const [index, poll] of seen.polls.entries()) {
    const step = one.steps[index] ?? running
    const landedAt = poll.at + (step.kind === "failed" && step.hangs === true ? attemptMillis : 0)
    if (landedAt > seen.endedAt) break
    if (step.kind === "end") return ends(step.tag, index, step.value)
    if (step.kind === "final") return ends(step.tag, index)
    if (step.kind === "limited") continue
    if (step.kind === "good") {
      known = true
      failures = missing = 0
      const before = shown.at(-1)
      if (before === undefined || before[0] !== step.word || before[1] !== step.progress) {
        shown.push([step.word, step.progress])
      }
      continue
    }
    if (step.kind === "missing" && !known) {
      missing = 0
      missedAt ??= landedAt
      if (landedAt - missedAt >= one.graceMillis) return ends("JobNotFound", index)
      continue
    }
    failures++
    missing = step.kind === "missing" ? missing + 1 : 0
    if (failures > one.maxFailures || missing > tolerated) {
      return ends(step.kind === "missing" ? "JobNotFound" : step.tag, index)
    }
  }
  return { tag: undefined, value: undefined, polls: seen.polls.length, shown }
}

const gapsWrong = (one: Case, seen: Seen): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  const deadlineAt = seen.begunAt + one.deadlineMillis
  const least = one.paceMillis === undefined ? 375 : Math.max(10, Math.min(one.paceMillis, 375))
  const most = Math.max(12_500, one.paceMillis ?? 0)
  seen.polls.forEach((poll, index) => {
    const before = seen.polls[index - 1]
    if (before === undefined) return
    const step = one.steps[index - 1] ?? running
    const gap = poll.at - before.at
    const took = step.kind === "failed" && step.hangs === true ? attemptMillis : 0
    // the last poll comes when the deadline does
    const isLast = poll.at >= deadlineAt
    if (!isLast && gap < Math.max(least, step.hint)) wrong.push(`poll ${index} after ${gap} ms`)
    if (gap > took + Math.max(most, step.hint, step.kind === "limited" ? 30_000 : 0) + 25) {
      wrong.push(`poll ${index} only after ${gap} ms`)
    }
    if (gap < 10 && !isLast) wrong.push(`a hot loop at poll ${index}`)
  })
  const bound = Math.floor((seen.endedAt - seen.begunAt) / least) + 2
  if (seen.polls.length > bound) wrong.push(`${seen.polls.length} polls, and at most ${bound} in this time`)
  return wrong
}

const wrongWith = (one: Case, seen: Seen): ReadonlyArray<string> => {
  const wrong: Array<string> = [...gapsWrong(one, seen)]
  const expect = (what: string, actual: unknown, expected: unknown): void => {
    const [a, b] = [JSON.stringify(actual) ?? "undefined", JSON.stringify(expected) ?? "undefined"]
    if (a !== b) wrong.push(`${what}: ${a}, and not ${b}`)
  }
  const tag = tagOf(seen.exit)
  const expected = expectedOf(one, seen)
  const deadlineAt = seen.begunAt + one.deadlineMillis
  expect("other requests", seen.others, seen.others.length === 0 ? [] : ["actions.execute"])
  expect("requests after the end", seen.sendsAfter, 0)
  expect("timers after the end", seen.pendingAfter, 0)
  expect("polls after the one that ended it", seen.polls.length - expected.polls, 0)
  if (one.mode === "follow" && seen.polls.some((poll) => poll.at < seen.storedAt))
    wrong.push("a poll before it was stored")

  const completed = seen.events.flatMap((event, index) => (event._tag === "Completed" ? [[index, event.value]] : []))
  const shown = seen.events.flatMap((event) =>
    event._tag === "Progress" ? [[event.state.word, event.state.progress]] : []
  )
  const submitted = seen.events.flatMap((event, index) => (event._tag === "Submitted" ? [index] : []))
  const hasBegun = tag !== "interrupted" || seen.events.length > 0
  if (hasBegun) expect("Submitted", submitted, one.mode === "follow" ? [0] : [])
  expect("progress", shown, expected.shown)

  if (tag === "interrupted") {
    expect("completed before the interruption", completed, [])
    if (one.interruptMillis === undefined) wrong.push("interrupted by nobody")
    if (expected.tag !== undefined && seen.endedAt > (seen.polls.at(-1)?.at ?? 0)) wrong.push("it had ended before")
    return wrong
  }
  if (expected.tag === undefined) {
    expect("the end", tag, "JobDeadlineExceeded")
    if (
      one.interruptMillis === undefined &&
      !(seen.endedAt >= deadlineAt && seen.endedAt <= Math.max(deadlineAt, seen.storedAt) + lastPollMillis + 25)
    ) {
      wrong.push(`ended at ${seen.endedAt}, and its deadline was at ${deadlineAt}`)
    }
  } else {
    expect("the end", tag, expected.tag)
  }
  expect("Completed", completed, tag === "ok" ? [[seen.events.length - 1, expected.value]] : [])
  return wrong
}

const total = 2_000

describe("jobs.follow: any script of responses", () => {
  it("has one end, nothing after it, and no poll after it", async () => {
    const sum: Record<string, number> = { scripts: 0, polls: 0, events: 0, interrupted: 0 }
    const add = (name: string, count = 1) => {
      sum[name] = (sum[name] ?? 0) + count
    }
    const cpu = process.cpuUsage()
    await FastCheck.assert(
      FastCheck.asyncProperty(cases, async (one) => {
        const seen = await Effect.runPromise(run(simulate(one), one.seed))
        assert.strictEqual(wrongWith(one, seen).join("; "), "")
        add("scripts")
        add("polls", seen.polls.length)
        add("events", seen.events.length)
        add(tagOf(seen.exit))
      }),
      { numRuns: total, seed: 20_26_11, endOnFailure: true }
    )
    const { user, system } = process.cpuUsage(cpu)
    console.log("any script of responses:", JSON.stringify(sum), `${Math.round((user + system) / 1e5) / 10} s of CPU`)
    for (const tag of [
      "ok",
      "JobFailed",
      "JobCancelled",
      "JobNotFound",
      "JobDeadlineExceeded",
      "Unauthorized",
      "interrupted"
    ]) {
      assert.isAbove(sum[tag] ?? 0, 10, tag)
    }
    assert.isAbove(sum["polls"] ?? 0, total * 4)
  }, 900_000)

  it("runs the same twice with the same seed", async () => {
    await FastCheck.assert(
      FastCheck.asyncProperty(cases, async (one) => {
        const [a, b] = await Promise.all([0, 1].map(() => Effect.runPromise(run(simulate(one), one.seed))))
        assert.deepStrictEqual(a?.polls, b?.polls)
        assert.deepStrictEqual(a?.events, b?.events)
      }),
      { numRuns: 20, seed: 5, endOnFailure: true }
    )
  }, 900_000)
})
