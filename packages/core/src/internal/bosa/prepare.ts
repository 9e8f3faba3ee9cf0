import * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import type { WriteError } from "../../ApiError.js"
import type { Cleaned } from "../../ActionSchema.js"
import type { ActionOptions, Parameters } from "../../Action.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import type { Field } from "../http/form.js"
import { encodeForm, encodeMultipart, randomBoundary } from "../http/formBody.js"
import { headerIssue } from "../http/headers.js"
import { milliseconds, wholeIssues } from "../data/checks.js"
import { fileIssues, type Part } from "../http/multipart.js"
import type { Content, Input } from "../http/request.js"
import type { Endpoint } from "../http/endpoint.js"
import { nearest } from "../data/nearest.js"
import { dialectsWith, type Table } from "./dialects.js"
import { common } from "./endpoints.js"
import type { Connector, DiscoveredAction } from "./discoveredConnector.js"
import { actionOptions, positionNames } from "./optionNames.js"
import { tokenOf } from "./token.js"

const mostAttempts = 11

/**
 * What an action is run with.
 *
 * @internal
 */
export interface ActionCall {
  readonly connector: string
  readonly name: string
  readonly given: Parameters
  readonly options: ActionOptions
  /** Of the options, where it is called with more than those of an action. */
  readonly names?: OptionNames.OptionNames
}

/**
 * An action that may be sent.
 *
 * @internal
 */
export interface Prepared {
  readonly operation: Endpoint<WriteError>
  readonly schema: DiscoveredAction["schema"]
  readonly cleaned: Cleaned
}

/**
 * What it is called in an error that was found before it was sent.
 *
 * @internal
 */
export const nameOf = ({ connector, name }: ActionCall): string => `${common.action.name} of ${connector}.${name}`

const identifierHeaders = (table: Table, identifier: string): Readonly<Record<string, string>> =>
  Object.fromEntries(table.identifierHeaders.map((header) => [header, identifier]))

const identifierIssues = (table: Table, identifier: string | undefined): ReadonlyArray<Issue> => {
  if (identifier === undefined) return []
  if (table.identifierHeaders.length === 0) {
    const others = dialectsWith(({ identifierHeaders }) => identifierHeaders.length > 0)
    return [
      {
        path: ["identifier"],
        message: `cannot be chosen in dialect "${table.dialect}"`,
        fix: `leave it out, or speak ${others}`
      }
    ]
  }
  const issue = headerIssue(["identifier"], "x-integration", identifier)
  return issue === undefined ? [] : [issue]
}

const optionIssues = (table: Table, { names = actionOptions, options }: ActionCall) => {
  const { from, identifier, maxAttempts, maxPages, timeout } = options
  const issues: Array<Issue> = [
    ...OptionNames.issues(names, options),
    ...(from === undefined ? [] : OptionNames.issues(positionNames, from, ["from"])),
    ...wholeIssues("maxAttempts", maxAttempts, 1, mostAttempts),
    ...wholeIssues("maxPages", maxPages, 1),
    ...identifierIssues(table, identifier),
    ...wholeIssues(["from", "page"], from?.page, Number.MIN_SAFE_INTEGER, undefined, "give the number of a page")
  ]
  if (timeout !== undefined) milliseconds("timeout", timeout, issues)
  return issues
}

/** @internal */
export const unknownAction = ({ connector, name }: ActionCall, { entries, info }: Connector): Issue => {
  const skipped = info.skipped.find((other) => other.name === name)
  if (skipped !== undefined) {
    return { path: ["action"], message: `"${name}" of "${connector}" cannot be used: ${skipped.reason}` }
  }
  const near = nearest(name, Array.from(entries.keys()))
  return {
    path: ["action"],
    message: `"${connector}" has no action "${name}"`,
    fix: near === undefined ? `see the actions of "${connector}"` : `the nearest is "${near}"`
  }
}

// servers count in numbers what they take as text
const positioned = (
  schema: DiscoveredAction["schema"],
  name: "page" | "cursor",
  value: string | number | bigint | undefined
) => {
  if (value === undefined) return {}
  const isText = schema.parameters.some((parameter) => parameter.name === name && /^string\??$/.test(parameter.type))
  return { [name]: isText ? String(value) : value }
}

// what the action does not take is reported with the rest that it does not know
// a copy in any case: what is sent is this object, and yours may change while the call waits
const withPosition = ({ given, options }: ActionCall, schema: DiscoveredAction["schema"]): Parameters =>
  options.responseFields === undefined && options.from === undefined
    ? { ...given }
    : {
        ...given,
        ...(options.responseFields === undefined ? {} : { response_fields: options.responseFields }),
        ...positioned(schema, "cursor", options.from?.cursor),
        ...positioned(schema, "page", options.from?.page)
      }

const numberType = /^(?:array<)?number\b/

const fieldsOf = ({ cleaned, schema }: Prepared): ReadonlyArray<Field> => {
  const numbers = new Set(schema.parameters.filter(({ type }) => numberType.test(type)).map(({ name }) => name))
  return Object.entries(cleaned.values).map(([name, value]) => ({ name, value, isNumber: numbers.has(name) }))
}

const contentOf = (table: Table, prepared: Prepared): Effect.Effect<Content | undefined> => {
  const { cleaned, schema } = prepared
  if (cleaned.files.length > 0) {
    const files = cleaned.files.flatMap(([name, list]) => list.map((file): Part => ({ name, file })))
    return Effect.map(randomBoundary, (boundary) =>
      encodeMultipart([...fieldsOf(prepared), ...files], { boundary, style: table.multipart })
    )
  }
  return Effect.succeed(
    sentAsForm(table, schema.binaries, cleaned) ? encodeForm(fieldsOf(prepared), table.multipart) : undefined
  )
}

/**
 * What is sent, the same on each attempt.
 *
 * @internal
 */
export const inputOf = (table: Table, prepared: Prepared, options: ActionOptions): Effect.Effect<Input> =>
  Effect.map(contentOf(table, prepared), (content) => ({
    segments: [],
    ...(content === undefined ? { body: prepared.cleaned.values } : { content, values: prepared.cleaned.values }),
    headers: options.headers,
    token: tokenOf(options.token),
    ...(options.identifier === undefined ? {} : { added: identifierHeaders(table, options.identifier) }),
    integers: options.integers,
    attempts: table.attempts(options.maxAttempts ?? 1, options.replayUnsafe === true)
  }))

// an empty list of files is sent as if there were some
const sentAsForm = (table: Table, binaries: ReadonlyArray<string>, { values }: Cleaned): boolean =>
  table.withoutFile === "form" ? binaries.length > 0 : binaries.some((name) => Array.isArray(values[name]))

const filesIssues = ({ files }: Cleaned): ReadonlyArray<Issue> =>
  files.flatMap(([name, list, isList]) =>
    list.flatMap((file, index) => fileIssues(file, isList ? [name, String(index)] : [name]))
  )

/**
 * An action checked against what discovery says of it: every issue, or what may be sent.
 *
 * @internal
 */
export const prepare = (
  table: Table,
  connector: Connector,
  call: ActionCall
): Result.Result<Prepared, InvalidRequest> => {
  const { options } = call
  const issues = optionIssues(table, call)
  const refuse = () => Result.fail(new InvalidRequest({ operation: nameOf(call), issues }))
  const entry = connector.entries.get(call.name)
  if (entry === undefined) {
    issues.push(unknownAction(call, connector))
    return refuse()
  }
  const { operation } = entry
  if (operation._tag === "Failure") {
    issues.push({
      path: ["action", "path"],
      message: `of "${call.name}", as discovery gives it, ${operation.failure}`,
      fix: "report it to the server's owner: credentials are never sent there"
    })
  }
  const cleaned = entry.schema.clean(withPosition(call, entry.schema), options.strict === true)
  issues.push(...(cleaned._tag === "Failure" ? cleaned.failure : filesIssues(cleaned.success)))
  if (issues.length > 0 || cleaned._tag === "Failure" || operation._tag === "Failure") return refuse()
  return Result.succeed({ operation: operation.success, schema: entry.schema, cleaned: cleaned.success })
}
