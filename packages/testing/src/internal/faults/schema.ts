import * as Operation from "@effect-connectors/core/Operation"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Plan } from "../../Faults.js"
import { type Issue, issuesOf } from "../schema/issues.js"
import { Headers, Json, maybe, Millis } from "../schema/parts.js"
import { allKinds } from "./kinds.js"

const operations = [...Operation.connections, ...Operation.bosa, "oauth.authorize"]

// any text by its type, so that an error's `operation` fits; a name that no operation has is refused
const OperationName = Schema.String.pipe(
  Schema.filter((name): boolean => Operation.isOperationName(name) || name === "oauth.authorize", {
    jsonSchema: { enum: operations },
    message: () => ({ message: "expected the name of an operation, such as actions.execute", override: true })
  })
)

const isPattern = (source: string): boolean => {
  try {
    new RegExp(source)
    return true
  } catch {
    return false
  }
}

const Pattern = Schema.String.pipe(
  Schema.filter((source) => isPattern(source) || "expected the source of a regular expression", {
    jsonSchema: { format: "regex" }
  })
)

const Count = Schema.Int.pipe(Schema.positive())

const Matcher = Schema.Struct({
  method: maybe(Schema.String),
  path: maybe(Schema.String),
  pattern: maybe(Pattern),
  operation: maybe(OperationName),
  connection: maybe(Schema.String),
  connector: maybe(Schema.String),
  action: maybe(Schema.String),
  from: maybe(Count)
})

const timing = { delayMillis: maybe(Millis), skewMillis: maybe(Schema.Number.pipe(Schema.finite())) }
const commit = maybe(Schema.Boolean)
const Status = Schema.Int.pipe(Schema.between(200, 599))

const Fault = Schema.Union(
  Schema.TaggedStruct("Answer", {
    status: maybe(Status),
    headers: maybe(Headers),
    json: maybe(Json),
    text: maybe(Schema.String),
    commit,
    ...timing
  }),
  Schema.TaggedStruct("RateLimited", {
    retryAfterMillis: maybe(Millis),
    hint: maybe(Schema.Literal("seconds", "date", "millis", "recovery")),
    ...timing
  }),
  Schema.TaggedStruct("Reset", { commit, ...timing }),
  Schema.TaggedStruct("Refused", timing),
  Schema.TaggedStruct("Hang", { commit, ...timing }),
  Schema.TaggedStruct("CutBody", { commit, status: maybe(Status), json: maybe(Json), ...timing }),
  Schema.TaggedStruct("SlowBody", { bytes: Count, everyMillis: Millis, ...timing }),
  Schema.TaggedStruct("StaleRead", { changes: maybe(Count), ...timing }),
  Schema.TaggedStruct("Duplicate", timing),
  Schema.TaggedStruct("Pass", timing)
)

const Kind = Schema.Literal(...allKinds)

/** A sum of rates may exceed 1 by a rounding error. */
const rounding = 1e-9

const Rates = Schema.Record({ key: Kind, value: Schema.Number.pipe(Schema.between(0, 1)) }).pipe(
  Schema.partialWith({ exact: true }),
  Schema.filter(
    (rates) =>
      Object.values(rates).reduce((sum, rate) => sum + rate, 0) <= 1 + rounding ||
      "expected rates of 1 or less together"
  )
)

const matcher = maybe(Matcher)

const Rule = Schema.Union(
  Schema.TaggedStruct("Next", { matcher, faults: Schema.Array(Fault) }),
  Schema.TaggedStruct("Always", { matcher, fault: Fault }),
  Schema.TaggedStruct("Seeded", { matcher, seed: Schema.Int, rates: Rates })
)

/** A plan as a file holds it. @internal */
export const PlanData = Schema.Struct({ rules: Schema.Array(Rule) })

const strict = { errors: "all", onExcessProperty: "error" } as const

/** @internal */
export const decode = Schema.decodeUnknown(PlanData, strict)

const validate = Schema.validateEither(PlanData, strict)

/** Checks a plan that a program made: the types allow some invalid values. @internal */
export const check = (plan: Plan): { readonly plan?: Plan; readonly issues: ReadonlyArray<Issue> } =>
  Either.match(validate(plan), {
    onLeft: (error) => ({ issues: issuesOf(error) }),
    onRight: (plan) => ({ plan, issues: [] })
  })
