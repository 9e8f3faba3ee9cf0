import { Auth, type Credentials } from "@effect-connectors/core/Auth"
import type { ApiError } from "@effect-connectors/core/ApiError"
import { assert, describe } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { apiOver, callNames, calls, timed, virtual } from "../support/api.js"
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
})
