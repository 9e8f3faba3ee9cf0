import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { apiOver, type Options, timed, virtual } from "../support/api.js"
import { fakeClient, goodAnswer, hang } from "../support/fakeClient.js"

const secret = Redacted.make("s3cret-value")

const sentWith = <E>(auth: Layer.Layer<Auth, E>, options: Options = {}) =>
  Effect.gen(function* () {
    const fake = fakeClient(goodAnswer)
    const api = yield* apiOver(fake.client, options, auth)
    yield* api.get("crm")
    yield* api.setActive("crm", true)
    return fake.sent.map((one) => one.headers)
  })

const ours = { accept: "application/json", "user-agent": "effect-connectors" }
const json = { ...ours, "content-type": "application/json" }

describe("credentials", () => {
  const forms: ReadonlyArray<
    readonly [name: string, auth: Layer.Layer<Auth, InvalidRequest>, headers: Record<string, string>]
  > = [
    ["a service token", Auth.serviceToken(secret), { "x-service-token": "s3cret-value" }],
    ["an API key", Auth.apiKey(secret), { "x-api-key": "s3cret-value" }],
    [
      "a session",
      Auth.session({ cookie: Redacted.make("a=b; c=d"), csrfToken: secret }),
      { cookie: "a=b; c=d", "x-csrf-token": "s3cret-value" }
    ],
    ["a session's cookie alone", Auth.session({ cookie: secret }), { cookie: "s3cret-value" }],
    [
      "any headers",
      Auth.headers({ "X-Tenant-Token": secret, Authorization: Redacted.make("Bearer b") }),
      { "x-tenant-token": "s3cret-value", authorization: "Bearer b" }
    ],
    [
      "refreshed ones",
      Auth.refreshing(Effect.succeed({ "X-Service-Token": secret })),
      { "x-service-token": "s3cret-value" }
    ],
    ["none", Auth.none, {}]
  ]
  for (const [name, auth, headers] of forms) {
    virtual(`${name}: exactly these headers leave`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* sentWith(auth), [
          { ...ours, ...headers },
          { ...json, ...headers }
        ])
      })
    )
  }

  for (const name of ["x-service-token", "X-Service-Token", "X-SERVICE-TOKEN"]) {
    virtual(`an extra header ${name} replaces ours, and one value is sent`, () =>
      Effect.gen(function* () {
        const [first] = yield* sentWith(Auth.serviceToken(secret), {
          extraHeaders: { [name]: Redacted.make("theirs"), "X-Extra": "1" }
        })
        assert.deepStrictEqual(first, { ...ours, "x-service-token": "theirs", "x-extra": "1" })
      })
    )
  }

  virtual("two tenants in one program: each sends its own credentials", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const tenants = yield* Effect.forEach(["one", "two"], (tenant) =>
        apiOver(
          fake.client,
          { baseUrl: `https://${tenant}.example` },
          Auth.serviceToken(Redacted.make(`token-${tenant}`))
        )
      )
      yield* Effect.forEach(
        Array.from({ length: 200 }, (_, index) => tenants[index % 2] ?? tenants[0]),
        (api) => (api === undefined ? Effect.void : api.get("crm")),
        { concurrency: "unbounded" }
      )
      const pairs = new Set(fake.sent.map((one) => `${new URL(one.url).host} ${one.headers["x-service-token"]}`))
      assert.deepStrictEqual([...pairs].sort(), ["one.example token-one", "two.example token-two"])
      assert.strictEqual(fake.sent.length, 200)
    })
  )
})

const bad: ReadonlyArray<readonly [name: string, value: string, says: RegExp]> = [
  ["a carriage return", "CANARY\rx", /line break/],
  ["a line feed at its end", "CANARY\n", /line break/],
  ["a header of its own", "CANARY\r\nx-admin: 1", /line break/],
  ["a NUL", "CANARY\0", /character that a header cannot carry/],
  ["a space before", " CANARY", /begins or ends with a space/],
  ["a space after", "CANARY ", /begins or ends with a space/],
  ["a tab inside", "CANARY\tx", /character that a header cannot carry/],
  ["nothing in it", "", /is empty/],
  ["other than ASCII", "CANARY-ž", /character that a header cannot carry/],
  ["half a surrogate pair", "CANARY\ud800", /character that a header cannot carry/]
]

describe("a value that no header can carry is refused when the client is made", () => {
  for (const [name, value, says] of bad) {
    const redacted = Redacted.make(value)
    const places: ReadonlyArray<readonly [place: string, made: Effect.Effect<unknown, InvalidRequest, Scope.Scope>]> = [
      ["x-service-token", apiOver(fakeClient(hang).client, {}, Auth.serviceToken(redacted))],
      ["x-api-key", apiOver(fakeClient(hang).client, {}, Auth.apiKey(redacted))],
      ["cookie", apiOver(fakeClient(hang).client, {}, Auth.session({ cookie: redacted }))],
      ["x-csrf-token", apiOver(fakeClient(hang).client, {}, Auth.session({ csrfToken: redacted }))],
      ["x-mine", apiOver(fakeClient(hang).client, {}, Auth.headers({ "x-mine": redacted }))],
      ["x-extra", apiOver(fakeClient(hang).client, { extraHeaders: { "x-extra": redacted } })],
      ["userAgent", apiOver(fakeClient(hang).client, { userAgent: value })]
    ]
    virtual(name, () =>
      Effect.gen(function* () {
        for (const [place, made] of places) {
          const error = yield* Effect.flip(made)
          assert.instanceOf(error, InvalidRequest)
          assert.match(error.message, says, place)
          assert.include(error.message, place)
          assert.isTrue(error.issues.every((issue) => issue.fix !== undefined))
          assert.notInclude(JSON.stringify(error) + error.message + String(error.stack), "CANARY")
        }
      })
    )
  }

  for (const name of ["host", "Host", "content-length", "Transfer-Encoding", "connection", "Content-Type"]) {
    virtual(`${name} is refused as an extra header: the client sets it`, () =>
      Effect.gen(function* () {
        const extra = yield* Effect.flip(apiOver(fakeClient(hang).client, { extraHeaders: { [name]: "1" } }))
        const auth = yield* Effect.flip(
          apiOver(fakeClient(hang).client, {}, Auth.headers({ [name]: Redacted.make("1") }))
        )
        for (const error of [extra, auth]) assert.match(error.message, /is set by the client itself/)
      })
    )
  }

  for (const name of ["", "a b", "a:b", "a\r\nb", "ž", "__proto__"]) {
    virtual(`${JSON.stringify(name)} is refused as a header name`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(apiOver(fakeClient(hang).client, { extraHeaders: { [name]: "1" } }))
        assert.match(error.message, /is not a header name/)
      })
    )
  }

  virtual("a name given twice in different letter case is refused", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(apiOver(fakeClient(hang).client, { extraHeaders: { "X-A": "1", "x-a": "2" } }))
      assert.match(error.message, /extraHeaders\.x-a: is given twice/)
    })
  )

  virtual("the error lists every issue", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        apiOver(fakeClient(hang).client, {
          baseUrl: "ftp://x",
          extraHeaders: { host: "1", "x-a": "\n" },
          attemptTimeout: 0,
          maxBodyBytes: -1
        })
      )
      assert.deepStrictEqual(error.issues.map((issue) => issue.path.join(".")).sort(), [
        "attemptTimeout",
        "baseUrl",
        "extraHeaders.host",
        "extraHeaders.x-a",
        "maxBodyBytes"
      ])
    })
  )
})

const fromEnvironment = (variables: Record<string, string>) => {
  const fake = fakeClient(goodAnswer, hang)
  const layer = ConnectionsApi.layerConfig().pipe(
    Layer.provide(Auth.layerConfig()),
    Layer.provide(Layer.succeed(HttpClient.HttpClient, fake.client)),
    Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))))
  )
  return {
    fake,
    program: Effect.provide(
      Effect.flatMap(ConnectionsApi, (api) => Effect.zipRight(api.get("crm"), timed(api.setActive("crm", true)))),
      layer
    )
  }
}

describe("the environment", () => {
  const base = { CONNECTIONS_BASE_URL: "https://env.example" }

  virtual("the environment gives the address, a session and the attempt's limit", () =>
    Effect.gen(function* () {
      const { fake, program } = fromEnvironment({
        ...base,
        CONNECTIONS_COOKIE: "a=b",
        CONNECTIONS_CSRF_TOKEN: "csrf",
        CONNECTIONS_TIMEOUT_MS: "1234"
      })
      const { millis } = yield* Effect.orDie(program)
      assert.strictEqual(fake.sent[0]?.url, "https://env.example/api/v1/connections/crm")
      assert.deepInclude(fake.sent[0]?.headers, { cookie: "a=b", "x-csrf-token": "csrf" })
      assert.isAtLeast(millis, 3 * 1234)
      assert.isBelow(millis, 3 * 1234 + 301)
    })
  )

  virtual("the environment gives a service token", () =>
    Effect.gen(function* () {
      const { fake, program } = fromEnvironment({ ...base, CONNECTIONS_SERVICE_TOKEN: "token" })
      yield* Effect.orDie(program)
      assert.strictEqual(fake.sent[0]?.headers["x-service-token"], "token")
    })
  )

  const wrong: ReadonlyArray<readonly [name: string, variables: Record<string, string>, says: RegExp]> = [
    ["without an address", { CONNECTIONS_SERVICE_TOKEN: "CANARY" }, /CONNECTIONS_BASE_URL/],
    [
      "without credentials",
      base,
      /no credentials: set CONNECTIONS_SERVICE_TOKEN, or CONNECTIONS_COOKIE with CONNECTIONS_CSRF_TOKEN; to send none, provide Auth\.none/
    ],
    [
      "with a time that is no number",
      { ...base, CONNECTIONS_SERVICE_TOKEN: "CANARY", CONNECTIONS_TIMEOUT_MS: "soon" },
      /CONNECTIONS_TIMEOUT_MS/
    ],
    [
      "with a time of zero",
      { ...base, CONNECTIONS_SERVICE_TOKEN: "CANARY", CONNECTIONS_TIMEOUT_MS: "0" },
      /attemptTimeout: is not longer than zero/
    ],
    [
      "with a token read from a file whole",
      { ...base, CONNECTIONS_SERVICE_TOKEN: "CANARY\n" },
      /x-service-token: holds a line break/
    ],
    [
      "with a token that is set to nothing",
      { ...base, CONNECTIONS_SERVICE_TOKEN: "" },
      /no credentials: set CONNECTIONS_SERVICE_TOKEN/
    ],
    [
      "with credentials in the address",
      { CONNECTIONS_BASE_URL: "https://u:CANARY@h", CONNECTIONS_SERVICE_TOKEN: "t" },
      /holds credentials/
    ]
  ]
  for (const [name, variables, says] of wrong) {
    virtual(`${name} says what to do, and nothing is sent`, () =>
      Effect.gen(function* () {
        const { fake, program } = fromEnvironment(variables)
        const error = yield* Effect.flip(program)
        const text = "message" in error && error._tag === "InvalidRequest" ? error.message : String(error)
        assert.match(text, says)
        assert.notInclude(text + JSON.stringify(error), "CANARY")
        assert.strictEqual(fake.sent.length, 0)
      })
    )
  }
})
