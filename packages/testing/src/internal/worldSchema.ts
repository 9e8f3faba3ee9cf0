import * as Schema from "effect/Schema"
import type { Json, JsonObject } from "../Executor.js"

/** The data of a world, as a world file holds it: everything but functions. */
const Json: Schema.Schema<Json> = Schema.suspend(() =>
  Schema.Union(
    Schema.Null,
    Schema.Boolean,
    Schema.Number,
    Schema.String,
    Schema.Array(Json),
    Schema.Record({ key: Schema.String, value: Json })
  )
).annotations({ identifier: "Json" })

const JsonObject: Schema.Schema<JsonObject> = Schema.Record({ key: Schema.String, value: Json })

const opt = Schema.optionalWith
const Text = Schema.NonEmptyString
const Millis = Schema.Number.pipe(
  Schema.filter((n) => (Number.isFinite(n) && n >= 0) || "expected milliseconds, 0 or more")
)
const exact = { exact: true } as const

const Step = Schema.Struct({
  atMillis: Millis,
  status: Text,
  progress: opt(Json, exact),
  result: opt(Json, exact),
  error: opt(Json, exact),
  message: opt(Schema.String, exact)
})

const plan = {
  takesMillis: opt(Millis, exact),
  queuedMillis: opt(Millis, exact),
  progress: opt(Schema.Boolean, exact),
  fails: opt(
    Schema.Struct({
      status: opt(Schema.Int.pipe(Schema.between(400, 599)), exact),
      code: opt(Text, exact),
      message: Schema.String
    }),
    exact
  ),
  stays: opt(Text, exact),
  cancelled: opt(Schema.Boolean, exact),
  atOnce: opt(Schema.Boolean, exact),
  alwaysJob: opt(Schema.Boolean, exact),
  steps: opt(Schema.Array(Step), exact)
}

const Action = Schema.Struct({
  slug: Text,
  name: opt(Schema.String, exact),
  inputs: opt(Schema.Array(JsonObject), exact),
  outputs: opt(Schema.Array(JsonObject), exact),
  result: opt(Json, exact),
  echo: opt(Schema.Boolean, exact),
  fields: opt(JsonObject, exact),
  ...plan
})

const Trigger = Schema.Struct({
  slug: Text,
  name: opt(Schema.String, exact),
  inputs: opt(Schema.Array(JsonObject), exact),
  refuses: opt(Schema.Boolean, exact),
  fields: opt(JsonObject, exact)
})

const HttpAnswer = Schema.Struct({
  method: Schema.Literal("get", "post", "patch", "put", "delete"),
  path: Schema.String,
  status: opt(Schema.Int.pipe(Schema.between(200, 599)), exact),
  headers: opt(Schema.Record({ key: Schema.String, value: Schema.String }), exact),
  body: opt(Json, exact)
})

const Connection = Schema.Struct({
  slug: Text,
  kind: opt(Schema.Literal("actions", "http", "file", "sql"), exact),
  displayName: opt(Schema.String, exact),
  active: opt(Schema.Boolean, exact),
  authorized: opt(Schema.Boolean, exact),
  relayId: opt(Text, exact),
  templateId: opt(Text, exact),
  actions: opt(Schema.Array(Action), exact),
  triggers: opt(Schema.Array(Trigger), exact),
  files: opt(Schema.Record({ key: Text, value: Schema.String }), exact),
  tables: opt(Schema.Record({ key: Text, value: Schema.Array(JsonObject) }), exact),
  answers: opt(Schema.Array(HttpAnswer), exact),
  baseUrl: opt(Text, exact),
  plans: opt(Schema.Record({ key: Text, value: Schema.Struct(plan) }), exact),
  fields: opt(JsonObject, exact)
})

/** @internal */
export const WorldData = Schema.Struct({
  connections: Schema.Array(Connection),
  auth: opt(
    Schema.Struct({
      serviceTokens: opt(Schema.Array(Text), exact),
      sessions: opt(Schema.Array(Schema.Struct({ cookie: Text, csrfToken: Text })), exact)
    }),
    exact
  ),
  catalogue: opt(Schema.Array(JsonObject), exact),
  syncLimitMillis: opt(Millis, exact),
  admin: opt(Schema.Boolean, exact),
  jobIds: opt(Schema.Literal("text", "number"), exact)
})
