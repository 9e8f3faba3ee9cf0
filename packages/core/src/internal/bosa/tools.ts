import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Action, ActionError, Executed, ActionOptions, Parameters } from "../../Action.js"
import type { ActionTool, ToolFailure, ToolOptions, ToolResult } from "../../ActionTools.js"
import type { ReadError } from "../../ApiError.js"
import { isConnectorFile } from "../../ConnectorFile.js"
import type { ConnectorHandle } from "../../ConnectorHandle.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import { parse } from "../data/json.js"
import { describe, isData } from "../jsonSchema/describe.js"
import { common } from "./endpoints.js"
import { unwrapped } from "./pages.js"
import type { Connector, DiscoveredAction } from "./discoveredConnector.js"
import type { Discovery } from "./discovery.js"
import { wholeIssues } from "../data/checks.js"
import { filesRead, toolFileOf } from "./toolFiles.js"
import { toolNames } from "./toolNames.js"
import { inputSchemaOf } from "./toolSchema.js"

const mebibyte = 1024 * 1024

/** How tools are made for one client. @internal */
export type Tools = (
  connectors: string | ReadonlyArray<string>,
  options?: ToolOptions
) => Effect.Effect<ReadonlyArray<ActionTool>, ReadError>

const refused = (issues: ReadonlyArray<Issue>): InvalidRequest =>
  new InvalidRequest({ operation: common.action.name, issues })

const argumentsOf = (args: unknown): Either.Either<Parameters, ReadonlyArray<Issue>> => {
  if (args === undefined || args === null || args === "") return Either.right({})
  const read = typeof args === "string" ? parse(args) : undefined
  const given = read?._tag === "Value" ? read.value : args
  return isData(given)
    ? Either.right(given)
    : Either.left([{ path: [], message: `expected an object, got ${describe(given)}`, fix: "pass them by name" }])
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

// an option that is given as nothing is not given
const merged = (made: ActionOptions, given: ActionOptions): ActionOptions => ({
  ...made,
  ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
})

const firstLine = (docstring: string): string => (docstring.trim().split(/\r?\n/, 1)[0] ?? "").trim()

const toolOf = (
  name: string,
  entry: DiscoveredAction,
  action: Action,
  { filter: _, maxFileBytes = mebibyte, ...options }: ToolOptions
): ActionTool => {
  const withFiles = filesRead(entry.parameters)
  const invoke: ActionTool["invoke"] = (args, given = {}) =>
    Effect.suspend(() => Either.flatMap(argumentsOf(args), withFiles)).pipe(
      Effect.mapError(refused),
      Effect.flatMap((parameters) => action.with({ given: parameters, options: merged(options, given) }).execute),
      Effect.map((executed) => resultOf(executed, maxFileBytes))
    )
  return {
    name,
    connector: action.connector,
    action: action.name,
    description: firstLine(entry.info.docstring),
    inputSchema: inputSchemaOf(entry),
    invoke,
    invokeSafely: (args, given) => Effect.catchAll(invoke(args, given), (error) => Effect.succeed(failureOf(error)))
  }
}

/** @internal */
export const make = (discovery: Discovery, connect: (connector: string) => ConnectorHandle): Tools => {
  const toolsOf = (found: ReadonlyArray<Connector>, options: ToolOptions): ReadonlyArray<ActionTool> => {
    const nameOf = toolNames()
    return found.flatMap(({ entries, info: { actions, name: connector } }) =>
      actions.flatMap((info) => {
        const entry = entries.get(info.name)
        // what may not be sent is no tool
        if (entry === undefined || entry.operation._tag === "Failure" || options.filter?.(info, connector) === false)
          return []
        return [toolOf(nameOf(connector, info.name), entry, connect(connector).action(info.name), options)]
      })
    )
  }
  return (connectors, options = {}) =>
    Effect.suspend(() => {
      const issues = wholeIssues("maxFileBytes", options.maxFileBytes, 0)
      if (issues.length > 0) return Effect.fail(new InvalidRequest({ operation: "tools", issues }))
      const names = [...new Set(typeof connectors === "string" ? [connectors] : connectors)]
      return Effect.map(Effect.forEach(names, discovery.get, { concurrency: 4 }), (found) => toolsOf(found, options))
    })
}
