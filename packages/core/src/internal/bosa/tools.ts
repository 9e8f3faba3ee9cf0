import * as Effect from "effect/Effect"
import type { Action, Executed, ActionOptions, Parameters } from "../../Action.js"
import type { ActionTool, ToolAnnotations, ToolOptions, ToolResult } from "../../ActionTools.js"
import type { ReadError } from "../../ApiError.js"
import { isConnectorFile } from "../../ConnectorFile.js"
import type { ConnectorHandle } from "../../ConnectorHandle.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import { parse } from "../data/json.js"
import * as Result from "../data/result.js"
import { describe, isData } from "../jsonSchema/describe.js"
import { common } from "./endpoints.js"
import { toEffect } from "../runtime/fromResult.js"
import { toolOptions } from "./optionNames.js"
import { unwrapped } from "./pages.js"
import type { Connector, DiscoveredAction } from "./discoveredConnector.js"
import type { Discovery } from "./discovery.js"
import { wholeIssues } from "../data/checks.js"
import { fileDecoder, toolFileOf } from "./toolFiles.js"
import { annotationIssues, annotationsOf } from "./toolAnnotations.js"
import { failureWithinBudget, minResultBytes, type NextOf, withinBudget } from "./toolBudget.js"
import { toolNames } from "./toolNames.js"
import { errorValue, nextOf, outputSchema } from "./toolOutput.js"
import { inputSchemaOf } from "./toolSchema.js"

const mebibyte = 1024 * 1024

/** How tools are made for one client. @internal */
export type Tools = (
  connectors: string | ReadonlyArray<string>,
  options?: ToolOptions
) => Effect.Effect<ReadonlyArray<ActionTool>, ReadError>

/** How large a result of a tool may be, and how a model gets the rest. */
interface ResultLimits {
  readonly maxFileBytes: number
  readonly maxResultBytes: number
  readonly next: NextOf
}

const invalidRequest = (issues: ReadonlyArray<Issue>): InvalidRequest =>
  new InvalidRequest({ operation: common.action.name, issues })

const argumentsOf = (args: unknown): Result.Result<Parameters, ReadonlyArray<Issue>> => {
  if (args === undefined || args === null || args === "") return Result.succeed({})
  const parsed = typeof args === "string" ? parse(args) : undefined
  const value = parsed?._tag === "Value" ? parsed.exact : args
  return isData(value)
    ? Result.succeed(value)
    : Result.fail([{ path: [], message: `expected an object, got ${describe(value)}`, fix: "pass them by name" }])
}

const resultOf = (executed: Executed, { maxFileBytes, maxResultBytes, next }: ResultLimits): ToolResult => {
  const { data, meta } = unwrapped(executed.data)
  const result = (data: unknown): ToolResult => ({
    data,
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
    ...(executed.ignored.length === 0 ? {} : { ignored: executed.ignored })
  })
  if (!isConnectorFile(data)) return withinBudget(result(data), maxResultBytes, next)
  const { base64, ...described } = toolFileOf(data, maxFileBytes)
  if (base64 === undefined) return withinBudget(result(described), maxResultBytes, next)
  const file = { described, characters: base64.length }
  return withinBudget(result({ ...described, base64 }), maxResultBytes, next, file)
}

// an undefined option of a call leaves the tool's own in place
const mergeOptions = (toolOptions: ActionOptions, callOptions: ActionOptions): ActionOptions => ({
  ...toolOptions,
  ...Object.fromEntries(Object.entries(callOptions).filter(([, value]) => value !== undefined))
})

const firstLine = (docstring: string): string => (docstring.trim().split(/\r?\n/, 1)[0] ?? "").trim()

const toolOf = (
  name: string,
  entry: DiscoveredAction,
  action: Action,
  annotations: ToolAnnotations,
  {
    annotations: _annotations,
    filter: _filter,
    maxFileBytes = mebibyte,
    maxResultBytes = 2 * mebibyte,
    ...options
  }: ToolOptions
): ActionTool => {
  const decodeFiles = fileDecoder(entry.parameters)
  const limits = { maxFileBytes, maxResultBytes, next: nextOf(entry.info.parameters, annotations.readOnlyHint) }
  const invoke: ActionTool["invoke"] = (args, callOptions = {}) =>
    Effect.suspend(() => toEffect(Result.flatMap(argumentsOf(args), decodeFiles))).pipe(
      Effect.mapError(invalidRequest),
      Effect.flatMap(
        (parameters) => action.with({ given: parameters, options: mergeOptions(options, callOptions) }).execute
      ),
      Effect.map((executed) => resultOf(executed, limits))
    )
  return {
    name,
    connector: action.connector,
    action: action.name,
    description: firstLine(entry.info.docstring),
    inputSchema: inputSchemaOf(entry),
    outputSchema,
    annotations,
    invoke,
    invokeSafely: (args, callOptions) =>
      Effect.catchAll(invoke(args, callOptions), (error) =>
        Effect.succeed(failureWithinBudget(errorValue(error), maxResultBytes))
      )
  }
}

const toolsOf = (
  connectors: ReadonlyArray<Connector>,
  connect: (connector: string) => ConnectorHandle,
  options: ToolOptions
): Result.Result<ReadonlyArray<ActionTool>, ReadonlyArray<Issue>> => {
  const nameOf = toolNames()
  const issues: Array<Issue> = []
  const tools: Array<ActionTool> = []
  for (const { entries, info } of connectors) {
    for (const action of info.actions) {
      const entry = entries.get(action.name)
      if (entry?.operation._tag !== "Success" || options.filter?.(action, info.name) === false) continue
      const given = options.annotations?.(action, info.name)
      issues.push(...annotationIssues(given, ["annotations", info.name, action.name]))
      const annotations = annotationsOf(entry.operation.success.retry, given)
      const name = nameOf(info.name, action.name)
      tools.push(toolOf(name, entry, connect(info.name).action(action.name), annotations, options))
    }
  }
  return issues.length > 0 ? Result.fail(issues) : Result.succeed(tools)
}

const invalidTools = (issues: ReadonlyArray<Issue>): InvalidRequest =>
  new InvalidRequest({ operation: "tools", issues })

/** @internal */
export const make =
  (discovery: Discovery, connect: (connector: string) => ConnectorHandle): Tools =>
  (connectors, options = {}) =>
    Effect.suspend(() => {
      const issues = [
        ...OptionNames.issues(toolOptions, options),
        ...wholeIssues("maxFileBytes", options.maxFileBytes, 0),
        ...wholeIssues("maxResultBytes", options.maxResultBytes, minResultBytes)
      ]
      if (issues.length > 0) return Effect.fail(invalidTools(issues))
      const names = [...new Set(typeof connectors === "string" ? [connectors] : connectors)]
      return Effect.flatMap(Effect.forEach(names, discovery.get, { concurrency: 4 }), (found) =>
        Effect.mapError(toEffect(toolsOf(found, connect, options)), invalidTools)
      )
    })
