import type { ApiError, UnexpectedBody } from "@effect-connectors/core/ApiError"
import { responseOf } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { apiOver, calls, virtual } from "../support/api.js"
import { answer, answerStream, type AnswerParts, fakeClient, type Reply } from "../support/fakeClient.js"

const noRequest = { at: 0, method: "GET", url: "", headers: {}, body: "" }
const good = '{"connection":{"slug":"crm"}}'

const ends = (reply: Reply, call: "safe" | "unsafe" | "idempotent") =>
  Effect.flatMap(apiOver(fakeClient(reply).client, { retry: "none" }), (api) =>
    Effect.flip<unknown, ApiError, never>(calls[call](api))
  )

const bodies: ReadonlyArray<
  readonly [name: string, parts: AnswerParts, reason: UnexpectedBody["reason"], code: string]
> = [
  ["a page", { text: "<html>", headers: { "content-type": "text/html" } }, "wrong type", "NOT_JSON"],
  ["a page that says it is JSON", { text: "<html>" }, "invalid", "INVALID_BODY"],
  ["a text", { text: "created", headers: { "content-type": "text/plain" } }, "wrong type", "NOT_JSON"],
  [
    "bytes",
    { bytes: new Uint8Array([0xff, 0xfe]), headers: { "content-type": "application/octet-stream" } },
    "wrong type",
    "NOT_JSON"
  ],
  ["nothing", { text: "" }, "empty", "EMPTY_BODY"],
  ["spaces", { text: " \r\n" }, "empty", "EMPTY_BODY"],
  ["a BOM alone", { text: "\ufeff" }, "empty", "EMPTY_BODY"],
  ["half an object", { text: '{"connection":' }, "invalid", "INVALID_BODY"],
  ["two values", { text: "{}{}" }, "invalid", "INVALID_BODY"],
  ["NaN", { text: "NaN" }, "invalid", "INVALID_BODY"],
  ["201 levels", { text: "[".repeat(201) + "]".repeat(201) }, "too deep", "BODY_TOO_DEEP"],
  ["201 levels of objects", { text: '{"a":'.repeat(201) + "1" + "}".repeat(201) }, "too deep", "BODY_TOO_DEEP"],
  [
    "201 levels, with brackets in their names",
    { text: '{"]\\"}":'.repeat(201) + "1" + "}".repeat(201) },
    "too deep",
    "BODY_TOO_DEEP"
  ],
  ["1,000,000 levels", { text: "[".repeat(1_000_000) + "]".repeat(1_000_000) }, "too deep", "BODY_TOO_DEEP"],
  ["1,000,000 levels that never close", { text: "[".repeat(1_000_000) }, "too deep", "BODY_TOO_DEEP"]
]

describe("a 2xx body that cannot be read", () => {
  for (const [name, parts, reason, code] of bodies) {
    virtual(`${name}: UnexpectedBody for a read, OutcomeUnknown for a write`, () =>
      Effect.gen(function* () {
        const read = yield* ends(answer(200, parts), "safe")
        assert.deepStrictEqual(
          read._tag === "UnexpectedBody" ? { reason: read.reason, status: read.status, body: read.body } : read._tag,
          { reason, status: 200, body: parts.text === undefined ? "\ufffd\ufffd" : parts.text.replace(/^\ufeff/, "") }
        )
        const write = yield* ends(answer(200, parts), "unsafe")
        assert.deepStrictEqual(
          write._tag === "OutcomeUnknown" ? { code: write.code, phase: write.phase, status: write.status } : write._tag,
          { code, phase: "body", status: 200 }
        )
      })
    )
  }

  virtual("a body that reads but does not fit is UnexpectedBody for both, with the value kept and not printed", () =>
    Effect.gen(function* () {
      const read = yield* ends(answer(200, { json: ["CANARY"] }), "safe")
      const api = yield* apiOver(fakeClient(answer(200, { json: ["CANARY"] })).client)
      const write = yield* Effect.flip(api.subscribers.remove("1"))
      for (const error of [read, write]) {
        assert.strictEqual(error._tag, "UnexpectedBody")
        assert.deepStrictEqual(error._tag === "UnexpectedBody" && error.body, ["CANARY"])
        assert.notInclude(error.message, "CANARY")
      }
    })
  )
})

describe("a 2xx body that can be read", () => {
  const fine: ReadonlyArray<readonly [name: string, parts: AnswerParts]> = [
    ["a BOM before it", { bytes: new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(good)]) }],
    ["spaces around it", { text: ` \n${good}\r\n` }],
    ["a charset", { text: good, headers: { "content-type": "application/json; charset=utf-8" } }],
    ["a vendor's type", { text: good, headers: { "content-type": "application/vnd.api+JSON" } }],
    ["another letter case", { text: good, headers: { "content-type": "Application/JSON" } }],
    ...["text/plain", "text/json", "application/x-json", "application/octet-stream", "text/html"].map(
      (type) => [`the name ${type}`, { text: good, headers: { "content-type": type } }] as const
    )
  ]
  for (const [name, parts] of fine) {
    virtual(name, () =>
      Effect.gen(function* () {
        const connection = yield* (yield* apiOver(fakeClient(answer(200, parts)).client)).get("crm")
        assert.strictEqual(connection.slug, "crm")
      })
    )
  }

  virtual("a text that the transport has read, with its BOM", () =>
    Effect.gen(function* () {
      const text = `\ufeff${good}`
      const client = Transport.keepsAttempt(fakeClient(answer(500)).client, (request) =>
        Effect.succeed(
          Object.assign(HttpClientResponse.fromWeb(request, new Response(null)), {
            [Transport.BufferedBodyTypeId]: { text, byteLength: text.length, truncated: false }
          })
        )
      )
      assert.strictEqual((yield* (yield* apiOver(client)).get("crm")).slug, "crm")
    })
  )

  virtual("no content-type at all", () =>
    Effect.gen(function* () {
      const client = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, new Response(new TextEncoder().encode(good))))
      )
      assert.strictEqual((yield* (yield* apiOver(client)).get("crm")).slug, "crm")
    })
  )

  virtual("200 levels", () =>
    Effect.gen(function* () {
      const text = `{"result":${"[".repeat(199)}${"]".repeat(199)}}`
      const done = yield* calls.unsafe(yield* apiOver(fakeClient(answer(200, { text })).client))
      assert.strictEqual(done._tag, "Completed")
    })
  )

  virtual("brackets in a text do not count as depth", () =>
    Effect.gen(function* () {
      const text = JSON.stringify({ result: `\\"${"[{".repeat(500)}` })
      const done = yield* calls.unsafe(yield* apiOver(fakeClient(answer(200, { text })).client))
      assert.deepStrictEqual(done._tag === "Completed" && done.value, JSON.parse(text))
    })
  )

  virtual("a text cut between two chunks inside of a character", () =>
    Effect.gen(function* () {
      const bytes = new TextEncoder().encode('{"connection":{"slug":"ž😀"}}')
      const reply = answerStream(200, (controller, pulls) =>
        pulls < bytes.length ? controller.enqueue(bytes.slice(pulls, pulls + 1)) : controller.close()
      )
      assert.strictEqual((yield* (yield* apiOver(fakeClient(reply).client)).get("crm")).slug, "ž😀")
    })
  )

  virtual("an empty body, where the operation has no value", () =>
    Effect.gen(function* () {
      for (const reply of [
        answer(204),
        answer(200, { text: "" }),
        answer(204, { headers: { "content-type": "text/html" } })
      ]) {
        const done = yield* calls.idempotent(yield* apiOver(fakeClient(reply).client))
        assert.strictEqual(done._tag, "None")
      }
    })
  )
})

describe("__proto__", () => {
  const spelled = [
    "__proto__",
    "\\u005f_proto__",
    "\\u005F\\u005Fproto\\u005f_",
    "__pr\\u006fto__",
    "\\u005f\\u005f\\u0070\\u0072\\u006f\\u0074\\u006f\\u005f\\u005f"
  ]
  for (const key of spelled) {
    virtual(`${key} never becomes a prototype`, () =>
      Effect.gen(function* () {
        const poison = `"${key}":{"polluted":true}`
        const text = `{"connection":{"slug":"crm",${poison},"list":[{${poison}}]},"result":{${poison}},${poison}}`
        const api = yield* apiOver(fakeClient(answer(200, { text })).client)
        const { response, value } = yield* Call.withResponse(api.get("crm"))
        const done = yield* calls.unsafe(api)
        const seen: Array<object> = []
        const check = (at: unknown): void => {
          if (typeof at !== "object" || at === null) return
          seen.push(at)
          assert.isFalse(Object.hasOwn(at, "__proto__"))
          assert.isFalse("polluted" in at)
          assert.isFalse("polluted" in { ...at })
          Object.values(at).forEach(check)
        }
        for (const root of [value, response?.body, done._tag === "Completed" ? done.value : undefined]) check(root)
        assert.isAtLeast(seen.length, 12)
        assert.isFalse("polluted" in {})
      })
    )
  }
})

const mebibyte = 1024 * 1024
const endless =
  (status: number, counted: { bytes: number; cancelled: boolean }, chunk = 64 * 1024): Reply =>
  (request, sent) => {
    const bytes = new Uint8Array(chunk).fill(0x20)
    const stream = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          counted.bytes += chunk
          controller.enqueue(bytes)
        },
        cancel: () => {
          counted.cancelled = true
        }
      },
      { highWaterMark: 0 }
    )
    return answer(status, { stream })(request, sent)
  }

describe("a body that does not end", () => {
  for (const [name, options, limit] of [
    ["16 MiB by default", {}, 16 * mebibyte],
    ["maxBodyBytes", { maxBodyBytes: 100_000 }, 100_000]
  ] as const) {
    virtual(`a body that does not end is read up to ${name} and let go`, () =>
      Effect.gen(function* () {
        for (const call of ["safe", "unsafe"] as const) {
          const counted = { bytes: 0, cancelled: false }
          const api = yield* apiOver(fakeClient(endless(200, counted)).client, options)
          const error = yield* Effect.flip<unknown, ApiError, never>(calls[call](api))
          if (call === "safe") assert.strictEqual(error._tag === "UnexpectedBody" && error.reason, "too large")
          else assert.strictEqual(error._tag === "OutcomeUnknown" && error.code, "BODY_TOO_LARGE")
          assert.isAtLeast(counted.bytes, limit)
          assert.isAtMost(counted.bytes, limit + 4 * 64 * 1024)
          assert.isTrue(counted.cancelled)
        }
      })
    )
  }

  virtual("the body of an error is cut at 64 KiB, and the status counts", () =>
    Effect.gen(function* () {
      const counted = { bytes: 0, cancelled: false }
      const error = yield* ends(endless(400, counted, 10_000), "unsafe")
      assert.strictEqual(error._tag, "ApiRejected")
      const body = responseOf(error)?.body
      assert.strictEqual(typeof body === "string" && body.length, 64 * 1024)
      assert.isAtMost(counted.bytes, 64 * 1024 + 40_000)
      assert.isTrue(counted.cancelled)
    })
  )

  virtual("a body with a length over the limit is not read and is let go", () =>
    Effect.gen(function* () {
      const counted = { bytes: 0, cancelled: false }
      const reply: Reply = (request, sent) =>
        Effect.map(endless(200, counted)(request, sent), (response) =>
          Object.defineProperty(response, "headers", {
            value: { ...response.headers, "content-length": String(17 * mebibyte) }
          })
        )
      const error = yield* ends(reply, "safe")
      assert.strictEqual(error._tag === "UnexpectedBody" && error.reason, "too large")
      assert.isAtMost(counted.bytes, 64 * 1024)
      assert.isTrue(counted.cancelled, "the connection must not stay open")
    })
  )

  virtual("a wrong content-length does not change what is read", () =>
    Effect.gen(function* () {
      for (const length of ["abc", "-1", "1e99x", "5"]) {
        const client = fakeClient(answer(200, { text: good, headers: { "content-length": length } })).client
        assert.strictEqual((yield* (yield* apiOver(client)).get("crm")).slug, "crm")
      }
    })
  )
})

describe("an error's body", () => {
  virtual("the body of an error is parsed JSON, or text; and in responseOf with the headers", () =>
    Effect.gen(function* () {
      const parsed = yield* ends(
        answer(422, { json: { error: { field: "x" } }, headers: { "x-request-id": "r-1" } }),
        "safe"
      )
      assert.deepStrictEqual(parsed._tag === "ApiRejected" && [parsed.body, parsed.requestId], [
        { error: { field: "x" } },
        "r-1"
      ])
      assert.strictEqual(responseOf(parsed)?.headers["x-request-id"], "r-1")
      const page = yield* ends(answer(502, { text: "<html>", headers: { "content-type": "text/html" } }), "safe")
      assert.strictEqual(page._tag === "ServerFailed" && page.body, "<html>")
      const broken = yield* ends(answer(502, { text: "{" }), "safe")
      assert.strictEqual(broken._tag === "ServerFailed" && broken.body, "{")
    })
  )

  for (const [code, taken] of [
    ["QUOTA_EXCEEDED", true],
    ["E1", true],
    ["42P01", true],
    ["quota.exceeded-1", true],
    ["q", true],
    ["Q".repeat(64), true],
    ["quota exceeded for CANARY", false],
    ["CANARY/1", false],
    ["", false],
    ["CANARY".padEnd(65, "X"), false],
    [17, false],
    [{ CANARY: 1 }, false]
  ] as const) {
    virtual(`the code ${JSON.stringify(code).slice(0, 30)} is ${taken ? "shown" : "left in the body"}`, () =>
      Effect.gen(function* () {
        for (const body of [{ code }, { error: { code } }]) {
          const error = yield* ends(answer(409, { json: body }), "unsafe")
          assert.strictEqual(error._tag === "ApiRejected" && error.serverCode, taken ? code : undefined)
          if (taken) assert.include(error.message, String(code))
          else assert.notInclude(error.message.toUpperCase() + JSON.stringify(error).toUpperCase(), "CANARY")
        }
      })
    )
  }

  virtual("the message names the URL, encoded and without the query", () =>
    Effect.gen(function* () {
      const api = yield* apiOver(fakeClient(answer(404)).client)
      const one = yield* Effect.flip(api.actions.get("a/b\u2028", "x"))
      assert.include(one.message, "/api/v1/connections/a%2Fb%E2%80%A8/actions/x")
      const listed = yield* Effect.flip(api.list({ relayId: "CANARY" }))
      assert.notInclude(listed.message, "CANARY")
    })
  )

  for (const id of ["a b", "<script>", "x".repeat(129), 'a"b']) {
    virtual(`a request id like ${id.slice(0, 12)} is not taken`, () =>
      Effect.gen(function* () {
        assert.strictEqual(
          (yield* ends(answer(404, { headers: { "x-request-id": id } }), "safe")).message.includes(id),
          false
        )
      })
    )
  }
})

describe("a redirect", () => {
  const place = "https://elsewhere.example:8443/login?token=CANARY#CANARY"
  for (const status of [301, 302, 303, 307, 308]) {
    for (const call of ["safe", "unsafe", "idempotent"] as const) {
      virtual(`${status} is not followed, and shown as an origin only: ${call}`, () =>
        Effect.gen(function* () {
          const fake = fakeClient(answer(status, { headers: { location: place } }))
          const error = yield* Effect.flip<unknown, ApiError, never>(calls[call](yield* apiOver(fake.client)))
          assert.deepStrictEqual(
            error._tag === "UnexpectedRedirect" && {
              location: error.location,
              sameOrigin: error.sameOrigin,
              status: error.status
            },
            { location: "https://elsewhere.example:8443", sameOrigin: false, status }
          )
          assert.notInclude(error.message + JSON.stringify(error), "CANARY")
          assert.strictEqual(fake.sent.length, 1)
        })
      )
    }
  }

  for (const [location, shown] of [
    ["/login", { location: "http://localhost:8081", sameOrigin: true }],
    ["//evil.example/x", { location: "http://evil.example", sameOrigin: false }],
    ["http://user:CANARY@evil.example", { location: "http://evil.example", sameOrigin: false }],
    ["http://", {}],
    ["", { location: "http://localhost:8081", sameOrigin: true }]
  ] as const) {
    virtual(`to ${JSON.stringify(location)}`, () =>
      Effect.gen(function* () {
        const error = yield* ends(answer(302, { headers: { location } }), "safe")
        assert.strictEqual(error._tag, "UnexpectedRedirect")
        assert.deepInclude({ ...error }, shown)
        assert.notInclude(error.message, "CANARY")
      })
    )
  }

  virtual("a redirect that a browser hides, with status 0, counts as one", () =>
    Effect.gen(function* () {
      const client = HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, Response.error())))
      for (const call of ["safe", "unsafe"] as const) {
        const error = yield* Effect.flip<unknown, ApiError, never>(calls[call](yield* apiOver(client)))
        assert.strictEqual(error._tag === "UnexpectedRedirect" && error.status, 0)
      }
    })
  )
})

describe("an error response whose body never ends", () => {
  const stalled = (status: number) => answerStream(status, () => undefined)

  virtual("an error response whose body never ends counts by its status after the attempt timeout", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ends(stalled(404), "safe"))._tag, "NotFound")
      assert.strictEqual((yield* ends(stalled(404), "unsafe"))._tag, "NotFound")
      assert.strictEqual((yield* ends(stalled(503), "unsafe"))._tag, "ServerFailed")
    })
  )
})

describe("a response with a status that says there is no content", () => {
  for (const status of [204, 205]) {
    virtual(`${status}: whatever comes with it is ignored`, () =>
      Effect.gen(function* () {
        // a client may give what the web's own Response may not hold
        const client = HttpClient.make((request) =>
          Effect.map(
            answer(200, { text: "<html>", headers: { "content-type": "text/html" } })(request, noRequest),
            (given) => Object.create(given, { status: { value: status } })
          )
        )
        const api = yield* apiOver(client, { retry: "none" })
        assert.deepInclude(yield* calls.unsafe(api), { _tag: "Completed", value: null })
        assert.deepInclude(yield* Effect.flip(calls.safe(api)), { _tag: "UnexpectedBody", reason: "empty" })
      })
    )
  }
})

describe("an error response whose JSON has another name", () => {
  virtual("its code and its word on repeating count", () =>
    Effect.gen(function* () {
      const text = JSON.stringify({ error: { code: "BUSY", recovery: { retryable: true } } })
      const error = yield* ends(answer(409, { text, headers: { "content-type": "text/plain" } }), "safe")
      assert.deepInclude({ ...error }, { serverCode: "BUSY", retryable: true })
      const page = yield* ends(answer(409, { text: "[oops", headers: { "content-type": "text/plain" } }), "safe")
      assert.strictEqual(responseOf(page)?.body, "[oops")
    })
  )
})

describe("status 407 of a fetch that does not give it", () => {
  const refused =
    (cause: unknown): Reply =>
    (request) =>
      Effect.fail(
        new HttpClientError.RequestError({
          request,
          reason: "Transport",
          cause: new TypeError("fetch failed", { cause })
        })
      )

  virtual("is ApiRejected, once", () =>
    Effect.gen(function* () {
      for (const message of ["", "proxy authentication required"]) {
        const fake = fakeClient(refused(new Error(message)))
        const api = yield* apiOver(fake.client)
        for (const call of ["safe", "unsafe", "idempotent"] as const) {
          const error = yield* Effect.flip<unknown, ApiError, never>(calls[call](api))
          assert.deepInclude({ ...error }, { _tag: "ApiRejected", status: 407, attempts: 1 })
        }
        assert.strictEqual(fake.sent.length, 3)
      }
    })
  )

  virtual("no other failure is taken for it", () =>
    Effect.gen(function* () {
      for (const cause of [
        undefined,
        new Error("other side closed"),
        Object.assign(new Error(""), { code: "UND_ERR_SOCKET" }),
        new Error("", { cause: new Error("x") }),
        new DOMException("", "AbortError"),
        new TypeError("")
      ]) {
        assert.strictEqual((yield* ends(refused(cause), "unsafe"))._tag, "OutcomeUnknown")
      }
    })
  )
})
