import type { ConnectionsApi } from "@effect-connectors/core"
import type * as ApiError from "@effect-connectors/core/ApiError"
import type * as ConnectionHandle from "@effect-connectors/core/ConnectionHandle"
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

type Called = Effect.Effect<unknown, ApiError.ApiError>
type Operation = (api: ConnectionsApi.Service, args: unknown) => Either.Either<Called, string>

const strict = { onExcessProperty: "error", errors: "all" } as const

const operation = <A, I>(
  args: Schema.Schema<A, I>,
  call: (api: ConnectionsApi.Service, args: A) => Called
): Operation => {
  const decode = Schema.decodeUnknownEither(args, strict)
  return (api, given) =>
    Either.mapBoth(decode(given ?? {}), {
      onLeft: ParseResult.TreeFormatter.formatErrorSync,
      onRight: (decoded) => call(api, decoded)
    })
}

const isObject = (u: unknown): u is Readonly<Record<string, unknown>> => Predicate.isRecord(u) && !Array.isArray(u)
const isActionBody = (u: unknown): u is ConnectionHandle.ActionBody =>
  isObject(u) && [u["input"], u["options"]].every((part) => part === undefined || isObject(part))

// what a vector sends besides the fields of a body is given as one who calls the library gives it
const withExtra = (body: ConnectionHandle.ActionBody | undefined): ConnectionHandle.ActionBody | undefined => {
  const others = Object.entries(body ?? {}).filter(([name]) => name !== "input" && name !== "options")
  if (body === undefined || others.length === 0) return body
  const { input, options } = body
  return { input, options, extra: Object.fromEntries(others) }
}

// declared and not described: a schema with fields would copy the body, and its bytes are read
const Parameters = Schema.declare(isObject)
const ActionBody = Schema.declare(isActionBody)

const text = Schema.String
const id = Schema.Union(Schema.String, Schema.Number)

const Options = Schema.Struct({
  async: Schema.optional(Schema.Boolean),
  timeoutMs: Schema.optional(Schema.Number),
  execution: Schema.optional(Parameters)
})

// a struct without fields would take any
const none = Parameters.pipe(
  Schema.filter((given) => {
    const [name] = Object.keys(given)
    return name === undefined || `there is no argument "${name}"`
  })
)
const slug = Schema.Struct({ slug: text })
const action = Schema.Struct({ slug: text, action: text })
const execute = Schema.Struct({ slug: text, body: Schema.optional(Parameters), options: Schema.optional(Options) })
const filter = Schema.Struct({
  relayId: Schema.optional(text),
  authorized: Schema.optional(Schema.Boolean),
  templateId: Schema.optional(text)
})
const accountSlug = Schema.optional(text)
const subscription = Schema.Struct({
  slug: text,
  trigger: text,
  targetUrl: text,
  service: Schema.optional(text),
  userId: Schema.optional(id),
  apiKey: Schema.optional(text),
  apiKeyHeader: Schema.optional(text),
  accountId: Schema.optional(id),
  account: Schema.optional(text),
  inputs: Schema.optional(Parameters),
  name: Schema.optional(text)
})

type Executes = (
  slug: string,
  parameters?: ConnectionHandle.Parameters,
  options?: ConnectionHandle.ExecuteOptions
) => Called

const typed = (pick: (api: ConnectionsApi.Service) => Executes): Operation =>
  operation(execute, (api, { body, options, slug }) => pick(api)(slug, body, options))

/** The vectors' operations as calls of this library. */
export const operations: Readonly<Record<string, Operation>> = {
  "jobs.get": operation(Schema.Struct({ id }), (api, { id }) => api.jobs.get(String(id))),
  "connections.list": operation(filter, (api, filter) => api.list(filter)),
  "connection.get": operation(slug, (api, { slug }) => api.get(slug)),
  "connection.authorize": operation(slug, (api, { slug }) => api.authorize(slug)),
  "connection.unauthorize": operation(slug, (api, { slug }) => api.unauthorize(slug)),
  "connection.setActive": operation(Schema.Struct({ slug: text, active: Schema.Boolean }), (api, { active, slug }) =>
    api.setActive(slug, active)
  ),
  "catalog.list": operation(none, (api) => api.catalog),
  "actions.list": operation(slug, (api, { slug }) => api.actions.list(slug)),
  "actions.get": operation(action, (api, { action, slug }) => api.actions.get(slug, action)),
  "actions.inputs": operation(action, (api, { action, slug }) => api.actions.inputs(slug, action)),
  "actions.outputs": operation(action, (api, { action, slug }) => api.actions.outputs(slug, action)),
  "actions.execute": operation(
    Schema.Struct({
      slug: text,
      action: text,
      body: Schema.optional(ActionBody),
      options: Schema.optional(Options)
    }),
    (api, { action, body, options, slug }) => api.actions.execute(slug, action, withExtra(body), options)
  ),
  "http.get": typed((api) => api.http.get),
  "http.post": typed((api) => api.http.post),
  "http.patch": typed((api) => api.http.patch),
  "http.put": typed((api) => api.http.put),
  "http.delete": typed((api) => api.http.delete),
  "file.read": typed((api) => api.file.read),
  "file.upload": typed((api) => api.file.upload),
  "file.append": typed((api) => api.file.append),
  "file.list": typed((api) => api.file.list),
  "file.rename": typed((api) => api.file.rename),
  "file.move": typed((api) => api.file.move),
  "file.delete": typed((api) => api.file.delete),
  "sql.query": typed((api) => api.sql.query),
  "sql.select": typed((api) => api.sql.select),
  "sql.insert": typed((api) => api.sql.insert),
  "sql.update": typed((api) => api.sql.update),
  "sql.delete": typed((api) => api.sql.delete),
  "sql.execute": typed((api) => api.sql.execute),
  "triggers.list": operation(Schema.Struct({ slug: text, accountSlug }), (api, { accountSlug, slug }) =>
    api.triggers.list(slug, { accountSlug })
  ),
  "triggers.get": operation(
    Schema.Struct({ slug: text, trigger: text, accountSlug }),
    (api, { accountSlug, slug, trigger }) => api.triggers.get(slug, trigger, { accountSlug })
  ),
  "triggers.subscribe": operation(subscription, (api, { slug, trigger, ...given }) =>
    api.triggers.subscribe(slug, trigger, given)
  ),
  "subscribers.remove": operation(Schema.Struct({ id }), (api, { id }) => api.subscribers.remove(id))
}
