import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

const Texts = Schema.Record({ key: Schema.String, value: Schema.String })

const Config = Schema.Struct({
  serviceToken: Schema.optional(Schema.String),
  csrfToken: Schema.optional(Schema.String),
  cookie: Schema.optional(Schema.String),
  extraHeaders: Schema.optional(Texts),
  baseUrlSuffix: Schema.optional(Schema.String)
})

const Response = Schema.Struct({
  status: Schema.optional(Schema.Number),
  headers: Schema.optional(Texts),
  json: Schema.optional(Schema.Unknown),
  text: Schema.optional(Schema.String),
  /** Closes the connection after the request was read. */
  drop: Schema.optional(Schema.Unknown)
})

const Rule = Schema.Struct({
  method: Schema.optional(Schema.String),
  path: Schema.optional(Schema.String),
  responses: Schema.NonEmptyArray(Response)
})

const Request = Schema.Struct({
  method: Schema.String,
  path: Schema.String,
  query: Schema.optional(Schema.Array(Schema.Tuple(Schema.String, Schema.String))),
  headers: Schema.optional(Texts),
  absent_headers: Schema.optional(Schema.Array(Schema.String)),
  body_json: Schema.optional(Schema.Unknown)
})

const Outcome = Schema.Struct({
  json: Schema.optional(Schema.Unknown),
  completed: Schema.optional(Schema.Unknown),
  accepted: Schema.optional(Schema.String),
  state: Schema.optional(Schema.String),
  word: Schema.optional(Schema.String),
  progress: Schema.optional(Schema.Number),
  result: Schema.optional(Schema.Unknown),
  fails: Schema.optional(Schema.String),
  status: Schema.optional(Schema.Number),
  body: Schema.optional(Schema.Unknown),
  other_requests: Schema.optional(Schema.Number)
})

const Vector = Schema.Struct({
  id: Schema.String,
  group: Schema.optional(Schema.String),
  text: Schema.optional(Schema.String),
  call: Schema.Struct({
    op: Schema.String,
    args: Schema.optional(Schema.Unknown),
    config: Schema.optional(Config),
    retry: Schema.optional(Schema.Literal("default"))
  }),
  server_script: Schema.Array(Rule),
  requests: Schema.Array(Request),
  outcome: Outcome
})

export type Vector = typeof Vector.Type
export type Config = typeof Config.Type
export type Response = typeof Response.Type
export type Rule = typeof Rule.Type
export type Request = typeof Request.Type
export type Outcome = typeof Outcome.Type

const File = Schema.parseJson(
  Schema.Struct({ format: Schema.Literal(1), vectors: Schema.NonEmptyArray(Schema.Unknown) })
)

// what the replay does not know it must not pass over: an expectation nobody checks is not a test
const strict = { onExcessProperty: "error", errors: "all" } as const
const decodeVector = Schema.decodeUnknownEither(Vector, strict)
const decodeFile = Schema.decodeUnknownEither(File)

/** A vector, or why it is none. */
export interface Loaded {
  readonly id: string
  readonly vector: Either.Either<Vector, string>
}

const explained = Either.mapLeft(ParseResult.TreeFormatter.formatErrorSync)

const idOf = (given: unknown, index: number): string =>
  typeof given === "object" && given !== null && "id" in given && typeof given.id === "string" ? given.id : `#${index}`

export const decode = (given: unknown): Either.Either<Vector, string> => explained(decodeVector(given))

const own = fileURLToPath(new URL("./connections-vectors.json", import.meta.url))

/** The file that is replayed: ours, or the one that `CONNECTIONS_VECTORS` names. */
export const path = process.env["CONNECTIONS_VECTORS"] ? resolve(process.env["CONNECTIONS_VECTORS"]) : own

/** Every vector of a file; throws when the file as a whole is not of the format. */
export const load = (file: string): ReadonlyArray<Loaded> => {
  const read = explained(decodeFile(readFileSync(file, "utf8")))
  if (Either.isLeft(read)) throw new Error(`${file} is not a file of vectors\n${read.left}`)
  return read.right.vectors.map((given, index) => ({ id: idOf(given, index), vector: decode(given) }))
}

export const loadOwn = (): ReadonlyArray<Loaded> => load(own)
