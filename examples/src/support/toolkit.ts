/**
 * The actions of connectors as an `@effect/ai` toolkit: the tools of a `LanguageModel`.
 */
import type { ActionTools } from "@effect-connectors/core"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Failure = Schema.Struct({
  error: Schema.Struct({
    code: Schema.String,
    message: Schema.String,
    retryable: Schema.Boolean,
    issues: Schema.optional(Schema.Array(Schema.Unknown))
  })
})

// the model sees the action's own schema; the tool checks the arguments and explains its issues to the model
const parametersOf = ({ inputSchema }: ActionTools.ActionTool) =>
  Schema.Struct({}, Schema.Record({ key: Schema.String, value: Schema.Unknown })).annotations({
    jsonSchema: inputSchema
  })

const modelTool = (tool: ActionTools.ActionTool) =>
  Tool.make(tool.name, {
    description: tool.description,
    success: Schema.Unknown,
    failure: Failure,
    failureMode: "return"
  })
    .setParameters(parametersOf(tool))
    .annotate(Tool.Readonly, tool.annotations.readOnlyHint)
    .annotate(Tool.Destructive, tool.annotations.destructiveHint)
    .annotate(Tool.Idempotent, tool.annotations.idempotentHint)
    .annotate(Tool.OpenWorld, tool.annotations.openWorldHint)

// what may have happened is no failure: a model tries those again
const handlerOf = (tool: ActionTools.ActionTool) => (args: unknown) =>
  Effect.flatMap(tool.invokeSafely(args), (value) => ("error" in value ? Effect.fail(value) : Effect.succeed(value)))

/** A toolkit that is ready to be given to `LanguageModel.generateText`. */
export const toolkitOf = Effect.fnUntraced(function* (tools: ReadonlyArray<ActionTools.ActionTool>) {
  const toolkit = Toolkit.make(...tools.map(modelTool))
  const handlers = yield* toolkit.toContext(Object.fromEntries(tools.map((tool) => [tool.name, handlerOf(tool)])))
  return yield* Effect.provide(toolkit, handlers)
})
