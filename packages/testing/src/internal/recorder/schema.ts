import * as Schema from "effect/Schema"
import type { Json as JsonValue } from "../../Executor.js"
import type { Recording } from "../../Recording.js"
import { Headers, maybe, Text } from "../schema/parts.js"

const isJson = (u: unknown): u is JsonValue =>
  u === null ||
  ["string", "number", "bigint", "boolean"].includes(typeof u) ||
  (typeof u === "object" && Object.values(u).every(isJson))

// declared, so that the value is kept: a schema that rebuilds it may lose a key or the order
const Json = Schema.declare(isJson, { identifier: "Json" })

const Base64 = Schema.String.pipe(
  Schema.filter((text) => Buffer.from(text, "base64").toString("base64") === text || "expected bytes written in base64")
)

const Content = Schema.Union(
  Schema.Struct({ json: Json }),
  Schema.Struct({ text: Schema.String }),
  Schema.Struct({ base64: Base64 })
)

const Unrecorded = Schema.Struct({ unrecorded: Schema.Literal("too large", "not read to its end") })

const Evidence = Schema.Struct({
  sent: Schema.Boolean,
  phase: Schema.Literal("connect", "request", "response", "body"),
  code: Text,
  permanent: Schema.Boolean,
  timedOut: Schema.Boolean,
  status: Schema.optional(Schema.Int),
  detail: Schema.optional(Schema.String)
})

const Failure = Schema.Struct({
  reason: Schema.Literal("Transport", "Encode", "InvalidUrl", "StatusCode", "Decode", "EmptyBody"),
  evidence: maybe(Evidence),
  code: maybe(Text),
  syscall: maybe(Text),
  name: maybe(Text)
})

const Ending = Schema.Union(
  Schema.TaggedStruct("Cut", { failure: Failure }),
  Schema.TaggedStruct("Left", {}),
  Schema.TaggedStruct("TooLarge", {}),
  Schema.TaggedStruct("Truncated", {})
)

const Status = Schema.Int.pipe(Schema.between(200, 599))

const Outcome = Schema.Union(
  Schema.TaggedStruct("Answer", {
    status: Status,
    headers: Headers,
    setCookies: maybe(Schema.Array(Schema.String)),
    body: maybe(Content),
    ending: maybe(Ending)
  }),
  Schema.TaggedStruct("Lost", { failure: Failure, status: maybe(Status) }),
  Schema.TaggedStruct("Left", {})
)

const Exchange = Schema.Struct({
  at: Schema.NonNegative,
  took: Schema.NonNegative,
  request: Schema.Struct({
    method: Text,
    origin: Text,
    path: Schema.String,
    query: Schema.Array(Schema.Tuple(Schema.String, Schema.String)),
    headers: Headers,
    body: maybe(Schema.Union(...Content.members, Unrecorded))
  }),
  outcome: Outcome
})

/** The `format` field of a recording file. @internal */
export const format = "effect-connectors/recording"

/** @internal */
export const RecordingData: Schema.Schema<Recording> = Schema.Struct({
  format: Schema.Literal(format),
  version: Schema.Literal(1),
  salt: Schema.String.pipe(Schema.pattern(/^[0-9a-f]{32}$/, { message: () => "expected 32 hexadecimal digits" })),
  startedAt: Schema.NonNegative,
  exchanges: Schema.Array(Exchange)
})
