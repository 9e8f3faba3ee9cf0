import type { WriteError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { CreatedClient, CreateClientOptions } from "@effect-connectors/core/Clients"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { expectTypeOf } from "vitest"
import { virtual } from "../support/api.js"
import { answer, lost, type Reply } from "../support/fakeClient.js"
import { bosaOver, data, dialects, ids, seen, wire } from "../support/usersKit.js"

const createClient = { path: "/clients/create-client", header: "x-api-user" }
const master = Redacted.make("MASTER")
const created = { id: ids.client, name: "app", api_key: "K2", is_active: true }

describe("clients.create", () => {
  for (const dialect of dialects) {
    it.effect(`${dialect}: sends the master key in the header of the option, and nothing else that authorizes`, () =>
      Effect.gen(function* () {
        const extraHeaders = { authorization: "Bearer CANARY", "x-tenant": "t" }
        for (const header of ["x-api-user", "X-API-Key"]) {
          const { bosa, fake } = yield* seen(
            { dialect, extraHeaders, createClient: { ...createClient, header } },
            data(created, 201)
          )
          const { apiKey, ...rest } = yield* bosa.clients.create("app", master)
          assert.deepStrictEqual(wire(fake), {
            method: "POST",
            path: "/clients/create-client",
            headers: { "content-type": "application/json", [header.toLowerCase()]: "MASTER" },
            body: { name: "app" }
          })
          assert.strictEqual(Redacted.value(apiKey), "K2")
          assert.deepStrictEqual(rest, { id: ids.client, name: "app", isActive: true })
        }
      })
    )
  }

  it.effect("goes below the path of the base URL", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen({ baseUrl: "http://localhost:8081/pre/", createClient }, data(created))
      yield* bosa.clients.create("app", master)
      assert.strictEqual(fake.sent[0]?.url, "http://localhost:8081/pre/clients/create-client")
    })
  )

  it.effect("without the option nothing is sent, and the error names it", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen({}, data(created))
      const error = yield* Effect.flip(bosa.clients.create("app", master))
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.include(error.message, "createClient: { path, header }")
      assert.strictEqual(fake.sent.length, 0)
    })
  )

  it.effect("an empty name or key is refused, and the key is not in the error", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen({ createClient }, data(created))
      const error = yield* Effect.flip(bosa.clients.create(" ", Redacted.make("CANARY\n")))
      assert.deepStrictEqual(error._tag === "InvalidRequest" && error.issues.map(({ path }) => path[0]), [
        "name",
        "masterKey"
      ])
      assert.notInclude(JSON.stringify(error) + error.message, "CANARY")
      assert.strictEqual(fake.sent.length, 0)
    })
  )

  const wrong: ReadonlyArray<readonly [CreateClientOptions, string]> = [
    [{ path: "clients", header: "x-api-user" }, "createClient.path"],
    [{ path: "", header: "x-api-user" }, "createClient.path"],
    [{ path: "/a/../b", header: "x-api-user" }, "createClient.path"],
    [{ path: "/a?b", header: "x-api-user" }, "createClient.path"],
    [{ path: "//host/a", header: "x-api-user" }, "createClient.path"],
    [{ path: "/%2e%2e/a", header: "x-api-user" }, "createClient.path"],
    [{ path: "/a", header: "not a header" }, "createClient.not a header"],
    [{ path: "/a", header: "Host" }, "createClient.Host"],
    [{ path: "/a", header: "" }, "createClient."]
  ]
  for (const [option, path] of wrong) {
    it.effect(`the option ${JSON.stringify(option)} is refused when the client is made`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(seen({ createClient: option }, data(created)))
        assert.deepStrictEqual(
          error.issues.map((issue) => issue.path.join(".")),
          [path]
        )
      })
    )
  }

  const failures: ReadonlyArray<readonly [Reply, string]> = [
    [answer(401, { json: {} }), "Unauthorized"],
    [answer(403, { json: {} }), "Forbidden"],
    [answer(404, { json: {} }), "NotFound"],
    [answer(409, { json: {} }), "ApiRejected"],
    [answer(429, { json: {} }), "RateLimited"],
    [answer(503, { json: {} }), "ServerFailed"],
    [data({ ...created, api_key: undefined }), "UnexpectedBody"],
    [data({ ...created, id: 7 }), "UnexpectedBody"],
    [answer(200, { text: "<h1>" }), "OutcomeUnknown"],
    [lost({ sent: true }), "OutcomeUnknown"],
    [lost({ sent: false }), "NotSent"]
  ]
  for (const [index, [reply, tag]] of failures.entries()) {
    virtual(`fails as ${tag} (${index})`, () =>
      Effect.gen(function* () {
        const { bosa } = yield* seen({ createClient, retry: "none" }, reply)
        const error = yield* Effect.flip(bosa.clients.create("app", master))
        assert.strictEqual(error._tag, tag)
      })
    )
  }

  it.effect("on the fake platform the new key works at once", () =>
    Effect.gen(function* () {
      const platform = yield* BosaTest.make()
      const bosa = yield* bosaOver(platform.client, { createClient })
      const { apiKey } = yield* bosa.clients.create("app", Redacted.make(platform.apiKey))
      const own = yield* bosaOver(platform.client, {}, Auth.apiKey(apiKey))
      assert.strictEqual((yield* own.users.create("ann")).identifier, "ann")
    })
  )
})

it("clients have types", () => {
  type Create = BosaApi.Service["clients"]["create"]
  expectTypeOf<ReturnType<Create>>().toEqualTypeOf<Effect.Effect<CreatedClient, WriteError>>()
})
