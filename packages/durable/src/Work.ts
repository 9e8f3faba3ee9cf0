/**
 * Work as data: what is to be done once, in a form that outlives the process that asked for it.
 *
 * @since 0.5.0
 */
import * as Schema from "effect/Schema"

const Fields = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const Name = Schema.String.pipe(Schema.minLength(1), Schema.maxLength(512))

/**
 * The operations of a connection that can be work: the names of the client's own methods.
 *
 * @since 0.5.0
 * @category schemas
 */
export const ConnectionOperation = Schema.Literal(
  "actions.execute",
  "http.get",
  "http.post",
  "http.put",
  "http.patch",
  "http.delete",
  "file.read",
  "file.upload",
  "file.append",
  "file.list",
  "file.rename",
  "file.move",
  "file.delete",
  "sql.query",
  "sql.select",
  "sql.insert",
  "sql.update",
  "sql.delete",
  "sql.execute"
)

/**
 * Work on a connection of Connections. Its value is what `jobs.result` gives for it.
 *
 * @since 0.5.0
 * @category schemas
 */
export const ConnectionWork = Schema.Struct({
  platform: Schema.Literal("connections"),
  connection: Name,
  operation: ConnectionOperation,
  /** The saved action; for `actions.execute`, and only there. */
  action: Schema.optional(Name),
  /** For `actions.execute` the values of its inputs; for the others the parameters of the operation. */
  input: Fields,
  options: Schema.optional(
    Schema.Struct({
      /** Ask the server to make it a job. Default true: a job is what can be followed. */
      async: Schema.optional(Schema.Boolean),
      /** The server's own limit for the work, in milliseconds. */
      timeoutMs: Schema.optional(Schema.Positive),
      execution: Schema.optional(Fields)
    })
  )
})

/**
 * Work on a connection of Connections.
 *
 * @since 0.5.0
 * @category models
 */
export type ConnectionWork = typeof ConnectionWork.Type

/**
 * An action of a BOSA connector. Its value is the whole body of the response, as `BosaApi.execute` gives it; a file has no form in
 * JSON, and its value is `null`.
 *
 * @since 0.5.0
 * @category schemas
 */
export const BosaWork = Schema.Struct({
  platform: Schema.Literal("bosa"),
  connector: Name,
  action: Name,
  input: Fields
})

/**
 * An action of a BOSA connector.
 *
 * @since 0.5.0
 * @category models
 */
export type BosaWork = typeof BosaWork.Type

/**
 * Work as data. It is kept in the database in clear: put no secrets in it.
 *
 * @since 0.5.0
 * @category schemas
 */
export const Work = Schema.Union(ConnectionWork, BosaWork)

/**
 * Work as data.
 *
 * @since 0.5.0
 * @category models
 */
export type Work = typeof Work.Type
