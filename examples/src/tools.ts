/**
 * Actions as tools of a language model, over `BOSA_BASE_URL` with `BOSA_API_KEY`. The model is a stand-in with a
 * fixed list of tool calls: replace it with any provider of `@effect/ai`.
 */
import { BosaApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { toolkitOf } from "./support/toolkit.js"

const toolCalls = [
  { name: "demo_get_item_tool", params: { id: 3 } },
  { name: "demo_get_item_tool", params: { id: "three" } },
  { name: "demo_get_item_tool", params: { id: 99 } }
]

const standIn = Layer.effect(
  LanguageModel.LanguageModel,
  LanguageModel.make({
    generateText: ({ tools }) =>
      Console.log(`the model may use ${tools.map((tool) => tool.name).join(", ")}`).pipe(
        Effect.as(toolCalls.map((call, index) => ({ type: "tool-call" as const, id: `call-${index + 1}`, ...call })))
      ),
    streamText: () => Stream.empty
  })
)

const program = Effect.gen(function* () {
  const bosa = yield* BosaApi
  // tokens, accounts and timeouts are set here: the model does not know them
  const tools = yield* bosa.tools("demo", {
    timeout: "10 seconds",
    filter: ({ name }) => name === "get_item" || name === "list_items",
    // what a reader of the connector's documentation knows, and the server does not say
    annotations: ({ name }) => ({ readOnlyHint: name === "get_item" || name === "list_items" }),
    maxResultBytes: 64 * 1024
  })
  const toolkit = yield* toolkitOf(tools)
  for (const tool of Object.values(toolkit.tools)) {
    yield* Console.log(`${tool.name}: ${tool.description} ${JSON.stringify(Tool.getJsonSchema(tool))}`)
  }
  const { toolResults } = yield* LanguageModel.generateText({ prompt: "Which item is the third?", toolkit })
  for (const { encodedResult, id, isFailure } of toolResults) {
    yield* Console.log(`${id} ${isFailure ? "failed" : "gave"} ${JSON.stringify(encodedResult)}`)
  }
})

program.pipe(Effect.provide(Layer.merge(standIn, NodeConnectors.layerBosa)), NodeRuntime.runMain)
