import * as Action from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { virtual } from "../support/api.js"
import { baseUrl, bosaFake, bosaOver, dialects, ok, rows } from "../support/bosaKit.js"
import { answer, json } from "../support/fakeClient.js"

const common = { accept: "*/*", "user-agent": "effect-connectors", "content-type": "application/json" }
const both = Auth.bosa({ apiKey: Redacted.make("our-key"), userToken: Redacted.make("our-user") })

const sentBy = (call: Action.ActionOptions, options: BosaApi.Options = {}, auth = both) =>
  Effect.gen(function* () {
    const fake = bosaFake(rows, ok)
    const bosa = yield* bosaOver(fake.client, options, auth)
    yield* bosa.execute("demo", "act", {}, call)
    return fake.actions[0]?.headers
  })

describe("headers of an action", () => {
  const sent: ReadonlyArray<readonly [name: string, call: Action.ActionOptions, headers: Record<string, string>]> = [
    ["the key and the user of Auth", {}, { "x-api-key": "our-key", authorization: "Bearer our-user" }],
    [
      "the call's token goes before",
      { token: Redacted.make("t") },
      { "x-api-key": "our-key", authorization: "Bearer t" }
    ],
    [
      "Bearer is not doubled",
      { token: Redacted.make("Bearer t") },
      { "x-api-key": "our-key", authorization: "Bearer t" }
    ],
    ["in no letter case", { token: Redacted.make("bEARER  t") }, { "x-api-key": "our-key", authorization: "Bearer t" }],
    [
      "a caller's credentials are replaced, in any letter case",
      { headers: { "X-API-KEY": "theirs", AUTHORIZATION: "Basic theirs" } },
      { "x-api-key": "our-key", authorization: "Bearer our-user" }
    ],
    [
      "with a token too",
      { headers: { Authorization: "theirs" }, token: Redacted.make("t") },
      { "x-api-key": "our-key", authorization: "Bearer t" }
    ],
    [
      "others are sent",
      { headers: { "X-Own": "1", Accept: "text/csv", "User-Agent": "mine" } },
      {
        "x-api-key": "our-key",
        authorization: "Bearer our-user",
        "x-own": "1",
        accept: "text/csv",
        "user-agent": "mine"
      }
    ]
  ]
  for (const [name, call, headers] of sent) {
    virtual(name, () =>
      Effect.gen(function* () {
        for (const dialect of dialects)
          assert.deepStrictEqual(yield* sentBy(call, { dialect }), { ...common, ...headers })
      })
    )
  }

  virtual("a token as users.authenticate gives it", () =>
    Effect.gen(function* () {
      const known = { tokenType: "Bearer", expiresAt: "2030-01-01", expiresAtMillis: 1, isRevoked: false }
      const token = { token: Redacted.make("t"), userId: "u", clientId: "c", ...known }
      assert.strictEqual((yield* sentBy({ token }))?.["authorization"], "Bearer t")
    })
  )

  virtual("without credentials nothing is made up", () =>
    Effect.gen(function* () {
      for (const dialect of dialects) {
        const fake = bosaFake(rows, ok)
        const bosa = yield* bosaOver(fake.client, { dialect }, Auth.none)
        yield* bosa.execute("demo", "act")
        assert.deepStrictEqual(fake.actions[0]?.headers, common)
      }
    })
  )

  virtual("extraHeaders come last, one value of each", () =>
    Effect.gen(function* () {
      const extraHeaders = {
        "X-API-Key": Redacted.make("extra"),
        "X-Own": "extra",
        "x-more": "1",
        Authorization: "extra"
      }
      const call = { headers: { "x-own": "call", "X-More": "call" }, token: Redacted.make("t") }
      assert.deepStrictEqual(yield* sentBy(call, { extraHeaders }), {
        ...common,
        "x-api-key": "extra",
        authorization: "extra",
        "x-own": "extra",
        "x-more": "1"
      })
    })
  )

  virtual("the caller's object stays as it was", () =>
    Effect.gen(function* () {
      const headers = { "X-Own": "1" }
      Object.freeze(headers)
      yield* sentBy({ headers, token: Redacted.make("t") })
      assert.deepStrictEqual(headers, { "X-Own": "1" })
    })
  )

  virtual("headers piped on one after the other add up", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, ok)
      const act = (yield* bosaOver(fake.client)).connect("demo").action("act")
      yield* act.pipe(Action.headers({ "x-a": "1", "x-b": "1" }), Action.headers({ "x-b": "2" }), Action.execute)
      assert.deepInclude(fake.actions[0]?.headers, { "x-a": "1", "x-b": "2" })
    })
  )

  const refused: ReadonlyArray<readonly [name: string, call: Action.ActionOptions, path: ReadonlyArray<string>]> = [
    ...["Content-Type", "content-type", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade"].map(
      (header) => [header, { headers: { [header]: "x" } }, ["headers", header]] as const
    ),
    ["a line break in a value", { headers: { "x-own": "CANARY\r\nx: y" } }, ["headers", "x-own"]],
    ["a name that is none", { headers: { "x own": "CANARY" } }, ["headers", "x own"]],
    ["one name twice", { headers: { "x-own": "CANARY", "X-Own": "CANARY" } }, ["headers", "X-Own"]],
    ["an empty value", { headers: { "x-own": "" } }, ["headers", "x-own"]],
    ["a token with a line break", { token: Redacted.make("CANARY\n") }, ["token"]],
    ["a token with two lines", { token: Redacted.make("CANARY\r\nx-own: 1") }, ["token"]],
    ["an empty token", { token: Redacted.make("") }, ["token"]],
    ["a token of spaces", { token: Redacted.make("  ") }, ["token"]],
    ["a token in other letters", { token: Redacted.make("CANARYž") }, ["token"]]
  ]
  for (const [name, call, path] of refused) {
    virtual(`${name}: refused, nothing is sent, and the value is not shown`, () =>
      Effect.gen(function* () {
        const fake = bosaFake(rows, ok)
        const error = yield* Effect.flip((yield* bosaOver(fake.client)).execute("demo", "act", {}, call))
        if (error._tag !== "InvalidRequest") throw new Error(error._tag)
        assert.deepStrictEqual(
          error.issues.map((issue) => issue.path),
          [path]
        )
        assert.notInclude(`${error.message}${JSON.stringify(error)}`, "CANARY")
        assert.strictEqual(fake.actions.length, 0)
      })
    )
  }
})

describe("which account", () => {
  for (const [dialect, names] of [
    ["bosa-0.3", ["x-bosa-integration"]],
    ["gl", ["x-integration", "x-bosa-integration"]]
  ] as const) {
    virtual(`${dialect}: ${names.join(" and ")}, before the caller's own`, () =>
      Effect.gen(function* () {
        const headers = { "X-Integration": "theirs", "X-Bosa-Integration": "theirs" }
        const sent = yield* sentBy({ identifier: "ann", headers }, { dialect })
        for (const name of ["x-integration", "x-bosa-integration"] as const) {
          assert.strictEqual(sent?.[name], names.some((it) => it === name) ? "ann" : "theirs")
        }
      })
    )

    virtual(`${dialect}: one that no header can carry is refused`, () =>
      Effect.gen(function* () {
        for (const identifier of ["", "a\nb", " a", "ž"]) {
          const error = yield* Effect.flip(sentBy({ identifier }, { dialect }))
          assert.deepStrictEqual(error._tag === "InvalidRequest" && error.issues.map(({ path }) => path), [
            ["identifier"]
          ])
        }
      })
    )
  }

  virtual("bosa: refused, with the dialects that can", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, ok)
      const bosa = yield* bosaOver(fake.client)
      const error = yield* Effect.flip(bosa.execute("demo", "act", {}, { identifier: "ann" }))
      assert.match(error.message, /identifier: .*"bosa".*"bosa-0\.3" or "gl"/)
      assert.strictEqual(fake.actions.length, 0)
    })
  )
})

describe("the error contract", () => {
  virtual("gl, 2: its header on every request, discovery too; 1: none", () =>
    Effect.gen(function* () {
      for (const [errorContract, header] of [
        [2, "2"],
        [1, undefined],
        [undefined, undefined]
      ] as const) {
        const fake = bosaFake(rows, ok)
        const bosa = yield* bosaOver(fake.client, { dialect: "gl", errorContract })
        yield* bosa.execute("demo", "act")
        yield* Effect.either(bosa.connectors)
        yield* Effect.either(bosa.users.me(Redacted.make("t")))
        yield* Effect.either(bosa.integrations.initiate("demo", Redacted.make("t"), "https://h.example/"))
        const all = [...fake.discoveries, ...fake.actions]
        assert.isAtLeast(all.length, 5)
        for (const { headers } of all) assert.strictEqual(headers["x-gl-error-contract"], header)
      }
    })
  )

  virtual("refused in the other dialects, and with another number", () =>
    Effect.gen(function* () {
      for (const options of [
        { errorContract: 2 },
        { dialect: "bosa", errorContract: 1 },
        { dialect: "bosa-0.3", errorContract: 2 },
        { dialect: "gl", errorContract: 0 },
        { dialect: "gl", errorContract: 3 },
        { dialect: "gl", errorContract: 1.5 }
      ] as const) {
        const error = yield* Effect.flip(bosaOver(bosaFake(rows, ok).client, options))
        assert.deepStrictEqual(
          error.issues.map(({ path }) => path),
          [["errorContract"]]
        )
      }
    })
  )
})

describe("redirects", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    virtual(`${status}: never followed, by discovery and by an action`, () =>
      Effect.gen(function* () {
        for (const location of ["https://elsewhere.example/x?key=CANARY", `${baseUrl}/other`, "/other"]) {
          const moved = answer(status, { json: {}, headers: { location } })
          const acted = bosaFake(rows, moved)
          const error = yield* Effect.flip(
            (yield* bosaOver(acted.client, {}, both)).execute("demo", "act", {}, { maxAttempts: 3, replayUnsafe: true })
          )
          assert.deepStrictEqual([error._tag, acted.actions.length], ["UnexpectedRedirect", 1])
          assert.notInclude(error.message, "CANARY")
          const found = bosaFake(moved, ok)
          const lost = yield* Effect.flip((yield* bosaOver(found.client, {}, both)).execute("demo", "act"))
          assert.deepStrictEqual(
            [lost._tag, found.discoveries.length, found.actions.length],
            ["UnexpectedRedirect", 1, 0]
          )
        }
      })
    )
  }

  virtual("over fetch: it does not follow, and nothing goes to another origin", () =>
    Effect.gen(function* () {
      const fetched: Array<readonly [url: string, redirect: string | undefined]> = []
      const fetch: typeof globalThis.fetch = (input, init) => {
        fetched.push([String(input), init?.redirect])
        const isDiscovery = init?.method === "GET"
        return Promise.resolve(
          isDiscovery
            ? Response.json({ demo: rows })
            : new Response(null, { status: 307, headers: { location: "https://elsewhere.example/" } })
        )
      }
      const program = Effect.flatMap(BosaApi, (bosa) => Effect.flip(bosa.execute("demo", "act")))
      const layer = BosaApi.layer({ baseUrl }).pipe(Layer.provide(both), Layer.provide(FetchHttpClient.layer))
      const error = yield* program.pipe(Effect.provide(layer), Effect.provideService(FetchHttpClient.Fetch, fetch))
      assert.strictEqual(error._tag, "UnexpectedRedirect")
      assert.deepStrictEqual(fetched, [
        [`${baseUrl}/connectors/?modules=demo`, "manual"],
        [`${baseUrl}/demo/act`, "manual"]
      ])
    })
  )
})

describe("a client over several tenants", () => {
  virtual("each has its own credentials, discovery and origin", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, ok)
      for (const tenant of ["a", "b"]) {
        const bosa = yield* bosaOver(
          fake.client,
          { baseUrl: `https://${tenant}.example/pre` },
          Auth.apiKey(Redacted.make(tenant))
        )
        assert.strictEqual(bosa.origin, `https://${tenant}.example`)
        yield* bosa.execute("demo", "act")
      }
      assert.deepStrictEqual(
        fake.actions.map(({ headers, url }) => [url, headers["x-api-key"]]),
        [
          ["https://a.example/pre/demo/act", "a"],
          ["https://b.example/pre/demo/act", "b"]
        ]
      )
      assert.strictEqual(fake.discoveries.length, 2)
    })
  )

  virtual("credentials that were refused are renewed once, and the action sent again with the new ones", () =>
    Effect.gen(function* () {
      let given = 0
      const auth = Auth.refreshing(Effect.sync(() => ({ "x-api-key": Redacted.make(`k${++given}`) })))
      const fake = bosaFake(rows, json({}, 401), ok)
      yield* (yield* bosaOver(fake.client, {}, auth)).execute("demo", "act")
      assert.deepStrictEqual(
        fake.actions.map(({ headers }) => headers["x-api-key"]),
        ["k1", "k2"]
      )
      const never = bosaFake(rows, json({}, 401))
      const error = yield* Effect.flip(
        (yield* bosaOver(never.client, {}, auth)).execute("demo", "act", {}, { maxAttempts: 11 })
      )
      assert.deepStrictEqual([error._tag, never.actions.length], ["Unauthorized", 2])
    })
  )

  virtual("discovery that answers 401 asks for no new credentials: it sends none", () =>
    Effect.gen(function* () {
      let given = 0
      const auth = Auth.refreshing(Effect.sync(() => ({ "x-api-key": Redacted.make(`k${++given}`) })))
      const fake = bosaFake(json({}, 401), ok)
      const error = yield* Effect.flip((yield* bosaOver(fake.client, {}, auth)).execute("demo", "act"))
      assert.deepStrictEqual([error._tag, fake.discoveries.length, given], ["Unauthorized", 1, 0])
    })
  )

  virtual("the client's own hook sees every request", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, ok)
      const urls: Array<string> = []
      const transformClient = HttpClient.mapRequest((request) => {
        urls.push(request.url)
        return request
      })
      yield* (yield* bosaOver(fake.client, { transformClient })).execute("demo", "act")
      assert.deepStrictEqual(urls, [`${baseUrl}/connectors/?modules=demo`, `${baseUrl}/demo/act`])
    })
  )
})
