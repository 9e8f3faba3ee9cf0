import type { Issue } from "@effect-connectors/core/InvalidRequest"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { BosaWork, ConnectionOperation, ConnectionWork, type Work } from "../../Work.js"

const strict = { errors: "all", onExcessProperty: "error" } as const

const connectionWork = Schema.decodeUnknown(ConnectionWork, strict)
const bosaWork = Schema.decodeUnknown(BosaWork, strict)

const operations: OptionNames.OptionNames = new Set<string>(ConnectionOperation.literals)

const connectionNames: OptionNames.OptionNames = new Set(Object.keys(ConnectionWork.fields))
const bosaNames: OptionNames.OptionNames = new Set(Object.keys(BosaWork.fields))

const optionNames = OptionNames.make<NonNullable<ConnectionWork["options"]>>({
  async: true,
  timeoutMs: true,
  execution: true
})

const platforms = 'give "connections" or "bosa"'

const text = "is not a text of 1 to 512 characters"
const object = "is not an object"

interface Words {
  readonly message: string
  readonly fix: string
}

// the schema's own words hold the whole type, and the value, which may be a secret
const words: Readonly<Record<string, Words>> = {
  operation: { message: "is not an operation", fix: "see ConnectionOperation" },
  action: { message: text, fix: "give the name of the saved action" },
  input: { message: object, fix: "give an object: the inputs of the action, or the parameters of the operation" },
  connection: { message: text, fix: "give the slug of the connection" },
  connector: { message: text, fix: "give the name of the connector" },
  options: { message: object, fix: "give an object, or leave it out" },
  "options.async": { message: "is not true or false", fix: "give one, or leave it out" },
  "options.timeoutMs": { message: "is not a number above 0", fix: "give milliseconds, or leave it out" },
  "options.execution": { message: object, fix: "give an object, or leave it out" }
}

const nearestIn = (names: OptionNames.OptionNames, given: unknown): string => {
  const near = typeof given === "string" ? OptionNames.nearestTo(names, given) : undefined
  return near === undefined
    ? `the names are ${Array.from(names, (name) => `"${name}"`).join(", ")}`
    : `the nearest is "${near}"`
}

/** What is wrong at one place, said once: a schema says it for each member of a union. */
const issueAt = (
  names: OptionNames.OptionNames,
  given: object,
  { _tag, path }: ParseResult.ArrayFormatterIssue
): Issue => {
  const parts = path.map(String)
  const at = ["work", ...parts]
  const known = words[parts.join(".")]
  if (_tag === "Unexpected") {
    const name = parts[parts.length - 1]
    return { path: at, message: "is not a field", fix: nearestIn(parts[0] === "options" ? optionNames : names, name) }
  }
  if (known === undefined) return { path: at, message: "is not what it has to be" }
  const operation = parts[0] === "operation" && Predicate.hasProperty(given, "operation") ? given.operation : undefined
  return {
    path: at,
    message: _tag === "Missing" ? "is missing" : known.message,
    fix: typeof operation === "string" ? nearestIn(operations, operation) : known.fix
  }
}

const issuesOf = (
  names: OptionNames.OptionNames,
  given: object,
  error: ParseResult.ParseError
): ReadonlyArray<Issue> => {
  const issues = new Map<string, Issue>()
  for (const found of ParseResult.ArrayFormatter.formatErrorSync(error)) {
    const place = found.path.join(".")
    if (!issues.has(place)) issues.set(place, issueAt(names, given, found))
  }
  // an object with a wrong field is one all the same
  const isOuter = (place: string) => Array.from(issues.keys()).some((other) => other.startsWith(`${place}.`))
  return Array.from(issues).flatMap(([place, issue]) => (isOuter(place) ? [] : [issue]))
}

/**
 * Reads work as its platform has it: a mistake in one of the two kinds is not one in the other.
 *
 * @internal
 */
export const decodeWork = (given: unknown): Effect.Effect<Work, ReadonlyArray<Issue>> => {
  const one = (issue: Issue) => Effect.fail([issue])
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return one({
      path: ["work"],
      message: 'expected an object with platform "connections" or "bosa"',
      fix: "give the work as data: see Work"
    })
  }
  const platform = Predicate.hasProperty(given, "platform") ? given.platform : undefined
  switch (platform) {
    case "connections":
      return Effect.mapError(connectionWork(given), (error) => issuesOf(connectionNames, given, error))
    case "bosa":
      return Effect.mapError(bosaWork(given), (error) => issuesOf(bosaNames, given, error))
    case undefined:
      return one({ path: ["work", "platform"], message: "is missing", fix: platforms })
    default:
      return one({ path: ["work", "platform"], message: 'is neither "connections" nor "bosa"', fix: platforms })
  }
}
