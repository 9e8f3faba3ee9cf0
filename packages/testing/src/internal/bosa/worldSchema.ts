import * as Encoding from "effect/Encoding"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Headers, Json, JsonObject, maybe, Millis, Text } from "../schema/parts.js"

const Path = Schema.String.pipe(Schema.pattern(/^\/[^\s?#]*$/, { message: () => "expected a path that begins with /" }))

const Count = Schema.Int.pipe(Schema.positive())

const failure = {
  status: Schema.Int.pipe(Schema.between(400, 599)),
  code: maybe(Text),
  message: maybe(Schema.String),
  retryable: maybe(Schema.Boolean),
  retryAfterSeconds: maybe(Schema.NonNegative),
  details: maybe(JsonObject),
  headers: maybe(Headers)
}

const File = Schema.Struct({
  filename: maybe(Schema.String),
  contentType: maybe(Schema.String),
  text: maybe(Schema.String),
  base64: maybe(
    Schema.String.pipe(
      Schema.filter((text) => Either.isRight(Encoding.decodeBase64(text)) || "expected bytes written in base64")
    )
  ),
  headers: maybe(Headers)
})

const Pages = Schema.Struct({
  items: Schema.Array(Json),
  by: maybe(Schema.Literal("page", "cursor")),
  perPage: maybe(Count),
  stuck: maybe(Schema.Boolean)
})

const Action = Schema.Struct({
  name: Text,
  path: maybe(Path),
  docstring: maybe(Schema.String),
  properties: maybe(JsonObject),
  required: maybe(Schema.Array(Text)),
  schema: maybe(JsonObject),
  fields: maybe(JsonObject),
  value: maybe(Json),
  meta: maybe(JsonObject),
  echo: maybe(Schema.Boolean),
  pages: maybe(Pages),
  file: maybe(File),
  upload: maybe(Schema.Boolean),
  error: maybe(Schema.Struct(failure)),
  flaky: maybe(Schema.Struct({ ...failure, times: Schema.NonNegativeInt, commits: maybe(Schema.Boolean) })),
  needsIntegration: maybe(Schema.Boolean),
  takesMillis: maybe(Millis)
})

const Connector = Schema.Struct({
  name: Text,
  actions: maybe(Schema.Array(Action)),
  auth: maybe(Schema.Literal("oauth", "custom")),
  configuration: maybe(Schema.Array(Text)),
  rows: maybe(JsonObject)
})

const User = Schema.Struct({
  identifier: Schema.String,
  secret: maybe(Text),
  token: maybe(Text),
  accounts: maybe(Schema.Record({ key: Text, value: Schema.Array(Text) }))
})

const Client = Schema.Struct({ name: Text, apiKey: Text, users: maybe(Schema.Array(User)) })

const Skill = Schema.Struct({
  name: Schema.String,
  sourceType: Schema.String,
  description: maybe(Schema.String),
  text: maybe(Schema.String),
  files: maybe(Schema.Record({ key: Text, value: Schema.String })),
  contentSha256: maybe(Schema.String),
  pending: maybe(Schema.Boolean),
  fields: maybe(JsonObject)
})

const Items = maybe(Schema.Array(JsonObject))

/** @internal */
export const BosaWorldData = Schema.Struct({
  connectors: maybe(Schema.Array(Connector)),
  clients: maybe(Schema.Array(Client)),
  catalog: maybe(Schema.Struct({ tools: Items, mcps: Items, skills: Items })),
  skills: maybe(Schema.Array(Skill)),
  tokenTtlMillis: maybe(Millis),
  createClientPath: maybe(Path)
})
