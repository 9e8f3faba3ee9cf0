import { errorMismatches } from "./errors.js"
import type { Outcome } from "./format.js"
import { differing, headersOf, isFields, mismatch, type Mismatches, shown } from "./matching.js"
import type { Failed } from "./session.js"

/** How a step ended. */
export type Ended =
  | { readonly _tag: "Returned"; readonly value: unknown }
  | { readonly _tag: "Raised"; readonly error: Failed }
  /** It could not be replayed. */
  | { readonly _tag: "Odd"; readonly why: string }

type Compare = (at: string, expected: unknown, actual: unknown) => Mismatches

// a mapping of connectors is read for its names
const modules: Compare = (at, expected, actual) =>
  differing(at, isFields(expected) ? Object.keys(expected) : expected, actual)

const nameOf = (action: unknown): unknown => (Array.isArray(action) ? action[0] : action)

// a long list is written as its names and its first item
const actions: Compare = (at, expected, actual) => {
  if (!isFields(expected) || !Array.isArray(actual)) return differing(at, expected, actual)
  return [
    ...differing(`${at} names`, expected["names"], actual.map(nameOf)),
    ...differing(`${at} first`, expected["first"], actual[0])
  ]
}

const parameters: Compare = (at, expected, actual) =>
  differing(at, Array.isArray(expected) ? expected.map(inNeutralWords) : expected, actual)

const words: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bstr\b/g, "string"],
  [/\bint\b/g, "integer"],
  [/\bfloat\b/g, "number"],
  [/\bbool\b/g, "boolean"],
  [/\bbytes\b/g, "binary"],
  [/\bdict\b/g, "object"],
  [/\blist\b/g, "array"],
  [/\[/g, "<"],
  [/\]/g, ">"],
  [/ \| None$/, "?"],
  [/ \| /g, "|"]
]

// one of the clients writes nullable types in the words of its language
const inNeutralWords = (parameter: unknown): unknown => {
  if (!isFields(parameter) || typeof parameter["type"] !== "string") return parameter
  return { ...parameter, type: words.reduce((type, [word, neutral]) => type.replace(word, neutral), parameter["type"]) }
}

// which names are at fault; the texts are each client's own
const validate: Compare = (at, expected, actual) => {
  if (!Array.isArray(expected) || !Array.isArray(actual)) return differing(at, expected, actual)
  const names = (errors: unknown) => (isFields(errors) ? Object.keys(errors).sort() : errors)
  return [
    ...differing(`${at} cleaned`, expected[0], actual[0]),
    ...differing(`${at} at fault`, names(expected[1]), names(actual[1]))
  ]
}

const fieldIn = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), value)

const options = new Set(["token", "identifier", "timeout", "request"])

// the parameters of the action: one of the real generators puts them at the top, in a form of its own, the others as
// they are below `request`, or leave them out where no body of the request is described
const parameterMismatches: Compare = (at, schema, actual) => {
  const reference = fieldIn(schema, "properties", "request", "$ref")
  if (typeof reference === "string") {
    return differing(at, fieldIn(schema, ...reference.split("/").slice(1), "properties"), actual)
  }
  const properties = fieldIn(schema, "properties")
  if (!isFields(properties) || Object.hasOwn(properties, "token") || !isFields(actual)) return []
  const names = (fields: object) => Object.keys(fields).filter((name) => !options.has(name))
  return differing(`${at} names`, names(properties), names(actual))
}

// a tool of ours takes the parameters at the top and the options next to them; its class is a name of the language
const tool: Compare = (at, expected, actual) => {
  if (!isFields(expected) || !isFields(actual)) return mismatch(at, expected, actual)
  const { class: _, schema, ...rest } = expected
  return [
    ...differing(at, rest, Object.fromEntries(Object.keys(rest).map((name) => [name, actual[name]]))),
    ...parameterMismatches(`${at} parameters`, schema, fieldIn(actual["input_schema"], "properties"))
  ]
}

const tools: Compare = (at, expected, actual) => {
  if (!Array.isArray(actual)) return mismatch(at, expected, actual)
  const made: ReadonlyArray<unknown> = actual
  if (Array.isArray(expected)) {
    return expected.length === made.length
      ? expected.flatMap((one: unknown, index) => tool(`${at}[${index}]`, one, made[index]))
      : mismatch(at, expected, made)
  }
  if (!isFields(expected)) return mismatch(at, expected, made)
  const named = (name: unknown) => made.find((one) => isFields(one) && one["name"] === name)
  return Object.entries(expected).flatMap(([what, one]) =>
    what === "names"
      ? differing(
          `${at} names`,
          one,
          made.map((one) => fieldIn(one, "name"))
        )
      : tool(`${at} ${what}`, one, named(fieldIn(one, "name")))
  )
}

// the body and status of the answer there, and its data for a model here
const invoked: Compare = (at, expected, actual) => {
  if (!Array.isArray(expected)) return differing(at, expected, actual)
  const body: unknown = expected[0]
  return [
    ...differing(`${at} data`, isFields(body) && "data" in body ? body["data"] : body, fieldIn(actual, "data")),
    ...differing(`${at} meta`, fieldIn(body, "meta"), fieldIn(actual, "meta"))
  ]
}

// where the server says nothing, the message is the real client's own word
const result: Compare = (at, expected, actual) => {
  if (!isFields(expected) || expected["message"] !== "success") return differing(at, expected, actual)
  const { message: _, ...rest } = expected
  return differing(at, rest, actual)
}

const headers: Compare = (at, expected, actual) => differing(at, headersOf(expected), headersOf(actual))

// what is known of an error is compared where the vector knows it; how it was found out is not
const errorInfo: Compare = (at, expected, actual) => {
  if (!isFields(expected)) return differing(at, expected, actual)
  const { shape: _, ...rest } = expected
  return differing(at, rest, actual)
}

const comparisons: Readonly<Record<string, Compare>> = {
  modules,
  actions,
  parameters,
  validate,
  tools,
  tool_invoke: invoked,
  configure: result,
  select: result,
  remove: result,
  result_headers: headers,
  caller_headers_after: headers,
  get_error: errorInfo
}

// any data is taken here, where the real client wants an object, a list or a file
const takesAnyData = new Set(["run", "fluent_run", "next", "next_keep", "prev"])

const answers = new Set(["execute", "fluent_execute"])

// an odd row or property is skipped, where the rest can be used
const readsDiscovery = new Set(["actions", "parameters"])

const isPage = (value: unknown): boolean => isFields(value) && "$response" in value

// an answer that is not as the real client wants it, and serves well enough here
const isAccepted = (op: string, kind: string | undefined, value: unknown): boolean => {
  if (kind === "response_shape") return takesAnyData.has(op) && isPage(value)
  // a failure is one whatever its body is
  if (kind === "invalid_json") return answers.has(op) && Array.isArray(value) && Number(value[1]) >= 300
  return kind === "connector_init_other" && readsDiscovery.has(op) && Array.isArray(value) && value.length > 0
}

/** How a step did not end as expected. */
export const outcomeMismatches = (at: string, expected: Outcome, ended: Ended): Mismatches => {
  if (ended._tag === "Odd") return [`${at}: ${ended.why}`]
  if (expected.raises !== undefined) {
    if (ended._tag === "Raised") return errorMismatches(at, expected.raises, ended.error)
    return isAccepted(expected.op, expected.raises.kind, ended.value) ? [] : mismatch(at, expected.raises, ended.value)
  }
  if (!("returns" in expected)) return [`${at}: the outcome says nothing`]
  if (ended._tag === "Raised") {
    return [`${at}: expected ${shown(expected.returns)}, failed with ${ended.error._tag}: ${ended.error.message}`]
  }
  const compare = comparisons[expected.op] ?? differing
  return compare(at, expected.returns, ended.value)
}
