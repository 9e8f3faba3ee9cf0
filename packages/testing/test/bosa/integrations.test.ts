import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { at, call, refused, textAt } from "../support/bosa.ts"

const callback = "https://app.example/done?from=x"

const test = (name: string, body: (token: string) => Effect.Effect<void, unknown, BosaTest | HttpClient.HttpClient>) =>
  it.effect(name, () =>
    Effect.flatMap(BosaTest, (platform) => Effect.flatMap(platform.token("ann"), body)).pipe(
      Effect.provide(BosaTest.layer()),
      VirtualClock.provide
    )
  )

const has = (token: string, connector = "github") =>
  Effect.map(call("GET", `/connectors/${connector}/integration-exists`, { token }), ({ body }) =>
    at(body, "data.has_integration")
  )

const initiate = (token: string, json: unknown = { callback_url: callback }) =>
  call("POST", "/connectors/github/integrations", { token, json })

const initiateUrl = (token: string) => Effect.map(initiate(token), ({ body }) => textAt(body, "data.url"))

const accounts = Effect.flatMap(BosaTest, ({ users }) =>
  Effect.map(users, (users) =>
    users.flatMap(({ integrations }) =>
      integrations.map(({ connector, account, selected }) => `${connector}:${account}${selected ? "*" : ""}`)
    )
  )
)

describe("the authorization page", () => {
  test("links the account, and redirects to the callback", (token) =>
    Effect.gen(function* () {
      assert.isFalse(yield* has(token))
      const url = yield* initiateUrl(token)
      assert.match(url, /^http:\/\/localhost\/oauth\/authorize\?connector=github&state=[0-9a-f]{40}$/)
      assert.isFalse(yield* has(token))
      const authorized = yield* call("GET", url, { key: null })
      assert.strictEqual(authorized.status, 302)
      const state = new URL(url).searchParams.get("state") ?? ""
      assert.strictEqual(authorized.headers["location"], `${callback}&state=${state}`)
      assert.isTrue(yield* has(token))
      assert.isFalse(yield* has(token, "notes"))
      assert.deepStrictEqual(yield* accounts, ["github:ann*"])
    }))

  test("may link another account, and links an account only once", (token) =>
    Effect.gen(function* () {
      for (const account of ["ann@work", "ann@home", "ann@home"]) {
        yield* call("GET", `${yield* initiateUrl(token)}&account=${account}`, { key: null })
      }
      assert.deepStrictEqual(yield* accounts, ["github:ann@work*", "github:ann@home"])
    }))

  test("is valid once, for ten minutes", (token) =>
    Effect.gen(function* () {
      const open = (url: string) => call("GET", url, { key: null })
      const used = yield* initiateUrl(token)
      yield* open(used)
      assert.deepStrictEqual(refused(yield* open(used)), [400, "STATE_INVALID"])
      const late = yield* initiateUrl(token)
      yield* Effect.sleep("10 minutes")
      assert.deepStrictEqual(refused(yield* open(late)), [400, "STATE_INVALID"])
      assert.deepStrictEqual(refused(yield* open("/oauth/authorize?state=x")), [400, "STATE_INVALID"])
    }))

  test("links nothing when the user denies", (token) =>
    Effect.gen(function* () {
      const denied = yield* call("GET", `${yield* initiateUrl(token)}&deny=1`, { key: null })
      assert.match(
        String(denied.headers["location"]),
        /^https:\/\/app\.example\/done\?from=x&state=\w+&error=access_denied$/
      )
      assert.isFalse(yield* has(token))
    }))

  test("needs a callback that is a URL", (token) =>
    Effect.gen(function* () {
      for (const json of [{}, { callback_url: "/done" }, { callback_url: 1 }]) {
        assert.deepStrictEqual(refused(yield* initiate(token, json)), [400, "CALLBACK_INVALID"])
      }
      assert.deepStrictEqual(refused(yield* initiate(token, [])), [422, "VALIDATION_ERROR"])
    }))
})

describe("a custom configuration", () => {
  const configure = (token: string, configuration: unknown, more: object = {}) =>
    call("POST", "/connectors/notes/integrations", { token, json: { auth_type: "custom", configuration, ...more } })

  test("links an account at once, under the name in it", (token) =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* configure(token, { api_token: "t" })).body, {
        data: { success: true },
        meta: null
      })
      assert.isTrue(yield* has(token, "notes"))
      yield* configure(token, { api_token: "t", user_identifier: "second" })
      assert.deepStrictEqual(yield* accounts, ["notes:ann*", "notes:second"])
      assert.strictEqual((yield* call("POST", "/notes/list_notes", { token })).status, 200)
    }))

  test("is refused when a field is missing, the account exists, or the connector takes no such configuration", (token) =>
    Effect.gen(function* () {
      const lacking = yield* configure(token, {})
      assert.deepStrictEqual(refused(lacking), [422, "CONFIGURATION_INVALID"])
      assert.deepStrictEqual(at(lacking.body, "error.details.fields"), ["api_token"])
      assert.deepStrictEqual(refused(yield* configure(token, "x")), [400, "CONFIGURATION_INVALID"])
      const custom = { auth_type: "custom", configuration: { api_token: "t" } }
      assert.deepStrictEqual(refused(yield* initiate(token, custom)), [400, "CONFIGURATION_INVALID"])
      const oauth = yield* call("POST", "/connectors/notes/integrations", { token, json: { callback_url: callback } })
      assert.deepStrictEqual(refused(oauth), [400, "CUSTOM_CONFIGURATION_REQUIRED"])
      yield* configure(token, { api_token: "t" })
      const again = yield* configure(token, { api_token: "t" }, { replace_duplicate: false })
      assert.deepStrictEqual(refused(again), [409, "INTEGRATION_EXISTS"])
      assert.strictEqual((yield* configure(token, { api_token: "t" }, { replace_duplicate: true })).status, 200)
    }))
})

describe("accounts", () => {
  const linked = Effect.flatMap(BosaTest, ({ link }) =>
    Effect.forEach(["a@x", "b/c", "d"], (account) => link("ann", "github", account))
  )

  test("are read one by one, selected, and removed", (token) =>
    Effect.gen(function* () {
      yield* linked
      const on = (method: "GET" | "POST" | "DELETE", account: string) =>
        call(method, `/connectors/github/integrations/${encodeURIComponent(account)}`, { token })
      const one = yield* on("GET", "b/c")
      assert.deepInclude(at(one.body, "data"), {
        connector: "github",
        user_identifier: "b/c",
        selected: false,
        auth_status: "active",
        auth_scopes: []
      })
      assert.deepStrictEqual((yield* on("POST", "b/c")).body, { data: { success: true }, meta: null })
      assert.deepStrictEqual(yield* accounts, ["github:a@x", "github:b/c*", "github:d"])
      assert.deepStrictEqual((yield* on("DELETE", "b/c")).body, { data: { success: true }, meta: null })
      assert.deepStrictEqual(yield* accounts, ["github:a@x*", "github:d"])
      for (const method of ["GET", "POST", "DELETE"] as const) {
        assert.deepStrictEqual(refused(yield* on(method, "b/c")), [404, "INTEGRATION_NOT_FOUND"], method)
      }
    }))

  test("are removed all at once", (token) =>
    Effect.gen(function* () {
      const platform = yield* BosaTest
      yield* linked
      yield* platform.link("ann", "notes")
      const remove = call("DELETE", "/connectors/github/integrations", { token })
      assert.deepStrictEqual((yield* remove).body, { data: { success: true }, meta: null })
      assert.deepStrictEqual(yield* accounts, ["notes:ann*"])
      assert.deepStrictEqual(refused(yield* remove), [404, "INTEGRATION_NOT_FOUND"])
      yield* platform.unlink("ann", "notes", "someone else")
      assert.deepStrictEqual(yield* accounts, ["notes:ann*"])
    }))

  test("need a user of a known client and a known connector", (token) =>
    Effect.gen(function* () {
      const exists = (connector: string) => `/connectors/${connector}/integration-exists`
      assert.deepStrictEqual(refused(yield* call("GET", exists("none"), { token })), [404, "CONNECTOR_NOT_FOUND"])
      assert.deepStrictEqual(refused(yield* call("GET", exists("github"))), [401, "TOKEN_MISSING"])
      assert.deepStrictEqual(refused(yield* call("GET", exists("github"), { token: "x" })), [401, "TOKEN_INVALID"])
      assert.deepStrictEqual(refused(yield* call("GET", exists("github"), { token, key: null })), [
        401,
        "API_KEY_MISSING"
      ])
      assert.deepStrictEqual(refused(yield* call("POST", exists("github"), { token })), [405, "METHOD_NOT_ALLOWED"])
    }))
})
