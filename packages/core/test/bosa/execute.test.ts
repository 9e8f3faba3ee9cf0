import * as Action from "@effect-connectors/core/Action"
import { responseOf } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { virtual } from "../support/api.js"
import { bosaFake, bosaOver, inputs, integer, ok, optional, quick, row, rows, text } from "../support/bosaKit.js"
import { answer, json, lost, type Reply } from "../support/fakeClient.js"

const executeWith = (reply: Reply) =>
  Effect.gen(function* () {
    const fake = bosaFake(rows, reply)
    const bosa = yield* bosaOver(fake.client)
    return { fake, bosa, execute: bosa.execute("demo", "act"), run: bosa.run("demo", "act") }
  })

const typed = (
  contentType: string | undefined,
  parts: { text?: string; bytes?: Uint8Array<ArrayBuffer> },
  status = 200
): Reply =>
  // an empty value stands for none: `Response` adds its own type to text
  answer(status, {
    ...(parts.bytes === undefined ? { bytes: new TextEncoder().encode(parts.text ?? "") } : parts),
    headers: { "content-type": contentType ?? "" }
  })

const fileOf = (data: unknown): ConnectorFile.ConnectorFile => {
  if (!ConnectorFile.isConnectorFile(data)) throw new Error("expected a file")
  return data
}

const textOf = (file: ConnectorFile.ConnectorFile) => Effect.map(file.bytes, (bytes) => new TextDecoder().decode(bytes))

describe("execute, run and either", () => {
  const file = new Uint8Array([0, 255, 1])
  const unwrapping: ReadonlyArray<readonly [name: string, body: unknown, data: unknown, meta: object]> = [
    ["data and meta", { data: { id: 1 }, meta: { page: 1 } }, { id: 1 }, { page: 1 }],
    ["data alone", { data: [1] }, [1], {}],
    ["meta null", { data: 1, meta: null }, 1, {}],
    ["meta that is a list", { data: 1, meta: [1] }, 1, {}],
    ["meta that is text", { data: 1, meta: "x" }, 1, {}],
    ["data null", { data: null, meta: {} }, null, {}],
    ["data text", { data: "x" }, "x", {}],
    ["data false", { data: false }, false, {}],
    ["no data: the body is it", { id: 1, meta: { page: 2 } }, { id: 1, meta: { page: 2 } }, { page: 2 }],
    ["an empty object", {}, {}, {}],
    ["a list", [1, { data: 2 }], [1, { data: 2 }], {}],
    ["text", "x", "x", {}],
    ["a number", 3, 3, {}],
    ["false", false, false, {}],
    ["null", null, {}, {}]
  ]
  for (const [name, body, data, meta] of unwrapping) {
    virtual(`${name}: execute gives the whole body, run unwraps it`, () =>
      Effect.gen(function* () {
        const { bosa, execute, run } = yield* executeWith(quick(body))
        assert.deepStrictEqual((yield* execute).data, body)
        const page = yield* run
        assert.deepStrictEqual([page.data, page.meta, page.isList], [data, meta, Array.isArray(data)])
        assert.deepStrictEqual(Either.getOrThrow(yield* bosa.either("demo", "act")).data, body)
      })
    )
  }

  virtual("status, headers and the request's id come along", () =>
    Effect.gen(function* () {
      const headers = { "x-request-id": "req-1", "x-gl-error-contract": "2" }
      const { execute, run } = yield* executeWith(answer(201, { json: { data: 1 }, headers }))
      for (const got of [yield* execute, yield* run]) {
        assert.deepStrictEqual([got.status, got.requestId, got.headers["x-gl-error-contract"]], [201, "req-1", "2"])
      }
    })
  )

  virtual("204: no data, and done", () =>
    Effect.gen(function* () {
      const { execute, run } = yield* executeWith(answer(204))
      assert.deepStrictEqual([(yield* execute).data, (yield* execute).status], [null, 204])
      assert.deepStrictEqual((yield* run).data, {})
    })
  )

  for (const contentType of [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    "application/problem+json",
    "application/vnd.api+json"
  ]) {
    virtual(`${contentType} is JSON, at 200 and at 400`, () =>
      Effect.gen(function* () {
        const { execute } = yield* executeWith(typed(contentType, { text: '{"a":1}' }))
        assert.deepStrictEqual((yield* execute).data, { a: 1 })
        const refused = yield* Effect.flip((yield* executeWith(typed(contentType, { text: '{"a":1}' }, 400))).execute)
        assert.deepStrictEqual([refused._tag, "body" in refused && refused.body], ["ApiRejected", { a: 1 }])
      })
    )
  }

  for (const contentType of [undefined, "text/csv", "application/octet-stream", "text/html; charset=utf-8"]) {
    virtual(`${contentType ?? "no content type"} is a file, byte for byte`, () =>
      Effect.gen(function* () {
        const { execute, run } = yield* executeWith(typed(contentType, { bytes: file }))
        for (const { data } of [yield* execute, yield* run]) {
          assert.deepStrictEqual(yield* fileOf(data).bytes, file)
          assert.strictEqual(fileOf(data).contentType ?? "", contentType ?? "")
        }
      })
    )
  }

  virtual("no content type and no content: an empty file", () =>
    Effect.gen(function* () {
      const { execute } = yield* executeWith(typed(undefined, { text: "" }))
      assert.strictEqual((yield* fileOf((yield* execute).data).bytes).length, 0)
    })
  )

  virtual("JSON as an attachment is JSON", () =>
    Effect.gen(function* () {
      const headers = { "content-disposition": 'attachment; filename="a.json"' }
      const { execute } = yield* executeWith(answer(200, { json: { a: 1 }, headers }))
      assert.deepStrictEqual((yield* execute).data, { a: 1 })
    })
  )

  virtual("a file at 500: its status counts, and the file is in the body", () =>
    Effect.gen(function* () {
      const { bosa, execute } = yield* executeWith(typed("text/html", { text: "<h1>down" }, 500))
      const error = yield* Effect.flip(execute)
      if (error._tag !== "ServerFailed") throw new Error(error._tag)
      assert.strictEqual(error.status, 500)
      assert.strictEqual(yield* textOf(fileOf(error.body)), "<h1>down")
      const left = Either.getOrThrow(Either.flip(yield* bosa.either("demo", "act")))
      assert.deepStrictEqual([left.status, yield* textOf(fileOf(left.data))], [500, "<h1>down"])
    })
  )

  virtual("either: each status outside of 2xx is left, with its body, headers and id", () =>
    Effect.gen(function* () {
      for (const status of [302, 400, 401, 403, 404, 409, 422, 429, 500, 503]) {
        const headers = { "x-request-id": "req-1" }
        const { bosa, fake } = yield* executeWith(answer(status, { json: { detail: `${status}` }, headers }))
        const left = Either.getOrThrow(Either.flip(yield* bosa.either("demo", "act")))
        assert.deepStrictEqual(
          [left.status, left.data, left.requestId, left.headers["x-request-id"], fake.actions.length],
          [status, { detail: `${status}` }, "req-1", "req-1", 1]
        )
      }
    })
  )

  virtual("either: what got no answer fails", () =>
    Effect.gen(function* () {
      const { bosa } = yield* executeWith(lost({ code: "ECONNRESET" }))
      assert.strictEqual((yield* Effect.flip(bosa.either("demo", "act")))._tag, "OutcomeUnknown")
      const refused = bosa.either("demo", "act", { n: "x" })
      assert.strictEqual((yield* Effect.flip(refused))._tag, "InvalidRequest")
    })
  )

  virtual("either: a response of discovery is not one of the action", () =>
    Effect.gen(function* () {
      for (const status of [401, 404, 500]) {
        const bosa = yield* bosaOver(bosaFake(json({ secret: 1 }, status), ok).client)
        const exit = yield* Effect.exit(bosa.either("demo", "act"))
        assert.strictEqual(exit._tag, "Failure", `${status}`)
      }
    })
  )

  virtual("credentials that cannot be had: Unauthorized, and nothing is sent", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, ok)
      const bosa = yield* bosaOver(fake.client, {}, Auth.refreshing(Effect.fail("no")))
      const error = yield* Effect.flip(bosa.execute("demo", "act"))
      assert.deepStrictEqual([error._tag, fake.actions.length, responseOf(error)], ["Unauthorized", 0, undefined])
    })
  )

  virtual("the three forms send the same", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, ok)
      const bosa = yield* bosaOver(fake.client)
      const demo = bosa.connect("demo")
      const options = { token: Redacted.make("t"), headers: { "x-own": "1" } }
      yield* bosa.execute("demo", "act", { n: 1 }, options)
      yield* demo.execute("act", { n: 1 }, options)
      const action = demo
        .action("act")
        .pipe(Action.params({ n: 1 }), Action.token(Redacted.make("t")), Action.headers({ "x-own": "1" }))
      yield* Action.execute(action)
      yield* Action.run(action)
      yield* Action.either(action)
      yield* bosa.run("demo", "act", { n: 1 }, options)
      yield* demo.run("act", { n: 1 }, options)
      assert.strictEqual(fake.actions.length, 7)
      for (const { body, headers, method, url } of fake.actions) {
        assert.deepStrictEqual(
          [method, url, body, headers["authorization"], headers["x-own"]],
          ["POST", "http://localhost:8081/demo/act", '{"n":1}', "Bearer t", "1"]
        )
      }
    })
  )
})

describe("parameters", () => {
  virtual("unknown ones are not sent, and reported with the nearest name", () =>
    Effect.gen(function* () {
      const fake = bosaFake({ act: row({ owner: text, per_page: optional(integer) }) }, ok)
      const bosa = yield* bosaOver(fake.client)
      const given = Object.freeze({ owner: " a ", perpage: 3, zzzzz: 1 })
      const { ignored } = yield* bosa.execute("demo", "act", given)
      assert.deepStrictEqual(inputs(fake.actions), [{ owner: "a" }])
      assert.deepStrictEqual(
        ignored.map(({ name, nearest }) => [name, nearest]),
        [
          ["perpage", "per_page"],
          ["zzzzz", undefined]
        ]
      )
      assert.deepStrictEqual((yield* bosa.run("demo", "act", given)).ignored, ignored)
    })
  )

  virtual("every issue at once, the options' too, and nothing sent but discovery", () =>
    Effect.gen(function* () {
      const fake = bosaFake({ act: row({ owner: text, n: integer }) }, ok)
      const bosa = yield* bosaOver(fake.client)
      const error = yield* Effect.flip(
        bosa.execute("demo", "act", { n: "CANARY" }, { maxAttempts: 0, timeout: 0, identifier: "x" })
      )
      if (error._tag !== "InvalidRequest") throw new Error(error._tag)
      const paths = error.issues.map(({ path }) => path.join("."))
      assert.sameMembers(paths, ["maxAttempts", "timeout", "identifier", "owner", "n"])
      assert.notInclude(error.message, "CANARY")
      assert.strictEqual(fake.actions.length, 0)
    })
  )

  virtual("strict refuses unknown names: of the call, of the layer, and the call can take it back", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, ok)
      const lax = yield* bosaOver(fake.client)
      const strict = yield* bosaOver(fake.client, { strict: true })
      assert.strictEqual(
        (yield* Effect.flip(lax.execute("demo", "act", { m: 1 }, { strict: true })))._tag,
        "InvalidRequest"
      )
      assert.strictEqual((yield* Effect.flip(strict.execute("demo", "act", { m: 1 })))._tag, "InvalidRequest")
      assert.strictEqual(fake.actions.length, 0)
      yield* strict.execute("demo", "act", { m: 1 }, { strict: false })
      yield* lax.execute("demo", "act", { m: 1 })
      assert.strictEqual(fake.actions.length, 2)
    })
  )

  virtual("response_fields: sent where declared; elsewhere dropped, reported and warned of", () =>
    Effect.gen(function* () {
      const list = { type: "array", items: text }
      const fake = bosaFake({ able: row({ response_fields: optional(list) }), act: row() }, ok)
      const bosa = yield* bosaOver(fake.client)
      const warnings: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => {
        if (logLevel._tag === "Warning") warnings.push(String(message))
      })
      const responseFields = ["id", "user.login"]
      yield* Effect.gen(function* () {
        yield* bosa.execute("demo", "able", {}, { responseFields })
        assert.deepStrictEqual(warnings, [])
        const { ignored } = yield* bosa.execute("demo", "act", {}, { responseFields })
        assert.deepStrictEqual(
          ignored.map(({ name }) => name),
          ["response_fields"]
        )
        yield* bosa.execute("demo", "act")
      }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      assert.deepStrictEqual(inputs(fake.actions), [{ response_fields: responseFields }, {}, {}])
      assert.strictEqual(warnings.length, 1)
      assert.match(warnings[0] ?? "", /demo\.act .*response_fields/)
    })
  )
})

describe("an action that is not there", () => {
  virtual(
    "unknown here: discovered once more when what is known is older than 10 seconds, then InvalidRequest with the nearest",
    () =>
      Effect.gen(function* () {
        const fake = bosaFake(rows, ok)
        const bosa = yield* bosaOver(fake.client)
        const ask = Effect.flip(bosa.execute("demo", "lsit"))
        const first = yield* ask
        if (first._tag !== "InvalidRequest") throw new Error(first._tag)
        assert.match(first.message, /"demo" has no action "lsit".*the nearest is "list"/)
        assert.strictEqual(fake.discoveries.length, 1)
        yield* Effect.sleep(9_999)
        yield* ask
        assert.strictEqual(fake.discoveries.length, 1)
        yield* Effect.sleep(1)
        yield* ask
        assert.strictEqual(fake.discoveries.length, 2)
        yield* ask
        assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [2, 0])
      })
  )

  virtual("one that came meanwhile is found by that discovery", () =>
    Effect.gen(function* () {
      let now: object = rows
      const fake = bosaFake((request, sent) => quick({ demo: now })(request, sent), ok)
      const bosa = yield* bosaOver(fake.client)
      yield* bosa.execute("demo", "act")
      now = { ...rows, fresh: row() }
      yield* Effect.sleep("10 seconds")
      yield* bosa.execute("demo", "fresh")
      assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [2, 2])
    })
  )

  for (const [name, body] of [
    ["a web framework's 404", { detail: "Not Found" }],
    ["ACTION_NOT_FOUND", { error: { code: "ACTION_NOT_FOUND", message: "x" } }],
    ["UNKNOWN_ACTION at the top", { code: "UNKNOWN_ACTION" }]
  ] as const) {
    virtual(
      `unknown to the server, ${name}: discovery is read again, the action was sent once, NotFound with the nearest`,
      () =>
        Effect.gen(function* () {
          let now: object = { lists: row(), list: row() }
          const fake = bosaFake((request, sent) => quick({ demo: now })(request, sent), json(body, 404))
          const bosa = yield* bosaOver(fake.client)
          yield* bosa.connect("demo").actions
          now = { list: row() }
          const error = yield* Effect.flip(bosa.execute("demo", "lists", {}, { maxAttempts: 11, replayUnsafe: true }))
          if (error._tag !== "NotFound") throw new Error(error._tag)
          assert.match(error.message, /"demo" has no action "lists".*the nearest is "list"/)
          assert.deepStrictEqual([error.status, error.body, error.operation], [404, body, "actions.execute"])
          assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [2, 1])
          assert.strictEqual((yield* Effect.flip(bosa.execute("demo", "lists")))._tag, "InvalidRequest")
          assert.strictEqual(fake.actions.length, 1)
        })
    )
  }

  virtual("still there after discovery, or discovery fails: the 404 as it was", () =>
    Effect.gen(function* () {
      for (const second of [rows, undefined]) {
        let count = 0
        const discovery: Reply = (request, sent) =>
          (count++ === 0 ? quick({ demo: rows }) : second === undefined ? json({}, 403) : quick({ demo: second }))(
            request,
            sent
          )
        const fake = bosaFake(discovery, json({ detail: "Not Found" }, 404))
        const error = yield* Effect.flip((yield* bosaOver(fake.client)).execute("demo", "act"))
        assert.deepStrictEqual(
          [error._tag, error._tag === "NotFound" && error.missing, fake.discoveries.length, fake.actions.length],
          ["NotFound", undefined, 2, 1]
        )
      }
    })
  )

  virtual("a 404 of the action's own does not ask again", () =>
    Effect.gen(function* () {
      for (const body of [
        { detail: "no item 7" },
        { detail: "Not Found", id: 7 },
        { error: { code: "ITEM_NOT_FOUND" } },
        {},
        "Not Found"
      ]) {
        const fake = bosaFake(rows, json(body, 404))
        const error = yield* Effect.flip((yield* bosaOver(fake.client)).execute("demo", "act"))
        assert.deepStrictEqual([error._tag, fake.discoveries.length, fake.actions.length], ["NotFound", 1, 1])
      }
    })
  )
})
