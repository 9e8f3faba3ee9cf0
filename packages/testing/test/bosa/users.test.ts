import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inspect } from "node:util"
import { at, call, refused, textAt } from "../support/bosa.ts"

const test = (
  name: string,
  body: Effect.Effect<void, unknown, BosaTest | HttpClient.HttpClient>,
  world?: World.World
) => it.effect(name, () => VirtualClock.provide(Effect.provide(body, BosaTest.layer(world))))

const dialects = [
  ["/clients/register-user", "/clients/oauth-token", "/clients/user"],
  ["/users", "/auth/tokens", "/users/me"]
] as const

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

describe("users", () => {
  for (const [create, authenticate, me] of dialects) {
    test(
      `are created, authenticated and read at ${create}`,
      Effect.gen(function* () {
        const made = yield* call("POST", create, { json: { identifier: "ann" } })
        assert.strictEqual(made.status, 200)
        const secret = textAt(made.body, "data.secret")
        const id = textAt(made.body, "data.id")
        assert.match(id, uuid)
        assert.match(secret, /^sk-user-[0-9a-f]{32}$/)
        assert.strictEqual(at(made.body, "data.secret_preview"), `${secret.slice(0, 10)}...`)
        assert.isTrue(at(made.body, "data.is_active"))

        const json = { identifier: "ann", secret }
        const first = yield* call("POST", authenticate, { json })
        const token = textAt(first.body, "data.token")
        assert.match(token, /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
        assert.deepInclude(at(first.body, "data"), {
          token_type: "Bearer",
          expires_at: "1970-01-01T01:00:00.000Z",
          is_revoked: false,
          user_id: id
        })
        const second = yield* call("POST", authenticate, { json })
        assert.notStrictEqual(textAt(second.body, "data.token"), token)

        const known = yield* call("GET", me, { token })
        assert.deepStrictEqual(at(known.body, "data"), {
          id,
          client_id: at(first.body, "data.client_id"),
          identifier: "ann",
          secret_preview: `${secret.slice(0, 10)}...`,
          is_active: true,
          integrations: []
        })
        assert.notInclude(known.text, secret)
      })
    )
  }

  test(
    "exist once for each client",
    Effect.gen(function* () {
      const create = (key: string) => call("POST", "/users", { key, json: { identifier: "ann" } })
      const one = yield* create("K1")
      const other = yield* create("K2")
      assert.deepStrictEqual([one.status, other.status], [200, 200])
      assert.notStrictEqual(textAt(one.body, "data.secret"), textAt(other.body, "data.secret"))
      assert.deepStrictEqual(refused(yield* create("K1")), [409, "USER_EXISTS"])
      const json = { identifier: "ann", secret: textAt(one.body, "data.secret") }
      assert.deepStrictEqual(refused(yield* call("POST", "/auth/tokens", { key: "K2", json })), [
        401,
        "CREDENTIALS_INVALID"
      ])
      const { body } = yield* call("POST", "/auth/tokens", { key: "K1", json })
      const token = textAt(body, "data.token")
      const run = (key: string) => call("GET", "/connectors/c/integration-exists", { key, token })
      assert.strictEqual((yield* run("K1")).status, 200)
      assert.deepStrictEqual(refused(yield* run("K2")), [403, "TOKEN_OF_ANOTHER_CLIENT"])
    }),
    World.make({
      bosa: {
        connectors: [{ name: "c" }],
        clients: [
          { name: "one", apiKey: "K1" },
          { name: "two", apiKey: "K2" }
        ]
      }
    })
  )

  test(
    "may have an empty identifier, but need one",
    Effect.gen(function* () {
      assert.strictEqual((yield* call("POST", "/users", { json: { identifier: "" } })).status, 200)
      for (const json of [{}, { identifier: 1 }, []]) {
        assert.deepStrictEqual(refused(yield* call("POST", "/users", { json })), [422, "VALIDATION_ERROR"])
      }
      assert.deepStrictEqual(refused(yield* call("POST", "/auth/tokens", { json: { identifier: "" } })), [
        422,
        "VALIDATION_ERROR"
      ])
      assert.deepStrictEqual(refused(yield* call("POST", "/users", { key: null, json: {} })), [401, "API_KEY_MISSING"])
    })
  )

  test(
    "are identified by secret and token without a key, but not with a wrong key",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      const { secret } = yield* platform.user("ann")
      const json = { identifier: "ann", secret }
      const { body } = yield* call("POST", "/auth/tokens", { key: null, json })
      const token = textAt(body, "data.token")
      assert.strictEqual((yield* call("GET", "/users/me", { key: null, token })).status, 200)
      assert.deepStrictEqual(refused(yield* call("POST", "/auth/tokens", { key: "x", json })), [401, "API_KEY_INVALID"])
      assert.deepStrictEqual(refused(yield* call("GET", "/users/me", { key: "x", token })), [401, "API_KEY_INVALID"])
      assert.deepStrictEqual(refused(yield* call("GET", "/users/me")), [401, "TOKEN_MISSING"])
    })
  )

  test(
    "of the world have the secrets, tokens and accounts that it gives them",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      assert.strictEqual((yield* platform.user("ann")).secret, "S")
      yield* Effect.sleep("30 days")
      const { body } = yield* call("GET", "/users/me", { key: platform.apiKey, token: "T" })
      assert.deepInclude(at(body, "data.integrations.1"), { connector: "c", user_identifier: "b", selected: false })
      assert.deepStrictEqual(yield* platform.users, [
        {
          id: textAt(body, "data.id"),
          identifier: "ann",
          integrations: [
            { connector: "c", account: "a", selected: true },
            { connector: "c", account: "b", selected: false }
          ],
          liveTokens: 1
        }
      ])
    }),
    World.make({
      bosa: {
        connectors: [{ name: "c" }],
        clients: [
          {
            name: "x",
            apiKey: "K",
            users: [{ identifier: "ann", secret: "S", token: "T", accounts: { c: ["a", "b"] } }]
          }
        ]
      }
    })
  )
})

describe("tokens", () => {
  test(
    "are invalid after they expire or are revoked",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      const token = yield* platform.token("ann")
      const me = Effect.map(call("GET", "/users/me", { token }), (answer) =>
        answer.status === 200 ? "ok" : at(answer.body, "error.code")
      )
      yield* Effect.sleep(3_599_999)
      assert.strictEqual(yield* me, "ok")
      yield* Effect.sleep(1)
      assert.strictEqual(yield* me, "TOKEN_EXPIRED")
      const other = yield* platform.token("ann")
      assert.strictEqual((yield* platform.users)[0]?.liveTokens, 1)
      yield* platform.revokeToken(other)
      assert.deepStrictEqual(refused(yield* call("GET", "/users/me", { token: other })), [401, "TOKEN_REVOKED"])
      assert.strictEqual((yield* platform.users)[0]?.liveTokens, 0)
    })
  )

  test(
    "are valid as long as the world says",
    Effect.gen(function* () {
      const token = yield* (yield* BosaTest).token("ann")
      yield* Effect.sleep(5)
      assert.deepStrictEqual(refused(yield* call("GET", "/users/me", { token })), [401, "TOKEN_EXPIRED"])
    }),
    World.make({ bosa: { tokenTtlMillis: 5, clients: [{ name: "demo", apiKey: "demo-key" }] } })
  )
})

describe("clients", () => {
  test(
    "are created at the path of the world, and can send requests at once",
    Effect.gen(function* () {
      for (const header of ["x-api-user", "x-api-key"]) {
        const headers = { [header]: "demo-key" }
        const { body } = yield* call("POST", "/clients/create-client", { key: null, headers, json: { name: header } })
        assert.deepInclude(at(body, "data"), { name: header, is_active: true })
        assert.strictEqual((yield* call("POST", "/demo/ping", { key: textAt(body, "data.api_key") })).status, 200)
      }
      const create = (key: string | null) => call("POST", "/clients/create-client", { key, json: { name: "x" } })
      assert.deepStrictEqual(refused(yield* create("x")), [401, "API_KEY_INVALID"])
      assert.deepStrictEqual(refused(yield* create(null)), [401, "API_KEY_MISSING"])
      const unnamed = yield* call("POST", "/clients/create-client", { json: {} })
      assert.deepStrictEqual(refused(unnamed), [422, "VALIDATION_ERROR"])
    })
  )

  test(
    "have another path when the world gives one",
    Effect.gen(function* () {
      assert.strictEqual((yield* call("POST", "/admin/clients", { json: { name: "x" } })).status, 200)
      assert.strictEqual((yield* call("POST", "/clients/create-client", { json: { name: "x" } })).status, 404)
    }),
    World.make({ bosa: { createClientPath: "/admin/clients" } })
  )
})

describe("the request log", () => {
  test(
    "shows no key, token, secret or configuration",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      const { secret } = yield* platform.user("ann")
      const token = yield* platform.token("ann")
      yield* call("POST", "/auth/tokens", { json: { identifier: "ann", secret } })
      yield* call("POST", "/connectors/notes/integrations", {
        token,
        json: { auth_type: "custom", configuration: { api_token: "very-private" } }
      })
      const requests = yield* platform.requests
      const [authenticate, configure] = requests
      assert.deepStrictEqual(authenticate?.body, { identifier: "ann", secret: "<hidden>" })
      assert.strictEqual(configure?.operation, "integrations.configure")
      const printed = JSON.stringify(requests) + inspect(requests, { depth: 9 })
      for (const hidden of [secret, token, "very-private", "demo-key"]) assert.notInclude(printed, hidden)
    })
  )

  test(
    "has the operation, the connector and the action, keeps the newest requests, and can be cleared",
    Effect.gen(function* () {
      const platform = yield* BosaTest.make(World.demo, { logLimit: 3 })
      const on = <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient>) =>
        Effect.provideService(effect, HttpClient.HttpClient, platform.client)
      yield* on(call("GET", "/connectors/names"))
      yield* on(call("GET", "/connectors/?modules=demo"))
      yield* on(call("POST", "/demo/echo", { json: { text: "x" } }))
      yield* on(call("GET", "/connectors/github/integrations/a%2Fb"))
      assert.deepStrictEqual(
        (yield* platform.requests).map(({ index, operation, connector, action, executed, body }) => [
          index,
          operation,
          connector,
          action,
          executed,
          body
        ]),
        [
          [1, "connectors.actions", undefined, undefined, false, undefined],
          [2, "actions.execute", "demo", "echo", true, { text: "x" }],
          [3, "integrations.get", "github", undefined, false, undefined]
        ]
      )
      yield* platform.clearLog
      assert.deepStrictEqual([yield* platform.requests, yield* platform.executionLog], [[], []])
      assert.strictEqual(yield* platform.executions("demo", "echo"), 0)
    })
  )
})
