import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { apiOver, virtual } from "../support/api.js"
import { fakeClient, goodAnswer } from "../support/fakeClient.js"

type Run = (api: ConnectionsApi.Service) => Effect.Effect<unknown, ApiError>

/** Refused before anything is sent, with the path of the issue and a fix; nothing of the input's secrets in it. */
const refused = (name: string, run: Run, path: string, says: RegExp, options: Partial<ConnectionsApi.Options> = {}) =>
  virtual(`${name} is refused, and nothing is sent`, () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const error = yield* Effect.flip(run(yield* apiOver(fake.client, options)))
      assert.strictEqual(error._tag, "InvalidRequest")
      if (error._tag !== "InvalidRequest") return
      assert.include(
        error.issues.map((issue) => issue.path.join(".")),
        path
      )
      assert.match(error.message, says)
      assert.isTrue(error.issues.every((issue) => issue.fix !== undefined))
      assert.notInclude(error.message, "CANARY")
      assert.strictEqual(error.retryable, false)
      assert.strictEqual(fake.sent.length, 0)
    })
  )

const names: ReadonlyArray<readonly [name: string, value: string, says: RegExp]> = [
  ["nothing", "", /is empty/],
  ["a dot", ".", /would change the path/],
  ["two dots", "..", /would change the path/],
  ["half a surrogate pair, high", "a\ud83d", /half of a surrogate pair/],
  ["half a surrogate pair, low", "\ude00a", /half of a surrogate pair/],
  ["surrogates in the wrong order", "\ude00\ud83d", /half of a surrogate pair/],
  ["a line feed", "CANARY\n", /control character/],
  ["a NUL", "CANARY\0", /control character/],
  ["a delete", "CANARY\u007f", /control character/],
  ["a C1 control", "CANARY\u0085", /control character/],
  ["513 characters", "CANARY".padEnd(513, "x"), /longer than 512/]
]

describe("a name that cannot be in a path", () => {
  for (const [what, value, says] of names) {
    refused(`a slug of ${what}`, (api) => api.get(value), "slug", says)
    refused(`a bound slug of ${what}`, (api) => api.connection(value).setActive(true), "slug", says)
    refused(`an action of ${what}`, (api) => api.actions.execute("crm", value), "action", says)
    refused(`a trigger of ${what}`, (api) => api.triggers.get("crm", value), "trigger", says)
    refused(`a subscriber of ${what}`, (api) => api.subscribers.remove(value), "subscriber", says)
    refused(`a job of ${what}`, (api) => api.jobs.get(value), "job", says)
  }

  refused("a slug that does not fit the pattern", (api) => api.get("CANARY B"), "slug", /does not fit/, {
    slugPattern: /^[a-z-]+$/
  })

  virtual("the error lists all of them", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const error = yield* Effect.flip(
        (yield* apiOver(fake.client)).actions.execute("", "..", { input: { a: NaN } }, { timeoutMs: -1 })
      )
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.deepStrictEqual(
        error._tag === "InvalidRequest" ? error.issues.map((issue) => issue.path.join(".")).sort() : [],
        ["action", "body.input.a", "slug", "timeoutMs"]
      )
    })
  )

  virtual("a job of another origin is refused: its reference may be forged", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client)
      const ref = new JobRef({
        v: 1,
        api: "connections",
        origin: "https://evil.example",
        jobId: "1",
        operation: "x",
        submittedAt: 0
      })
      const error = yield* Effect.flip(api.jobs.get(ref))
      assert.deepStrictEqual([error._tag, fake.sent.length], ["InvalidRequest", 0])
    })
  )
})

describe("a name that can be in a path", () => {
  const encoded: ReadonlyArray<readonly [value: string, path: string]> = [
    ["crm-prod", "crm-prod"],
    ["a/b", "a%2Fb"],
    ["a\\b", "a%5Cb"],
    ["a?b#c", "a%3Fb%23c"],
    ["%2e%2e", "%252e%252e"],
    ["%2E.", "%252E."],
    ["...", "..."],
    [".hidden", ".hidden"],
    ["ž", "%C5%BE"],
    ["😀", "%F0%9F%98%80"],
    ["a b+c", "a%20b%2Bc"],
    ["@evil.example", "%40evil.example"],
    ["x;y=z&w", "x%3By%3Dz%26w"],
    ["x".repeat(512), "x".repeat(512)]
  ]
  for (const [value, path] of encoded) {
    virtual(`${value.slice(0, 20)} reaches the server as ${path.slice(0, 30)}`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(goodAnswer)
        const api = yield* apiOver(fake.client)
        yield* api.get(value)
        yield* api.actions.execute(value, value)
        // a URL parser changes nothing of it
        assert.deepStrictEqual(
          fake.sent.map((one) => [one.url, new URL(one.url).pathname]),
          [`/api/v1/connections/${path}`, `/api/v1/connections/${path}/actions/${path}/execute`].map((at) => [
            `http://localhost:8081${at}`,
            at
          ])
        )
      })
    )
  }
})

describe("a base URL", () => {
  const bad: ReadonlyArray<readonly [url: string, says: RegExp]> = [
    ["https://user:CANARY@host", /holds credentials/],
    ["https://user@host", /holds credentials/],
    ["https://host?token=CANARY", /holds a query/],
    ["https://host?", /holds a query/],
    ["https://host#CANARY", /holds a fragment/],
    ["https://host#", /holds a fragment/],
    ["ftp://host", /scheme ftp:/],
    ["file:///etc/passwd", /scheme file:/],
    ["javascript:alert(1)", /scheme javascript:/],
    ["http://example.com", /plain http to another machine/],
    ["http://127.0.0.1.example.com", /plain http to another machine/],
    ["http://localhost.example.com", /plain http to another machine/],
    ["http://10.0.0.1", /plain http to another machine/],
    ["localhost:8099", /scheme localhost: \(give it as https:\/\/localhost:8099, or on this machine as http:/],
    ["https://host/api/v1", /ends in \/api\/v1 \(leave that out/],
    ["https://host/proxy/api/v1/", /ends in \/api\/v1/],
    ["/api", /not an absolute URL/],
    ["host", /not an absolute URL/],
    ["", /not an absolute URL/],
    ["https://", /not an absolute URL/],
    ["https://ho\nst", /control character/],
    [" https://host", /space/]
  ]
  for (const [url, says] of bad) {
    virtual(`${JSON.stringify(url)} is refused`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(apiOver(fakeClient(goodAnswer).client, { baseUrl: url }))
        assert.match(error.message, says)
        assert.match(error.message, /^ConnectionsApi\.make: refused, nothing was sent\. baseUrl: /)
        assert.notInclude(error.message, "CANARY")
      })
    )
  }

  const good: ReadonlyArray<readonly [url: string, sent: string, origin: string]> = [
    ["https://host", "https://host/api/v1/connections", "https://host"],
    ["https://host/", "https://host/api/v1/connections", "https://host"],
    ["https://host///", "https://host/api/v1/connections", "https://host"],
    ["https://HOST:443/proxy/a", "https://host/proxy/a/api/v1/connections", "https://host"],
    ["https://host:8443/proxy/", "https://host:8443/proxy/api/v1/connections", "https://host:8443"],
    ["http://localhost:8081", "http://localhost:8081/api/v1/connections", "http://localhost:8081"],
    ["http://127.1.2.3", "http://127.1.2.3/api/v1/connections", "http://127.1.2.3"],
    ["http://[::1]:9", "http://[::1]:9/api/v1/connections", "http://[::1]:9"]
  ]
  for (const [url, sent, origin] of good) {
    virtual(`${url} is kept with its path`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(goodAnswer)
        const api = yield* apiOver(fake.client, { baseUrl: url })
        yield* Effect.either(api.list())
        assert.deepStrictEqual([fake.sent[0]?.url, api.origin], [sent, origin])
      })
    )
  }

  virtual("plain http to another machine needs allowInsecureHttp", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      yield* (yield* apiOver(fake.client, { baseUrl: "http://intern.example", allowInsecureHttp: true })).get("crm")
      assert.strictEqual(fake.sent[0]?.url, "http://intern.example/api/v1/connections/crm")
    })
  )
})

const nested = (levels: number): Record<string, unknown> => {
  let value: Record<string, unknown> = {}
  for (let i = 1; i < levels; i++) value = { a: value }
  return value
}
const inItself: Record<string, unknown> = {}
inItself["a"] = { b: inItself }
const inItsArray: Array<unknown> = []
inItsArray.push(inItsArray)

describe("input that JSON cannot hold", () => {
  const bad: ReadonlyArray<readonly [name: string, input: Record<string, unknown>, path: string, says: RegExp]> = [
    ["NaN", { price: NaN }, "body.price", /NaN has no form in JSON/],
    ["Infinity", { a: [{ b: -Infinity }] }, "body.a.0.b", /-Infinity has no form/],
    ["undefined in an array", { a: [1, undefined] }, "body.a.1", /undefined has no form in an array/],
    ["a hole in an array", { a: Object.assign([], { 0: 1, 2: 3 }) }, "body.a.1", /undefined has no form in an array/],
    ["a function", { a: () => "CANARY" }, "body.a", /function/],
    ["a symbol", { a: Symbol("CANARY") }, "body.a", /symbol/],
    ["a Map", { a: new Map([["CANARY", 1]]) }, "body.a", /Map/],
    ["a Set", { a: new Set(["CANARY"]) }, "body.a", /Set/],
    ["bytes", { a: new Uint8Array(3) }, "body.a", /base64/],
    ["an object in itself", inItself, "", /nested deeper than 200, or in itself/],
    ["an array in itself", { a: inItsArray }, "", /nested deeper than 200, or in itself/],
    ["201 levels", nested(201), "", /nested deeper than 200/],
    ["100,000 levels", nested(100_000), "", /nested deeper than 200/],
    [
      "a toJSON that throws",
      {
        a: {
          toJSON: () => {
            throw new Error("CANARY")
          }
        }
      },
      "body",
      /cannot be written as JSON/
    ],
    [
      "a getter that throws",
      {
        a: Object.defineProperty({}, "b", {
          enumerable: true,
          get: () => {
            throw new Error("CANARY")
          }
        })
      },
      "body",
      /cannot be written as JSON/
    ],
    ["a toJSON that gives NaN", { a: { toJSON: () => NaN } }, "body.a", /NaN has no form/],
    ["a toJSON that gives nothing", { toJSON: () => undefined }, "body", /undefined/],
    ["a date that is none", { a: new Date(NaN) }, "body.a", /date/]
  ]
  for (const [name, input, path, says] of bad) {
    const run: Run = (api) => api.sql.select("crm", { extra: input })
    virtual(`${name} is refused with its place, and nothing is sent`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(goodAnswer)
        const error = yield* Effect.flip(run(yield* apiOver(fake.client)))
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.match(error.message, says)
        if (error._tag === "InvalidRequest" && path !== "")
          assert.deepStrictEqual(
            error.issues.map((issue) => issue.path.join(".")),
            [path]
          )
        assert.notInclude(error.message + String(error.stack), "CANARY")
        assert.strictEqual(fake.sent.length, 0)
      })
    )
  }

  virtual("everything else goes out as JSON.stringify writes it", () =>
    Effect.gen(function* () {
      const input = {
        date: new Date(0),
        left: undefined,
        half: "\ud800",
        zero: -0,
        nul: null,
        bare: Object.assign(Object.create(null), { a: 1 }),
        own: JSON.parse('{"__proto__": 1}'),
        deep: nested(199)
      }
      const fake = fakeClient(goodAnswer)
      yield* (yield* apiOver(fake.client)).sql.select("crm", { extra: input })
      assert.strictEqual(fake.sent[0]?.body, JSON.stringify(input))
    })
  )

  refused("an array as parameters", (api) => api.sql.select("crm", JSON.parse("[]")), "body", /is not an object/)
  refused("a text as parameters", (api) => api.sql.select("crm", JSON.parse('"a"')), "body", /is not an object/)
  refused(
    "options that are no object, with execution options",
    (api) => api.actions.execute("crm", "a", JSON.parse('{"options": "CANARY"}'), { execution: { source: "x" } }),
    "body.options",
    /cannot be merged/
  )
})

describe("times that are not a duration", () => {
  for (const timeoutMs of [0, -1, NaN, 1.5, Infinity, 2 ** 53]) {
    refused(
      `timeoutMs ${timeoutMs}`,
      (api) => api.actions.execute("crm", "a", {}, { timeoutMs }),
      "timeoutMs",
      /not a whole number/
    )
  }
  refused(
    "a deadline shorter than timeoutMs",
    (api) => api.actions.execute("crm", "a", {}, { timeoutMs: 5000 }).pipe(Call.withDeadline("4999 millis")),
    "timeoutMs",
    /longer than the call's deadline of 4999 ms/
  )
  refused(
    "the layer's deadline shorter than timeoutMs",
    (api) => api.sql.query("crm", {}, { timeoutMs: 5000 }),
    "timeoutMs",
    /deadline/,
    {
      deadline: "1 second"
    }
  )

  for (const [name, options] of [
    ["attemptTimeout 0", { attemptTimeout: 0 }],
    ["attemptTimeout -1", { attemptTimeout: -1 }],
    ["attemptTimeout NaN", { attemptTimeout: NaN }],
    ["deadline 0", { deadline: 0 }],
    ["maxRetryAfter 0", { maxRetryAfter: 0 }],
    ["maxBodyBytes 0", { maxBodyBytes: 0 }],
    ["maxBodyBytes 1.5", { maxBodyBytes: 1.5 }],
    ["an idempotency header that is none", { idempotencyKey: { header: "a b", make: Effect.succeed("k") } }]
  ] as const) {
    virtual(`${name} is refused when the client is made`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(apiOver(fakeClient(goodAnswer).client, options))
        assert.strictEqual(error.issues.length, 1)
      })
    )
  }

  refused("an idempotency key with a line break", (api) => api.setActive("crm", true), "idempotencyKey", /line break/, {
    idempotencyKey: { header: "idempotency-key", make: Effect.succeed("CANARY\r\nx: y") }
  })
})
