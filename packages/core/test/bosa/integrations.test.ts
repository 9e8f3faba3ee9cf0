import type { ApiError, ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { IntegrationRequired } from "@effect-connectors/core/BosaError"
import type { Dialect } from "@effect-connectors/core/Dialect"
import type { Integration, IntegrationResult, Linked, Visit, Waiting } from "@effect-connectors/core/Integrations"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import { expectTypeOf } from "vitest"
import { virtual } from "../support/api.js"
import { answer, lost, type Reply } from "../support/fakeClient.js"
import { bosaOver, data, dialects, seen, token, wire } from "../support/usersKit.js"

type Integrations = BosaApi.Service["integrations"]

const callback = "https://app.example/linked?y=1"
const credentials = { authorization: "Bearer T", "x-api-key": "KEY1" }
const withBody = { ...credentials, "content-type": "application/json" }
const done = data({ success: true })

describe("integrations on the wire", () => {
  for (const dialect of dialects) {
    const own = dialect === "gl" ? { replace_duplicate: false } : {}
    it.effect(`${dialect}: has`, () =>
      Effect.gen(function* () {
        const { bosa, fake } = yield* seen(
          { dialect },
          data({ has_integration: true }),
          data({ has_integration: false })
        )
        assert.isTrue(yield* bosa.integrations.has("demo", token))
        assert.isFalse(yield* bosa.integrations.has("demo", token))
        const path = "/connectors/demo/integration-exists"
        assert.deepStrictEqual(wire(fake), { method: "GET", path, headers: credentials, body: undefined })
      })
    )

    it.effect(`${dialect}: initiate`, () =>
      Effect.gen(function* () {
        const { bosa, fake } = yield* seen({ dialect }, data({ url: "https://auth.example/go" }))
        assert.strictEqual(yield* bosa.integrations.initiate("demo", token, callback), "https://auth.example/go")
        assert.deepStrictEqual(wire(fake), {
          method: "POST",
          path: "/connectors/demo/integrations",
          headers: withBody,
          body: { callback_url: callback, ...own }
        })
      })
    )

    it.effect(`${dialect}: a duplicate is replaced where the dialect allows it`, () =>
      Effect.gen(function* () {
        const { bosa, fake } = yield* seen({ dialect }, data({ url: "https://auth.example/go" }), data({}))
        const replaced = { replaceDuplicate: true }
        const initiated = yield* Effect.either(bosa.integrations.initiate("demo", token, callback, replaced))
        const configured = yield* Effect.either(bosa.integrations.configure("demo", token, { key: "k" }, replaced))
        if (dialect === "gl") {
          assert.deepStrictEqual(wire(fake).body, { callback_url: callback, replace_duplicate: true })
          const body = { auth_type: "custom", configuration: { key: "k" }, replace_duplicate: true }
          assert.deepStrictEqual(wire(fake, 1).body, body)
        } else {
          assert.strictEqual(fake.sent.length, 0)
          for (const error of [Either.getOrThrow(Either.flip(initiated)), Either.getOrThrow(Either.flip(configured))]) {
            assert.strictEqual(error._tag, "InvalidRequest")
            assert.include(error.message, '"gl"')
          }
          assert.include(Either.isLeft(initiated) ? initiated.left.message : "", "replaceDuplicate")
        }
      })
    )

    it.effect(`${dialect}: remove`, () =>
      Effect.gen(function* () {
        const { bosa, fake } = yield* seen({ dialect }, done)
        const account = dialect === "bosa" ? undefined : "ann@x.com"
        const result = yield* bosa.integrations.remove("demo", token, account)
        assert.deepStrictEqual(wire(fake), {
          method: "DELETE",
          path: `/connectors/demo/integrations${account === undefined ? "" : "/ann@x.com"}`,
          headers: credentials,
          body: undefined
        })
        assert.deepStrictEqual(result, {
          success: true,
          message: undefined,
          raw: { data: { success: true }, meta: null }
        })
      })
    )

    if (dialect === "bosa") continue
    it.effect(`${dialect}: configure, select and get`, () =>
      Effect.gen(function* () {
        const account = {
          connector: "demo",
          user_identifier: "ann@x.com",
          auth_string: "CANARY",
          auth_scopes: ["a", 1]
        }
        const { bosa, fake } = yield* seen({ dialect }, data({}), done, data({ ...account, selected: true }))
        const configured = yield* bosa.integrations.configure("demo", token, { api_token: "x" })
        const selected = yield* bosa.integrations.select("demo", token, "ann@x.com")
        const { authString, raw, ...found } = yield* bosa.integrations.get("demo", token, "ann@x.com")
        assert.deepStrictEqual(
          [0, 1, 2].map((index) => wire(fake, index)),
          [
            {
              method: "POST",
              path: "/connectors/demo/integrations",
              headers: withBody,
              body: { auth_type: "custom", configuration: { api_token: "x" }, ...own }
            },
            {
              method: "POST",
              path: "/connectors/demo/integrations/ann@x.com",
              headers: credentials,
              body: undefined
            },
            { method: "GET", path: "/connectors/demo/integrations/ann@x.com", headers: credentials, body: undefined }
          ]
        )
        assert.deepStrictEqual([configured.success, selected.success], [true, true])
        assert.deepStrictEqual(found, {
          connector: "demo",
          account: "ann@x.com",
          isSelected: true,
          authStatus: undefined,
          authScopes: ["a"]
        })
        assert.strictEqual(authString === undefined ? undefined : Redacted.value(authString), "CANARY")
        assert.notInclude(JSON.stringify(raw), "CANARY")
      })
    )
  }

  it.effect("without a token it is the user of Auth", () =>
    Effect.gen(function* () {
      const { fake } = yield* seen({}, data({ has_integration: true }))
      const auth = Auth.bosa({ apiKey: Redacted.make("KEY1"), userToken: Redacted.make("own") })
      yield* (yield* bosaOver(fake.client, {}, auth)).integrations.has("demo", undefined)
      assert.strictEqual(fake.sent[0]?.headers["authorization"], "Bearer own")
    })
  )

  it.effect("names with parts of a URL in them are one part of the path", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen({ dialect: "gl" }, data({ has_integration: true }), done)
      yield* bosa.integrations.has("a b/c?d#e", token)
      yield* bosa.integrations.remove("x/../y", token, "a/b c?d#e%")
      assert.deepStrictEqual(
        fake.sent.map(({ url }) => new URL(url).pathname + new URL(url).search + new URL(url).hash),
        ["/connectors/a%20b%2Fc%3Fd%23e/integration-exists", "/connectors/x%2F..%2Fy/integrations/a%2Fb%20c%3Fd%23e%25"]
      )
    })
  )
})

const every: Readonly<Record<string, (it: Integrations) => Effect.Effect<unknown, ApiError | IntegrationRequired>>> = {
  has: (it) => it.has("demo", token),
  get: (it) => it.get("demo", token, "ann"),
  initiate: (it) => it.initiate("demo", token, callback),
  configure: (it) => it.configure("demo", token, {}),
  select: (it) => it.select("demo", token, "ann"),
  remove: (it) => it.remove("demo", token, "ann"),
  ensure: (it) => it.ensure("demo", token, callback),
  require: (it) => it.require("demo", token)
}

describe("integrations that fail", () => {
  const replies: ReadonlyArray<readonly [Reply, read: string, write: string]> = [
    [answer(401, { json: { error: { message: "m", request_id: "r9" } } }), "Unauthorized", "Unauthorized"],
    [answer(403, { json: {} }), "Forbidden", "Forbidden"],
    [answer(404, { json: { error: { message: "nf" } } }), "NotFound", "NotFound"],
    [answer(400, { json: { error: { message: "bad callback" } } }), "ApiRejected", "ApiRejected"],
    [answer(429, { json: {} }), "RateLimited", "RateLimited"],
    [answer(500, { text: "<h1>", headers: { "content-type": "text/html" } }), "ServerFailed", "ServerFailed"],
    [answer(200, { text: "<h1>", headers: { "content-type": "text/html" } }), "UnexpectedBody", "OutcomeUnknown"],
    [answer(301, { json: {} }), "UnexpectedRedirect", "UnexpectedRedirect"],
    [lost({ sent: true, code: "ECONNRESET" }), "Unreachable", "OutcomeUnknown"],
    [lost({ sent: false, code: "ECONNREFUSED" }), "Unreachable", "NotSent"]
  ]
  const reads: ReadonlySet<string> = new Set(["has", "get", "ensure", "require"])
  for (const [reply, read, write] of replies) {
    virtual(`${read}, ${write}: a failure, and never an answer`, () =>
      Effect.gen(function* () {
        const { bosa } = yield* seen({ dialect: "gl", retry: "none" }, reply)
        for (const [name, call] of Object.entries(every)) {
          const error = yield* Effect.flip(call(bosa.integrations))
          assert.strictEqual(error._tag, reads.has(name) ? read : write, name)
        }
      })
    )
  }

  const shapes: ReadonlyArray<readonly [keyof typeof every, unknown, ReadonlyArray<string>]> = [
    ["has", {}, ['expected an object in "data"']],
    ["has", { data: {} }, ['expected true or false in "data.has_integration"']],
    ["has", { data: { has_integration: "yes" } }, ['expected true or false in "data.has_integration"']],
    ["has", { data: { has_integration: null } }, ['expected true or false in "data.has_integration"']],
    ["initiate", { data: {} }, ['expected text in "data.url"']],
    ["initiate", { data: { url: "" } }, ['expected text in "data.url"']],
    ["get", { data: [] }, ['expected an object in "data"']],
    ["select", { data: {} }, ['expected true or false in "data.success"']],
    ["select", [], ['expected true or false in "data.success"']],
    ["remove", { data: { success: 1 } }, ['expected true or false in "data.success"']]
  ]
  for (const [name, json, expected] of shapes) {
    it.effect(`${name} of ${JSON.stringify(json)}`, () =>
      Effect.gen(function* () {
        const { bosa } = yield* seen({ dialect: "gl" }, answer(200, { json }))
        const error = yield* Effect.flip(every[name]?.(bosa.integrations) ?? Effect.void)
        assert.deepStrictEqual(error._tag === "UnexpectedBody" && error.expected, expected)
      })
    )
  }

  const results: ReadonlyArray<readonly [Reply, boolean, string | undefined]> = [
    [data({ success: false, error: "none" }), false, "none"],
    [data({ success: false, error: { message: "nested" } }), false, "nested"],
    [data({ success: false }), false, undefined],
    [data({ success: true, message: "done" }), true, "done"],
    [answer(200, { json: { data: { success: false }, message: "outer" } }), false, "outer"]
  ]
  for (const [reply, success, message] of results) {
    it.effect(`the server's own word: ${success}, ${message}`, () =>
      Effect.gen(function* () {
        const { bosa } = yield* seen({ dialect: "gl" }, reply)
        for (const call of [
          bosa.integrations.select("demo", token, "a"),
          bosa.integrations.remove("demo", token, "a"),
          bosa.integrations.configure("demo", token, {})
        ]) {
          const result = yield* call
          assert.deepStrictEqual([result.success, result.message], [success, message])
        }
      })
    )
  }

  it.effect("get: the response is given as it is", () =>
    Effect.gen(function* () {
      const { bosa } = yield* seen({ dialect: "gl" }, data({ success: false, error: "x" }))
      const found = yield* bosa.integrations.get("demo", token, "ann")
      assert.deepStrictEqual([found.account, found.raw], [undefined, { success: false, error: "x" }])
    })
  )

  it.effect("an empty answer to a removal says that it was done", () =>
    Effect.gen(function* () {
      for (const reply of [answer(204, { headers: {} }), answer(200)]) {
        const { bosa } = yield* seen({}, reply)
        const result = yield* bosa.integrations.remove("demo", token)
        assert.deepStrictEqual(result, { success: true, message: undefined, raw: null })
      }
    })
  )

  it.effect("what was configured is not shown in the result", () =>
    Effect.gen(function* () {
      const { bosa } = yield* seen({ dialect: "gl" }, data({ success: true, configuration: { api_token: "CANARY" } }))
      const result = yield* bosa.integrations.configure("demo", token, { api_token: "CANARY" })
      assert.notInclude(JSON.stringify(result), "CANARY")
    })
  )
})

describe("integrations that are refused before anything is sent", () => {
  const refused = Effect.fnUntraced(function* (
    call: (it: Integrations) => Effect.Effect<unknown, ApiError | IntegrationRequired>,
    dialect: Dialect = "gl"
  ) {
    const { bosa, fake } = yield* seen({ dialect }, done)
    const error = yield* Effect.flip(call(bosa.integrations))
    assert.strictEqual(fake.sent.length, 0)
    if (error._tag !== "InvalidRequest") throw new Error(error._tag)
    return error
  })

  it.effect("by a dialect that has no such operation; it names those that have", () =>
    Effect.gen(function* () {
      for (const name of ["configure", "select", "get", "remove"] as const) {
        const error = yield* refused(every[name] ?? (() => Effect.void), "bosa")
        assert.strictEqual(error.operation, `integrations.${name}`)
        assert.include(error.message, '"bosa-0.3" or "gl"')
      }
      for (const dialect of ["bosa-0.3", "gl"] as const) {
        const error = yield* refused((it) => it.remove("demo", token), dialect)
        assert.strictEqual(error.operation, "integrations.remove")
        assert.include(error.message, 'speak "bosa",')
      }
    })
  )

  for (const name of ["", " ", ".", "..", "a\nb"]) {
    it.effect(`by a name that is ${JSON.stringify(name)}`, () =>
      Effect.gen(function* () {
        const connector = yield* refused((it) => it.has(name, token))
        assert.deepStrictEqual(
          connector.issues.map(({ path }) => path),
          [["connector"]]
        )
        const account = yield* refused((it) => it.remove("demo", token, name))
        assert.deepStrictEqual(
          account.issues.map(({ path }) => path),
          [["account"]]
        )
      })
    )
  }

  for (const url of [
    "",
    "/linked",
    "app.example",
    "//app.example",
    "ftp://x/",
    "javascript:alert(1)",
    "http://",
    "https:///x",
    "https://x/ y"
  ]) {
    it.effect(`by the callback URL ${JSON.stringify(url)}`, () =>
      Effect.gen(function* () {
        for (const name of ["initiate", "ensure", "require"] as const) {
          const error = yield* refused((it) => it[name]("demo", token, url))
          assert.deepStrictEqual([error.operation, error.issues[0]?.path], [`integrations.${name}`, ["callbackUrl"]])
        }
      })
    )
  }

  it.effect("by an empty token, and by a configuration that JSON does not know", () =>
    Effect.gen(function* () {
      const error = yield* refused((it) => it.configure("demo", Redacted.make(""), { a: Number.NaN }))
      assert.deepStrictEqual(
        error.issues.map(({ path }) => path.join(".")),
        ["token", "body.configuration.a"]
      )
    })
  )
})

describe("ensure and require", () => {
  const yes = data({ has_integration: true })
  const no = data({ has_integration: false })
  const link = data({ url: "https://auth.example/go" })

  it.effect("linked: nothing is started", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen({}, yes)
      assert.deepStrictEqual(yield* bosa.integrations.ensure("demo", token, callback), { _tag: "Linked" })
      yield* bosa.integrations.require("demo", token, callback)
      assert.deepStrictEqual(
        fake.sent.map(({ method }) => method),
        ["GET", "GET"]
      )
    })
  )

  it.effect("not linked: where to do it", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen({}, no, link, no, link, no)
      const state = yield* bosa.integrations.ensure("demo", token, callback)
      assert.deepStrictEqual(state, { _tag: "Visit", url: "https://auth.example/go" })
      const error = yield* Effect.flip(bosa.integrations.require("demo", token, callback))
      assert.deepStrictEqual(error._tag === "IntegrationRequired" && [error.connector, error.url], [
        "demo",
        "https://auth.example/go"
      ])
      assert.notInclude(error.message, "auth.example")
      const bare = yield* Effect.flip(bosa.integrations.require("demo", token))
      assert.deepStrictEqual(bare._tag === "IntegrationRequired" && [bare.connector, bare.url], ["demo", undefined])
      assert.strictEqual(fake.sent.length, 5)
    })
  )
})

it("on the fake platform a user links, selects and removes in every dialect", () =>
  Effect.runPromise(
    VirtualClock.run(
      Effect.gen(function* () {
        const platform = yield* BosaTest
        for (const dialect of dialects) {
          const name = `ann-${dialect}`
          const auth = Auth.bosa({
            apiKey: Redacted.make(platform.apiKey),
            userToken: Redacted.make(yield* platform.token(name))
          })
          const { integrations } = yield* bosaOver(platform.client, { dialect }, auth)
          const state = yield* integrations.ensure("github", undefined, callback)
          if (state._tag !== "Visit") throw new Error("expected a visit")
          const visited = yield* platform.client.execute(HttpClientRequest.get(state.url))
          assert.strictEqual(visited.status, 302)
          assert.isTrue(yield* integrations.has("github", undefined))
          if (dialect !== "bosa") {
            assert.isTrue((yield* integrations.select("github", undefined, name)).success)
            assert.strictEqual((yield* integrations.get("github", undefined, name)).isSelected, true)
            yield* integrations.configure("notes", undefined, { api_token: "x" })
            assert.isTrue(yield* integrations.has("notes", undefined))
          }
          const account = dialect === "bosa" ? undefined : name
          assert.isTrue((yield* integrations.remove("github", undefined, account)).success)
          assert.isFalse(yield* integrations.has("github", undefined))
          const gone = yield* Effect.flip(integrations.remove("github", undefined, account))
          assert.strictEqual(gone._tag, "NotFound")
        }
      }).pipe(Effect.provide(BosaTest.layer()))
    )
  ))

it("integrations have types", () => {
  expectTypeOf<ReturnType<Integrations["has"]>>().toEqualTypeOf<Effect.Effect<boolean, ReadError>>()
  expectTypeOf<ReturnType<Integrations["get"]>>().toEqualTypeOf<Effect.Effect<Integration, ReadError>>()
  expectTypeOf<ReturnType<Integrations["initiate"]>>().toEqualTypeOf<Effect.Effect<string, WriteError>>()
  for (const name of ["configure", "select", "remove"] as const) {
    expectTypeOf<ReturnType<Integrations[typeof name]>>().toEqualTypeOf<Effect.Effect<IntegrationResult, WriteError>>()
  }
  expectTypeOf<ReturnType<Integrations["ensure"]>>().toEqualTypeOf<Effect.Effect<Linked | Visit, ApiError>>()
  expectTypeOf<ReturnType<Integrations["require"]>>().toEqualTypeOf<
    Effect.Effect<void, ApiError | IntegrationRequired>
  >()
  expectTypeOf<ReturnType<Integrations["untilLinked"]>>().toEqualTypeOf<Stream.Stream<Waiting | Linked, ReadError>>()
})
