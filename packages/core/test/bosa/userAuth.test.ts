import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as Action from "@effect-connectors/core/Action"
import * as Call from "@effect-connectors/core/Call"
import * as UserAuth from "@effect-connectors/core/UserAuth"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import type * as ConfigError from "effect/ConfigError"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { expectTypeOf } from "vitest"
import { timed, virtual } from "../support/api.js"
import { answer, fakeClient, type Fake, hang, lost, type Reply } from "../support/fakeClient.js"
import { baseUrl, data, dialects, issuedToken, wire } from "../support/usersKit.js"

const options: UserAuth.UserAuthOptions = {
  apiKey: Redacted.make("KEY1"),
  identifier: "ann",
  secret: Redacted.make("S"),
  baseUrl
}

const isAuthentication = ({ url }: { readonly url: string }) => /oauth-token|auth\/tokens/.test(url)

/** A client whose calls and authentications have answers of their own. */
const platform = (
  authentications: readonly [Reply, ...Array<Reply>],
  ...calls: readonly [Reply, ...Array<Reply>]
): Fake & { readonly authentications: () => number; readonly bearers: () => ReadonlyArray<string | undefined> } => {
  const counts = { authentications: 0, called: 0 }
  const pick = (replies: readonly [Reply, ...Array<Reply>], index: number) =>
    replies[Math.min(index, replies.length - 1)] ?? replies[0]
  const fake = fakeClient((request, sent) =>
    isAuthentication(sent)
      ? pick(authentications, counts.authentications++)(request, sent)
      : pick(calls, counts.called++)(request, sent)
  )
  return {
    ...fake,
    authentications: () => counts.authentications,
    bearers: () => fake.sent.filter((it) => !isAuthentication(it)).map(({ headers }) => headers["authorization"])
  }
}

/** A token that ends so many milliseconds after it was had. */
const issued =
  (token: string, lifeMillis?: number): Reply =>
  (request, sent) =>
    data({
      ...issuedToken,
      token,
      ...(lifeMillis === undefined ? {} : { expires_at: new Date(sent.at + lifeMillis).toISOString() })
    })(request, sent)

/** A test whose warnings are not printed. */
const quiet: typeof virtual = (name, program) =>
  virtual(name, () => Effect.provide(program(), Logger.remove(Logger.defaultLogger)))

const yes = data({ has_integration: true })

const over = (fake: { readonly client: HttpClient.HttpClient }, more: Partial<UserAuth.UserAuthOptions> = {}) =>
  BosaApi.make({ baseUrl, dialect: more.dialect }).pipe(
    Effect.provide(UserAuth.layer({ ...options, ...more })),
    Effect.provideService(HttpClient.HttpClient, fake.client)
  )

const has = (bosa: BosaApi.Service) => bosa.integrations.has("demo", undefined)

describe("UserAuth", () => {
  for (const dialect of dialects) {
    quiet(`${dialect}: authenticates with the key alone, then sends key and bearer`, () =>
      Effect.gen(function* () {
        const fake = platform([issued("T1", 3_600_000)], yes)
        const bosa = yield* over(fake, { dialect })
        assert.strictEqual(fake.sent.length, 0)
        yield* has(bosa)
        yield* has(bosa)
        assert.deepStrictEqual(wire(fake), {
          method: "POST",
          path: dialect === "bosa" ? "/clients/oauth-token" : "/auth/tokens",
          headers: { "content-type": "application/json", "x-api-key": "KEY1" },
          body: { identifier: "ann", secret: "S" }
        })
        assert.deepStrictEqual(wire(fake, 1).headers, { authorization: "Bearer T1", "x-api-key": "KEY1" })
        assert.deepStrictEqual([fake.authentications(), fake.sent.length], [1, 3])
      })
    )
  }

  quiet("1,000 calls at once authenticate once", () =>
    Effect.gen(function* () {
      const slow: Reply = (request, sent) => Effect.delay(issued("T1", 3_600_000)(request, sent), "1 second")
      const fake = platform([slow], yes)
      const bosa = yield* over(fake)
      yield* Effect.all(
        Array.from({ length: 1000 }, () => has(bosa)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([fake.authentications(), fake.bearers().length], [1, 1000])
      assert.isTrue(fake.bearers().every((bearer) => bearer === "Bearer T1"))
    })
  )

  quiet("1,000 calls that are all answered 401 renew once", () =>
    Effect.gen(function* () {
      const byBearer: Reply = (request, sent) =>
        (sent.headers["authorization"] === "Bearer T2" ? yes : answer(401, { json: {} }))(request, sent)
      const fake = platform([issued("T1", 3_600_000), issued("T2", 3_600_000)], byBearer)
      const bosa = yield* over(fake)
      yield* Effect.all(
        Array.from({ length: 1000 }, () => has(bosa)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([fake.authentications(), fake.bearers().length], [2, 2000])
    })
  )

  quiet("a 401 that comes late, to a token that was renewed meanwhile, renews nothing", () =>
    Effect.gen(function* () {
      const refused: Reply = answer(401, { json: {} })
      const late: Reply = (request, sent) => Effect.delay(refused(request, sent), "5 seconds")
      const fake = platform([issued("T1"), issued("T2"), issued("T3")], late, refused, yes)
      const bosa = yield* over(fake)
      yield* Effect.all([has(bosa), has(bosa)], { concurrency: 2 })
      assert.deepStrictEqual(
        [fake.authentications(), fake.bearers()],
        [2, ["Bearer T1", "Bearer T1", "Bearer T2", "Bearer T2"]]
      )
    })
  )

  quiet("renews 60 seconds before the end, and not before", () =>
    Effect.gen(function* () {
      const fake = platform([issued("T1", 600_000), issued("T2", 600_000)], yes)
      const bosa = yield* over(fake)
      yield* has(bosa)
      yield* Effect.sleep(539_999)
      yield* has(bosa)
      assert.strictEqual(fake.authentications(), 1)
      yield* Effect.sleep(1)
      yield* has(bosa)
      assert.deepStrictEqual([fake.authentications(), fake.bearers().at(-1)], [2, "Bearer T2"])
    })
  )

  quiet("renews as long before the end as it is set to, but not before half of the token's life", () =>
    Effect.gen(function* () {
      for (const [renewBefore, life, at] of [
        ["10 seconds", 600_000, 590_000],
        ["1 hour", 600_000, 300_000],
        [0, 600_000, 600_000]
      ] as const) {
        const fake = platform([issued("T", life)], yes)
        const bosa = yield* over(fake, { renewBefore })
        yield* has(bosa)
        yield* Effect.sleep(at - 1)
        yield* has(bosa)
        const before = fake.authentications()
        yield* Effect.sleep(1)
        yield* has(bosa)
        assert.deepStrictEqual([before, fake.authentications()], [1, 2], String(renewBefore))
      }
    })
  )

  quiet("a token whose end is not known, or over when it is new, is used until a 401", () =>
    Effect.gen(function* () {
      for (const reply of [issued("T1"), issued("T1", -1), data({ ...issuedToken, token: "T1", expires_at: "soon" })]) {
        const fake = platform([reply, issued("T2")], yes, yes, answer(401, { json: {} }), yes)
        const bosa = yield* over(fake)
        yield* has(bosa)
        yield* Effect.sleep("30 days")
        yield* has(bosa)
        assert.strictEqual(fake.authentications(), 1)
        yield* has(bosa)
        assert.deepStrictEqual([fake.authentications(), fake.bearers().at(-1)], [2, "Bearer T2"])
      }
    })
  )

  quiet("a 401 with the new token too is the call's own, and nothing goes round", () =>
    Effect.gen(function* () {
      const fake = platform([issued("T1"), issued("T2")], answer(401, { json: {} }))
      const error = yield* Effect.flip(has(yield* over(fake)))
      assert.deepStrictEqual([error._tag, fake.authentications(), fake.bearers().length], ["Unauthorized", 2, 2])
    })
  )

  for (const status of [401, 403, 404]) {
    quiet(`an authentication that is answered ${status} ends the call as Unauthorized, and nothing is sent`, () =>
      Effect.gen(function* () {
        const fake = platform([answer(status, { json: {} })], yes)
        const error = yield* Effect.flip(has(yield* over(fake)))
        assert.strictEqual(error._tag === "Unauthorized" && error.status, 0)
        assert.deepStrictEqual([fake.authentications(), fake.sent.length], [1, 1])
      })
    )
  }

  const reasons: ReadonlyArray<readonly [name: string, reply: Reply, tag: string]> = [
    ["is refused", answer(401, { json: { message: "CANARY" } }), "Unauthorized"],
    ["is rejected", answer(422, { json: { message: "CANARY" } }), "ApiRejected"],
    ["is lost", lost({ sent: true }), "OutcomeUnknown"],
    ["is not sent", lost({ sent: false }), "NotSent"],
    ["gives no token", data({ token: "" }), "UnexpectedBody"],
    ["gives a token that no header can carry", data({ ...issuedToken, token: "CANARY\n" }), "InvalidRequest"]
  ]
  const printed = (error: { readonly reason: unknown }) =>
    JSON.stringify(error) + inspect(error, { depth: 9 }) + String(error.reason)

  for (const [name, reply, tag] of reasons) {
    quiet(`an authentication that ${name}: its error is the reason of Unauthorized, redacted`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(has(yield* over(platform([reply], yes), { retry: "none" })))
        assert(error._tag === "Unauthorized" && error.reason !== undefined)
        assert.propertyVal(Redacted.value(error.reason), "_tag", tag)
        assert.strictEqual(error.status, 0)
        assert.include(error.message, "Its error is in `reason`, redacted")
        assert.notInclude(printed(error), "CANARY")
      })
    )
  }

  quiet("a renewal after a 401 that fails: the server's 401 holds its error as the reason", () =>
    Effect.gen(function* () {
      const fake = platform([issued("T1"), answer(403, { json: {} })], answer(401, { json: {} }))
      const error = yield* Effect.flip(has(yield* over(fake)))
      assert(error._tag === "Unauthorized" && error.reason !== undefined)
      assert.strictEqual(error.status, 401)
      assert.propertyVal(Redacted.value(error.reason), "_tag", "Forbidden")
    })
  )

  quiet("what may pass is tried again, and a later call tries again", () =>
    Effect.gen(function* () {
      const bad = answer(503, { json: {} })
      const fake = platform([lost({ sent: true }), bad, issued("T1"), bad, bad, bad, issued("T2")], yes)
      yield* has(yield* over(fake))
      assert.strictEqual(fake.authentications(), 3)
      const bosa = yield* over(fake)
      const error = yield* Effect.flip(has(bosa))
      assert.deepStrictEqual([error._tag, fake.authentications()], ["Unauthorized", 6])
      yield* has(bosa)
      assert.strictEqual(fake.bearers().at(-1), "Bearer T2")
    })
  )

  quiet("an authentication that never ends holds a call for 30 seconds, and for no longer than its deadline", () =>
    Effect.gen(function* () {
      const fake = platform([hang], yes)
      const bosa = yield* over(fake, { retry: "none" })
      const alone = yield* timed(has(bosa))
      assert.deepStrictEqual([alone.millis, alone.result._tag], [10_000, "Left"])
      const retried = yield* timed(has(yield* over(fake)))
      assert.deepStrictEqual([retried.millis <= 30_000, retried.result._tag], [true, "Left"])
      const bounded = yield* timed(Effect.flip(Call.withDeadline(has(bosa), "2 seconds")))
      assert.strictEqual(bounded.millis, 2000)
      assert.strictEqual(bounded.result._tag === "Right" && bounded.result.right._tag, "DeadlineExceeded")
    })
  )

  quiet("a call that is interrupted does not take the authentication from the others", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const slow: Reply = (request, sent) => Effect.zipRight(Deferred.await(gate), issued("T1")(request, sent))
      const fake = platform([slow], yes)
      const bosa = yield* over(fake)
      const first = yield* Effect.fork(has(bosa))
      const second = yield* Effect.fork(has(bosa))
      yield* Effect.sleep(1)
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(gate, undefined)
      assert.isTrue(yield* Fiber.join(second))
      assert.strictEqual(fake.authentications(), 1)
    })
  )

  quiet("the settings of the call that comes first are not those of the authentication", () =>
    Effect.gen(function* () {
      const fake = platform([answer(503, { json: {} }), issued("T1")], yes)
      const bosa = yield* over(fake)
      const seen: Array<number> = []
      const call = Call.withRetry(has(bosa), "none")
      const { response } = yield* Call.withResponse(call)
      if (response !== undefined) seen.push(response.status)
      assert.deepStrictEqual([fake.authentications(), seen], [2, [200]])
    })
  )

  quiet("renewing early that fails leaves the token that has not ended, and is not tried at each call", () =>
    Effect.gen(function* () {
      const bad = answer(400, { json: {} })
      const fake = platform([issued("T1", 600_000), bad, bad, issued("T2", 600_000)], yes)
      const bosa = yield* over(fake)
      yield* has(bosa)
      yield* Effect.sleep(550_000)
      yield* has(bosa)
      yield* has(bosa)
      assert.deepStrictEqual([fake.authentications(), fake.bearers().at(-1)], [2, "Bearer T1"])
      yield* Effect.sleep(5_000)
      yield* has(bosa)
      assert.deepStrictEqual([fake.authentications(), fake.bearers().at(-1)], [3, "Bearer T1"])
      yield* Effect.sleep(5_000)
      yield* has(bosa)
      assert.deepStrictEqual([fake.authentications(), fake.bearers().at(-1)], [4, "Bearer T2"])
    })
  )

  quiet("a token that has ended is not sent when renewing it fails", () =>
    Effect.gen(function* () {
      const fake = platform([issued("T1", 600_000), answer(400, { json: {} })], yes)
      const bosa = yield* over(fake)
      yield* has(bosa)
      yield* Effect.sleep(600_000)
      const error = yield* Effect.flip(has(bosa))
      assert.deepStrictEqual([error._tag, fake.bearers()], ["Unauthorized", ["Bearer T1"]])
    })
  )

  quiet("a token that no header can carry is not sent", () =>
    Effect.gen(function* () {
      const fake = platform([data({ ...issuedToken, token: "T\nx: y" })], yes)
      const error = yield* Effect.flip(has(yield* over(fake)))
      assert.deepStrictEqual([error._tag, fake.bearers()], ["Unauthorized", []])
    })
  )

  quiet("nobody is authenticated for what needs no credentials", () =>
    Effect.gen(function* () {
      const fake = platform([issued("T1")], answer(200, { json: { demo: {} } }))
      const bosa = yield* over(fake)
      yield* bosa.connectors
      assert.deepStrictEqual([fake.authentications(), fake.bearers()], [0, [undefined]])
    })
  )

  it.effect("what is wrong is said when it is made, without the secrets", () =>
    Effect.gen(function* () {
      const wrong: ReadonlyArray<readonly [Partial<UserAuth.UserAuthOptions>, string]> = [
        [{ apiKey: Redacted.make("CANARY\n") }, "UserAuth.x-api-key"],
        [{ identifier: " " }, "identifier"],
        [{ secret: Redacted.make("") }, "secret"],
        [{ baseUrl: "http://elsewhere.example" }, "baseUrl"]
      ]
      const fake = platform([issued("T1")], yes)
      for (const [more, path] of wrong) {
        const made = Effect.flip(Layer.build(UserAuth.layer({ ...options, ...more })))
        const outcome = yield* Effect.either(
          Effect.scoped(Effect.provideService(made, HttpClient.HttpClient, fake.client))
        )
        if (outcome._tag === "Left") throw new Error(`${path} was taken`)
        assert.deepStrictEqual(
          outcome.right.issues.map((issue) => issue.path.join(".")),
          [path]
        )
        assert.notInclude(JSON.stringify(outcome.right) + outcome.right.message, "CANARY")
      }
    })
  )
})

describe("UserAuth and the fake platform", () => {
  quiet("a user works for hours, and after the token was revoked", () =>
    Effect.gen(function* () {
      const world = yield* BosaTest.make()
      const { secret } = yield* world.user("ann")
      yield* world.link("ann", "github")
      const bosa = yield* over(world, { apiKey: Redacted.make(world.apiKey), secret: Redacted.make(secret) })
      const count = Effect.map(
        world.requests,
        (all) => all.filter((it) => it.operation === "users.authenticate").length
      )
      const run = bosa.connect("demo").action("whoami").pipe(Action.run)
      const start = yield* Clock.currentTimeMillis
      while ((yield* Clock.currentTimeMillis) - start < 4 * 3_600_000) {
        yield* run
        yield* Effect.sleep("10 minutes")
      }
      assert.strictEqual(yield* count, 4)
      const sent = (yield* world.requests).at(-1)?.headers["authorization"]
      yield* world.revokeToken(Redacted.isRedacted(sent) ? Redacted.value(sent).replace("Bearer ", "") : "")
      const { data } = yield* run
      assert.deepInclude(data, { user: "ann" })
      assert.strictEqual(yield* count, 5)
      assert.isTrue((yield* world.requests).every(({ status }) => status === 200 || status === 401))
    })
  )
})

describe("UserAuth.layerConfig and Auth.bosaConfig", () => {
  const env = (values: Record<string, string>) =>
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(values))))
  const built = <E>(
    layer: Layer.Layer<Auth, E, HttpClient.HttpClient>,
    fake: { readonly client: HttpClient.HttpClient }
  ) =>
    Effect.scoped(
      Effect.flatMap(Effect.provide(Auth, layer), ({ current }) => current).pipe(
        Effect.provideService(HttpClient.HttpClient, fake.client)
      )
    )
  const plain = (credentials: Readonly<Record<string, Redacted.Redacted>>) =>
    Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, Redacted.value(value)]))

  it.effect("read the environment", () =>
    Effect.gen(function* () {
      const fake = platform([issued("T1")], yes)
      const user = built(UserAuth.layerConfig(), fake).pipe(
        env({
          BOSA_API_KEY: "K",
          BOSA_USER_IDENTIFIER: "ann",
          BOSA_USER_SECRET: "S",
          BOSA_DIALECT: "gl",
          BOSA_BASE_URL: baseUrl
        })
      )
      assert.deepStrictEqual(plain(yield* user), { "x-api-key": "K", authorization: "Bearer T1" })
      assert.deepInclude(wire(fake), { path: "/auth/tokens", body: { identifier: "ann", secret: "S" } })
      const both = built(Auth.bosaConfig(), fake).pipe(env({ BOSA_API_KEY: "K", BOSA_USER_TOKEN: "T" }))
      assert.deepStrictEqual(plain(yield* both), { "x-api-key": "K", authorization: "Bearer T" })
      const keyOnly = built(Auth.bosaConfig(), fake).pipe(env({ BOSA_API_KEY: "K", BOSA_USER_TOKEN: "" }))
      assert.deepStrictEqual(plain(yield* keyOnly), { "x-api-key": "K" })
    })
  )

  it.effect("name what is missing, and never what is there", () =>
    Effect.gen(function* () {
      const fake = platform([issued("T1")], yes)
      for (const values of [{}, { BOSA_API_KEY: "" }, { BOSA_USER_TOKEN: "CANARY" }]) {
        const error = yield* Effect.flip(built(Auth.bosaConfig(), fake).pipe(env(values)))
        assert.include(String(error), "set BOSA_API_KEY, and BOSA_USER_TOKEN")
        assert.notInclude(String(error), "CANARY")
      }
      const all = { BOSA_API_KEY: "CANARY-K", BOSA_USER_IDENTIFIER: "ann", BOSA_USER_SECRET: "CANARY-S" }
      for (const name of Object.keys(all)) {
        const rest = Object.fromEntries(Object.entries(all).filter(([key]) => key !== name))
        const error = yield* Effect.flip(built(UserAuth.layerConfig(), fake).pipe(env(rest)))
        assert.include(String(error), name)
        assert.notInclude(String(error), "CANARY")
      }
      const dialect = yield* Effect.flip(built(UserAuth.layerConfig(), fake).pipe(env({ ...all, BOSA_DIALECT: "x" })))
      assert.include(String(dialect), '"bosa-0.3"')
    })
  )

  it.effect("an empty token of a user is refused, also after its scheme", () =>
    Effect.gen(function* () {
      const fake = platform([issued("T1")], yes)
      for (const token of ["", "Bearer ", "T\n"]) {
        const layer = Auth.bosa({ apiKey: Redacted.make("K"), userToken: Redacted.make(token) })
        const error = yield* Effect.flip(built(layer, fake))
        assert.deepStrictEqual(error._tag === "InvalidRequest" && error.issues[0]?.path, ["Auth", "userToken"])
      }
    })
  )

  it("have types", () => {
    type Needs = Layer.Layer<Auth, InvalidRequest, HttpClient.HttpClient>
    expectTypeOf<ReturnType<typeof UserAuth.layer>>().toEqualTypeOf<Needs>()
    expectTypeOf<ReturnType<typeof UserAuth.layerConfig>>().toEqualTypeOf<
      Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest, HttpClient.HttpClient>
    >()
    expectTypeOf<ReturnType<typeof Auth.bosa>>().toEqualTypeOf<Layer.Layer<Auth, InvalidRequest>>()
    expectTypeOf<ReturnType<typeof Auth.bosaConfig>>().toEqualTypeOf<
      Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest>
    >()
  })
})
