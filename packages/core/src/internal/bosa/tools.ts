import * as Effect from "effect/Effect"
import type { Action, ActionError, Executed, ActionOptions, Parameters } from "../../Action.js"
import type { ActionTool, ToolFailure, ToolOptions, ToolResult } from "../../ActionTools.js"
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
import { toolNames } from "./toolNames.js"
import { inputSchemaOf } from "./toolSchema.js"

const mebibyte = 1024 * 1024

/** How tools are made for one client. @internal */
export type Tools = (
  connectors: string | ReadonlyArray<string>,
  options?: ToolOptions
) => Effect.Effect<ReadonlyArray<ActionTool>, ReadError>

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

const resultOf = ({ data: body, ignored }: Executed, maxFileBytes: number): ToolResult => {
  const { data, meta } = unwrapped(body)
  return {
    data: isConnectorFile(data) ? toolFileOf(data, maxFileBytes) : data,
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
    ...(ignored.length === 0 ? {} : { ignored })
  }
}

const upperSnake = (tag: string): string => tag.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()

const failureOf = (error: ActionError): ToolFailure => ({
  error: {
    code: ("serverCode" in error ? error.serverCode : undefined) ?? upperSnake(error._tag),
    message: error.message,
    retryable: error.retryable,
    ...(error._tag === "InvalidRequest" ? { issues: error.issues } : {})
  }
})

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
  { filter: _, maxFileBytes = mebibyte, ...options }: ToolOptions
): ActionTool => {
  const decodeFiles = fileDecoder(entry.parameters)
  const invoke: ActionTool["invoke"] = (args, callOptions = {}) =>
    Effect.suspend(() => toEffect(Result.flatMap(argumentsOf(args), decodeFiles))).pipe(
      Effect.mapError(invalidRequest),
      Effect.flatMap(
        (parameters) => action.with({ given: parameters, options: mergeOptions(options, callOptions) }).execute
      ),
      Effect.map((executed) => resultOf(executed, maxFileBytes))
    )
  return {
    name,
    connector: action.connector,
    action: action.name,
    description: firstLine(entry.info.docstring),
    inputSchema: inputSchemaOf(entry),
    invoke,
    invokeSafely: (args, callOptions) =>
      Effect.catchAll(invoke(args, callOptions), (error) => Effect.succeed(failureOf(error)))
  }
}

const toolsOf = (
  connectors: ReadonlyArray<Connector>,
  connect: (connector: string) => ConnectorHandle,
  options: ToolOptions
): ReadonlyArray<ActionTool> => {
  const nameOf = toolNames()
  const isWanted = ({ info, operation }: DiscoveredAction, connector: string): boolean =>
    operation._tag === "Success" && options.filter?.(info, connector) !== false
  return connectors.flatMap(({ entries, info: { actions, name: connector } }) =>
    actions.flatMap((info) => {
      const entry = entries.get(info.name)
      return entry !== undefined && isWanted(entry, connector)
        ? [toolOf(nameOf(connector, info.name), entry, connect(connector).action(info.name), options)]
        : []
    })
  )
}

/** @internal */
export const make =
  (discovery: Discovery, connect: (connector: string) => ConnectorHandle): Tools =>
  (connectors, options = {}) =>
    Effect.suspend(() => {
      const issues = [
        ...OptionNames.issues(toolOptions, options),
        ...wholeIssues("maxFileBytes", options.maxFileBytes, 0)
      ]
      if (issues.length > 0) return Effect.fail(new InvalidRequest({ operation: "tools", issues }))
      const names = [...new Set(typeof connectors === "string" ? [connectors] : connectors)]
      return Effect.map(Effect.forEach(names, discovery.get, { concurrency: 4 }), (found) =>
        toolsOf(found, connect, options)
      )
    })
