import { Auth, BosaApi } from "@effect-connectors/core"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { make as makeEmulator } from "@effect-connectors/testing/Emulator"
import * as Tool from "@effect/ai/Tool"
import { assert, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe } from "vitest"
import { toolkitOf } from "../src/support/toolkit.js"
import { start } from "./support/program.js"

const platform = BosaApi.layer({ baseUrl: "http://localhost", dialect: "gl" }).pipe(
  Layer.provide(Auth.apiKey(Redacted.make("demo-key"))),
  Layer.provideMerge(BosaTest.layer())
)

const toolkit = Effect.flatMap(BosaApi, (bosa) => Effect.flatMap(bosa.tools(["demo", "github"]), toolkitOf))

describe("a toolkit of actions", () => {
  it.effect("shows a model each action with its own schema", () =>
    Effect.gen(function* () {
      const { tools } = yield* toolkit
      const bosa = yield* BosaApi
      for (const { description, inputSchema, name } of yield* bosa.tools(["demo", "github"])) {
        const tool = tools[name]
        if (tool === undefined) return assert.fail(name)
        assert.strictEqual(tool.description, description)
        const { $schema: _, ...shown } = { $schema: "", ...Tool.getJsonSchema(tool) }
        assert.deepStrictEqual<unknown>(shown, inputSchema)
      }
    }).pipe(Effect.provide(platform))
  )

  it.effect("runs the actions, and returns failures to the model", () =>
    Effect.gen(function* () {
      const { handle } = yield* toolkit
      const found = yield* handle("demo_echo_tool", { text: "x", n: 7 })
      assert.deepStrictEqual(found, {
        isFailure: false,
        result: { data: { text: "x", n: 7 } },
        encodedResult: { data: { text: "x", n: 7 } }
      })
      const code = Effect.fnUntraced(function* (name: string, args: Readonly<Record<string, unknown>>) {
        const { isFailure, result } = yield* handle(name, args)
        return [
          isFailure,
          typeof result === "object" && result !== null && "error" in result && Object(result.error).code
        ]
      })
      assert.deepStrictEqual(yield* code("demo_get_item_tool", { id: 99 }), [true, "ITEM_NOT_FOUND"])
      assert.deepStrictEqual(yield* code("demo_get_item_tool", {}), [true, "INVALID_REQUEST"])
      assert.deepStrictEqual(yield* code("github_get_repository_tool", { owner: "a", repo: "b" }), [
        true,
        "INTEGRATION_REQUIRED"
      ])
      const platform = yield* BosaTest
      assert.strictEqual(yield* platform.executions("demo", "echo"), 1)
    }).pipe(Effect.provide(platform))
  )

  it.effect("passes the annotations of each action on", () =>
    Effect.gen(function* () {
      const bosa = yield* BosaApi
      const { tools } = yield* toolkitOf(
        yield* bosa.tools("demo", { annotations: ({ name }) => ({ readOnlyHint: name === "get_item" }) })
      )
      const hints = (name: string) => {
        const { annotations } = tools[name] ?? assert.fail(name)
        return [
          Context.get(annotations, Tool.Readonly),
          Context.get(annotations, Tool.Destructive),
          Context.get(annotations, Tool.Idempotent),
          Context.get(annotations, Tool.OpenWorld)
        ]
      }
      assert.deepStrictEqual(hints("demo_get_item_tool"), [true, false, true, true])
      assert.deepStrictEqual(hints("demo_echo_tool"), [false, true, false, true])
    }).pipe(Effect.provide(platform))
  )

  it.effect("returns what may have happened as a result, and not as a failure", () =>
    Effect.gen(function* () {
      const { handle } = yield* toolkit
      const test = yield* BosaTest
      yield* test.respondNext({ operation: "actions.execute" }, [{ _tag: "Reset", commit: true }])
      const { encodedResult, isFailure } = yield* handle("demo_echo_tool", { text: "x" })
      assert.isFalse(isFailure)
      const { message, ...rest } = Object(encodedResult)
      assert.deepStrictEqual(rest, {
        outcome: "unknown",
        mayHaveHappened: true,
        retryable: false,
        code: "OUTCOME_UNKNOWN",
        next: "It may have happened. Do not repeat it. Check first, with a tool that reads, whether it did."
      })
      assert.include(message, "It may have happened")
      assert.notInclude(JSON.stringify(encodedResult), "demo-key")
      assert.strictEqual(yield* test.executions("demo", "echo"), 1)
    }).pipe(Effect.provide(platform))
  )

  it.scopedLive("gives the example's model its tools", () =>
    Effect.gen(function* () {
      const server = yield* makeEmulator()
      const { ended } = yield* start("tools", [], { BOSA_BASE_URL: server.url, BOSA_API_KEY: "demo-key" })
      const { code, err, out } = yield* ended
      assert.deepStrictEqual([code, err], [0, ""])
      const lines = out.trimEnd().split("\n")
      assert.match(lines[0] ?? "", /^demo_get_item_tool: Get one item\. \{.*"required":\["id"\]/)
      assert.strictEqual(lines[2], "the model may use demo_get_item_tool, demo_list_items_tool")
      assert.match(lines[3] ?? "", /^call-1 gave \{"data":\{"id":3,"name":"Item 3"/)
      assert.match(lines[4] ?? "", /^call-2 failed \{"error":\{"code":"INVALID_REQUEST"/)
      assert.match(lines[5] ?? "", /^call-3 failed \{"error":\{"code":"ITEM_NOT_FOUND"/)
      assert.strictEqual(lines.length, 6)
    })
  )
})
