import { Auth, type Credentials, type ExpiringCredentials } from "@effect-connectors/core/Auth"
import type { ApiError } from "@effect-connectors/core/ApiError"
import { assert, describe } from "@effect/vitest"
import { inspect } from "node:util"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { apiOver, callNames, calls, jumpWallTime, timed, virtual } from "../support/api.js"
import { answer, fakeClient, goodAnswer, type Reply } from "../support/fakeClient.js"

const token = (n: number): Credentials => ({ "x-service-token": Redacted.make(`token-${n}`) })

/** A provider that gives token-1, token-2, ... and counts its runs. */
const provider = (millis = 0) => {
  const state = { runs: 0 }
  const get = Effect.flatMap(
    Effect.sync(() => ++state.runs),
    (n) => Effect.as(Effect.sleep(millis), token(n))
  )
  return { state, auth: Auth.refreshing(get) }
}

/** A server that takes the tokens from this one on. */
const accepting =
  (from: number): Reply =>
  (request, sent) =>
    (Number(sent.headers["x-service-token"]?.replace("token-", "")) >= from ? goodAnswer : answer(401, { json: {} }))(
      request,
      sent
    )

describe("Auth.refreshing", () => {
  for (const call of callNames) {
    virtual(`Auth.refreshing: runs the provider once after a 401 and sends once more: ${call}`, () =>
      Effect.gen(function* () {
        const { auth, state } = provider()
        const fake = fakeClient(accepting(2))
        const { millis } = yield* timed<unknown, ApiError, never>(calls[call](yield* apiOver(fake.client, {}, auth)))
        assert.deepStrictEqual([state.runs, fake.sent.length, millis], [2, 2, 0])
        assert.deepStrictEqual(
          fake.sent.map((one) => one.headers["x-service-token"]),
          ["token-1", "token-2"]
        )
      })
    )

    virtual(`Auth.refreshing: runs the provider only once, however often the server says 401: ${call}`, () =>
      Effect.gen(function* () {
        const { auth, state } = provider()
        const fake = fakeClient(answer(401, { json: {} }))
        const error = yield* Effect.flip<unknown, ApiError, never>(calls[call](yield* apiOver(fake.client, {}, auth)))
        assert.deepStrictEqual([state.runs, fake.sent.length, error._tag], [2, 2, "Unauthorized"])
      })
    )
  }

  for (const status of [403, 400, 404, 407]) {
    virtual(`Auth.refreshing: does not run the provider after a ${status}`, () =>
      Effect.gen(function* () {
        const { auth, state } = provider()
        yield* Effect.either(calls.safe(yield* apiOver(fakeClient(answer(status, { json: {} })).client, {}, auth)))
        assert.strictEqual(state.runs, 1)
      })
    )
  }

  virtual("the same credentials again: the call is not sent again", () =>
    Effect.gen(function* () {
      const fixed = token(1)
      const fake = fakeClient(answer(401, { json: {} }))
      yield* Effect.either(calls.unsafe(yield* apiOver(fake.client, {}, Auth.refreshing(Effect.succeed(fixed)))))
      assert.strictEqual(fake.sent.length, 1)
    })
  )

  virtual("1,000 calls at once share one run at the start, and one after their 401", () =>
    Effect.gen(function* () {
      const { auth, state } = provider(100)
      const fake = fakeClient(accepting(2))
      const api = yield* apiOver(fake.client, {}, auth)
      yield* Effect.forEach(Array.from({ length: 1000 }), () => calls.unsafe(api), { concurrency: "unbounded" })
      assert.deepStrictEqual([state.runs, fake.sent.length], [2, 2000])
    })
  )

  virtual("a call that comes late with old credentials uses the newer ones that are there", () =>
    Effect.gen(function* () {
      const { auth, state } = provider()
      const slow: Reply = (request, sent) =>
        Effect.zipRight(Effect.sleep(sent.url.endsWith("/slow") ? 5000 : 10), accepting(2)(request, sent))
      const api = yield* apiOver(fakeClient(slow).client, {}, auth)
      yield* Effect.all([api.get("slow"), api.get("quick")], { concurrency: "unbounded" })
      assert.strictEqual(state.runs, 2)
    })
  )

  virtual("an interrupted waiter: the others still get their credentials", () =>
    Effect.gen(function* () {
      const { auth, state } = provider(1000)
      const fake = fakeClient(accepting(1))
      const api = yield* apiOver(fake.client, {}, auth)
      const first = yield* Effect.fork(api.get("first"))
      yield* Effect.sleep(10)
      const others = yield* Effect.fork(Effect.all([api.get("a"), api.get("b")], { concurrency: "unbounded" }))
      yield* Effect.sleep(10)
      yield* Fiber.interrupt(first)
      yield* Fiber.join(others)
      assert.deepStrictEqual([state.runs, fake.sent.length], [1, 2])
    })
  )

  const failures: ReadonlyArray<readonly [string, Effect.Effect<Credentials, unknown>]> = [
    ["fails", Effect.fail({ why: "CANARY" })],
    ["dies", Effect.die(new Error("CANARY"))],
    ["is interrupted inside", Effect.interrupt],
    ["never answers", Effect.never]
  ]
  const refused: ReadonlyArray<readonly [string, Credentials, RegExp]> = [
    [
      "a value that no header can carry",
      { "x-service-token": Redacted.make("CANARY\n") },
      /x-service-token: holds a line break/
    ],
    ["a header that is ours", { host: Redacted.make("CANARY") }, /host: is set by the client itself/],
    ["nothing", {}, /holds no credential/]
  ]
  for (const [name, credentials, says] of refused) {
    virtual(`a provider that gives ${name} is refused with the field and the fix`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(goodAnswer)
        const api = yield* apiOver(fake.client, {}, Auth.refreshing(Effect.succeed(credentials)))
        const error = yield* Effect.flip(api.get("crm"))
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.match(error.message, says)
        assert.notInclude(error.message + JSON.stringify(error), "CANARY")
        assert.strictEqual(fake.sent.length, 0)
      })
    )
  }

  virtual("the same values in a new object: the call is not sent again", () =>
    Effect.gen(function* () {
      const fake = fakeClient(answer(401, {}))
      const same = Effect.sync(() => ({ "x-service-token": Redacted.make("token") }))
      const api = yield* apiOver(fake.client, {}, Auth.refreshing(same))
      assert.strictEqual((yield* Effect.flip(api.get("crm")))._tag, "Unauthorized")
      assert.strictEqual(fake.sent.length, 1)
    })
  )
  for (const [name, get] of failures) {
    virtual(`a provider that ${name} gives Unauthorized without a status, and nothing of its error`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(goodAnswer)
        const api = yield* apiOver(fake.client, {}, Auth.refreshing(get))
        const cause = yield* Effect.flip(Effect.sandbox(api.get("crm")))
        const error = Cause.isFailType(cause) ? cause.error : undefined
        assert.strictEqual(error?._tag, "Unauthorized")
        assert.strictEqual(error?._tag === "Unauthorized" && error.status, 0)
        assert.notInclude(Cause.pretty(cause) + JSON.stringify(cause), "CANARY")
        assert.strictEqual(fake.sent.length, 0)
      })
    )
  }

  virtual("a provider that failed once: the next call runs it again", () =>
    Effect.gen(function* () {
      let runs = 0
      const auth = Auth.refreshing(
        Effect.suspend(() => (++runs === 1 ? Effect.fail("no") : Effect.succeed(token(runs))))
      )
      const api = yield* apiOver(fakeClient(accepting(1)).client, {}, auth)
      const first = yield* Effect.either(api.get("crm"))
      yield* api.get("crm")
      assert.deepStrictEqual([first._tag, runs], ["Left", 2])
    })
  )

  virtual("a renewal that fails leaves the server's 401", () =>
    Effect.gen(function* () {
      let runs = 0
      const auth = Auth.refreshing(Effect.suspend(() => (++runs === 1 ? Effect.succeed(token(1)) : Effect.fail("no"))))
      const error = yield* Effect.flip((yield* apiOver(fakeClient(accepting(2)).client, {}, auth)).get("crm"))
      assert.strictEqual(error._tag === "Unauthorized" && error.status, 401)
    })
  )

  virtual("a provider that never ends: the call ends with its deadline, and nothing was sent", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client, { deadline: "3 seconds" }, Auth.refreshing(Effect.never))
      const { millis, result } = yield* timed(Effect.flip(calls.unsafe(api)))
      assert.deepStrictEqual(
        [millis, fake.sent.length, result._tag === "Right" && result.right._tag],
        [3000, 0, "DeadlineExceeded"]
      )
    })
  )

  virtual("a deadline that ends in the renewal, after a lost attempt, is an unknown outcome", () =>
    Effect.gen(function* () {
      let runs = 0
      const auth = Auth.refreshing(Effect.suspend(() => (++runs === 1 ? Effect.succeed(token(1)) : Effect.never)))
      const api = yield* apiOver(
        fakeClient(answer(503, { json: {} }), answer(401, { json: {} })).client,
        { deadline: "3 seconds" },
        auth
      )
      const error = yield* Effect.flip(calls.idempotent(api))
      assert.strictEqual(error._tag, "OutcomeUnknown")
    })
  )

  virtual("the error of the provider is the reason of Unauthorized, and is printed nowhere", () =>
    Effect.gen(function* () {
      const why = new Error("CANARY")
      const api = yield* apiOver(fakeClient(goodAnswer).client, {}, Auth.refreshing(Effect.fail(why)))
      const error = yield* Effect.flip(api.get("crm"))
      assert(error._tag === "Unauthorized" && error.reason !== undefined)
      assert.strictEqual(Redacted.value(error.reason), why)
      assert.include(error.message, "`reason`")
      assert.notInclude(JSON.stringify(error) + inspect(error, { depth: 9 }) + String(error.reason), "CANARY")
    })
  )

  virtual("a provider that takes too long: the reason says so", () =>
    Effect.gen(function* () {
      const api = yield* apiOver(fakeClient(goodAnswer).client, {}, Auth.refreshing(Effect.never))
      const error = yield* Effect.flip(api.get("crm"))
      assert(error._tag === "Unauthorized" && error.reason !== undefined)
      assert.propertyVal(Redacted.value(error.reason), "_tag", "TimeoutException")
    })
  )

  virtual("a renewal that fails: the server's 401 holds its error", () =>
    Effect.gen(function* () {
      let runs = 0
      const auth = Auth.refreshing(Effect.suspend(() => (++runs === 1 ? Effect.succeed(token(1)) : Effect.fail("no"))))
      const error = yield* Effect.flip((yield* apiOver(fakeClient(accepting(2)).client, {}, auth)).get("crm"))
      assert(error._tag === "Unauthorized" && error.reason !== undefined)
      assert.deepStrictEqual([error.status, Redacted.value(error.reason)], [401, "no"])
    })
  )

  virtual("a poll without credentials: the error with the job holds the reason", () =>
    Effect.gen(function* () {
      let runs = 0
      const auth = Auth.refreshing(
        Effect.suspend(() =>
          ++runs === 1 ? Effect.succeed({ headers: token(1), expiresAt: 1_700_000_000_100 }) : Effect.fail("no")
        )
      )
      const fake = fakeClient(answer(202, { json: { job_id: "j1" } }))
      const api = yield* apiOver(fake.client, {}, auth)
      const ended = api.jobs.result(api.actions.execute("crm", "a", { input: {} }, { async: true }))
      const error = yield* Effect.flip(ended)
      assert(error._tag === "Unauthorized" && error.reason !== undefined)
      assert.deepStrictEqual([error.job?.jobId, Redacted.value(error.reason)], ["j1", "no"])
    })
  )
})

/** A provider whose credentials end after some time by the wall clock. */
const expiring = (lifeMillis: number, millis = 0) => {
  const state = { runs: 0 }
  const get = Effect.flatMap(
    Effect.sync(() => ++state.runs),
    (n) =>
      Effect.delay(
        Effect.map(Clock.currentTimeMillis, (now) => ({ headers: token(n), expiresAt: new Date(now + lifeMillis) })),
        millis
      )
  )
  return { state, get }
}

describe("Auth.refreshing: credentials that end", () => {
  const renewals: ReadonlyArray<readonly [string, number, Auth.RefreshingOptions, number]> = [
    ["60 seconds before their end by default", 600_000, {}, 540_000],
    ["as long before as `renewBefore` says", 600_000, { renewBefore: "5 minutes" }, 300_000],
    ["never before half of their life", 10_000, { renewBefore: "5 minutes" }, 5_000],
    ["at their end with no time before", 10_000, { renewBefore: 0 }, 10_000]
  ]
  for (const [name, life, options, renewedAfter] of renewals) {
    virtual(`are renewed ${name}`, () =>
      Effect.gen(function* () {
        const { get, state } = expiring(life)
        const fake = fakeClient(accepting(1))
        const api = yield* apiOver(fake.client, {}, Auth.refreshing(get, options))
        yield* api.get("crm")
        yield* Effect.sleep(renewedAfter - 1)
        yield* api.get("crm")
        assert.strictEqual(state.runs, 1)
        yield* Effect.sleep(1)
        yield* Effect.all([api.get("a"), api.get("b"), api.get("c")], { concurrency: "unbounded" })
        assert.strictEqual(state.runs, 2)
        assert.deepStrictEqual(
          fake.sent.map((one) => one.headers["x-service-token"]),
          ["token-1", "token-1", "token-2", "token-2", "token-2"]
        )
      })
    )
  }

  virtual("1,000 calls at their end share one run", () =>
    Effect.gen(function* () {
      const { get, state } = expiring(600_000, 100)
      const fake = fakeClient(accepting(1))
      const api = yield* apiOver(fake.client, {}, Auth.refreshing(get))
      yield* api.get("crm")
      yield* Effect.sleep(600_000)
      yield* Effect.forEach(Array.from({ length: 1000 }), () => api.get("crm"), { concurrency: "unbounded" })
      assert.deepStrictEqual([state.runs, fake.sent.length], [2, 1001])
    })
  )

  for (const [name, jump] of [
    ["back", -3_600_000],
    ["forward", 3_600_000]
  ] as const) {
    virtual(`the wall clock is set ${name}: they are renewed after the time that passed`, () =>
      Effect.gen(function* () {
        const { get, state } = expiring(600_000)
        const api = yield* apiOver(fakeClient(accepting(1)).client, {}, Auth.refreshing(get))
        yield* api.get("crm")
        yield* jumpWallTime(jump)
        yield* api.get("crm")
        assert.strictEqual(state.runs, 1)
        yield* Effect.sleep(540_000)
        yield* api.get("crm")
        assert.strictEqual(state.runs, 2)
      })
    )
  }

  virtual("a renewal that fails before their end leaves them in use, and is tried again 5 seconds later", () =>
    Effect.gen(function* () {
      const { get, state } = expiring(600_000)
      const failing = Effect.flatMap(get, (given) => (state.runs === 1 ? Effect.succeed(given) : Effect.fail("down")))
      const fake = fakeClient(accepting(1))
      const api = yield* apiOver(fake.client, {}, Auth.refreshing(failing))
      yield* api.get("crm")
      yield* Effect.sleep(550_000)
      yield* api.get("crm")
      yield* api.get("crm")
      assert.strictEqual(state.runs, 2)
      yield* Effect.sleep(5_000)
      yield* api.get("crm")
      assert.strictEqual(state.runs, 3)
      yield* Effect.sleep(45_000)
      const error = yield* Effect.flip(api.get("crm"))
      assert(error._tag === "Unauthorized" && error.reason !== undefined)
      assert.deepStrictEqual([error.status, Redacted.value(error.reason), fake.sent.length], [0, "down", 4])
    })
  )

  virtual("a 401 before their end renews them", () =>
    Effect.gen(function* () {
      const { get, state } = expiring(600_000)
      yield* (yield* apiOver(fakeClient(accepting(2)).client, {}, Auth.refreshing(get))).get("crm")
      assert.strictEqual(state.runs, 2)
    })
  )

  virtual("credentials that have ended when they come are used until a 401", () =>
    Effect.gen(function* () {
      const { get, state } = expiring(-5_000)
      const api = yield* apiOver(fakeClient(accepting(1)).client, {}, Auth.refreshing(get))
      yield* api.get("crm")
      yield* Effect.sleep(600_000)
      yield* api.get("crm")
      assert.strictEqual(state.runs, 1)
    })
  )

  const refused: ReadonlyArray<readonly [string, ExpiringCredentials, RegExp]> = [
    ["seconds", { headers: token(1), expiresAt: 1_700_003_600 }, /Auth.expiresAt: is in seconds/],
    ["no number", { headers: token(1), expiresAt: NaN }, /Auth.expiresAt: is not a time/],
    ["a date that is none", { headers: token(1), expiresAt: new Date("soon") }, /Auth.expiresAt: is not a time/],
    ["no headers", { headers: {}, expiresAt: 1_700_003_600_000 }, /holds no credential/]
  ]
  for (const [name, given, says] of refused) {
    virtual(`a provider that gives ${name} is refused with the field and the fix`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(goodAnswer)
        const error = yield* Effect.flip(
          (yield* apiOver(fake.client, {}, Auth.refreshing(Effect.succeed(given)))).get("crm")
        )
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.match(error.message, says)
        assert.strictEqual(fake.sent.length, 0)
      })
    )
  }

  virtual("an option that is wrong fails the layer", () =>
    Effect.gen(function* () {
      const wrong = Auth.refreshing(Effect.succeed(token(1)), { renewBefore: "soon" as "1 second" })
      const error = yield* Effect.flip(apiOver(fakeClient(goodAnswer).client, {}, wrong))
      assert.match(error.message, /renewBefore: is not a duration/)
    })
  )
})
