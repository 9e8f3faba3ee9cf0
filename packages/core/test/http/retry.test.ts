import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import * as Retry from "@effect-connectors/core/Retry"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schedule from "effect/Schedule"
import { apiOver, calls, goodBody, virtual } from "../support/api.js"
import { answer, type Fake, fakeClient, hang, json, lost, type Reply } from "../support/fakeClient.js"

const failing = answer(503, { json: {} })
const gapsOf = (fake: Fake) => fake.sent.slice(1).map((one, index) => one.at - (fake.sent[index]?.at ?? 0))

describe("the caller's schedule", () => {
  virtual("is obeyed for a layer, for the calls in an effect, and for one call, the nearest first", () =>
    Effect.gen(function* () {
      const every = (seconds: number, times: number) =>
        Schedule.spaced(`${seconds} seconds`).pipe(Schedule.intersect(Schedule.recurs(times)))
      const fake = fakeClient(failing)
      const api = yield* apiOver(fake.client, { retry: every(3, 2) })
      const gapsFor = (effect: Effect.Effect<unknown, ApiError>) =>
        Effect.as(Effect.either(effect), null).pipe(
          Effect.map(() => {
            const gaps = gapsOf(fake)
            fake.sent.length = 0
            return gaps
          })
        )
      assert.deepStrictEqual(yield* gapsFor(api.get("crm")), [3000, 3000])
      assert.deepStrictEqual(yield* gapsFor(Call.withRetry(api.get("crm"), every(1, 1))), [1000])
      assert.deepStrictEqual(
        yield* gapsFor(api.sql.select("crm", {}, { retry: every(5, 1) }).pipe(Call.withRetry("none"))),
        [5000]
      )
      assert.deepStrictEqual(yield* gapsFor(Call.withRetry(api.get("crm"), Retry.none)), [])
      assert.deepStrictEqual(yield* gapsFor(api.sql.select("crm", {}, { retry: "none" })), [])
    })
  )

  virtual("is fed with each error", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const listening = Schedule.recurs(5).pipe(
        Schedule.zipRight(Schedule.identity<ApiError>()),
        Schedule.tapInput((error: ApiError) => Effect.sync(() => seen.push(error._tag))),
        Schedule.whileInput((error: ApiError) => error._tag !== "RateLimited")
      )
      const fake = fakeClient(failing, lost({ code: "ECONNRESET" }), answer(429, { json: {} }), json(goodBody))
      const error = yield* Effect.flip((yield* apiOver(fake.client, { retry: listening })).get("crm"))
      assert.strictEqual(error._tag, "RateLimited")
      assert.deepStrictEqual(seen, ["ServerFailed", "Unreachable", "RateLimited"])
    })
  )

  const forever = Schedule.forever
  const refused = lost({ sent: false, phase: "connect", code: "ECONNREFUSED" })
  const capped: ReadonlyArray<readonly [string, Reply, (fake: Fake) => ReturnType<typeof attempt>]> = [
    ["a read, by layer", failing, (fake) => attempt(fake, forever, (api) => api.get("crm"))],
    ["a read, by call", failing, (fake) => attempt(fake, undefined, (api) => Call.withRetry(api.get("crm"), forever))],
    ["an unsafe call that is never sent", refused, (fake) => attempt(fake, forever, calls.unsafe)],
    [
      "a widened call",
      failing,
      (fake) => attempt(fake, undefined, (api) => Call.withRetry(calls.unsafe(api), Retry.replayUnsafe(forever)))
    ]
  ]
  const attempt = (
    fake: Fake,
    retry: Schedule.Schedule<unknown, ApiError> | undefined,
    call: (api: Effect.Effect.Success<ReturnType<typeof apiOver>>) => Effect.Effect<unknown, ApiError>
  ) => Effect.flatMap(apiOver(fake.client, { retry }), (api) => Effect.either(call(api)))
  for (const [name, reply, run] of capped) {
    virtual(`that never ends is stopped after 10 attempts: ${name}`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(reply)
        const outcome = yield* run(fake)
        assert.isTrue(Either.isLeft(outcome))
        assert.strictEqual(fake.sent.length, 10)
      })
    )
  }

  for (const [name, reply] of [
    ["a reset", lost({ code: "ECONNRESET" })],
    ["a 503", failing],
    ["a timeout", hang]
  ] as const) {
    virtual(`that never ends does not replay unsafe work after ${name}`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(reply)
        yield* attempt(fake, forever, calls.unsafe)
        yield* attempt(fake, undefined, (api) => Call.withRetry(calls.submit(api), forever))
        assert.strictEqual(fake.sent.length, 2)
      })
    )
  }

  virtual("an unsafe call is replayed only with 'idempotent', Retry.idempotent or Retry.replayUnsafe", () =>
    Effect.gen(function* () {
      for (const retry of [
        "idempotent",
        Retry.idempotent(),
        Retry.idempotent(Schedule.recurs(2)),
        Retry.replayUnsafe()
      ] as const) {
        const fake = fakeClient(failing)
        const api = yield* apiOver(fake.client)
        yield* Effect.either(api.http.put("crm", {}, { retry }))
        assert.strictEqual(fake.sent.length, 3)
      }
    })
  )
})

describe("Retry.idempotent and Retry.replayUnsafe", () => {
  const promises = { idempotent: Retry.idempotent, replayUnsafe: Retry.replayUnsafe }

  virtual("what they share: a schedule of their own, and the default one without it", () =>
    Effect.sync(() => {
      const schedule = Schedule.recurs(1)
      for (const promise of Object.values(promises)) {
        assert.deepStrictEqual(promise(), { schedule: Retry.defaultSchedule, replay: "declared" })
        assert.deepStrictEqual(promise(schedule), { schedule, replay: "declared" })
        assert.deepStrictEqual(promise("none"), { schedule: Retry.none.schedule, replay: "declared" })
      }
    })
  )

  virtual(
    "what differs: only the promise of idempotent has a short form, since a replay of unsafe work takes its full name",
    () =>
      Effect.sync(() => {
        assert.deepStrictEqual(Retry.resolve("idempotent"), Retry.idempotent())
        assert.deepStrictEqual(Retry.resolve("none"), Retry.none)
      })
  )

  for (const [name, promise] of Object.entries(promises)) {
    virtual(`${name}: neither promise hides that the work may have happened`, () =>
      Effect.gen(function* () {
        const refused = lost({ sent: false, phase: "connect", code: "ECONNREFUSED" })
        const doubtful = fakeClient(lost({ code: "ECONNRESET" }), refused)
        const unknown = yield* Effect.flip(
          Call.withRetry(calls.unsafe(yield* apiOver(doubtful.client)), promise(Schedule.recurs(1)))
        )
        assert.deepStrictEqual([unknown._tag, doubtful.sent.length], ["OutcomeUnknown", 2])
        const forbidden = fakeClient(lost({ code: "ECONNRESET" }), answer(403, { json: {} }))
        const marked = yield* Effect.flip(
          Call.withRetry(calls.unsafe(yield* apiOver(forbidden.client)), promise(Schedule.recurs(1)))
        )
        assert.deepStrictEqual(
          [marked._tag, "mayHaveHappened" in marked && marked.mayHaveHappened],
          ["Forbidden", true]
        )
      })
    )

    virtual(`${name}: a 2xx that cannot be read is not sent again`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(answer(200, { text: "" }))
        const error = yield* Effect.flip(Call.withRetry(calls.unsafe(yield* apiOver(fake.client)), promise()))
        assert.deepStrictEqual([error._tag, fake.sent.length], ["OutcomeUnknown", 1])
      })
    )

    virtual(`${name}: a read is sent as often as without it`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(failing)
        const api = yield* apiOver(fake.client)
        yield* Effect.either(api.get("crm"))
        const without = fake.sent.splice(0).length
        yield* Effect.either(Call.withRetry(api.get("crm"), promise()))
        assert.deepStrictEqual([without, fake.sent.length], [3, 3])
      })
    )
  }
})

describe("the retry budget", () => {
  for (const [name, reply, sends] of [
    ["a 503", failing, 1100],
    ["a refused connection", lost({ sent: false, phase: "connect", code: "ECONNREFUSED" }), 1100],
    ["a timeout, which costs twice", lost({ code: "ATTEMPT_TIMEOUT", timedOut: true }), 1050]
  ] as const) {
    virtual(`1,000 calls that all end in ${name} are sent at most ${sends} times`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(reply)
        const api = yield* apiOver(fake.client)
        const errors = yield* Effect.forEach(
          Array.from({ length: 1000 }, (_, index) => `c${index}`),
          (slug) => Effect.flip(api.get(slug)),
          { concurrency: 50 }
        )
        assert.strictEqual(fake.sent.length, sends)
        const last = errors.at(-1)
        assert.isTrue(last !== undefined && "retryBudgetExhausted" in last && last.retryBudgetExhausted)
        assert.include(last?.message, "too many calls to this origin are failing")
        console.log(`budget, ${name}: ${errors.length} calls, ${fake.sent.length} sends`)
      })
    )
  }

  virtual("gives back what a retried success cost", () =>
    Effect.gen(function* () {
      let count = 0
      const fake = fakeClient((request, sent) =>
        count++ % 2 === 0 ? failing(request, sent) : json(goodBody)(request, sent)
      )
      const api = yield* apiOver(fake.client)
      for (let i = 0; i < 300; i++) yield* api.get("crm")
      assert.strictEqual(fake.sent.length, 600)
    })
  )

  virtual("gives back no more than a retried success cost", () =>
    Effect.gen(function* () {
      let replies: ReadonlyArray<Reply> = []
      const fake = fakeClient((request, sent) => (replies[fake.sent.length - 1] ?? failing)(request, sent))
      const api = yield* apiOver(fake.client)
      const sends = (...given: ReadonlyArray<Reply>) =>
        Effect.suspend(() => {
          replies = given
          fake.sent.length = 0
          return Effect.map(Effect.either(api.get("crm")), () => fake.sent.length)
        })
      for (let i = 0; i < 60; i++) yield* sends()
      assert.strictEqual(yield* sends(), 1)
      // two retries are left
      for (let i = 0; i < 10; i++) assert.strictEqual(yield* sends(json(goodBody)), 1)
      for (let i = 0; i < 10; i++) {
        assert.strictEqual(yield* sends(failing, json(goodBody)), 2)
        assert.strictEqual(yield* sends(failing, failing, json(goodBody)), 3)
      }
      assert.strictEqual(yield* sends(), 3)
      assert.strictEqual(yield* sends(), 1)
    })
  )

  virtual("grows by one for each call that succeeds at once", () =>
    Effect.gen(function* () {
      let works = false
      const fake = fakeClient((request, sent) => (works ? json(goodBody) : failing)(request, sent))
      const api = yield* apiOver(fake.client)
      const sends = (effect: Effect.Effect<unknown, ApiError>) =>
        Effect.map(Effect.either(effect), () => fake.sent.splice(0).length)
      for (let i = 0; i < 60; i++) yield* sends(api.get("crm"))
      assert.strictEqual(yield* sends(api.get("crm")), 1)
      works = true
      for (let i = 0; i < 5; i++) yield* api.get("crm")
      works = false
      fake.sent.length = 0
      assert.strictEqual(yield* sends(api.get("crm")), 2)
      assert.strictEqual(yield* sends(api.get("crm")), 1)
    })
  )

  virtual("is each client's own", () =>
    Effect.gen(function* () {
      const fake = fakeClient(failing)
      const [one, other] = [yield* apiOver(fake.client), yield* apiOver(fake.client)]
      for (let i = 0; i < 60; i++) yield* Effect.either(one.get("crm"))
      fake.sent.length = 0
      yield* Effect.either(other.get("crm"))
      assert.strictEqual(fake.sent.length, 3)
    })
  )
})
