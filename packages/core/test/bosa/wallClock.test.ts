import { BosaApi } from "@effect-connectors/core/BosaApi"
import * as Call from "@effect-connectors/core/Call"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as TokenStore from "@effect-connectors/core/TokenStore"
import * as UserAuth from "@effect-connectors/core/UserAuth"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { jumpWallTime, passed, timed, virtual } from "../support/api.js"
import { bosaFake, bosaOver, ok, optional, quick, row, rows, text } from "../support/bosaKit.js"
import { answer, fakeClient, hang, type Reply } from "../support/fakeClient.js"
import { baseUrl, data, issuedToken, seen, token } from "../support/usersKit.js"

const minute = 60_000
const hour = 60 * minute
const jumps = [
  ["5 minutes back", -5 * minute],
  ["an hour forward", hour]
] as const

const found = quick({ demo: rows })

const after =
  (millis: number, reply: Reply): Reply =>
  (request, sent) =>
    Effect.delay(reply(request, sent), millis)

/** How an effect ends, and when, with the wall clock set after a second or another time. */
const jumped = <A, E, R>(jump: number, effect: Effect.Effect<A, E, R>, after = 1_000) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(timed(effect))
    yield* Effect.sleep(after)
    yield* jumpWallTime(jump)
    return yield* Fiber.join(fiber)
  })

describe("discovery: the wall clock is set", () => {
  for (const [name, jump] of jumps) {
    virtual(`${name}: what was found is used for its time to live, and then read again`, () =>
      Effect.gen(function* () {
        const fake = bosaFake(found, ok)
        const bosa = yield* bosaOver(fake.client)
        yield* bosa.execute("demo", "act")
        yield* jumpWallTime(jump)
        yield* Effect.sleep(10 * minute - 1)
        yield* bosa.execute("demo", "act")
        assert.strictEqual(fake.discoveries.length, 1)
        yield* Effect.sleep(1)
        yield* bosa.execute("demo", "act")
        assert.strictEqual(fake.discoveries.length, 2)
      })
    )

    virtual(`${name}: an unknown action is looked for again, and not more often than every 10 seconds`, () =>
      Effect.gen(function* () {
        const fake = bosaFake(found, ok)
        const bosa = yield* bosaOver(fake.client)
        yield* bosa.execute("demo", "act")
        yield* jumpWallTime(jump)
        yield* Effect.exit(bosa.execute("demo", "none"))
        assert.strictEqual(fake.discoveries.length, 1)
        yield* Effect.sleep("10 seconds")
        yield* Effect.exit(bosa.execute("demo", "none"))
        assert.strictEqual(fake.discoveries.length, 2)
      })
    )

    virtual(`${name} during discovery: one deadline over it and the action`, () =>
      Effect.gen(function* () {
        const fake = bosaFake(after(2_000, found), hang)
        const bosa = yield* bosaOver(fake.client, { attemptTimeout: "10 minutes" })
        const { millis, result } = yield* jumped(jump, Call.withDeadline(bosa.execute("demo", "act"), "20 seconds"))
        assert.deepStrictEqual([millis, result._tag === "Left" && result.left._tag], [20_000, "OutcomeUnknown"])
        assert.strictEqual(fake.actions.length, 1)
      })
    )

    virtual(`${name} during discovery: a discovery that hangs ends at the deadline`, () =>
      Effect.gen(function* () {
        const fake = bosaFake(hang, ok)
        const bosa = yield* bosaOver(fake.client, { attemptTimeout: "10 minutes" })
        const { millis, result } = yield* jumped(jump, Call.withDeadline(bosa.execute("demo", "act"), "20 seconds"))
        assert.deepStrictEqual([millis, result._tag === "Left" && result.left._tag], [20_000, "DeadlineExceeded"])
      })
    )
  }
})

describe("a file that is sent: the wall clock is set", () => {
  const upload = { up: row({ file: { type: "string", format: "binary" }, q: optional(text) }, { path: "/demo/up" }) }
  // reads the body, as a transport does
  const reads: Reply = (request, sent) =>
    Effect.zipRight(
      request.body._tag === "Stream" ? Effect.ignore(Stream.runDrain(request.body.stream)) : Effect.void,
      ok(request, sent)
    )

  for (const [name, jump] of jumps) {
    virtual(`${name}: a file that moves is sent to its end`, () =>
      Effect.gen(function* () {
        const pieces = Stream.repeatValue(new Uint8Array(8)).pipe(
          Stream.take(5),
          Stream.schedule(Schedule.spaced(9_000))
        )
        const file = ConnectorFile.fromStream(pieces, { filename: "a", size: 40 })
        const bosa = yield* bosaOver(bosaFake(upload, reads).client)
        // the pieces come every 9 seconds, and the timeout is looked at after 30
        const { millis, result } = yield* jumped(jump, bosa.execute("demo", "up", { file }), 29_000)
        assert.deepStrictEqual([result._tag, millis], ["Right", 45_000])
      })
    )

    virtual(`${name}: a file that stands still is given up after the attempt's timeout`, () =>
      Effect.gen(function* () {
        const file = ConnectorFile.fromStream(Stream.concat(Stream.make(new Uint8Array(8)), Stream.never), {
          filename: "a",
          size: 40
        })
        const bosa = yield* bosaOver(bosaFake(upload, reads).client)
        const { millis, result } = yield* jumped(jump, bosa.execute("demo", "up", { file }))
        assert.deepStrictEqual([result._tag === "Left" && result.left._tag, millis], ["OutcomeUnknown", 30_000])
      })
    )
  }
})

describe("untilLinked: the wall clock is set", () => {
  for (const [name, jump] of jumps) {
    virtual(`${name}: it waits for its deadline, and no longer`, () =>
      Effect.gen(function* () {
        const { bosa, fake } = yield* seen({}, data({ has_integration: false }))
        const schedule = Schedule.spaced("30 seconds").pipe(Schedule.upTo("1 hour"))
        const { millis, result } = yield* jumped(
          jump,
          Stream.runDrain(bosa.integrations.untilLinked("demo", token, { deadline: "10 minutes", schedule }))
        )
        assert.deepStrictEqual([result._tag === "Left" && result.left._tag, millis], ["DeadlineExceeded", 10 * minute])
        assert.strictEqual(fake.sent.length, 20)
      })
    )
  }
})

/** A server that knows the time: it gives out T1, T2..., and takes each for its life. `dated`: it says its time. */
const users = (lifeMillis: number, dated: boolean) => {
  let issued = 0
  const ends = new Map<string, number>()
  const fake = fakeClient((request, sent) =>
    Effect.flatMap(passed, (now) => {
      if (sent.url.includes("oauth-token")) {
        const name = `T${++issued}`
        ends.set(`Bearer ${name}`, now + lifeMillis)
        const body = { ...issuedToken, token: name, expires_at: new Date(now + lifeMillis).toISOString() }
        const headers: Record<string, string> = dated ? { date: new Date(now).toUTCString() } : {}
        return answer(200, { json: { data: body, meta: null }, headers })(request, sent)
      }
      const isOver = (ends.get(sent.headers["authorization"] ?? "") ?? 0) <= now
      return (isOver ? answer(401, { json: {} }) : data({ has_integration: true }))(request, sent)
    })
  )
  return { ...fake, issued: () => issued, count: () => fake.sent.length }
}

const clientOf = (client: HttpClient.HttpClient, store?: TokenStore.TokenStore) =>
  BosaApi.make({ baseUrl }).pipe(
    Effect.provide(
      UserAuth.layer({
        apiKey: Redacted.make("KEY1"),
        identifier: "ann",
        secret: Redacted.make("S"),
        baseUrl,
        store
      })
    ),
    Effect.provideService(HttpClient.HttpClient, client)
  )

describe("UserAuth: the wall clock is set", () => {
  for (const [name, jump] of jumps) {
    for (const stored of [false, true]) {
      virtual(`${name}: a token${stored ? " in a store" : ""} is renewed a minute before its end, and not before`, () =>
        Effect.gen(function* () {
          const fake = users(hour, false)
          const bosa = yield* clientOf(fake.client, stored ? yield* TokenStore.memory : undefined)
          const has = bosa.integrations.has("demo", undefined)
          yield* has
          yield* jumpWallTime(jump)
          yield* Effect.sleep(59 * minute - 1)
          yield* has
          assert.strictEqual(fake.issued(), 1)
          yield* Effect.sleep(1)
          yield* has
          // one more request each, and no 401
          assert.deepStrictEqual([fake.issued(), fake.count()], [2, 5])
        })
      )
    }

    virtual(`${name} before the token is had: its life is counted from the server's own time`, () =>
      Effect.gen(function* () {
        yield* jumpWallTime(jump)
        const fake = users(hour, true)
        const has = (yield* clientOf(fake.client)).integrations.has("demo", undefined)
        yield* has
        yield* Effect.sleep(59 * minute - 1)
        yield* has
        assert.strictEqual(fake.issued(), 1)
        yield* Effect.sleep(1)
        yield* has
        assert.deepStrictEqual([fake.issued(), fake.count()], [2, 5])
      })
    )

    virtual(`${name}: early renewals that fail are tried every 5 seconds until the token ends`, () =>
      Effect.gen(function* () {
        let issued = 0
        const fake = fakeClient((request, sent) => {
          if (!sent.url.includes("oauth-token")) return data({ has_integration: true })(request, sent)
          const expires_at = new Date(sent.at + hour).toISOString()
          return (issued++ === 0 ? data({ ...issuedToken, token: "T1", expires_at }) : answer(400, { json: {} }))(
            request,
            sent
          )
        })
        const has = (yield* clientOf(fake.client)).integrations.has("demo", undefined)
        yield* has
        yield* Effect.sleep(59 * minute)
        yield* has
        yield* jumpWallTime(jump)
        yield* has
        assert.strictEqual(issued, 2)
        yield* Effect.sleep("5 seconds")
        yield* has
        assert.strictEqual(issued, 3)
        yield* Effect.sleep("55 seconds")
        const error = yield* Effect.flip(has)
        assert.strictEqual(error._tag, "Unauthorized")
      })
    )
  }

  virtual("back, with a stored token of another program: it is read by the wall clock, and renewed after a 401", () =>
    Effect.gen(function* () {
      const fake = users(hour, false)
      const store = yield* TokenStore.memory
      yield* (yield* clientOf(fake.client, store)).integrations.has("demo", undefined)
      yield* Effect.sleep(hour)
      yield* jumpWallTime(-5 * minute)
      const other = yield* clientOf(fake.client, store)
      assert.isTrue(yield* other.integrations.has("demo", undefined))
      assert.deepStrictEqual([fake.issued(), fake.count()], [2, 5])
    })
  )
})
