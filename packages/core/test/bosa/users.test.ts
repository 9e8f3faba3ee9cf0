import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import { responseOf } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { CreatedUser, UserInfo, UserToken } from "@effect-connectors/core/Users"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { expectTypeOf } from "vitest"
import { answer, hang, lost, type Reply } from "../support/fakeClient.js"
import { virtual } from "../support/api.js"
import { bosaOver, data, dialects, ids, seen, token, wire } from "../support/usersKit.js"

const created = {
  id: ids.user,
  identifier: "ann",
  secret: "sk-user-abc",
  secret_preview: "sk-user-a...",
  is_active: true,
  extra: 1
}
const issued = {
  token: "JWT",
  token_type: "Bearer",
  expires_at: "2026-12-31T00:00:00Z",
  is_revoked: false,
  user_id: ids.user,
  client_id: ids.client
}
const integration = {
  id: ids.integration,
  client_id: ids.client,
  user_id: ids.user,
  connector: "demo",
  user_identifier: "ann@x",
  selected: true,
  auth_status: "ok",
  auth_string: "CANARY"
}
const info = {
  id: ids.user,
  client_id: ids.client,
  identifier: "ann",
  secret_preview: "sk-user-a...",
  is_active: true,
  integrations: [integration]
}

const paths = {
  bosa: ["/clients/register-user", "/clients/oauth-token", "/clients/user"],
  "bosa-0.3": ["/users", "/auth/tokens", "/users/me"],
  gl: ["/users", "/auth/tokens", "/users/me"]
} as const

const without = (record: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))

const posted = { "content-type": "application/json", "x-api-key": "KEY1" }
const secret = Redacted.make("sk-user-abc")
const plain = (user: CreatedUser) => ({ ...user, secret: Redacted.value(user.secret) })

describe("users on the wire", () => {
  for (const dialect of dialects) {
    const [create, authenticate, me] = paths[dialect]

    it.effect(`${dialect}: create`, () =>
      Effect.gen(function* () {
        const { bosa, fake } = yield* seen({ dialect }, data(created))
        const user = yield* bosa.users.create("ann")
        assert.deepStrictEqual(wire(fake), {
          method: "POST",
          path: create,
          headers: posted,
          body: { identifier: "ann" }
        })
        assert.deepStrictEqual(plain(user), {
          id: ids.user,
          identifier: "ann",
          secret: "sk-user-abc",
          secretPreview: "sk-user-a...",
          isActive: true
        })
      })
    )

    it.effect(`${dialect}: authenticate, without the token that Auth has`, () =>
      Effect.gen(function* () {
        const { fake } = yield* seen({ dialect }, data(issued))
        const auth = Auth.bosa({ apiKey: Redacted.make("KEY1"), userToken: Redacted.make("other") })
        const bosa = yield* bosaOver(fake.client, { dialect }, auth)
        const { token, ...rest } = yield* bosa.users.authenticate("ann", secret)
        assert.deepStrictEqual(wire(fake), {
          method: "POST",
          path: authenticate,
          headers: posted,
          body: { identifier: "ann", secret: "sk-user-abc" }
        })
        assert.strictEqual(Redacted.value(token), "JWT")
        assert.deepStrictEqual(rest, {
          tokenType: "Bearer",
          expiresAt: "2026-12-31T00:00:00Z",
          expiresAtMillis: Date.UTC(2026, 11, 31),
          isRevoked: false,
          userId: ids.user,
          clientId: ids.client
        })
      })
    )

    it.effect(`${dialect}: me, for a token or for Auth's own`, () =>
      Effect.gen(function* () {
        const { fake } = yield* seen({ dialect }, data(info))
        const auth = Auth.bosa({ apiKey: Redacted.make("KEY1"), userToken: Redacted.make("own") })
        const bosa = yield* bosaOver(fake.client, { dialect }, auth)
        const { integrations, raw, ...user } = yield* bosa.users.me(token)
        yield* bosa.users.me()
        assert.deepStrictEqual(wire(fake), {
          method: "GET",
          path: me,
          headers: { authorization: "Bearer T", "x-api-key": "KEY1" },
          body: undefined
        })
        assert.strictEqual(fake.sent[1]?.headers["authorization"], "Bearer own")
        assert.deepStrictEqual(user, {
          id: ids.user,
          clientId: ids.client,
          identifier: "ann",
          secretPreview: "sk-user-a...",
          isActive: true
        })
        const [linked] = integrations
        assert.deepInclude(linked, {
          id: ids.integration,
          clientId: ids.client,
          userId: ids.user,
          connector: "demo",
          account: "ann@x",
          isSelected: true,
          authStatus: "ok"
        })
        assert.notInclude(JSON.stringify([integrations, raw]), "CANARY")
      })
    )
  }

  it.effect("a token that says Bearer already does not say it twice, in a call or in Auth", () =>
    Effect.gen(function* () {
      const { fake } = yield* seen({}, data(info))
      const apiKey = Redacted.make("KEY1")
      const bosa = yield* bosaOver(fake.client, {}, Auth.bosa({ apiKey, userToken: Redacted.make("bearer own") }))
      yield* bosa.users.me()
      yield* bosa.users.me(Redacted.make("Bearer T"))
      assert.deepStrictEqual(
        fake.sent.map(({ headers }) => headers["authorization"]),
        ["Bearer own", "Bearer T"]
      )
    })
  )
})

describe("what users answer with", () => {
  const expected = (bosa: BosaApi.Service, call: "create" | "authenticate" | "me") =>
    Effect.map(
      Effect.flip<unknown, WriteError | ReadError, never>(
        call === "create"
          ? bosa.users.create("ann")
          : call === "me"
            ? bosa.users.me(token)
            : bosa.users.authenticate("ann", secret)
      ),
      (error) => (error._tag === "UnexpectedBody" ? error.expected : error._tag)
    )

  const cases: ReadonlyArray<readonly ["create" | "authenticate" | "me", string, Reply, unknown]> = [
    ["create", "no id", data(without(created, "id")), ['expected a UUID in "data.id"']],
    ["create", "an id that is not a UUID", data({ ...created, id: "7" }), ['expected a UUID in "data.id"']],
    ["create", "no identifier", data(without(created, "identifier")), ['expected text in "data.identifier"']],
    ["create", "no secret", data(without(created, "secret")), ['expected text in "data.secret"']],
    ["create", "an empty secret", data({ ...created, secret: "" }), ['expected text in "data.secret"']],
    [
      "create",
      "nothing",
      data({}),
      [
        'expected a UUID in "data.id"',
        'expected text in "data.identifier"',
        'expected text in "data.secret"',
        'expected text in "data.secret_preview"',
        'expected true or false in "data.is_active"'
      ]
    ],
    ["create", "an error with status 200", answer(200, { json: { error: {} } }), ['expected an object in "data"']],
    ["create", "a list", answer(200, { json: [] }), ['expected an object in "data"']],
    ["create", "not JSON", answer(200, { text: "{" }), "OutcomeUnknown"],
    ["authenticate", "no token", data(without(issued, "token")), ['expected text in "data.token"']],
    ["authenticate", "a token of another type", data({ ...issued, token: 1 }), ['expected text in "data.token"']],
    ["authenticate", "nothing at all", answer(200, { json: null }), ['expected an object in "data"']],
    ["me", "no id", data(without(info, "id")), ['expected a UUID in "data.id"']],
    ["me", "no identifier", data(without(info, "identifier")), ['expected text in "data.identifier"']],
    ["me", "no integrations", data(without(info, "integrations")), ['expected a list in "data.integrations"']],
    [
      "me",
      "an integration of nothing",
      data({ ...info, integrations: [integration, without(integration, "connector")] }),
      ['expected text in "data.integrations.1.connector"']
    ]
  ]
  for (const [call, name, reply, wanted] of cases) {
    it.effect(`${call}: ${name}`, () =>
      Effect.gen(function* () {
        const { bosa, fake } = yield* seen({}, reply)
        assert.deepStrictEqual(yield* expected(bosa, call), wanted)
        assert.strictEqual(fake.sent.length, 1)
      })
    )
  }

  it.effect("201 is a success", () =>
    Effect.gen(function* () {
      const { bosa } = yield* seen({}, data(created, 201), data(issued, 201))
      assert.strictEqual(plain(yield* bosa.users.create("ann")).secret, "sk-user-abc")
      assert.strictEqual(Redacted.value((yield* bosa.users.authenticate("ann", secret)).token), "JWT")
    })
  )

  const at = Date.UTC(2026, 11, 31, 12, 30)
  const ends: ReadonlyArray<readonly [unknown, number | undefined, string | undefined]> = [
    ["2026-12-31T12:30:00Z", at, "2026-12-31T12:30:00Z"],
    ["2026-12-31T14:30:00+02:00", at, "2026-12-31T14:30:00+02:00"],
    ["2026-12-31T12:30:00.000000", at, "2026-12-31T12:30:00.000000"],
    ["2026-12-31 12:30:00", at, "2026-12-31 12:30:00"],
    ["2026-12-31", Date.UTC(2026, 11, 31), "2026-12-31"],
    [String(at), at, String(at)],
    [String(at / 1000), at, String(at / 1000)],
    ["123", 123_000, "123"],
    ["0", undefined, "0"],
    ["-1", undefined, "-1"],
    ["soon", undefined, "soon"],
    ["in 5 minutes", undefined, "in 5 minutes"],
    ["Thu, 31 Dec 2026 12:30:00 GMT", at, "Thu, 31 Dec 2026 12:30:00 GMT"]
  ]
  for (const [value, millis, text] of ends) {
    it.effect(`a token that ends at ${JSON.stringify(value)}`, () =>
      Effect.gen(function* () {
        const { bosa } = yield* seen({}, data({ ...issued, expires_at: value }))
        const token = yield* bosa.users.authenticate("ann", secret)
        assert.deepStrictEqual([token.expiresAtMillis, token.expiresAt], [millis, text])
      })
    )
  }

  for (const value of [123, null, {}, undefined]) {
    it.effect(`a token that ends at ${JSON.stringify(value)} is none`, () =>
      Effect.gen(function* () {
        const { bosa } = yield* seen({}, data({ ...issued, expires_at: value }))
        assert.deepStrictEqual(yield* expected(bosa, "authenticate"), ['expected text in "data.expires_at"'])
      })
    )
  }

  const needed = {
    create: created,
    authenticate: issued,
    me: info
  } as const
  for (const call of ["create", "authenticate", "me"] as const) {
    for (const name of Object.keys(needed[call]).filter((it) => it !== "extra")) {
      it.effect(`${call} needs ${name}`, () =>
        Effect.gen(function* () {
          const { bosa } = yield* seen({}, data(without(needed[call], name)))
          const all = yield* expected(bosa, call)
          assert.match(String(all), new RegExp(`^expected [\\w ]+ in "data.${name}"$`))
        })
      )
    }
  }

  for (const name of ["id", "client_id", "user_id", "connector", "user_identifier", "selected"]) {
    it.effect(`each integration needs ${name}`, () =>
      Effect.gen(function* () {
        const answer = data({ ...info, integrations: [integration, without(integration, name)] })
        for (const dialect of dialects) {
          const { bosa } = yield* seen({ dialect }, answer)
          if (dialect === "bosa" && name === "selected") {
            assert.isUndefined((yield* bosa.users.me(token)).integrations[1]?.isSelected)
          } else {
            assert.match(String(yield* expected(bosa, "me")), new RegExp(`"data.integrations.1.${name}"$`))
          }
        }
      })
    )
  }

  it.effect("an answer that does not fit keeps what it has, and its secret redacted", () =>
    Effect.gen(function* () {
      const { bosa } = yield* seen({}, data({ ...created, id: "7" }))
      const error = yield* Effect.flip(bosa.users.create("ann"))
      const body = responseOf(error)?.body
      assert.notInclude(JSON.stringify(body), "sk-user-abc")
      assert.deepNestedInclude(body, { "data.secret": Redacted.make("sk-user-abc") })
    })
  )
})

describe("users that fail", () => {
  const tags: ReadonlyArray<readonly [Reply, write: string, read: string]> = [
    [answer(401, { json: {} }), "Unauthorized", "Unauthorized"],
    [answer(403, { json: {} }), "Forbidden", "Forbidden"],
    [answer(404, { json: {} }), "NotFound", "NotFound"],
    [answer(409, { json: {} }), "ApiRejected", "ApiRejected"],
    [answer(429, { json: {} }), "RateLimited", "RateLimited"],
    [answer(500, { text: "<h1>", headers: { "content-type": "text/html" } }), "ServerFailed", "ServerFailed"],
    [answer(302, { json: {} }), "UnexpectedRedirect", "UnexpectedRedirect"],
    [lost({ sent: true, code: "ECONNRESET" }), "OutcomeUnknown", "Unreachable"],
    [lost({ sent: false, phase: "connect", code: "ECONNREFUSED" }), "NotSent", "Unreachable"]
  ]
  for (const [reply, write, read] of tags) {
    virtual(`${write}, ${read}`, () =>
      Effect.gen(function* () {
        const { bosa } = yield* seen({ retry: "none" }, reply)
        const errors = [
          yield* Effect.flip(bosa.users.create("ann")),
          yield* Effect.flip(bosa.users.authenticate("ann", secret)),
          yield* Effect.flip(bosa.users.me(token))
        ]
        assert.deepStrictEqual(
          errors.map((error) => error._tag),
          [write, write, read]
        )
      })
    )
  }

  virtual(
    "a user is not created again after a lost response; a token is requested again, and so is a user's info",
    () =>
      Effect.gen(function* () {
        const reply = lost({ sent: true, code: "ECONNRESET" })
        const { bosa, fake } = yield* seen({}, reply)
        yield* Effect.flip(bosa.users.create("ann"))
        const afterCreate = fake.sent.length
        yield* Effect.flip(bosa.users.authenticate("ann", secret))
        const afterAuthenticate = fake.sent.length
        yield* Effect.flip(bosa.users.me(token))
        assert.deepStrictEqual([afterCreate, afterAuthenticate, fake.sent.length], [1, 4, 7])
      })
  )

  virtual("an attempt has 10 seconds", () =>
    Effect.gen(function* () {
      const { bosa } = yield* seen({ retry: "none" }, hang)
      const early = yield* Effect.flip(Effect.timeout(bosa.users.me(token), "9999 millis"))
      const error = yield* Effect.flip(Effect.timeout(bosa.users.me(token), "10001 millis"))
      assert.deepStrictEqual([early._tag, error._tag], ["TimeoutException", "Unreachable"])
    })
  )

  const blanks = ["", " ", "\t\n"]
  for (const blank of blanks) {
    it.effect(`nothing is sent for ${JSON.stringify(blank)}`, () =>
      Effect.gen(function* () {
        const { bosa, fake } = yield* seen({}, data(created))
        const paths = (self: Effect.Effect<unknown, ReadError | WriteError>) =>
          Effect.map(Effect.flip(self), (error) =>
            error._tag === "InvalidRequest" ? error.issues.map(({ path }) => path.join(".")) : error._tag
          )
        assert.deepStrictEqual(yield* paths(bosa.users.create(blank)), ["identifier"])
        assert.deepStrictEqual(yield* paths(bosa.users.authenticate(blank, Redacted.make(blank))), [
          "identifier",
          "secret"
        ])
        assert.deepStrictEqual(yield* paths(bosa.users.me(Redacted.make(blank))), ["token"])
        assert.strictEqual(fake.sent.length, 0)
      })
    )
  }
})

describe("users of the fake platform", () => {
  it.effect("are created, authenticated and described", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const platform = yield* BosaTest
        for (const dialect of dialects) {
          const auth = Auth.apiKey(Redacted.make(platform.apiKey))
          const bosa = yield* bosaOver(platform.client, { dialect }, auth)
          const user = yield* bosa.users.create(`ann-${dialect}`)
          const token: UserToken = yield* bosa.users.authenticate(user.identifier, user.secret)
          const known = yield* bosa.users.me(token)
          assert.deepStrictEqual([known.id, known.clientId, known.integrations], [user.id, token.clientId, []])
          assert.strictEqual(token.expiresAtMillis, 3_600_000)
          const twice = yield* Effect.flip(bosa.users.create(user.identifier))
          assert.strictEqual(twice._tag === "ApiRejected" && twice.serverCode, "USER_EXISTS")
        }
      }).pipe(Effect.provide(BosaTest.layer()))
    )
  )
})

it("users have types: create and authenticate are writes, me is a read", () => {
  type Users = BosaApi.Service["users"]
  expectTypeOf<ReturnType<Users["create"]>>().toEqualTypeOf<Effect.Effect<CreatedUser, WriteError>>()
  expectTypeOf<ReturnType<Users["authenticate"]>>().toEqualTypeOf<Effect.Effect<UserToken, WriteError>>()
  expectTypeOf<ReturnType<Users["me"]>>().toEqualTypeOf<Effect.Effect<UserInfo, ReadError>>()
  expectTypeOf<Users["authenticate"]>().parameter(1).toEqualTypeOf<Redacted.Redacted>()
})
