import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schedule from "effect/Schedule"
import { apiOver, callNames, calls, goodBody, timed, virtual } from "../support/api.js"
import { answer, answerStream, fakeClient, hang, json, lost } from "../support/fakeClient.js"

const failed = <A, E>(result: Either.Either<A, E>): E => {
  if (Either.isRight(result)) throw new Error("expected a failure")
  return result.left
}

const busy = (headers: Record<string, string>) => answer(429, { json: {}, headers })

describe("time limits", () => {
  virtual("three attempts that hang end with the deadline, to the millisecond", () =>
    Effect.gen(function* () {
      const fake = fakeClient(hang)
      const api = yield* apiOver(fake.client, { attemptTimeout: "12 seconds", deadline: "30 seconds" })
      const { millis, result } = yield* timed(api.get("crm"))
      assert.strictEqual(failed(result)._tag, "DeadlineExceeded")
      assert.strictEqual(millis, 30_000)
      assert.strictEqual(fake.sent.length, 3)
    })
  )

  virtual("an unsafe call that was in flight at its deadline has an unknown outcome", () =>
    Effect.gen(function* () {
      const fake = fakeClient(hang)
      const api = yield* apiOver(fake.client)
      const { millis, result } = yield* timed(Call.withDeadline(calls.unsafe(api), "20 seconds"))
      const error = failed(result)
      assert.strictEqual(error._tag === "OutcomeUnknown" ? error.code : error._tag, "DEADLINE")
      assert.strictEqual(millis, 20_000)
      assert.strictEqual(fake.sent.length, 1)
    })
  )

  for (const [name, options, expected] of [
    ["30 seconds by default", {}, 30_000],
    ["timeoutMs and 5 seconds", { timeoutMs: 7000 }, 12_000]
  ] as const) {
    virtual(`an attempt may take ${name}`, () =>
      Effect.gen(function* () {
        const api = yield* apiOver(fakeClient(hang).client)
        const { millis, result } = yield* timed(api.actions.execute("crm", "a", {}, options))
        assert.strictEqual(failed(result)._tag, "OutcomeUnknown")
        assert.strictEqual(millis, expected)
      })
    )
  }

  virtual("an attempt's own limit is stronger than timeoutMs and the layer's", () =>
    Effect.gen(function* () {
      const api = yield* apiOver(fakeClient(hang).client, { attemptTimeout: "9 seconds" })
      const layered = yield* timed(calls.unsafe(api))
      const own = yield* timed(
        Call.withAttemptTimeout(api.actions.execute("crm", "a", {}, { timeoutMs: 60_000 }), "2 seconds")
      )
      assert.deepStrictEqual([layered.millis, own.millis], [9_000, 2_000])
    })
  )

  virtual("a body that stalls is inside of the attempt's limit, and the error knows the head", () =>
    Effect.gen(function* () {
      const api = yield* apiOver(fakeClient(answerStream(200, () => undefined)).client)
      const { millis, result } = yield* timed(calls.unsafe(api))
      const error = failed(result)
      assert.strictEqual(error._tag, "OutcomeUnknown")
      if (error._tag === "OutcomeUnknown") assert.deepStrictEqual([error.phase, error.status], ["body", 200])
      assert.strictEqual(millis, 30_000)
    })
  )

  virtual("a call has no total deadline unless one is set", () =>
    Effect.gen(function* () {
      const fake = fakeClient(hang)
      const api = yield* apiOver(fake.client)
      const { millis, result } = yield* timed(calls.safe(api))
      assert.strictEqual(failed(result)._tag, "Unreachable")
      assert.isAtLeast(millis, 90_000)
      assert.isBelow(millis, 90_300)
    })
  )
})

const servedAt = "Tue, 01 Jan 2030 00:00:00 GMT"

describe("Retry-After", () => {
  it("Retry-After: the wait is exact to the millisecond, whatever the jitter", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const fake = fakeClient(busy({ "retry-after": "7" }), json(goodBody))
      await Effect.runPromise(
        VirtualClock.run(Effect.scoped(Effect.flatMap(apiOver(fake.client), calls.safe)), { seed })
      )
      assert.deepStrictEqual(
        fake.sent.map((one) => one.at),
        [0, 7000]
      )
    }
  })

  const honoured: ReadonlyArray<readonly [name: string, headers: Record<string, string>, wait: number]> = [
    ["seconds", { "retry-after": "7" }, 7_000],
    ["the most that is waited for", { "retry-after": "64" }, 64_000],
    ["milliseconds", { "retry-after-ms": "1250" }, 1_250],
    ["Azure's milliseconds", { "x-ms-retry-after-ms": "1250" }, 1_250],
    ["milliseconds before seconds", { "retry-after-ms": "1250", "retry-after": "7" }, 1_250],
    ["seconds when the milliseconds are no number", { "retry-after-ms": "1e3", "retry-after": "7" }, 7_000],
    ["a date by our clock", { "retry-after": "Tue, 14 Nov 2023 22:13:29 GMT" }, 9_000],
    [
      "a date by the server's clock, years off ours",
      { date: servedAt, "retry-after": "Tue, 01 Jan 2030 00:00:09 GMT" },
      9_000
    ]
  ]
  for (const [name, headers, wait] of honoured) {
    for (const status of [429, 503]) {
      virtual(`${name} on ${status}`, () =>
        Effect.gen(function* () {
          const fake = fakeClient(answer(status, { json: {}, headers }), json(goodBody))
          const { millis } = yield* timed(calls.safe(yield* apiOver(fake.client)))
          assert.strictEqual(millis, wait)
        })
      )
    }
  }

  const ignored: ReadonlyArray<readonly [name: string, value: string, date?: string]> = [
    ["11 digits", "99999999999"],
    ["negative", "-1"],
    ["a word", "x"],
    ["empty", ""],
    ["an exponent", "1e9"],
    ["two numbers", "1, 2"],
    ["a fraction", "1.5"],
    ["hexadecimal", "0x10"],
    ["a date of another grammar", "2030-01-01T00:00:00Z"],
    ["a date that is none", "Tue, 99 Jan 2030 00:00:00 GMT"],
    ["zero", "0"],
    ["a date that is past", "Wed, 21 Oct 2015 07:28:00 GMT"],
    ["a date before the server's own", "Tue, 01 Jan 2030 00:00:00 GMT", "Tue, 01 Jan 2030 00:00:09 GMT"]
  ]
  for (const [name, value, date] of ignored) {
    virtual(`${name} does not change the backoff`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(busy({ "retry-after": value, ...(date === undefined ? {} : { date }) }), json(goodBody))
        const { millis } = yield* timed(calls.safe(yield* apiOver(fake.client)))
        assert.isBelow(millis, 101)
        assert.strictEqual(fake.sent.length, 2)
      })
    )
  }

  const tooLong: ReadonlyArray<readonly [name: string, headers: Record<string, string>, seconds: number]> = [
    ["a second more than allowed", { "retry-after": "65" }, 65],
    ["10 digits", { "retry-after": "9999999999" }, 9_999_999_999],
    [
      "the last year there is",
      { date: "Fri, 31 Dec 9999 00:00:00 GMT", "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" },
      86_399
    ],
    [
      "a year that no timer reaches",
      { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" },
      (253_402_300_799_000 - 1_700_000_000_000) / 1000
    ]
  ]
  for (const [name, headers, seconds] of tooLong) {
    for (const call of callNames) {
      virtual(`${name} fails at once with the wait in the error: ${call}`, () =>
        Effect.gen(function* () {
          const fake = fakeClient(busy(headers))
          const { millis, result } = yield* timed<unknown, ApiError, never>(calls[call](yield* apiOver(fake.client)))
          const error = failed(result)
          assert.strictEqual(millis, 0)
          assert.strictEqual(fake.sent.length, 1)
          assert.strictEqual(error._tag, "RateLimited")
          assert.strictEqual(
            error._tag === "RateLimited" && error.retryAfter && Duration.toSeconds(error.retryAfter),
            seconds
          )
        })
      )
    }
  }

  virtual("maxRetryAfter moves the limit", () =>
    Effect.gen(function* () {
      const fake = fakeClient(busy({ "retry-after": "3" }))
      const { millis } = yield* timed(calls.safe(yield* apiOver(fake.client, { maxRetryAfter: "2 seconds" })))
      assert.deepStrictEqual([millis, fake.sent.length], [0, 1])
    })
  )

  virtual("an unsafe call fails with the Retry-After in its error and does not wait", () =>
    Effect.gen(function* () {
      const fake = fakeClient(busy({ "retry-after": "7" }))
      const { millis, result } = yield* timed(calls.unsafe(yield* apiOver(fake.client)))
      const error = failed(result)
      assert.deepStrictEqual([millis, fake.sent.length], [0, 1])
      assert.strictEqual(error._tag === "RateLimited" && error.retryAfter && Duration.toMillis(error.retryAfter), 7_000)
    })
  )
})

describe("a wait that would end after the deadline does not start", () => {
  virtual("the wait of a Retry-After does not start", () =>
    Effect.gen(function* () {
      const fake = fakeClient(busy({ "retry-after": "7" }))
      const { millis, result } = yield* timed(calls.safe(yield* apiOver(fake.client, { deadline: "5 seconds" })))
      const error = failed(result)
      assert.deepStrictEqual([millis, fake.sent.length, error._tag], [0, 1, "RateLimited"])
    })
  )

  virtual("the wait of a schedule does not start", () =>
    Effect.gen(function* () {
      const fake = fakeClient(answer(503, { json: {} }))
      const api = yield* apiOver(fake.client, { deadline: "5 seconds", retry: Schedule.spaced("2 seconds") })
      const { millis, result } = yield* timed(calls.safe(api))
      assert.deepStrictEqual([millis, fake.sent.length, failed(result)._tag], [4_000, 3, "ServerFailed"])
    })
  )
})

describe("the backoff", () => {
  it("the backoff has full jitter: from 0 to 100 ms, then to 200 ms", async () => {
    const gaps: Array<readonly [number, number]> = []
    for (let seed = 0; seed < 150; seed++) {
      const fake = fakeClient(answer(503, { json: {} }))
      await Effect.runPromise(
        VirtualClock.run(Effect.scoped(Effect.flatMap(apiOver(fake.client), (api) => Effect.either(calls.safe(api)))), {
          seed
        })
      )
      const [a, b, c] = fake.sent.map((one) => one.at)
      if (a === undefined || b === undefined || c === undefined) throw new Error("three sends")
      gaps.push([b - a, c - b])
    }
    const spread = (values: ReadonlyArray<number>) => ({ least: Math.min(...values), most: Math.max(...values) })
    const first = spread(gaps.map(([gap]) => gap))
    const second = spread(gaps.map(([, gap]) => gap))
    assert.isAtMost(first.most, 100)
    assert.isAtMost(second.most, 200)
    assert.isBelow(first.least, 10)
    assert.isAbove(first.most, 90)
    assert.isBelow(second.least, 20)
    assert.isAbove(second.most, 180)
  })
})

describe("what a lost attempt leaves behind", () => {
  const refused = lost({ sent: false, phase: "connect", code: "ECONNREFUSED" })
  for (const [name, first] of [
    ["a reset", lost({ code: "ECONNRESET" })],
    ["a 503", answer(503, { json: {} })],
    ["a timeout", hang]
  ] as const) {
    for (const call of ["idempotent", "widened"] as const) {
      virtual(`${name}, then refused: never "not sent" (${call})`, () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip<unknown, ApiError, never>(
            calls[call](yield* apiOver(fakeClient(first, refused).client))
          )
          assert.strictEqual(error._tag, "OutcomeUnknown")
        })
      )
    }
  }

  virtual("refused each time is still not sent", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(calls.idempotent(yield* apiOver(fakeClient(refused).client)))
      assert.strictEqual(error._tag, "NotSent")
    })
  )
})
