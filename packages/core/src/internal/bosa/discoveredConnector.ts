import * as Result from "../data/result.js"
import * as Option from "effect/Option"
import type { WriteError } from "../../ApiError.js"
import type { Dialect } from "../../Dialect.js"
import type { ActionInfo, ConnectorInfo, Skipped } from "../../Discovery.js"
import { type Fields, fieldsOf, isFields } from "../data/fields.js"
import type { Endpoint } from "../http/endpoint.js"
import { actionAt } from "./endpoints.js"
import { type CompiledActionSchema, readActionSchema } from "./actionSchema.js"
import { actionPath } from "./actionPath.js"

/**
 * An action as discovery gives it, ready to be called.
 *
 * @internal
 */
export interface DiscoveredAction {
  readonly info: ActionInfo
  readonly schema: CompiledActionSchema
  /** The row it is sent with, or why it is not: its path is refused. */
  readonly operation: Result.Result<Endpoint<WriteError>, string>
  /** Its parameters as discovery gives them. */
  readonly parameters: unknown
}

/** @internal */
export interface Connector {
  readonly info: ConnectorInfo
  readonly entries: ReadonlyMap<string, DiscoveredAction>
}

// routes of the integrations themselves, which discovery lists with the actions
const routes = ["integrations", "integration-exists", "success-authorize-callback"]

const isRoute = (name: string): boolean => routes.some((route) => name === route || name.startsWith(`${route}/`))

// the published clients take these for routes too: they are not listed, and can be run all the same
const isLikeRoute = (name: string): boolean => routes.some((route) => name.startsWith(route))

const unlisted = "it is named like a route of the integrations: it is not listed, but can be run by its name"

const entryOf = (
  name: string,
  row: Fields,
  exact: unknown,
  dialect: Dialect
): Result.Result<DiscoveredAction, string> => {
  const { docstring, parameters, path } = row
  if (typeof path !== "string") return Result.fail("it has no path")
  if (docstring === undefined) return Result.fail("it has no docstring")
  return Result.map(readActionSchema(fieldsOf(exact)["parameters"], dialect), (schema) => ({
    schema,
    parameters,
    operation: Result.map(actionPath(path), actionAt),
    info: {
      name,
      path,
      docstring: typeof docstring === "string" ? docstring : "",
      get parameters() {
        return schema.parameters
      },
      requestBody: row["request_body"]
    }
  }))
}

/**
 * The connector in the response of discovery; none when it is not there. `exact` is the body with all digits of its
 * numbers: inputs are checked against those.
 *
 * @internal
 */
export const connectorIn = (
  body: unknown,
  exact: unknown,
  name: string,
  dialect: Dialect
): Result.Result<Option.Option<Connector>, ReadonlyArray<string>> => {
  if (!isFields(body)) return Result.fail(["expected an object of connectors by name"])
  if (!Object.hasOwn(body, name)) return Result.succeed(Option.none())
  const rows = body[name]
  if (!isFields(rows)) return Result.fail([`expected an object of actions at "${name}"`])
  const exactRows = fieldsOf(fieldsOf(exact)[name])
  const entries = new Map<string, DiscoveredAction>()
  const odd: Array<string> = []
  const skipped: Array<Skipped> = []
  for (const [action, row] of Object.entries(rows)) {
    if (isRoute(action)) continue
    if (isFields(row) && row["method"] !== "POST") {
      skipped.push({ name: action, reason: "its method is not POST" })
      continue
    }
    const entry = isFields(row) ? entryOf(action, row, exactRows[action], dialect) : Result.fail("it is not an object")
    if (entry._tag === "Success") entries.set(action, entry.success)
    else odd.push(`expected an action at "${name}.${action}": ${entry.failure}`)
    if (entry._tag === "Failure") skipped.push({ name: action, reason: entry.failure })
    else if (isLikeRoute(action)) skipped.push({ name: action, reason: unlisted })
  }
  // with nothing left to run it is not the connector that is small, but its description that cannot be read
  if (entries.size === 0 && odd.length > 0) return Result.fail(odd)
  const actions = Array.from(entries.values(), (entry) => entry.info).filter((info) => !isLikeRoute(info.name))
  return Result.succeed(Option.some({ entries, info: { name, actions, skipped } }))
}
