import type * as Schema from "effect/Schema"

export declare const ConnectionOperation: Schema.Literal<
  [
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
  ]
>
export declare const ConnectionWork: Schema.Struct<{
  platform: Schema.Literal<["connections"]>
  connection: Schema.filter<Schema.filter<typeof Schema.String>>
  operation: Schema.Literal<
    [
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
    ]
  >
  action: Schema.optional<Schema.filter<Schema.filter<typeof Schema.String>>>
  input: Schema.Record$<typeof Schema.String, typeof Schema.Unknown>
  options: Schema.optional<
    Schema.Struct<{
      async: Schema.optional<typeof Schema.Boolean>
      timeoutMs: Schema.optional<typeof Schema.Positive>
      execution: Schema.optional<Schema.Record$<typeof Schema.String, typeof Schema.Unknown>>
    }>
  >
}>
export type ConnectionWork = typeof ConnectionWork.Type
export declare const BosaWork: Schema.Struct<{
  platform: Schema.Literal<["bosa"]>
  connector: Schema.filter<Schema.filter<typeof Schema.String>>
  action: Schema.filter<Schema.filter<typeof Schema.String>>
  input: Schema.Record$<typeof Schema.String, typeof Schema.Unknown>
}>
export type BosaWork = typeof BosaWork.Type
export declare const Work: Schema.Union<
  [
    Schema.Struct<{
      platform: Schema.Literal<["connections"]>
      connection: Schema.filter<Schema.filter<typeof Schema.String>>
      operation: Schema.Literal<
        [
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
        ]
      >
      action: Schema.optional<Schema.filter<Schema.filter<typeof Schema.String>>>
      input: Schema.Record$<typeof Schema.String, typeof Schema.Unknown>
      options: Schema.optional<
        Schema.Struct<{
          async: Schema.optional<typeof Schema.Boolean>
          timeoutMs: Schema.optional<typeof Schema.Positive>
          execution: Schema.optional<Schema.Record$<typeof Schema.String, typeof Schema.Unknown>>
        }>
      >
    }>,
    Schema.Struct<{
      platform: Schema.Literal<["bosa"]>
      connector: Schema.filter<Schema.filter<typeof Schema.String>>
      action: Schema.filter<Schema.filter<typeof Schema.String>>
      input: Schema.Record$<typeof Schema.String, typeof Schema.Unknown>
    }>
  ]
>
export type Work = typeof Work.Type
