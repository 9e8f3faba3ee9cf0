import type { ActionError } from "@effect-connectors/core/Action"
import type { ActionTool, ToolFailure, ToolResult, ToolUnknown } from "@effect-connectors/core/ActionTools"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"
import { expectTypeOf } from "vitest"
import { bosaFake, bosaOver, inputs, integer, ok, optional, quick, row, type Rows, text } from "../support/bosaKit.js"

const named = (tools: ReadonlyArray<ActionTool>, name: string): ActionTool =>
  tools.find((tool) => tool.name === name) ?? assert.fail(`no ${name} among ${tools.map((tool) => tool.name).join()}`)

/** The platform in memory, and a tool of its demo connector. */
const platform = Effect.gen(function* () {
  const test = yield* BosaTest.make()
  const bosa = yield* bosaOver(test.client, { dialect: "gl" })
  return {
    test,
    bosa,
    tool: (name: string) => Effect.map(bosa.tools("demo"), (all) => named(all, `demo_${name}_tool`))
  }
})

/** The tools of one connector with these actions and responses. */
const toolsOf = Effect.fnUntraced(function* (
  rows: Rows,
  ...replies: Parameters<typeof bosaFake> extends [unknown, ...infer R] ? R : never
) {
  const fake = bosaFake(rows, ...replies)
  const bosa = yield* bosaOver(fake.client, { dialect: "gl" })
  return { fake, tools: yield* bosa.tools("demo") }
})

describe("tools", () => {
  it.effect("are the actions of the connectors, with one discovery request for each connector", () =>
    Effect.gen(function* () {
      const { bosa, test } = yield* platform
      const tools = yield* bosa.tools(["notes", "github", "notes"])
      assert.deepStrictEqual(
        tools.map(({ action, connector, description, name }) => [name, connector, action, description]),
        [
          ["notes_list_notes_tool", "notes", "list_notes", "List the notes."],
          [
            "github_list_pull_requests_tool",
            "github",
            "list_pull_requests",
            "List the pull requests of a repository, the newest first."
          ],
          ["github_list_collaborators_tool", "github", "list_collaborators", "List who works on a repository."],
          ["github_get_repository_tool", "github", "get_repository", "Get a repository."],
          ["github_create_issue_tool", "github", "create_issue", "Create an issue."]
        ]
      )
      assert.deepStrictEqual(
        (yield* test.requests).map(({ operation }) => operation),
        ["connectors.actions", "connectors.actions"]
      )
      const some = yield* bosa.tools("github", {
        filter: ({ name }, connector) => connector === "github" && name.startsWith("get_")
      })
      assert.deepStrictEqual(
        some.map(({ name }) => name),
        ["github_get_repository_tool"]
      )
      assert.deepStrictEqual(yield* bosa.tools([]), [])
    })
  )

  it.effect("fail when a connector is unknown or forbidden", () =>
    Effect.gen(function* () {
      const { bosa, test } = yield* platform
      assert.strictEqual((yield* Effect.flip(bosa.tools(["demo", "nope"])))._tag, "NotFound")
      yield* test.respondNext({ operation: "connectors.actions" }, [{ status: 403, json: { error: {} } }])
      assert.strictEqual((yield* Effect.flip(bosa.tools("github")))._tag, "Forbidden")
      assert.strictEqual((yield* Effect.flip(bosa.tools("demo", { maxFileBytes: -1 })))._tag, "InvalidRequest")
    })
  )

  it.effect("have valid and unique names", () =>
    Effect.gen(function* () {
      const long = "a".repeat(70)
      const names = ["do-it", "do/it", "do_it", "Übersicht", `${long}1`, `${long}2`, "x.y z"]
      const rows = Object.fromEntries(names.map((name) => [name, row({}, { docstring: "  One.  \n\nMore." })]))
      const { tools } = yield* toolsOf(rows, ok)
      assert.deepStrictEqual(
        tools.map(({ name }) => name),
        [
          "demo_do_it_tool",
          "demo_do_it_tool_2",
          "demo_do_it_tool_3",
          "demo__bersicht_tool",
          `demo_${"a".repeat(54)}_tool`,
          `demo_${"a".repeat(52)}_tool_2`,
          "demo_x_y_z_tool"
        ]
      )
      for (const { description, name } of tools) {
        assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/)
        assert.strictEqual(description, "One.")
      }
      assert.deepStrictEqual(
        tools.map(({ action }) => action),
        names
      )
    })
  )

  it.effect("leave out actions that cannot be run", () =>
    Effect.gen(function* () {
      const rows = {
        good: row(),
        bad: row({}, { path: "https://elsewhere.example/x" }),
        get: row({}, { method: "GET" })
      }
      const { tools } = yield* toolsOf(rows, ok)
      assert.deepStrictEqual(
        tools.map(({ action }) => action),
        ["good"]
      )
    })
  )
})

describe("a tool", () => {
  it.effect("runs its action with the arguments of a model", () =>
    Effect.gen(function* () {
      const { test, tool } = yield* platform
      const item = yield* tool("get_item")
      const found = { id: 3, name: "Item 3", tags: ["even"], owner: { login: "ben", id: 3 } }
      assert.deepStrictEqual(yield* item.invoke({ id: 3 }), { data: found })
      assert.deepStrictEqual(yield* item.invoke('{"id":"3"}'), { data: found })
      const list = yield* tool("list_items")
      const page = yield* list.invoke({ per_page: 2, page: 13 })
      assert.deepStrictEqual(Object.keys(page), ["data", "meta"])
      assert.strictEqual(page.meta?.["has_next"], false)
      const ping = yield* tool("ping")
      for (const none of [undefined, null, "", {}, "{}"]) {
        assert.deepStrictEqual(yield* ping.invoke(none), { data: { pong: true } })
      }
      const requests = (yield* test.requests).filter(({ operation }) => operation === "connectors.actions")
      assert.strictEqual(requests.length, 1)
    })
  )

  it.effect("reports the arguments that were not sent", () =>
    Effect.gen(function* () {
      const { tool } = yield* platform
      const echo = yield* tool("echo")
      assert.deepStrictEqual(yield* echo.invoke({ txet: "x", n: 1 }), {
        data: { n: 1 },
        ignored: [{ name: "txet", nearest: "text" }]
      })
    })
  )

  it.effect("uses the user, account and timeout of its options, or those of the call", () =>
    Effect.gen(function* () {
      const { bosa, test } = yield* platform
      const ann = Redacted.make(yield* test.token("ann"))
      const ben = Redacted.make(yield* test.token("ben"))
      for (const user of ["ann", "ben"]) {
        yield* test.link(user, "demo", "work")
        yield* test.link(user, "demo", "home")
      }
      const made = named(yield* bosa.tools("demo", { token: ann, identifier: "home" }), "demo_whoami_tool")
      assert.deepStrictEqual(yield* made.invoke({}), { data: { user: "ann", account: "home" } })
      // an undefined option does not replace
      const other = yield* made.invoke({}, { token: ben, identifier: undefined })
      assert.deepStrictEqual(other, { data: { user: "ben", account: "home" } })
      const bare = named(yield* bosa.tools("demo"), "demo_whoami_tool")
      assert.deepStrictEqual(yield* bare.invoke({}, { token: ann }), { data: { user: "ann", account: "work" } })
      yield* test.clearLog
      yield* made.invoke({}, { headers: { "x-run": "7" } })
      const headers = (yield* test.requests)[0]?.headers ?? {}
      assert.deepStrictEqual([headers["x-run"], headers["x-integration"]], ["7", "home"])
      const slow = named(yield* bosa.tools("demo", { timeout: "1 seconds" }), "demo_slow_tool")
      assert.strictEqual((yield* Effect.flip(slow.invoke({})))._tag, "OutcomeUnknown")
      assert.deepStrictEqual(yield* slow.invoke({}, { timeout: "3 seconds" }), { data: { done: true } })
      const flaky = named(yield* bosa.tools("demo", { maxAttempts: 3 }), "demo_flaky_tool")
      assert.deepStrictEqual(yield* flaky.invoke({}), { data: { done: true } })
    }).pipe((self) => VirtualClock.run(self, { seed: "1" }))
  )

  it.effect("fails as its action does, and refuses invalid arguments before it sends", () =>
    Effect.gen(function* () {
      const { test, tool } = yield* platform
      const item = yield* tool("get_item")
      assert.strictEqual((yield* Effect.flip(item.invoke({ id: 99 })))._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip((yield* tool("fails")).invoke({})))._tag, "ServerFailed")
      const ping = yield* tool("ping")
      yield* test.clearLog
      for (const odd of [[], "[]", "{", 7, true, "null", new Date(0)]) {
        assert.strictEqual((yield* Effect.flip(ping.invoke(odd)))._tag, "InvalidRequest")
      }
      for (const odd of [[], "[]", "{", 7, true, "null", new Date(0), { id: "CANARY" }, {}]) {
        const error = yield* Effect.flip(item.invoke(odd))
        if (error._tag !== "InvalidRequest") return assert.fail(error._tag)
        assert.notInclude(error.message, "CANARY")
        assert.isNotEmpty(error.issues[0]?.fix)
      }
      assert.deepStrictEqual(yield* test.requests, [])
      expectTypeOf(item.invoke).returns.toEqualTypeOf<Effect.Effect<ToolResult, ActionError>>()
    })
  )

  it.effect("returns a file as JSON, and a large one without its content", () =>
    Effect.gen(function* () {
      const { bosa, tool } = yield* platform
      const csv = "region,amount\nnorth,10\n"
      const described = { filename: "report.csv", contentType: "text/csv; charset=utf-8", size: 23 }
      const download = yield* tool("download")
      assert.deepStrictEqual(yield* download.invoke({}), { data: { ...described, base64: Encoding.encodeBase64(csv) } })
      const sized = (maxFileBytes: number) =>
        Effect.flatMap(bosa.tools("demo", { maxFileBytes }), (all) => named(all, "demo_download_tool").invoke({}))
      assert.deepStrictEqual(yield* sized(22), { data: described })
      assert.deepStrictEqual(yield* sized(23), yield* download.invoke({}))
    })
  )

  it.effect("takes files as base64 or as ConnectorFile", () =>
    Effect.gen(function* () {
      const { tool } = yield* platform
      const upload = yield* tool("upload")
      const received = Effect.fnUntraced(function* (file: unknown) {
        const { data } = yield* upload.invoke({ file, name: "n" })
        return JSON.parse(JSON.stringify(data)).files
      })
      const base64 = Encoding.encodeBase64(Uint8Array.of(0, 255, 7))
      const [of] = yield* received(ConnectorFile.fromBytes(Uint8Array.of(0, 255, 7), { filename: "file" }))
      const [named] = yield* received({ filename: "a.bin", contentType: "image/png", base64, size: 3 })
      assert.deepStrictEqual(
        [named.name, named.filename, named.content_type, named.size, named.sha256],
        ["file", "a.bin", "image/png", 3, of.sha256]
      )
      const [bare] = yield* received(base64)
      assert.deepStrictEqual([bare.filename, bare.sha256], ["file", of.sha256])
      const many = yield* tool("upload_many")
      const { data } = yield* many.invoke({
        files: [
          { filename: "1", base64 },
          { filename: "2", base64: "" }
        ]
      })
      assert.deepStrictEqual(
        JSON.parse(JSON.stringify(data)).files.map((one: { filename: string; size: number }) => [
          one.filename,
          one.size
        ]),
        [
          ["1", 3],
          ["2", 0]
        ]
      )
      for (const file of ["CANARY*", { filename: "x", base64: "CANARY*" }]) {
        const error = yield* Effect.flip(upload.invoke({ file, name: "n" }))
        assert.deepStrictEqual(error._tag === "InvalidRequest" && error.issues.map(({ path }) => path), [["file"]])
        assert.notInclude(error.message, "CANARY")
      }
      const bad = yield* Effect.flip(many.invoke({ files: [{ filename: "1", base64 }, "CANARY*"] }))
      assert.include(bad.message, "not base64")
    })
  )

  it.effect("sends text unchanged where a union allows text or a file", () =>
    Effect.gen(function* () {
      const binary = { type: "string", format: "binary" }
      const { fake, tools } = yield* toolsOf({ act: row({ x: { anyOf: [integer, text, binary] } }) }, ok)
      const tool = named(tools, "demo_act_tool")
      yield* tool.invoke({ x: "QUJD" })
      assert.include(fake.actions[0]?.body ?? "", "QUJD")
      yield* tool.invoke({ x: { filename: "a.txt", base64: "QUJD" } })
      assert.match(fake.actions[1]?.headers["content-type"] ?? "", /^multipart\/form-data/)
    })
  )

  it.effect("returns data of any shape unchanged", () =>
    Effect.gen(function* () {
      const replies = [[1, 2], "x", null, { data: null, meta: { a: 1 } }, { a: 1 }].map((body) => quick(body))
      const { fake, tools } = yield* toolsOf({ act: row({ n: optional(integer) }) }, ok, ...replies)
      const results: Array<unknown> = []
      for (let n = 0; n < 6; n++) results.push(yield* named(tools, "demo_act_tool").invoke({ n }))
      assert.deepStrictEqual(results, [
        { data: { done: true } },
        { data: [1, 2] },
        { data: "x" },
        { data: {} },
        { data: null, meta: { a: 1 } },
        { data: { a: 1 } }
      ])
      assert.deepStrictEqual(inputs(fake.actions)[5], { n: 5 })
    })
  )
})

describe("a tool run with invokeSafely", () => {
  const failure = ({ error }: ToolFailure) => [
    error.code,
    error.retryable,
    error.issues?.map(({ path }) => path.join())
  ]
  const failed = (value: ToolResult | ToolUnknown | ToolFailure) =>
    "error" in value ? failure(value) : assert.fail(JSON.stringify(value))
  const unknown = (value: ToolResult | ToolUnknown | ToolFailure) =>
    "outcome" in value ? value : assert.fail(JSON.stringify(value))

  it.effect("returns failures as values, with the server's code and what to do", () =>
    Effect.gen(function* () {
      const { test, tool } = yield* platform
      const item = yield* tool("get_item")
      assert.deepStrictEqual(yield* item.invokeSafely({ id: 3 }), yield* item.invoke({ id: 3 }))
      assert.deepStrictEqual(failed(yield* item.invokeSafely({ id: 99 })), ["ITEM_NOT_FOUND", false, undefined])
      assert.deepStrictEqual(failed(yield* item.invokeSafely({ id: "x" })), ["INVALID_REQUEST", false, ["id"]])
      const act = { operation: "actions.execute" } as const
      yield* test.respondNext(act, [
        { status: 401, json: {} },
        { _tag: "Reset", commit: true },
        { status: 429, json: { error: { code: "SLOW_DOWN", recovery: { retryable: true } } } }
      ])
      assert.deepStrictEqual(failed(yield* item.invokeSafely({ id: 3 })), ["UNAUTHORIZED", false, undefined])
      assert.strictEqual(unknown(yield* item.invokeSafely({ id: 3 })).code, "OUTCOME_UNKNOWN")
      assert.deepStrictEqual(failed(yield* item.invokeSafely({ id: 3 })), ["SLOW_DOWN", true, undefined])
      expectTypeOf(item.invokeSafely).returns.toEqualTypeOf<Effect.Effect<ToolResult | ToolUnknown | ToolFailure>>()
    })
  )

  it.effect("reports what may have happened as an unknown outcome that must not be repeated", () =>
    Effect.gen(function* () {
      const { bosa, test } = yield* platform
      const options = { token: Redacted.make("CANARY-token"), maxAttempts: 2, replayUnsafe: true }
      const item = named(yield* bosa.tools("demo", options), "demo_get_item_tool")
      const lost = { _tag: "Reset", commit: true } as const
      const slow = { error: { code: "SLOW_DOWN", message: "try again", recovery: { retryable: true } } }
      const next = "It may have happened. Do not repeat it. Check first, with a tool that reads, whether it did."
      yield* test.respondNext({ operation: "actions.execute" }, [lost, lost])
      const { message, ...twice } = unknown(yield* item.invokeSafely({ id: 3 }))
      assert.deepStrictEqual(twice, {
        outcome: "unknown",
        mayHaveHappened: true,
        retryable: false,
        code: "OUTCOME_UNKNOWN",
        next
      })
      assert.include(message, "It may have happened")
      // the response to the second attempt says nothing of the first one
      for (const [status, json, code] of [
        [401, {}, "UNAUTHORIZED"],
        [429, slow, "SLOW_DOWN"]
      ] as const) {
        yield* test.respondNext({ operation: "actions.execute" }, [lost, { status, json }])
        assert.deepStrictEqual(unknown(yield* item.invokeSafely({ id: 3 })), {
          outcome: "unknown",
          mayHaveHappened: true,
          retryable: false,
          code,
          message: `actions.execute: an earlier attempt was sent and its response was lost; the last attempt ended with ${code}`,
          next
        })
      }
      yield* test.respondNext({ operation: "actions.execute" }, [lost, lost])
      assert.notInclude(JSON.stringify(yield* item.invokeSafely({ id: 3 })), "CANARY")
    }).pipe((self) => VirtualClock.run(self, { seed: "1" }))
  )

  it.effect("shows no secret of the caller or of the server's response", () =>
    Effect.gen(function* () {
      const { bosa, test } = yield* platform
      const options = { token: Redacted.make("CANARY-token"), headers: { "x-secret": "CANARY-header" } }
      const item = named(yield* bosa.tools("demo", options), "demo_get_item_tool")
      const json = {
        error: {
          code: "DENIED",
          message: "not for CANARY-token and CANARY-header",
          details: { token: "CANARY-detail" }
        }
      }
      for (const status of [302, 400, 401, 403, 404, 429, 500]) {
        yield* test.respondNext({ operation: "actions.execute" }, [
          { status, json, headers: { location: "https://h/x?CANARY-location" } }
        ])
        const value = yield* item.invokeSafely({ id: 3 })
        assert.notInclude(JSON.stringify(value), "CANARY")
        assert.include(JSON.stringify(value), "It says: not for [redacted] and [redacted].")
      }
      assert.notInclude(JSON.stringify(yield* item.invokeSafely({ id: "CANARY-value", "CANARY name": 1 })), "CANARY-")
      assert.notInclude(JSON.stringify(item), "CANARY")
    })
  )
})
