import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { Auth } from "@effect-connectors/core/Auth"
import type { UntilLinkedOptions } from "@effect-connectors/core/Integrations"
import { assert, describe } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { timed, virtual } from "../support/api.js"
import { answer, type Fake, fakeClient, hang, lost, type Reply } from "../support/fakeClient.js"
import { bosaOver, data, seen, token } from "../support/usersKit.js"

const yes = data({ has_integration: true })
const no = data({ has_integration: false })

const times = (fake: Fake): ReadonlyArray<number> => fake.sent.map(({ at }) => at - (fake.sent[0]?.at ?? 0))

const watched = Effect.fnUntraced(function* (
  options: UntilLinkedOptions | undefined,
  ...replies: readonly [Reply, ...Array<Reply>]
) {
  const { bosa, fake } = yield* seen({}, ...replies)
  const events: Array<string> = []
  const stream = Stream.tap(bosa.integrations.untilLinked("demo", token, options), (event) =>
    Effect.sync(() => events.push(event._tag === "Waiting" ? `Waiting ${event.attempt}` : event._tag))
  )
  const { millis, result } = yield* timed(Stream.runDrain(stream))
  return { events, fake, millis, result }
})

describe("untilLinked", () => {
  virtual("linked already: one check, one event", () =>
    Effect.gen(function* () {
      const { events, fake, millis } = yield* watched(undefined, yes)
      assert.deepStrictEqual([events, fake.sent.length, millis], [["Linked"], 1, 0])
    })
  )

  virtual("waits a second at first, then longer, ten at most, and asks nothing after the end", () =>
    Effect.gen(function* () {
      const nos = Array.from({ length: 8 }, () => no)
      const { events, fake, result } = yield* watched(undefined, no, ...nos, yes)
      assert.strictEqual(result._tag, "Right")
      assert.deepStrictEqual(events, [...Array.from({ length: 9 }, (_, i) => `Waiting ${i + 1}`), "Linked"])
      const at = times(fake)
      const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0))
      assert.deepStrictEqual(waits, [1000, 1500, 2250, 3375, 5063, 7594, 10_000, 10_000, 10_000])
      yield* Effect.sleep("1 hour")
      assert.strictEqual(fake.sent.length, 10)
    })
  )

  virtual("10 minutes at most, the last wait cut short, and no check at the end", () =>
    Effect.gen(function* () {
      const { events, fake, millis, result } = yield* watched(undefined, no)
      const error = result._tag === "Left" ? result.left : undefined
      if (error?._tag !== "DeadlineExceeded") throw new Error("expected a deadline")
      assert.strictEqual(millis, 600_000)
      assert.strictEqual(error.operation, "integrations.untilLinked")
      assert.strictEqual(error.attempts, fake.sent.length)
      assert.isBelow(times(fake).at(-1) ?? 0, 600_000)
      assert.notInclude(events, "Linked")
    })
  )

  virtual("a deadline of one's own, also during a check", () =>
    Effect.gen(function* () {
      const short = yield* watched({ deadline: "2 seconds" }, no)
      assert.deepStrictEqual([short.millis, times(short.fake)], [2000, [0, 1000]])
      const stuck = yield* watched({ deadline: "3 seconds" }, no, hang)
      assert.strictEqual(stuck.millis, 3000)
      assert.strictEqual(stuck.result._tag === "Left" && stuck.result.left._tag, "DeadlineExceeded")
    })
  )

  for (const deadline of [0, -1, Number.NaN]) {
    virtual(`${deadline} is not a deadline`, () =>
      Effect.gen(function* () {
        const { fake, result } = yield* watched({ deadline }, yes)
        assert.deepStrictEqual([result._tag === "Left" && result.left._tag, fake.sent.length], ["InvalidRequest", 0])
      })
    )
  }

  virtual("a schedule of one's own, whose last wait stays when it ends", () =>
    Effect.gen(function* () {
      const schedule = Schedule.spaced("2 seconds").pipe(Schedule.intersect(Schedule.recurs(2)))
      const { fake } = yield* watched({ schedule }, no, no, no, no, yes)
      assert.deepStrictEqual(times(fake), [0, 2000, 4000, 6000, 8000])
    })
  )

  virtual("a schedule without waits is not a hot loop", () =>
    Effect.gen(function* () {
      const { fake, millis } = yield* watched({ schedule: Schedule.forever, deadline: "1 second" }, no)
      assert.strictEqual(millis, 1000)
      assert.isAtMost(fake.sent.length, 101)
    })
  )

  virtual("a check that fails for a while is tried again by itself", () =>
    Effect.gen(function* () {
      const { events, fake } = yield* watched(undefined, no, answer(503, { json: {} }), lost({ sent: true }), yes)
      assert.deepStrictEqual([events, fake.sent.length], [["Waiting 1", "Linked"], 4])
    })
  )

  virtual("a failure that stays ends it, and is not an answer", () =>
    Effect.gen(function* () {
      const { events, fake, result } = yield* watched(undefined, no, answer(401, { json: {} }))
      assert.deepStrictEqual([events, fake.sent.length], [["Waiting 1"], 2])
      assert.strictEqual(result._tag === "Left" && result.left._tag, "Unauthorized")
    })
  )

  virtual("interruption ends it at once, in a wait and in a check", () =>
    Effect.gen(function* () {
      for (const second of [no, hang]) {
        const fake = fakeClient(no, second)
        const bosa = yield* bosaOver(fake.client)
        const fiber = yield* Effect.fork(Stream.runDrain(bosa.integrations.untilLinked("demo", token)))
        yield* Effect.sleep(1500)
        const before = yield* Clock.currentTimeMillis
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* Clock.currentTimeMillis, before)
        const sent = fake.sent.length
        yield* Effect.sleep("1 minute")
        assert.deepStrictEqual([sent, fake.sent.length], [2, 2])
      }
    })
  )

  virtual("whoever takes one event asks once, and a stream can be run again", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen({}, no)
      const stream = Stream.take(bosa.integrations.untilLinked("demo", token), 1)
      yield* Stream.runDrain(stream)
      assert.strictEqual(fake.sent.length, 1)
      yield* Effect.sleep("1 hour")
      const events = Chunk.toReadonlyArray(yield* Stream.runCollect(stream))
      assert.deepStrictEqual([events, fake.sent.length], [[{ _tag: "Waiting", attempt: 1 }], 2])
    })
  )

  virtual("sees a visit to the platform's page", () =>
    Effect.gen(function* () {
      const platform = yield* BosaTest.make()
      const userToken = Redacted.make(yield* platform.token("ann"))
      const auth = Auth.bosa({ apiKey: Redacted.make(platform.apiKey), userToken })
      const bosa = yield* bosaOver(platform.client, {}, auth)
      yield* Effect.fork(Effect.delay(platform.link("ann", "github"), "5 seconds"))
      const events = yield* Stream.runCollect(bosa.integrations.untilLinked("github", undefined))
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(events).map(({ _tag }) => _tag),
        ["Waiting", "Waiting", "Waiting", "Waiting", "Linked"]
      )
    })
  )
})
