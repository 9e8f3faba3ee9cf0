import type { Operation } from "../../Executor.js"
import type { Names } from "./values.js"

/** Each parameter under its usual name, which the client's types have, and under others that servers use for it. */
export const http = {
  target: ["path", "url"],
  query: ["query", "params", "query_params", "queryParams"],
  headers: ["headers"],
  body: ["body", "data", "json"]
} as const satisfies Record<string, Names>

export const file = {
  path: ["path", "file", "file_path", "filePath"],
  folder: ["path", "folder", "directory", "prefix"],
  content: ["content", "data", "body"],
  encoding: ["encoding"],
  overwrite: ["overwrite"],
  recursive: ["recursive"],
  newName: ["newName", "new_name", "name"],
  newPath: ["newPath", "new_path"],
  from: ["from", "path", "source", "from_path", "fromPath"],
  to: ["to", "destination", "target", "to_path", "toPath"]
} as const satisfies Record<string, Names>

export const sql = {
  sql: ["sql", "query", "statement"],
  params: ["params", "parameters", "values", "bindings"],
  table: ["table", "table_name", "tableName"],
  columns: ["columns", "fields"],
  where: ["where", "filter", "filters", "conditions"],
  orderBy: ["orderBy", "order_by", "sort"],
  limit: ["limit"],
  offset: ["offset", "skip"],
  rows: ["rows", "row", "values", "data", "records"],
  set: ["set", "values", "data", "changes"],
  returning: ["returning"],
  all: ["all"]
} as const satisfies Record<string, Names>

/** What a parameter holds. */
export type Kind = "text" | "count" | "flag" | "object" | "list" | "any"

export interface Parameter {
  readonly names: Names
  readonly kind: Kind
}

const one =
  (kind: Kind) =>
  (names: Names): Parameter => ({ names, kind })

const text = one("text")
const count = one("count")
const flag = one("flag")
const object = one("object")
const list = one("list")
const any = one("any")

const request: ReadonlyArray<Parameter> = [text(http.target), object(http.query), object(http.headers), any(http.body)]
const statement: ReadonlyArray<Parameter> = [text(sql.sql), list(sql.params)]

const table = text(sql.table)
const where = object(sql.where)
const returning = any(sql.returning)
const path = text(file.path)
const encoding = text(file.encoding)
const overwrite = flag(file.overwrite)
const recursive = flag(file.recursive)

/** What each typed operation takes. All of them take `options` too, which the server merges execution options into. */
export const parametersOf: Readonly<Record<Operation, ReadonlyArray<Parameter>>> = {
  "http.get": request,
  "http.post": request,
  "http.patch": request,
  "http.put": request,
  "http.delete": request,
  "file.read": [path, encoding],
  "file.upload": [path, text(file.content), encoding, overwrite],
  "file.append": [path, text(file.content), encoding],
  "file.list": [text(file.folder), recursive],
  "file.rename": [path, text(file.newName), text(file.newPath), overwrite],
  "file.move": [text(file.from), text(file.to), overwrite],
  "file.delete": [path, recursive],
  "sql.query": statement,
  "sql.select": [table, any(sql.columns), where, any(sql.orderBy), count(sql.limit), count(sql.offset)],
  "sql.insert": [table, any(sql.rows), list(sql.columns), returning],
  "sql.update": [table, object(sql.set), where, flag(sql.all), returning],
  "sql.delete": [table, where, flag(sql.all), returning],
  "sql.execute": statement
}
