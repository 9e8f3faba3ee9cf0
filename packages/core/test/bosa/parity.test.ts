import * as Action from "@effect-connectors/core/Action"
import type { ApiError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi, make } from "@effect-connectors/core/BosaApi"
import type { PaginationLoop } from "@effect-connectors/core/BosaError"
import type { Dialect } from "@effect-connectors/core/Dialect"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { timed, virtual } from "../support/api.js"
import {
  bosaFake,
  bosaOver,
  dialects,
  inputs,
  integer,
  key,
  ok,
  optional,
  quick,
  row,
  rows,
  text
} from "../support/bosaKit.js"
import { answer, fakeClient, hang } from "../support/fakeClient.js"

// What the published clients have and no other test shows; docs/parity.md names them.

const token = Redacted.make("T")

describe("a client", () => {
  const addresses: Readonly<Record<Dialect, readonly [origin: string, names: string]>> = {
    bosa: ["https://api.bosa.id", "/connectors"],
    "bosa-0.3": ["https://api.bosa.id", "/connectors/names"],
    gl: ["https://connector.gdplabs.id", "/connectors/names"]
  }
  for (const dialect of dialects) {
    const [origin, path] = addresses[dialect]
    virtual(`${dialect}: the default address, and the names of the connectors without credentials`, () =>
      Effect.gen(function* () {
        const auth = Auth.bosa({ apiKey: Redacted.make("KEY1"), userToken: token })
        const fake = fakeClient(quick({ demo: {}, github: {} }), quick(["demo", "github"]))
        const bosa = yield* make({ dialect }).pipe(
          Effect.provide(auth),
          Effect.provideService(HttpClient.HttpClient, fake.client)
        )
        assert.deepStrictEqual([bosa.origin, bosa.dialect, fake.sent.length], [origin, dialect, 0])
        assert.deepStrictEqual(
          [yield* bosa.connectors, yield* bosa.connectors],
          [
            ["demo", "github"],
            ["demo", "github"]
          ]
        )
        for (const { headers, method, url } of fake.sent) {
          assert.deepStrictEqual([method, url], ["GET", `${origin}${path}`])
          assert.notProperty(headers, "x-api-key")
          assert.notProperty(headers, "authorization")
        }
      })
    )
  }

  virtual("a path of the address, with or without a slash at its end, comes before every other", () =>
    Effect.gen(function* () {
      for (const baseUrl of ["http://localhost:8081/pre", "http://localhost:8081/pre/"]) {
        const fake = bosaFake(rows, ok)
        const bosa = yield* bosaOver(fake.client, { baseUrl })
        yield* bosa.execute("demo", "act")
        assert.deepStrictEqual(
          [...fake.discoveries, ...fake.actions].map(({ url }) => url.split("?")[0]),
          ["http://localhost:8081/pre/connectors/", "http://localhost:8081/pre/demo/act"]
        )
      }
    })
  )

  virtual("an empty key is refused when the client is made", () =>
    Effect.gen(function* () {
      for (const apiKey of ["", " "]) {
        const fake = fakeClient(ok)
        const error = yield* Effect.flip(bosaOver(fake.client, {}, Auth.bosa({ apiKey: Redacted.make(apiKey) })))
        assert.deepStrictEqual([error._tag, fake.sent.length], ["InvalidRequest", 0])
      }
    })
  )

  virtual("the environment gives its address and dialect", () =>
    Effect.gen(function* () {
      const made = (variables: ReadonlyArray<readonly [string, string]>) =>
        Effect.map(BosaApi, ({ dialect, origin }) => [origin, dialect]).pipe(
          Effect.provide(BosaApi.layerConfig().pipe(Layer.provide(key))),
          Effect.provideService(HttpClient.HttpClient, fakeClient(ok).client),
          Effect.withConfigProvider(ConfigProvider.fromMap(new Map(variables)))
        )
      assert.deepStrictEqual(
        yield* made([
          ["BOSA_BASE_URL", "http://localhost:1"],
          ["BOSA_DIALECT", "gl"]
        ]),
        ["http://localhost:1", "gl"]
      )
      assert.deepStrictEqual(yield* made([]), ["https://api.bosa.id", "bosa"])
      const error = yield* Effect.flip(made([["BOSA_DIALECT", "glx"]]))
      assert.include(String(error), '"bosa-0.3"')
    })
  )
})

describe("an action, from discovery", () => {
  const nested = {
    type: "object",
    properties: { x: text, y: optional(integer) }
  }
  const discovered = { get_item: row({ id: integer, o: nested }, { path: "/demo/get_item" }), odd: { method: "POST" } }

  virtual("its path, words and parameters, with one request", () =>
    Effect.gen(function* () {
      const fake = bosaFake(discovered, ok)
      const demo = (yield* bosaOver(fake.client)).connect("demo")
      assert.deepStrictEqual(
        (yield* demo.actions).map(({ docstring, name, path }) => [name, path, docstring]),
        [["get_item", "/demo/get_item", "Acts."]]
      )
      assert.deepStrictEqual(
        (yield* demo.info).skipped.map(({ name }) => name),
        ["odd"]
      )
      assert.deepStrictEqual(
        (yield* demo.action("get_item").parameters).map(({ name, required, type }) => [name, type, required]),
        [
          ["id", "integer", true],
          ["o", "object", true],
          ["o.x", "string", true],
          ["o.y", "integer?", false]
        ]
      )
      assert.deepStrictEqual(
        fake.discoveries.map(({ method, url }) => [method, url]),
        [["GET", "http://localhost:8081/connectors/?modules=demo"]]
      )
      assert.strictEqual(fake.actions.length, 0)
    })
  )

  virtual("validate: what would be sent, or every issue, and nothing is sent", () =>
    Effect.gen(function* () {
      const fake = bosaFake(discovered, ok)
      const action = (yield* bosaOver(fake.client)).connect("demo").action("get_item")
      const good = action.pipe(Action.params({ o: { x: "a", z: 1 } }), Action.params({ id: "12", other: null }))
      const { ignored, values } = yield* good.validate
      assert.deepStrictEqual(values, { id: 12, o: { x: "a" } })
      assert.deepStrictEqual(
        ignored.map(({ name }) => name),
        ["o.z", "other"]
      )
      const error = yield* Effect.flip(action.pipe(Action.params({ id: "x" })).validate)
      assert.deepStrictEqual(error._tag === "InvalidRequest" && error.issues.map(({ path }) => path.join(".")), [
        "id",
        "o"
      ])
      assert.strictEqual(fake.actions.length, 0)
    })
  )
})

describe("a run", () => {
  const forms: ReadonlyArray<readonly [name: string, of: (action: Action.Action) => Effect.Effect<unknown, unknown>]> =
    [
      ["execute", Action.execute],
      ["either", Action.either],
      ["run", Action.run]
    ]
  for (const [name, form] of forms) {
    virtual(`${name}: 30 seconds for an answer, or the call's own time, then OutcomeUnknown`, () =>
      Effect.gen(function* () {
        const fake = bosaFake(rows, hang)
        const action = (yield* bosaOver(fake.client)).connect("demo").action("act")
        for (const [given, millis] of [
          [action, 30_000],
          [action.pipe(Action.timeout("5 seconds")), 5_000],
          [action.pipe(Action.timeout(250)), 250]
        ] as const) {
          const { millis: taken, result } = yield* timed(Effect.flip(form(given)))
          assert.deepInclude(result, { _tag: "Right" })
          assert.deepInclude(result._tag === "Right" ? result.right : {}, { _tag: "OutcomeUnknown" })
          assert.strictEqual(taken, millis)
        }
        assert.strictEqual(fake.actions.length, 3)
      })
    )
  }

  virtual("no parameters are an empty object, in the order of the schema otherwise", () =>
    Effect.gen(function* () {
      const fake = bosaFake({ act: row({ a: optional(text), b: optional(text) }) }, ok)
      const bosa = yield* bosaOver(fake.client)
      yield* bosa.execute("demo", "act")
      yield* bosa.execute("demo", "act", { b: "2", a: "1" })
      assert.deepStrictEqual(inputs(fake.actions), [{}, { a: "1", b: "2" }])
      assert.strictEqual(fake.actions[1]?.body, '{"a":"1","b":"2"}')
    })
  )
})

describe("an answer", () => {
  virtual("over maxBodyBytes is OutcomeUnknown, and a download is not bound by it", () =>
    Effect.gen(function* () {
      const bytes = new Uint8Array(100_000)
      const reply = answer(200, { bytes, headers: { "content-type": "application/zip" } })
      const fake = bosaFake(rows, reply)
      const action = (yield* bosaOver(fake.client, { maxBodyBytes: 50_000 })).connect("demo").action("act")
      for (const call of [Action.execute(action), Action.run(action), Action.either(action)]) {
        const error = yield* Effect.flip<unknown, Action.ActionError | PaginationLoop, never>(call)
        assert.strictEqual(error._tag, "OutcomeUnknown")
      }
      const file = yield* Action.download(action)
      assert.strictEqual(yield* Stream.runFold(file.stream, 0, (total, piece) => total + piece.length), bytes.length)
    })
  )
})

describe("an error", () => {
  const reported = (error: ApiError) => ({
    tag: error._tag,
    status: "status" in error ? error.status : undefined,
    code: "serverCode" in error ? error.serverCode : undefined,
    requestId: "requestId" in error ? error.requestId : undefined,
    body: "body" in error ? error.body : undefined
  })
  const envelope = {
    error: {
      type: "UpstreamError",
      code: "UPSTREAM_RATE_LIMITED",
      message: "slow down",
      request_id: "req-1",
      recovery: { retryable: true, retry_after_seconds: 3 },
      details: { k: "v" }
    }
  }
  const bodies: ReadonlyArray<readonly [shape: string, body: unknown, code: string | undefined]> = [
    ["an envelope", envelope, "UPSTREAM_RATE_LIMITED"],
    ["a detail", { detail: "Not allowed" }, undefined],
    ["a list of details", { detail: [{ loc: ["body"], msg: "x" }] }, undefined],
    ["an error that is text", { error: "x" }, undefined],
    ["a message", { message: "x" }, undefined],
    ["a list", [1], undefined]
  ]
  for (const [shape, body, code] of bodies) {
    virtual(`reports status, code, the request's id and the whole body: ${shape}`, () =>
      Effect.gen(function* () {
        const headers = { "x-request-id": "req-9" }
        for (const [status, tag] of [
          [400, "ApiRejected"],
          [401, "Unauthorized"],
          [403, "Forbidden"],
          [404, "NotFound"],
          [429, "RateLimited"],
          [503, "ServerFailed"]
        ] as const) {
          const reply = answer(status, { json: body, headers })
          const bosa = yield* bosaOver(bosaFake(rows, reply).client)
          const users = yield* bosaOver(fakeClient(reply).client, { dialect: "gl", retry: "none" })
          for (const call of [
            bosa.execute("demo", "act"),
            bosa.run("demo", "act"),
            users.users.authenticate("ann", token),
            users.users.me(token),
            users.integrations.has("demo", token),
            users.integrations.select("demo", token, "ann"),
            users.catalog.search("q", {}, token),
            users.skills.list({}, token)
          ]) {
            const error = yield* Effect.flip<unknown, ApiError | PaginationLoop, never>(call)
            if (error._tag === "PaginationLoop") throw new Error(error._tag)
            assert.deepStrictEqual(reported(error), { tag, status, code, requestId: "req-9", body })
          }
        }
      })
    )
  }

  virtual("reports the wait that the server asks for", () =>
    Effect.gen(function* () {
      const reply = answer(429, { json: {}, headers: { "retry-after": "7" } })
      const bosa = yield* bosaOver(bosaFake(rows, reply).client, { dialect: "gl" })
      const error = yield* Effect.flip(bosa.execute("demo", "act"))
      if (error._tag !== "RateLimited") throw new Error(error._tag)
      assert.deepStrictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), 7_000)
    })
  )
})

describe("the catalog", () => {
  virtual("leads from a tool to one that can be run", () =>
    Effect.gen(function* () {
      const test = yield* BosaTest.make()
      const bosa = yield* bosaOver(test.client, { dialect: "gl" })
      const { items } = yield* bosa.catalog.tools({ connector: "demo" })
      const listed = items.find(({ name }) => name?.includes("get_item"))
      const made = yield* bosa.tools(listed?.connector ?? "")
      const tool = made.find(({ name }) => name === listed?.name)
      if (tool === undefined) throw new Error(`no ${listed?.name} among ${made.length}`)
      const { data } = yield* tool.invoke({ id: 7 })
      assert.include(data, { id: 7, name: "Item 7" })
    })
  )
})
