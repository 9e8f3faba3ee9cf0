/**
 * `http`, `file` and `sql`: typed calls on a connection.
 */
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type {
  ExecuteOptions,
  FileOperations,
  HttpOperations,
  SqlOperations
} from "@effect-connectors/core/ConnectionHandle"
import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { Execution } from "@effect-connectors/core/Job"
import * as Effect from "effect/Effect"
import * as Given from "../given.js"
import { type Group, onConnections as on, type Operation } from "../operation.js"
import * as take from "./arguments.js"
import { executed } from "./execution.js"

type Call = (
  slug: string,
  parameters: { readonly extra: object },
  options: ExecuteOptions
) => Effect.Effect<Execution, ReadError | WriteError>

const typed = (name: string, summary: string, of: (api: ConnectionsApi.Service) => Call): Operation =>
  on.follow({
    name,
    summary,
    takes: { slug: take.connection, input: take.input, ...take.execution },
    run: ({ input, slug, ...how }, api, deadline) =>
      Effect.map(Given.object("--input", input), (extra) =>
        executed(api.jobs, how, deadline, (options) => of(api)(slug, { extra }, options))
      )
  })

type Summaries<Operations> = { readonly [Name in keyof Operations]: string }

const keysOf = <O extends object>(of: O): ReadonlyArray<keyof O & string> => {
  const keys: Array<keyof O & string> = []
  for (const key in of) keys.push(key)
  return keys
}

const httpCalls: Summaries<HttpOperations> = {
  get: "Send a GET through the connection; --input holds path, query, headers",
  post: "Send a POST through the connection; --input holds path, query, headers, body",
  patch: "Send a PATCH through the connection; --input holds path, query, headers, body",
  put: "Send a PUT through the connection; --input holds path, query, headers, body",
  delete: "Send a DELETE through the connection; --input holds path, query, headers, body"
}

export const http: Group = {
  name: "http",
  summary: "HTTP through a connection",
  commands: keysOf(httpCalls).map((name) => typed(name, httpCalls[name], (api) => api.http[name]))
}

const fileCalls: Summaries<FileOperations> = {
  read: "Read a file; --input holds path, encoding",
  upload: "Write a file; --input holds path, content, encoding, overwrite",
  append: "Add to a file; --input holds path, content, encoding",
  list: "List a folder; --input holds path, recursive",
  rename: "Rename a file; --input holds path, newName, overwrite",
  move: "Move a file; --input holds from, to, overwrite",
  delete: "Delete a file; --input holds path, recursive"
}

export const file: Group = {
  name: "file",
  summary: "Files on a connection",
  commands: keysOf(fileCalls).map((name) => typed(name, fileCalls[name], (api) => api.file[name]))
}

const sqlCalls: Summaries<SqlOperations> = {
  query: "Run a statement; --input holds sql, params",
  select: "Read rows; --input holds table, columns, where, orderBy, limit, offset",
  insert: "Add rows; --input holds table, rows, columns, returning",
  update: "Change rows; --input holds table, set, where, all, returning",
  delete: "Delete rows; --input holds table, where, all, returning",
  execute: "Run a statement for its effect; --input holds sql, params"
}

export const sql: Group = {
  name: "sql",
  summary: "SQL on a connection",
  commands: keysOf(sqlCalls).map((name) => typed(name, sqlCalls[name], (api) => api.sql[name]))
}
