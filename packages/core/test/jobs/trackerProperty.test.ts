import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { Heap } from "../../src/internal/jobs/tracker/heap.js"
import { type PollEffect, failed, make, rest, word } from "../support/trackerKit.js"

const jobs = ["a", "b", "c"]

const outcomesOfPoll: ReadonlyArray<PollEffect> = [
  word("running"),
  word("queued", {}, 3_000),
  word("archived"),
  word("succeeded"),
  word("failed"),
  word("cancelled"),
  failed.badGateway,
  failed.unreachable,
  failed.notFound,
  failed.gone,
  failed.limited(),
  failed.limited(4_000),
  failed.busy(2_000),
  failed.unauthorized,
  Effect.dieMessage("planted"),
  Effect.never
]

// mostly under way, or no job would live long enough to meet the others
const outcome = FastCheck.record({
  index: FastCheck.oneof(
    { weight: 3, arbitrary: FastCheck.constantFrom(0, 1, 6, 8) },
    { weight: 1, arbitrary: FastCheck.nat(outcomesOfPoll.length - 1) }
  ),
  takesMillis: FastCheck.constantFrom(0, 0, 5, 40, 900),
  uninterruptible: FastCheck.boolean()
})

const watchStep = FastCheck.record({
  _tag: FastCheck.constant("watch" as const),
  job: FastCheck.constantFrom(...jobs),
  deadlineMillis: FastCheck.constantFrom(0, 50, 1_000, 5_000, 60_000),
  firstDelayMillis: FastCheck.constantFrom(0, 500),
  own: FastCheck.boolean(),
  onProgress: FastCheck.constantFrom("nothing", "nothing", "stopSelf", "stopFirst", "watchAgain", "throw"),
  onEnd: FastCheck.constantFrom("nothing", "nothing", "stopFirst", "watchAgain", "throw")
})

const step = FastCheck.oneof(
  watchStep,
  FastCheck.record({ _tag: FastCheck.constant("stop" as const), index: FastCheck.nat(10) }),
  FastCheck.record({
    _tag: FastCheck.constant("sleep" as const),
    millis: FastCheck.constantFrom(0, 1, 9, 100, 700, 2_500)
  })
)

type WatchStep = typeof watchStep extends FastCheck.Arbitrary<infer A> ? A : never
type Step = typeof step extends FastCheck.Arbitrary<infer A> ? A : never
type Outcome = typeof outcome extends FastCheck.Arbitrary<infer A> ? A : never

interface Watched {
  readonly job: string
  stopped: boolean
  ended: boolean
  stop: () => void
}

// a callback that throws is logged
const quietly = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Effect.Effect<A, E> =>
  Logger.withMinimumLogLevel(Effect.scoped(effect), LogLevel.None)

const concurrency = 2
const budget = { requests: 4, perMillis: 500 }

const simulate = (steps: ReadonlyArray<Step>, outcomes: ReadonlyArray<Outcome>) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const wrong: Array<string> = []
    const watches: Array<Watched> = []
    const stats = { polls: 0, ends: 0 }
    let inFlight = 0
    const watched = (job: string) => watches.some((one) => one.job === job && !one.stopped && !one.ended)
    const kit = yield* make(
      (job, _look) =>
        Effect.suspend(() => {
          const { index, takesMillis, uninterruptible } = outcomes[stats.polls++ % outcomes.length] ?? {
            index: 0,
            takesMillis: 0,
            uninterruptible: false
          }
          if (!watched(job)) wrong.push(`a poll at ${job}, which nobody watches`)
          if (++inFlight > concurrency) wrong.push("too many in flight")
          const poll = Effect.zipRight(
            takesMillis === 0 ? Effect.void : Effect.sleep(takesMillis),
            outcomesOfPoll[index] ?? Effect.never
          )
          return Effect.ensuring(
            uninterruptible && outcomesOfPoll[index] !== Effect.never ? Effect.uninterruptible(poll) : poll,
            Effect.sync(() => inFlight--)
          )
        }),
      { concurrency, budget }
    )
    const stop = (one: Watched | undefined) => {
      one?.stop()
      if (one !== undefined) one.stopped = true
    }
    const watch = (parts: WatchStep): Effect.Effect<void> =>
      Effect.suspend(() => {
        const one: Watched = { job: parts.job, stopped: false, ended: false, stop: () => undefined }
        watches.push(one)
        const act = (what: string) => {
          if (what === "stopSelf") stop(one)
          if (what === "stopFirst") stop(watches.find((other) => !other.stopped && !other.ended))
          if (what === "watchAgain" && watches.length < 60)
            Effect.runFork(Effect.withClock(watch({ ...parts, firstDelayMillis: 500 }), clock))
          if (what === "throw") throw new Error("planted")
        }
        const hear = (what: string) => {
          if (one.stopped) wrong.push(`${what} after it was stopped`)
          if (one.ended) wrong.push(`${what} after its end`)
        }
        return Effect.map(
          kit.watch(parts.job, {
            deadline: Duration.millis(parts.deadlineMillis),
            firstDelayMillis: parts.firstDelayMillis,
            pace: parts.own ? Schedule.spaced("300 millis") : undefined,
            notFoundGraceMillis: 2_000,
            maxConsecutivePollFailures: 3,
            onProgress: () => {
              hear("progress")
              act(parts.onProgress)
            },
            onEnd: () => {
              hear("an end")
              one.ended = true
              stats.ends++
              act(parts.onEnd)
            }
          }),
          ({ stop: undo }) => {
            one.stop = undo
            if (one.stopped) undo()
          }
        )
      })
    for (const each of steps) {
      if (each._tag === "watch") yield* watch(each)
      else if (each._tag === "stop") stop(watches[each.index])
      else yield* Effect.sleep(each.millis)
    }
    for (let round = 0; round < 70 && watches.some((one) => !one.ended && !one.stopped); round++)
      yield* Effect.sleep("2 minutes")
    yield* Effect.sleep("1 second")
    watches.forEach((one, index) => {
      if (!one.ended && !one.stopped) wrong.push(`watch ${index} got no end`)
    })
    const times = kit.times()
    times.forEach((at, index) => {
      const later = times[index + budget.requests]
      if (later !== undefined && later - at <= budget.perMillis) wrong.push(`over budget at ${later}`)
    })
    return { wrong, rest: rest(kit), stats }
  })

describe("tracker: any interleaving of watches, unsubscribes and responses", () => {
  it("gives each watch one end, or none after it was unsubscribed, and leaves nothing behind", async () => {
    const sum = { polls: 0, ends: 0 }
    await FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.array(step, { minLength: 5, maxLength: 40 }),
        FastCheck.array(outcome, { minLength: 1, maxLength: 40 }),
        FastCheck.nat(),
        async (steps, outcomes, seed) => {
          const ended = await Effect.runPromise(VirtualClock.run(quietly(simulate(steps, outcomes)), { seed }))
          assert.deepStrictEqual([ended.wrong, ended.rest], [[], [0, 0, 0]])
          sum.polls += ended.stats.polls
          sum.ends += ended.stats.ends
        }
      ),
      { numRuns: 250, seed: 20_26 }
    )
    console.log(`250 runs: ${sum.polls} polls, ${sum.ends} ends`)
    assert.isAbove(sum.polls, 1_000)
    assert.isAbove(sum.ends, 1_000)
  })
})

describe("heap", () => {
  interface Item {
    readonly id: number
    place: number
  }

  const change = FastCheck.record({
    id: FastCheck.nat(40),
    key: FastCheck.option(FastCheck.constantFrom(1, 2, 3, 5, 8, 13, 21, Infinity), { nil: undefined, freq: 3 })
  })

  it("gives items in order, first in first out, after any moves and removals", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(change, { maxLength: 150, size: "max" }), (changes) => {
        const items: ReadonlyArray<Item> = Array.from({ length: 41 }, (_, id) => ({ id, place: -1 }))
        const heap = new Heap<Item>(
          (item) => item.place,
          (item, place) => {
            item.place = place
          }
        )
        const model = new Map<Item, number>()
        for (const { id, key } of changes) {
          const item = items[id]
          if (item === undefined) continue
          model.delete(item)
          if (key === undefined) {
            heap.remove(item)
          } else {
            heap.set(item, key)
            model.set(item, key)
          }
          assert.strictEqual(heap.keyOf(item), key ?? Infinity)
          assert.strictEqual(heap.peekKey(), Math.min(...model.values()))
          assert.strictEqual(heap.size, model.size)
          if (id % 10 > 0) continue
          heap.retain((other) => (other.id + id) % 3 > 0)
          for (const other of model.keys()) if ((other.id + id) % 3 === 0) model.delete(other)
          for (const other of items) assert.strictEqual(heap.keyOf(other), model.get(other) ?? Infinity)
          assert.strictEqual(heap.size, model.size)
        }
        const out: Array<number> = []
        for (let item = heap.peek(); item !== undefined; item = heap.peek()) {
          out.push(item.id)
          heap.remove(item)
          assert.strictEqual(item.place, -1)
        }
        const keys = [...new Set(model.values())].sort((a, b) => a - b)
        const expected = keys.flatMap((key) => [...model].filter((one) => one[1] === key).map(([item]) => item.id))
        assert.deepStrictEqual(out, expected)
      }),
      { numRuns: 500, seed: 7 }
    )
  })
})
