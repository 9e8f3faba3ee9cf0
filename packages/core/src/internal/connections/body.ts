import type { ActionBody, ActionExecuteOptions, ExecuteOptions, Parameters } from "../../ConnectionHandle.js"
import type { Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import { type Fields, isFields } from "../data/fields.js"
import { isAlike, nearest } from "../data/nearest.js"
import * as Result from "../data/result.js"

const executeOptions = OptionNames.make<ExecuteOptions>({
  async: true,
  timeoutMs: true,
  execution: true,
  retry: true,
  integers: true
})

const actionExecuteOptions = OptionNames.make<ActionExecuteOptions>({
  async: true,
  timeoutMs: true,
  execution: true,
  retry: true,
  integers: true,
  checkInputs: true
})

const bodyFields = OptionNames.make<Omit<ActionBody, keyof ActionExecuteOptions>>({
  input: true,
  options: true,
  extra: true
})

// what the server is known to take in the body's `options`
const executionWords: ReadonlySet<string> = new Set(["source", "purpose", "debug"])

/** A body as it is written, or all that is wrong with it. */
type Written = Result.Result<Fields, ReadonlyArray<Issue>>

const refuse = (path: ReadonlyArray<string>, message: string, fix: string): Written =>
  Result.fail([{ path, message, fix }])

const inOptions = "it belongs in the options, the argument after the body"

const placeOf = (name: string, hasInput: boolean): string => {
  const option = nearest(name, [...actionExecuteOptions])
  if (option !== undefined && isAlike(option, name)) {
    return option === name
      ? inOptions
      : `it is called "${option}", and belongs in the options, the argument after the body`
  }
  const field = nearest(name, [...bodyFields])
  if (field !== undefined) return `the nearest is "${field}"`
  if (executionWords.has(name)) return "it belongs in `execution` of the options, the argument after the body"
  if (hasInput && option !== undefined) return `the nearest is "${option}": ${inOptions}`
  return "put it in `input`; what only the server knows goes into `extra`"
}

const unknownFields = (body: Fields): ReadonlyArray<Issue> =>
  OptionNames.unknownIn(bodyFields, body).map((name) => ({
    path: ["body", name],
    message: "is not a field of the body",
    fix: placeOf(name, body["input"] !== undefined)
  }))

const misplacedOptions = (body: Fields): ReadonlyArray<Issue> =>
  Object.entries(body).flatMap(([name, value]) =>
    value !== undefined && actionExecuteOptions.has(name)
      ? [
          {
            path: ["body", name],
            message: "is an option",
            fix: `${inOptions}; as a parameter of the server put it in \`extra\``
          }
        ]
      : []
  )

// a key without a value says nothing: it neither replaces what was given nor makes an `options` of its own
const stated = (given: Parameters): Fields =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

const withExtra = (body: Fields): Written => {
  if (!("extra" in body)) return Result.succeed(body)
  const { extra = {}, ...own } = body
  if (!isFields(extra)) return refuse(["body", "extra"], "is not an object", "give the fields by name")
  const added = stated(extra)
  const twice = Object.keys(added).filter((name) => Object.hasOwn(own, name) && own[name] !== undefined)
  return twice.length === 0
    ? Result.succeed({ ...own, ...added })
    : Result.fail(
        twice.map((name) => ({
          path: ["body", "extra", name],
          message: "is given twice",
          fix: "leave it out of `extra`"
        }))
      )
}

const withExecution = (body: Fields, execution: Parameters | undefined): Written => {
  const added = execution === undefined ? {} : stated(execution)
  if (Object.keys(added).length === 0) return Result.succeed(body)
  const given = body["options"]
  return given !== undefined && !isFields(given)
    ? refuse(
        ["body", "options"],
        "is not an object, so execution options cannot be merged into it",
        "give one of the two"
      )
    : Result.succeed({ ...body, options: { ...given, ...added } })
}

const written = (
  body: unknown,
  execution: Parameters | undefined,
  isRight: (body: Fields) => boolean,
  wrong: (body: Fields) => ReadonlyArray<Issue>
): Written => {
  if (!isFields(body)) return refuse(["body"], "is not an object", "give the parameters as an object")
  try {
    const issues = isRight(body) ? [] : wrong(body)
    if (issues.length > 0) return Result.fail(issues)
    // what needs no change is sent as it was given
    const merged = withExtra(body)
    return merged._tag === "Failure" || execution === undefined ? merged : withExecution(merged.success, execution)
  } catch {
    return refuse(["body"], "cannot be read", "send plain data")
  }
}

// loops and no lists: nearly all bodies are right
const hasOnlyFields = (body: Fields): boolean => {
  for (const name in body) if (!bodyFields.has(name)) return false
  return true
}

const hasNoOption = (body: Fields): boolean => {
  for (const name in body) if (actionExecuteOptions.has(name)) return false
  return true
}

/**
 * What an execute takes: how its body is written, and the names of its options.
 *
 * @internal
 */
export interface BodyRules {
  readonly bodyOf: (body: unknown, execution: Parameters | undefined) => Written
  readonly options: OptionNames.OptionNames
}

/**
 * Of a saved action. Without execution options and `extra` the body that is sent is the caller's own.
 *
 * @internal
 */
export const actionRules: BodyRules = {
  bodyOf: (body, execution) => written(body, execution, hasOnlyFields, unknownFields),
  options: actionExecuteOptions
}

/**
 * Of typed calls. Their shapes on the wire are not public, so names that are not known pass.
 *
 * @internal
 */
export const typedRules: BodyRules = {
  bodyOf: (body, execution) => written(body, execution, hasNoOption, misplacedOptions),
  options: executeOptions
}
