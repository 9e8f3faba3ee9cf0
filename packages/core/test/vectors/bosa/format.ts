import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { Dialect } from "@effect-connectors/core/Dialect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const Texts = Schema.Record({ key: Schema.String, value: Schema.String })

const Response = Schema.Struct({
  status: Schema.optional(Schema.Number),
  /** Null: the header is absent, even if it would be sent by itself. */
  headers: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.NullOr(Schema.String) })),
  json: Schema.optional(Schema.Unknown),
  text: Schema.optional(Schema.String),
  base64: Schema.optional(Schema.String),
  /** Closes the connection without an answer. */
  drop: Schema.optional(Schema.Boolean),
  /** In seconds. */
  delay: Schema.optional(Schema.Number)
}).annotations({ identifier: "Response" })

const Rule = Schema.Struct({
  method: Schema.optional(Schema.String),
  path: Schema.optional(Schema.String),
  responses: Schema.NonEmptyArray(Response)
}).annotations({ identifier: "Rule" })

const Script = Schema.Array(Rule)

const Part = Schema.Struct({
  headers: Texts,
  text: Schema.optional(Schema.String),
  base64: Schema.optional(Schema.String)
}).annotations({ identifier: "Part" })

const Request = Schema.Struct({
  method: Schema.String,
  path: Schema.String,
  query: Schema.optional(Schema.Array(Schema.Tuple(Schema.String, Schema.String))),
  raw_query: Schema.optional(Schema.String),
  server: Schema.optional(Schema.Literal("other")),
  headers: Schema.optional(Texts),
  body_json: Schema.optional(Schema.Unknown),
  body_text: Schema.optional(Schema.String),
  multipart: Schema.optional(Schema.Array(Part))
}).annotations({ identifier: "Request" })

/** What else an observation says of an exception belongs to the language it was made in. */
const Raised = Schema.Struct(
  {
    kind: Schema.optional(Schema.String),
    /** Ours, in deliberate differences: the tag itself. */
    tag: Schema.optional(Schema.String),
    fields: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
    at: Schema.optional(Schema.Array(Schema.String)),
    mentions: Schema.optional(Schema.Array(Schema.String)),
    status_code: Schema.optional(Schema.Number),
    api_code: Schema.optional(Schema.String),
    request_id: Schema.optional(Schema.String),
    key: Schema.optional(Schema.String),
    missing_key: Schema.optional(Schema.String)
  },
  { key: Schema.String, value: Schema.Unknown }
).annotations({ identifier: "Raised" })

const Step = Schema.Struct({
  op: Schema.String,
  args: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
}).annotations({ identifier: "Step" })

const Outcome = Schema.Struct({
  op: Schema.String,
  returns: Schema.optional(Schema.Unknown),
  raises: Schema.optional(Raised)
}).annotations({ identifier: "Outcome" })

const version = Schema.String.pipe(Schema.pattern(/^(?:0\.1\.|0\.3\.|gl-)/))

const Vector = Schema.Struct({
  id: Schema.String,
  group: Schema.optional(Schema.String),
  text: Schema.optional(Schema.String),
  client_version: Schema.NonEmptyArray(version),
  call: Schema.NonEmptyArray(Step),
  server_script: Script,
  other_server_script: Schema.optional(Script),
  requests: Schema.Array(Request),
  outcome: Schema.NonEmptyArray(Outcome),
  waits_s: Schema.optional(Schema.Array(Schema.Tuple(Schema.Number, Schema.Number))),
  /** As the real client was measured on a busy machine: `waits_s` are its bounds. */
  measured_gaps_s: Schema.optional(Schema.Unknown)
}).annotations({ identifier: "Vector" })

export type Vector = typeof Vector.Type
export type Response = typeof Response.Type
export type Rule = typeof Rule.Type
export type Request = typeof Request.Type
export type Raised = typeof Raised.Type
export type Step = typeof Step.Type
export type Outcome = typeof Outcome.Type

const File = Schema.parseJson(
  Schema.Struct({
    format: Schema.Literal(1),
    fixtures: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
    vectors: Schema.NonEmptyArray(Schema.Unknown)
  })
)

type Fixtures = Readonly<Record<string, unknown>>

// what the replay does not know it must not pass over: an expectation nobody checks is not a test
const decodeVector = Schema.decodeUnknownEither(Vector, { onExcessProperty: "error", errors: "all" })
const decodeFile = Schema.decodeUnknownEither(File)

const explained = Either.mapLeft(ParseResult.TreeFormatter.formatErrorSync)

const isObject = (u: unknown): u is Readonly<Record<string, unknown>> => Predicate.isRecord(u) && !Array.isArray(u)

class NoFixture extends Error {}

/** `{ "$fixture": name }` stands for that entry, and in a script `{ "fixture": name }` for its rules. */
const withFixtures = (given: unknown, fixtures: Fixtures): unknown => {
  const named = (name: unknown): unknown => {
    if (typeof name !== "string" || !Object.hasOwn(fixtures, name)) throw new NoFixture(`no fixture ${String(name)}`)
    return filled(fixtures[name])
  }
  const isOnly = (value: Readonly<Record<string, unknown>>, name: string) =>
    Object.hasOwn(value, name) && Object.keys(value).length === 1
  const filled = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.flatMap((item: unknown) => {
        const rules = isObject(item) && isOnly(item, "fixture") ? named(item["fixture"]) : filled(item)
        return isObject(item) && isOnly(item, "fixture") && Array.isArray(rules) ? rules : [rules]
      })
    }
    if (!isObject(value)) return value
    return isOnly(value, "$fixture")
      ? named(value["$fixture"])
      : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner)]))
  }
  return filled(given)
}

/** A vector, or why it is none. */
export interface Loaded {
  readonly id: string
  readonly vector: Either.Either<Vector, string>
}

const idOf = (given: unknown, index: number): string =>
  isObject(given) && typeof given["id"] === "string" ? given["id"] : `#${index}`

export const decode = (given: unknown, fixtures: Fixtures = {}): Either.Either<Vector, string> => {
  try {
    return explained(decodeVector(withFixtures(given, fixtures)))
  } catch (error) {
    if (error instanceof NoFixture) return Either.left(error.message)
    throw error
  }
}

/** Our name of the client that was observed. */
export const dialectOf = (version: string): Dialect =>
  version.startsWith("gl-") ? "gl" : version.startsWith("0.1.") ? "bosa" : "bosa-0.3"

const own = fileURLToPath(new URL("../bosa-vectors.json", import.meta.url))

/** The file that is replayed: ours, or the one that `BOSA_VECTORS` names. */
export const path = process.env["BOSA_VECTORS"] ? resolve(process.env["BOSA_VECTORS"]) : own

/** Every vector of a file; throws when the file as a whole is not of the format. */
export const load = (file: string): ReadonlyArray<Loaded> => {
  const read = explained(decodeFile(readFileSync(file, "utf8")))
  if (Either.isLeft(read)) throw new Error(`${file} is not a file of vectors\n${read.left}`)
  const { fixtures = {}, vectors } = read.right
  return vectors.map((given, index) => ({ id: idOf(given, index), vector: decode(given, fixtures) }))
}

export const loadOwn = (): ReadonlyArray<Loaded> => load(own)
