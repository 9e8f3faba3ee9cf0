import * as Action from "@effect-connectors/core/Action"
import { responseOf } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { assert, describe } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"
import { timed, virtual } from "../support/api.js"
import {
  baseUrl,
  bosaFake,
  bosaOver,
  dialects,
  inputs,
  ok,
  optional,
  quick,
  row,
  rows,
  text
} from "../support/bosaKit.js"
import { answer, fakeClient, hang, json, type Reply } from "../support/fakeClient.js"

const token = Redacted.make("user-token")
const binary = { type: "string", format: "binary" }

// each is a thing that one of the published clients does, and that this one must not
describe("defects of the published clients", () => {
  virtual("defect 1: a 200 that is not JSON runs the action once, in all dialects", () =>
    Effect.gen(function* () {
      for (const dialect of dialects) {
        const platform = yield* BosaTest.make()
        const fake = bosaFake(rows, answer(200, { text: "{not json" }), ok)
        const bosa = yield* bosaOver(fake.client, { dialect })
        const error = yield* Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts: 11 }))
        assert.deepStrictEqual([error._tag, fake.actions.length], ["OutcomeUnknown", 1])
        // the same counted where it is done: an answer that is cut after the work
        const cut = { _tag: "CutBody", status: 200, body: '{"da', contentLength: 40 } as const
        yield* platform.respondNext({ operation: "actions.execute" }, [cut])
        const client = yield* bosaOver(platform.client, { dialect })
        yield* Effect.flip(client.execute("demo", "ping", {}, { maxAttempts: 11 }))
        const sent = (yield* platform.requests).filter(({ operation }) => operation === "actions.execute")
        assert.strictEqual(sent.length, 1)
      }
    })
  )

  virtual("defect 2: bytes that are not UTF-8 arrive as they are, in all dialects", () =>
    Effect.gen(function* () {
      const content = Uint8Array.from({ length: 256 }, (_, index) => index)
      for (const dialect of dialects) {
        const platform = yield* BosaTest.make()
        const bosa = yield* bosaOver(platform.client, { dialect })
        const file = ConnectorFile.fromBytes(content, { filename: "all.bin" })
        const { data } = yield* bosa.run("demo", "upload", { file, name: "all" })
        // SHA-256 of the bytes 0 to 255
        const sha256 = "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880"
        assert.include(JSON.stringify(data), sha256)
        assert.include(JSON.stringify(data), '"size":256')
      }
    })
  )

  virtual("defect 3: an object next to a file keeps its values, as one field of JSON", () =>
    Effect.gen(function* () {
      for (const dialect of dialects) {
        const fake = bosaFake({ act: row({ file: binary, meta: { type: "object" } }) }, ok)
        const bosa = yield* bosaOver(fake.client, { dialect })
        const file = ConnectorFile.fromText("x", { filename: "x.txt" })
        yield* bosa.execute("demo", "act", { file, meta: { a: { b: [1, "é"] } } })
        const parts = fake.actions[0]?.body.split("\r\n") ?? []
        const at = parts.findIndex((line) => line.includes('name="meta"'))
        assert.deepStrictEqual(JSON.parse(parts.slice(at).find((line) => line.startsWith("{")) ?? ""), {
          a: { b: [1, "é"] }
        })
      }
    })
  )

  virtual("defect 4: the key follows no redirect, and no path to another host", () =>
    Effect.gen(function* () {
      const moved = answer(307, { json: {}, headers: { location: "https://elsewhere.example/" } })
      for (const [discovery, reply] of [
        [rows, moved],
        [{ act: row({}, { path: "https://elsewhere.example/act" }) }, ok],
        [{ act: row({}, { path: "//elsewhere.example/act" }) }, ok]
      ] as const) {
        for (const dialect of dialects) {
          const fake = bosaFake(discovery, reply)
          const bosa = yield* bosaOver(fake.client, { dialect })
          yield* Effect.flip(bosa.execute("demo", "act", {}, { token }))
          for (const { url } of [...fake.discoveries, ...fake.actions])
            assert.isTrue(url.startsWith(`${baseUrl}/`), url)
        }
      }
    })
  )

  virtual("defect 5: the caller's headers stay as they were, and a content type of his does not break a form", () =>
    Effect.gen(function* () {
      const headers: Record<string, string> = { "X-Own": "1" }
      const fake = bosaFake({ act: row({ file: optional(binary) }) }, ok)
      const bosa = yield* bosaOver(fake.client)
      const file = ConnectorFile.fromText("x", { filename: "x.txt" })
      yield* bosa.execute("demo", "act", { file }, { headers, token })
      assert.deepStrictEqual(headers, { "X-Own": "1" })
      assert.match(fake.actions[0]?.headers["content-type"] ?? "", /^multipart\/form-data; boundary=/)
      const refused = bosa.execute("demo", "act", { file }, { headers: { "content-type": "multipart/form-data" } })
      assert.strictEqual((yield* Effect.flip(refused))._tag, "InvalidRequest")
      assert.strictEqual(fake.actions.length, 1)
    })
  )

  virtual("defect 6: a 401 or a 500 is not the answer that nothing is linked", () =>
    Effect.gen(function* () {
      for (const dialect of dialects) {
        for (const [status, tag] of [
          [401, "Unauthorized"],
          [403, "Forbidden"],
          [404, "NotFound"],
          [500, "ServerFailed"]
        ] as const) {
          const fake = fakeClient(json({ data: { has_integration: false } }, status))
          const bosa = yield* bosaOver(fake.client, { dialect })
          assert.strictEqual((yield* Effect.flip(bosa.integrations.has("github", token)))._tag, tag)
        }
        for (const linked of [true, false]) {
          const bosa = yield* bosaOver(fakeClient(json({ data: { has_integration: linked } })).client, { dialect })
          assert.strictEqual(yield* bosa.integrations.has("github", token), linked)
        }
        const empty = yield* bosaOver(fakeClient(json({})).client, { dialect })
        assert.strictEqual((yield* Effect.flip(empty.integrations.has("github", token)))._tag, "UnexpectedBody")
      }
    })
  )

  virtual(
    "defect 7: a failure of discovery does not mean that the connector does not exist, and one odd action breaks no other",
    () =>
      Effect.gen(function* () {
        for (const [status, tag] of [
          [401, "Unauthorized"],
          [429, "RateLimited"],
          [500, "ServerFailed"]
        ] as const) {
          const bosa = yield* bosaOver(bosaFake(json({}, status), ok).client)
          assert.strictEqual((yield* Effect.flip(bosa.execute("demo", "act")))._tag, tag)
        }
        const odd = {
          a: { method: "POST" },
          b: row({}, { parameters: "x" }),
          act: row(),
          c: row({ x: { anyOf: [{ $ref: "#/x" }] } })
        }
        const fake = bosaFake(odd, ok)
        const demo = (yield* bosaOver(fake.client)).connect("demo")
        yield* demo.execute("act")
        yield* demo.execute("c", { x: 1 })
        assert.deepStrictEqual(
          (yield* demo.info).skipped.map(({ name }) => name),
          ["a", "b"]
        )
      })
  )

  virtual("defect 8: the builder's action ends in 30 seconds, or in its own time", () =>
    Effect.gen(function* () {
      const act = (yield* bosaOver(bosaFake(rows, hang).client)).connect("demo").action("act")
      assert.strictEqual((yield* timed(Action.run(act))).millis, 30_000)
      assert.strictEqual((yield* timed(act.pipe(Action.timeout("3 seconds"), Action.run))).millis, 3_000)
      assert.strictEqual((yield* timed(Stream.runDrain(Action.pages(act)))).millis, 30_000)
    })
  )

  virtual("defect 9: a server that never moves on is left, and an error is not a page", () =>
    Effect.gen(function* () {
      const endless = yield* BosaTest.make()
      const stuck = yield* bosaOver(endless.client)
      const loop = yield* Effect.flip(Stream.runDrain(stuck.items("demo", "endless")))
      assert.strictEqual(loop._tag, "PaginationLoop")
      assert.isAtMost(yield* endless.executions("demo", "endless"), 3)

      const good = quick({ data: [1], meta: { page: 1, has_next: true } })
      const fake = bosaFake(rows, good, quick({ detail: "broken" }, 400))
      const pages: Array<unknown> = []
      const broken = (yield* bosaOver(fake.client)).pages("demo", "list")
      const error = yield* Effect.flip(Stream.runForEach(broken, ({ data }) => Effect.sync(() => pages.push(data))))
      assert.deepStrictEqual([error._tag, pages, fake.actions.length], ["ApiRejected", [[1]], 2])
    })
  )

  virtual("defect 10: no content type, 204, and an empty answer to remove are answers", () =>
    Effect.gen(function* () {
      const bare: Reply = (request, sent) =>
        answer(200, { bytes: new Uint8Array(), headers: { "content-type": "" } })(request, sent)
      const file = (yield* (yield* bosaOver(bosaFake(rows, bare).client)).execute("demo", "act")).data
      assert.isTrue(ConnectorFile.isConnectorFile(file))
      const done = yield* (yield* bosaOver(bosaFake(rows, answer(204)).client)).execute("demo", "act")
      assert.deepStrictEqual([done.data, done.status], [null, 204])
      for (const dialect of dialects) {
        const account = dialect === "bosa" ? undefined : "ann"
        for (const reply of [answer(204), answer(200, { text: "" })]) {
          const fake = fakeClient(reply)
          const bosa = yield* bosaOver(fake.client, { dialect })
          const removed = yield* bosa.integrations.remove("github", token, account)
          assert.deepStrictEqual([removed.success, fake.sent.length], [true, 1])
        }
      }
    })
  )

  virtual("defect 11: filename* counts, and a file's name has no folders", () =>
    Effect.gen(function* () {
      for (const [disposition, name] of [
        ["attachment; filename=\"plain.txt\"; filename*=UTF-8''%C5%BE.txt", "ž.txt"],
        ['attachment; filename="../../etc/passwd"', "passwd"],
        ['attachment; filename="C:\\\\dir\\\\a.txt"', "a.txt"],
        ["attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"]
      ] as const) {
        const headers = { "content-type": "text/plain", "content-disposition": disposition }
        const { data } = yield* (yield* bosaOver(bosaFake(rows, answer(200, { text: "x", headers })).client)).execute(
          "demo",
          "act"
        )
        assert.strictEqual(ConnectorFile.isConnectorFile(data) && data.filename, name)
      }
    })
  )

  virtual("defect 12: names are one segment, and one value of the query, whatever they hold", () =>
    Effect.gen(function* () {
      const odd = "a/b?c#d&e=f ž%2f"
      for (const dialect of dialects) {
        const fake = fakeClient(json({ data: { has_integration: true, success: true } }))
        const bosa = yield* bosaOver(fake.client, { dialect })
        yield* bosa.integrations.has(odd, token)
        yield* bosa.integrations.remove(odd, token, dialect === "bosa" ? undefined : odd)
        yield* Effect.flip(bosa.connect(odd).actions)
        const seen = fake.sent.map(({ url }) => {
          const { hash, pathname, searchParams } = new URL(url)
          return [pathname.slice(1).split("/").map(decodeURIComponent), [...searchParams], hash]
        })
        assert.deepStrictEqual(seen, [
          [["connectors", odd, "integration-exists"], [], ""],
          [["connectors", odd, "integrations", ...(dialect === "bosa" ? [] : [odd])], [], ""],
          [["connectors", ""], [["modules", odd]], ""]
        ])
        for (const name of ["", ".", "..", "a\nb"]) {
          assert.strictEqual((yield* Effect.flip(bosa.integrations.has(name, token)))._tag, "InvalidRequest")
        }
        assert.strictEqual(fake.sent.length, 3)
      }
    })
  )

  virtual("defect 13: an error in its envelope reads as one, and a remove that failed does not say success", () =>
    Effect.gen(function* () {
      for (const dialect of dialects) {
        const account = dialect === "bosa" ? undefined : "ann"
        const envelope = { error: { code: "BAD_CALLBACK", message: "not this one", request_id: "r-1" } }
        const refused = yield* bosaOver(fakeClient(json(envelope, 400)).client, { dialect })
        const error = yield* Effect.flip(refused.integrations.initiate("github", token, "https://h.example/back"))
        if (error._tag !== "ApiRejected") throw new Error(error._tag)
        assert.deepStrictEqual([error.serverCode, error.body], ["BAD_CALLBACK", envelope])
        const failed = yield* bosaOver(fakeClient(json({ data: { success: false, error: "still used" } })).client, {
          dialect
        })
        const result = yield* failed.integrations.remove("github", token, account)
        assert.deepStrictEqual([result.success, result.message], [false, "still used"])
        const gone = yield* bosaOver(fakeClient(json(envelope, 404)).client, { dialect })
        assert.strictEqual((yield* Effect.flip(gone.integrations.remove("github", token, account)))._tag, "NotFound")
      }
    })
  )

  virtual("defect 14: a user's secret is in no error and in no print, whatever the status", () =>
    Effect.gen(function* () {
      const id = "6f1b2c3d-0000-4000-8000-000000000000"
      const data = { id, identifier: "ann", secret: "CANARY-secret", secret_preview: "CAN...", is_active: true }
      for (const dialect of dialects) {
        const created = yield* bosaOver(fakeClient(json({ data }, 201)).client, { dialect })
        const user = yield* created.users.create("ann")
        assert.strictEqual(Redacted.value(user.secret), "CANARY-secret")
        assert.notInclude(inspect(user, { depth: 9 }) + JSON.stringify(user), "CANARY")
        for (const [status, body] of [
          [200, { data: { ...data, id: 7 } }],
          [201, { data: { secret: "CANARY-secret" } }],
          [400, { data }],
          [500, { data }]
        ] as const) {
          const bosa = yield* bosaOver(fakeClient(json(body, status)).client, { dialect })
          const error = yield* Effect.flip(bosa.users.create("ann"))
          const kept = inspect(responseOf(error), { depth: 9, showHidden: true })
          assert.notInclude(error.message + JSON.stringify(error) + inspect(error, { depth: 9 }) + kept, "CANARY")
        }
      }
    })
  )

  virtual("defect 15: text of spaces alone is not sent as text", () =>
    Effect.gen(function* () {
      for (const dialect of dialects) {
        const fake = bosaFake({ act: row({ name: text, note: optional(text) }) }, ok)
        const bosa = yield* bosaOver(fake.client, { dialect })
        assert.strictEqual((yield* Effect.flip(bosa.execute("demo", "act", { name: "  \t" })))._tag, "InvalidRequest")
        yield* bosa.execute("demo", "act", { name: " a ", note: "   " })
        assert.deepStrictEqual(inputs(fake.actions), [{ name: "a" }])
      }
    })
  )

  virtual("defect 16: run(connector, action, params) works", () =>
    Effect.gen(function* () {
      for (const dialect of dialects) {
        const platform = yield* BosaTest.make()
        const bosa = yield* bosaOver(platform.client, { dialect })
        const { data } = yield* bosa.run("demo", "get_item", { id: 7 })
        assert.deepInclude(data, { id: 7, name: "Item 7" })
        const items = yield* Stream.runCollect(bosa.items("demo", "list_items", { per_page: 10 }))
        assert.strictEqual(Chunk.size(items), 25)
      }
    })
  )

  virtual("defect 17: a generated tool can be invoked, and carries a token", () =>
    Effect.gen(function* () {
      for (const dialect of dialects) {
        const platform = yield* BosaTest.make()
        const bosa = yield* bosaOver(platform.client, { dialect }, Auth.apiKey(Redacted.make(platform.apiKey)))
        const user = Redacted.make(yield* platform.token("ann"))
        const tools = yield* bosa.tools("demo", { token: user })
        const whoami = tools.find(({ action }) => action === "whoami")
        const item = tools.find(({ action }) => action === "get_item")
        if (whoami === undefined || item === undefined) throw new Error("no such tool")
        assert.strictEqual(whoami.name, "demo_whoami_tool")
        assert.deepInclude((yield* whoami.invoke({})).data, { user: "ann" })
        assert.deepInclude((yield* item.invoke({ id: 3 })).data, { id: 3 })
        assert.notProperty(item.inputSchema.properties, "token")
      }
    })
  )
})
