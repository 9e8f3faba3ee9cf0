import * as Schema from "effect/Schema"
import { issueOf } from "./jobScript.js"
import { Headers, Json, JsonObject, maybe, Millis, Text } from "../schema/parts.js"

const state = {
  status: Text,
  progress: maybe(Json),
  result: maybe(Json),
  error: maybe(Json),
  message: maybe(Schema.String)
}

const Polls = Schema.Array(Schema.Union(Text, Schema.Number, Schema.Struct(state))).pipe(
  Schema.filter((marks) => {
    const issue = issueOf(marks)
    return issue === undefined || { path: marks.length === 0 ? [] : [issue.index], message: issue.reason }
  })
)

const plan = {
  takesMillis: maybe(Millis),
  queuedMillis: maybe(Millis),
  progress: maybe(Schema.Boolean),
  fails: maybe(
    Schema.Struct({
      status: maybe(Schema.Int.pipe(Schema.between(400, 599))),
      code: maybe(Text),
      message: Schema.String
    })
  ),
  stays: maybe(Text),
  cancelled: maybe(Schema.Boolean),
  atOnce: maybe(Schema.Boolean),
  alwaysJob: maybe(Schema.Boolean),
  steps: maybe(Schema.Array(Schema.Struct({ atMillis: Millis, ...state }))),
  polls: maybe(Polls)
}

const Action = Schema.Struct({
  slug: Text,
  name: maybe(Schema.String),
  inputs: maybe(Schema.Array(JsonObject)),
  outputs: maybe(Schema.Array(JsonObject)),
  result: maybe(Json),
  echo: maybe(Schema.Boolean),
  fields: maybe(JsonObject),
  ...plan
})

const Trigger = Schema.Struct({
  slug: Text,
  name: maybe(Schema.String),
  inputs: maybe(Schema.Array(JsonObject)),
  refuses: maybe(Schema.Boolean),
  fields: maybe(JsonObject)
})

const HttpAnswer = Schema.Struct({
  method: Schema.Literal("get", "post", "patch", "put", "delete"),
  path: Schema.String,
  status: maybe(Schema.Int.pipe(Schema.between(200, 599))),
  headers: maybe(Headers),
  body: maybe(Json)
})

const Connection = Schema.Struct({
  slug: Text,
  kind: maybe(Schema.Literal("actions", "http", "file", "sql")),
  displayName: maybe(Schema.String),
  active: maybe(Schema.Boolean),
  authorized: maybe(Schema.Boolean),
  relayId: maybe(Text),
  templateId: maybe(Text),
  actions: maybe(Schema.Array(Action)),
  triggers: maybe(Schema.Array(Trigger)),
  files: maybe(Schema.Record({ key: Text, value: Schema.String })),
  tables: maybe(Schema.Record({ key: Text, value: Schema.Array(JsonObject) })),
  answers: maybe(Schema.Array(HttpAnswer)),
  baseUrl: maybe(Text),
  plans: maybe(Schema.Record({ key: Text, value: Schema.Struct(plan) })),
  fields: maybe(JsonObject)
})

/** The fields of a world file that belong to the Connections platform. @internal */
export const connectionsWorldFields = {
  connections: Schema.Array(Connection),
  auth: maybe(
    Schema.Struct({
      serviceTokens: maybe(Schema.Array(Text)),
      sessions: maybe(Schema.Array(Schema.Struct({ cookie: Text, csrfToken: Text })))
    })
  ),
  catalog: maybe(Schema.Array(JsonObject)),
  syncLimitMillis: maybe(Millis),
  admin: maybe(Schema.Boolean),
  jobIds: maybe(Schema.Literal("text", "number"))
}
