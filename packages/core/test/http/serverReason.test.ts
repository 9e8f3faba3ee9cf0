import type { ApiError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { JobError } from "@effect-connectors/core/JobError"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { bosaFake, bosaOver, row, rows } from "../support/bosaKit.js"
import { apiOver, type Options, virtual } from "../support/api.js"
import { answer, fakeClient, json, type Reply } from "../support/fakeClient.js"

const token = "st-7f3a9c1b2d4e"
const auth = Auth.headers({ "x-service-token": Redacted.make(token), cookie: Redacted.make("sid=5f2b8a77c1; lang=en") })

type Run = (api: ConnectionsApi.Service) => Effect.Effect<unknown, ApiError | JobError>

const ends = (run: Run, replies: readonly [Reply, ...Array<Reply>], options: Options = {}) =>
  Effect.flatMap(apiOver(fakeClient(...replies).client, { retry: "none", ...options }, auth), (api) =>
    Effect.flip(run(api))
  )

const execute =
  (input: Readonly<Record<string, unknown>> = {}): Run =>
  (api) =>
    api.actions.execute("crm", "sync", { input })

const refused = (body: unknown, run: Run = execute(), options?: Options) => ends(run, [json(body, 400)], options)

const reasonOf = (error: ApiError | JobError): string | undefined =>
  "serverReason" in error ? error.serverReason : undefined

const codeOf = (error: ApiError | JobError): string | undefined =>
  "serverCode" in error ? error.serverCode : undefined

describe("the server's reason", () => {
  const forms: ReadonlyArray<readonly [name: string, body: unknown, reason: string | undefined]> = [
    ["message", { message: "the input orderId is required", code: "INVALID_INPUT" }, "the input orderId is required"],
    ["error as text", { error: "no such table" }, "no such table"],
    ["error.message", { error: { message: "no such table", code: "42P01" } }, "no such table"],
    ["message before error", { error: "Bad Request", message: "no such table" }, "no such table"],
    ["OAuth", { error: "invalid_grant", error_description: "the code was used" }, "the code was used"],
    ["detail", { detail: "Not Found" }, "Not Found"],
    [
      "detail[].msg with its place",
      {
        detail: [
          { loc: ["body", "items", 0, "id"], msg: "field required", input: "x" },
          { loc: ["query"], msg: "no" }
        ]
      },
      "body.items.0.id: field required; query: no"
    ],
    ["errors[] of texts", { errors: ["one", "two", ""] }, "one; two"],
    [
      "errors[] of objects",
      {
        message: "Validation failed",
        errors: [
          { field: "a", message: "is empty" },
          { path: ["b", 0], code: "TOO_LONG" }
        ]
      },
      "Validation failed: a: is empty; b.0: TOO_LONG"
    ],
    [
      "errors by field",
      { title: "Invalid", errors: { name: ["is required", "is odd"] } },
      "Invalid: name: is required; is odd"
    ],
    [
      "messages",
      { statusCode: 400, message: ["a must be text", "b is required"], error: "Bad Request" },
      "Bad Request: a must be text; b is required"
    ],
    ["a list", [{ message: "first" }, "second"], "first; second"],
    ["nothing", { status: "bad", code: "X" }, undefined],
    ["a blank", { message: " \n" }, undefined],
    ["another type", { message: 7, error: true, detail: null, errors: 1 }, undefined]
  ]
  for (const [name, body, reason] of forms) {
    virtual(`is taken from ${name}`, () =>
      Effect.gen(function* () {
        const error = yield* refused(body)
        assert.strictEqual(reasonOf(error), reason)
        if (reason !== undefined) assert.include(error.message, `It says: ${reason}`)
        assert.notInclude(error.message, "undefined")
      })
    )
  }

  virtual("is in the message with what to do, in the JSON, and not instead of the code", () =>
    Effect.gen(function* () {
      const error = yield* refused({ message: "the input orderId is required", code: "INVALID_INPUT" })
      assert.strictEqual(
        error.message,
        "actions.execute (POST http://localhost:8081/api/v1/connections/crm/actions/sync/execute): the server refused the request (400, INVALID_INPUT). It says: the input orderId is required. Correct the request"
      )
      assert.include(JSON.stringify(error), '"serverReason":"the input orderId is required"')
      const none = yield* refused({})
      assert.match(none.message, /\(400\)\. What it responded is in `body`$/)
      const table = yield* refused({ message: 'relation "orders" does not exist', code: "42P01" })
      assert.strictEqual(codeOf(table), "42P01")
      assert.include(table.message, '(400, 42P01). It says: relation "orders" does not exist.')
    })
  )

  virtual("is on every error that came from a response", () =>
    Effect.gen(function* () {
      const get: Run = (api) => api.get("crm")
      for (const [status, tag] of [
        [401, "Unauthorized"],
        [403, "Forbidden"],
        [404, "NotFound"],
        [429, "RateLimited"],
        [422, "ApiRejected"],
        [503, "ServerFailed"],
        [302, "UnexpectedRedirect"]
      ] as const) {
        const error = yield* ends(get, [json({ message: "because of this" }, status)])
        assert.deepStrictEqual([error._tag, reasonOf(error)], [tag, "because of this"])
        assert.include(error.message, "It says: because of this.")
      }
    })
  )

  virtual("of a 2xx is shown only when the body says that it failed: else it is data", () =>
    Effect.gen(function* () {
      const list: Run = (api) => api.list()
      const failed = yield* ends(list, [json({ success: false, message: "the tenant is closed" })])
      assert.deepStrictEqual([failed._tag, reasonOf(failed)], ["UnexpectedBody", "the tenant is closed"])
      const data = yield* ends(list, [json({ message: "hello", body: "a letter" })])
      assert.deepStrictEqual([data._tag, reasonOf(data)], ["UnexpectedBody", undefined])
    })
  )

  virtual("is cut at 500 characters, and is one line", () =>
    Effect.gen(function* () {
      const error = yield* refused({ message: `a\r\n\u001b[31mb\u001b[0m\t${"c".repeat(8 * 1024)}` })
      assert.match(reasonOf(error) ?? "", /^a b c{493}\.\.\.$/)
      assert.isBelow(error.message.length, 900)
    })
  )

  virtual("has no credential that was sent, in any form that servers give back", () =>
    Effect.gen(function* () {
      const forms = [token, token.toUpperCase(), btoa(token), `Basic ${btoa(`u:${token}`)}`, `${token}%2F`]
      const reason = reasonOf(yield* refused({ message: `${forms.join(" or ")} and 5f2b8a77c1 in lang=en` })) ?? ""
      assert.match(reason, /^\[redacted\] or \[redacted\] or \[redacted\]=* or Basic \w{0,3}\[redacted\]\w{0,2}=* or/)
      assert.match(reason, /or \[redacted\]%2F and \[redacted\] in lang=en$/)
    })
  )

  virtual("has no value under a sensitive name of the input; what it gives back of another field is shown", () =>
    Effect.gen(function* () {
      const input = {
        password: "hunter2!",
        nested: [{ apiKey: "k-123456" }, { credentials: { user: "ann-admin", pin: 987654 } }],
        dsn: "postgres://app:p%40ssw0rd@db/main?sslkey=1",
        callback: "https://app.example/?state=xyzzy-state&page=two",
        authorization: "Bearer b-999888",
        orderId: "order-77"
      }
      const error = yield* refused(
        { message: "hunter2! k-123456 ann-admin 987654 p%40ssw0rd p@ssw0rd xyzzy-state b-999888 two order-77" },
        execute(input)
      )
      assert.strictEqual(reasonOf(error), `${"[redacted] ".repeat(8)}two order-77`)
    })
  )

  virtual("has nothing that the response itself holds under a sensitive name", () =>
    Effect.gen(function* () {
      const error = yield* refused({ message: "the new token tok-555444 is not stored", token: "tok-555444" })
      assert.strictEqual(reasonOf(error), "the new token [redacted] is not stored")
    })
  )

  virtual('is not shown with `reasons: "hidden"`, on both platforms', () =>
    Effect.gen(function* () {
      const error = yield* refused({ message: "because of this", code: "X1" }, execute(), { reasons: "hidden" })
      assert.deepStrictEqual([reasonOf(error), codeOf(error)], [undefined, "X1"])
      assert.notInclude(error.message + JSON.stringify(error), "because")
      const job = yield* ends(
        (api) => api.jobs.result(api.actions.execute("crm", "sync", {}, { async: true })),
        [json({ job_id: "j1" }), json({ status: "failed", error: "because of this" })],
        { reasons: "hidden" }
      )
      assert.deepStrictEqual([job._tag, reasonOf(job)], ["JobFailed", undefined])
      const bosa = yield* bosaOver(bosaFake(rows, json({ error: "because of this" }, 400)).client, {
        reasons: "hidden"
      })
      const refusedAction = yield* Effect.flip(bosa.execute("demo", "act"))
      assert.notInclude(refusedAction.message + JSON.stringify(refusedAction), "because")
      const wrong = yield* Effect.flip(apiOver(fakeClient(json({})).client, JSON.parse('{"reasons":"off"}')))
      assert.include(wrong.message, 'reasons: is not a way to show reasons (give "shown" or "hidden")')
    })
  )

  virtual("of BOSA is without the token and the sensitive parameters of the call, in a form too", () =>
    Effect.gen(function* () {
      const world = {
        act: row({
          note: { type: "string" },
          secret_note: { type: "string" },
          file: { anyOf: [{ type: "string", format: "binary" }, { type: "null" }] }
        })
      }
      for (const dialect of ["bosa-0.3", "gl"] as const) {
        const fake = bosaFake(
          world,
          json({ detail: [{ loc: ["body", "note"], msg: "plain-note, u-555777, deep-secret, d-key-000" }] }, 422)
        )
        const bosa = yield* bosaOver(fake.client, { dialect }, Auth.apiKey(Redacted.make("d-key-000")))
        const error = yield* Effect.flip(
          bosa.execute(
            "demo",
            "act",
            { note: "plain-note", secret_note: "deep-secret" },
            { token: Redacted.make("u-555777") }
          )
        )
        assert.strictEqual(
          reasonOf(error) ?? error.message,
          "body.note: plain-note, [redacted], [redacted], [redacted]"
        )
      }
    })
  )
})

describe("the reason of a job", () => {
  const ran = (state: object, input: Readonly<Record<string, unknown>> = {}) =>
    ends(
      (api) => api.jobs.result(api.actions.execute("crm", "sync", { input }, { async: true })),
      [json({ job_id: "j1" }), json(state)]
    )

  virtual("is that of its error or message, next to its state", () =>
    Effect.gen(function* () {
      for (const [state, reason] of [
        [{ status: "failed", error: "the disk is full" }, "the disk is full"],
        [{ status: "failed", error: { code: "E1", message: "the disk is full" } }, "the disk is full"],
        [{ status: "failed", error: { code: "E1" }, message: "the disk is full" }, "the disk is full"],
        [
          { message: "ok", job: { job_id: "j1", status: "failed", errors: ["a", { field: "b", message: "c" }] } },
          "a; b: c"
        ],
        [{ status: "failed" }, undefined]
      ] as const) {
        const error = yield* ran(state)
        assert.deepStrictEqual([error._tag, reasonOf(error)], ["JobFailed", reason])
        if (reason === undefined) assert.match(error.message, /calls it "failed"\. What it reports is in `error`$/)
        else assert.include(error.message, `It says: ${reason}. All that it reports is in \`error\``)
      }
      const cancelled = yield* ran({ status: "cancelled", message: "by an operator" })
      assert.match(cancelled.message, /was cancelled on the server\. It says: by an operator\.$/)
      const ended = yield* ran({ status: "archived", message: "moved away", finished_at: "2026-01-01T00:00:00Z" })
      assert.deepStrictEqual([ended._tag, reasonOf(ended)], ["UnexpectedBody", "moved away"])
      const gone = yield* ends(
        (api) => api.jobs.result(api.actions.execute("crm", "sync", {}, { async: true }), { notFoundGrace: 0 }),
        [json({ job_id: "j1" }), json({ message: "deleted after 7 days" }, 410)]
      )
      assert.deepStrictEqual([gone._tag, reasonOf(gone)], ["JobNotFound", "deleted after 7 days"])
    })
  )

  virtual(
    "has neither the credentials of the poll nor the sensitive fields of the submit, for each of its watchers",
    () =>
      Effect.gen(function* () {
        const reply = json({ status: "failed", error: `${token} could not log in as ann with hunter2!` })
        const fake = fakeClient(json({ job_id: "j1" }), reply)
        const api = yield* apiOver(fake.client, {}, auth)
        const submit = api.actions.execute(
          "crm",
          "sync",
          { input: { user: "ann", password: "hunter2!" } },
          { async: true }
        )
        const { job } = yield* Effect.flatMap(submit, (done) =>
          done._tag === "Accepted" ? Effect.succeed(done) : Effect.die(done)
        )
        // the second one finds the end that the first one's poll brought
        for (const target of [job, job]) {
          const error = yield* Effect.flip(api.jobs.result(target))
          assert.strictEqual(reasonOf(error), "[redacted] could not log in as ann with [redacted]")
        }
      })
  )
})

describe("words, codes and ids of a server", () => {
  const watched = (status: string) =>
    ends(
      (api) => api.jobs.result(api.actions.execute("crm", "sync", {}, { async: true }), { deadline: "20 seconds" }),
      [json({ job_id: "j1" }), json({ status })]
    )

  virtual(
    "a status of 8 MiB with line breaks, ANSI and the token is a word of 64 characters in the message and the JSON",
    () =>
      Effect.gen(function* () {
        const error = yield* watched(`ar\n\u001b[31m${token}\u0007${"x".repeat(8 * 1024 * 1024)}`)
        assert.strictEqual(error._tag, "JobDeadlineExceeded")
        if (error._tag !== "JobDeadlineExceeded") return
        assert.strictEqual(error.word?.length, 64)
        for (const text of [error.message, JSON.stringify(error), String(error)]) {
          assert.isBelow(text.length, 1_000)
          assert.notInclude(text, token)
          assert.notMatch(text, /[\p{C}]/u)
        }
      })
  )

  virtual("a request id or a code that repeats the token is left out", () =>
    Effect.gen(function* () {
      const reply = answer(400, { json: { code: token }, headers: { "x-request-id": `r-${token}` } })
      const error = yield* ends(execute(), [reply])
      assert.deepStrictEqual("requestId" in error ? error.requestId : "", undefined)
      assert.strictEqual(codeOf(error), undefined)
      assert.notInclude(error.message + JSON.stringify(error), token)
      const other = yield* ends(execute(), [answer(400, { json: { code: "X" }, headers: { "x-request-id": "r-1" } })])
      assert.include(other.message, "request r-1")
    })
  )

  virtual("the reference of a job has no request id that repeats the token, and a job id that does is refused", () =>
    Effect.gen(function* () {
      const reply = answer(200, { json: { job_id: "j1" }, headers: { "x-request-id": `r-${token}` } })
      const api = yield* apiOver(fakeClient(reply).client, {}, auth)
      const done = yield* api.actions.execute("crm", "sync", {}, { async: true })
      assert.strictEqual(done._tag === "Accepted" && done.job.requestId, undefined)
      const error = yield* ends(execute(), [json({ job_id: `job-${token}` })])
      assert.deepStrictEqual(error._tag === "UnexpectedBody" && [error.expected, error.body], [
        ["expected a job id that repeats no credential"],
        { job_id: `job-${token}` }
      ])
      assert.notInclude(error.message + JSON.stringify(error), token)
    })
  )

  virtual("a location and a type of content are bounded and without the token", () =>
    Effect.gen(function* () {
      const moved = yield* ends(execute(), [answer(302, { headers: { location: `https://${token}.example/x` } })])
      assert.strictEqual(moved._tag === "UnexpectedRedirect" && moved.location, "https://[redacted].example")
      const typed = yield* ends(
        (api) => api.list(),
        [answer(200, { text: "<p>", headers: { "content-type": `text/html; a=${token}; b=${"b".repeat(400)}` } })]
      )
      assert.match(
        (typed._tag === "UnexpectedBody" && typed.contentType) || "",
        /^text\/html; a=\[redacted\]; b=b+\.\.\.$/
      )
      assert.strictEqual(typed._tag === "UnexpectedBody" && typed.contentType?.length, 200)
    })
  )
})

describe("NotFound", () => {
  const missing = (run: Run) => ends(run, [json({ message: "it is not there", code: "NOT_FOUND" }, 404)])

  virtual("names what was asked for, each for what it is", () =>
    Effect.gen(function* () {
      for (const [run, what, requested] of [
        [execute(), 'connection "crm" or action "sync"', { connection: "crm", action: "sync" }],
        [(api: ConnectionsApi.Service) => api.get("crm"), 'connection "crm"', { connection: "crm" }],
        [
          (api: ConnectionsApi.Service) => api.sql.select("shop", { table: "t" }),
          'connection "shop" or operation "sql.select"',
          { connection: "shop", operation: "sql.select" }
        ],
        [
          (api: ConnectionsApi.Service) => api.triggers.get("crm", "t1"),
          'connection "crm" or trigger "t1"',
          { connection: "crm", trigger: "t1" }
        ],
        [(api: ConnectionsApi.Service) => api.jobs.get("j9"), 'job "j9"', { job: "j9" }],
        [(api: ConnectionsApi.Service) => api.list(), "such thing", undefined]
      ] as const) {
        const error = yield* missing(run)
        assert.deepStrictEqual(error._tag === "NotFound" && error.requested, requested)
        assert.include(
          error.message,
          `the server knows no ${what} (404, NOT_FOUND). It says: it is not there. Check the names`
        )
      }
    })
  )

  virtual("names what the server's code names, and nothing that was there", () =>
    Effect.gen(function* () {
      for (const [code, what] of [
        ["ACTION_NOT_FOUND", 'action "sync"'],
        ["UNKNOWN_CONNECTION", 'connection "crm"'],
        ["connection.action.missing", 'connection "crm" or action "sync"'],
        ["REPO_NOT_FOUND", 'connection "crm" or action "sync"']
      ] as const) {
        const error = yield* ends(execute(), [json({ code, message: "it is not there" }, 404)])
        assert.include(error.message, `the server knows no ${what} (404, ${code})`)
      }
    })
  )

  virtual("of BOSA names the connector and the action", () =>
    Effect.gen(function* () {
      const bosa = yield* bosaOver(
        bosaFake(rows, json({ error: { code: "REPO_NOT_FOUND", message: "no repo" } }, 404)).client
      )
      const error = yield* Effect.flip(bosa.execute("demo", "act"))
      assert.deepStrictEqual(error._tag === "NotFound" && error.requested, { connector: "demo", action: "act" })
      assert.include(
        error.message,
        'the server knows no connector "demo" or action "act" (404, REPO_NOT_FOUND). It says: no repo.'
      )
    })
  )
})

describe("a refusal that is not about the request", () => {
  virtual("says what to do about the connection", () =>
    Effect.gen(function* () {
      for (const [code, hint] of [
        ["CONNECTION_INACTIVE", "Activate the connection"],
        ["CONNECTION_UNAUTHORIZED", "Authorize the connection"],
        ["CONFLICT", "Correct the request"]
      ] as const) {
        const error = yield* ends(execute(), [json({ code, message: "not now" }, 409)])
        assert.match(error.message, new RegExp(`It says: not now\\. ${hint}$`))
      }
    })
  )
})
