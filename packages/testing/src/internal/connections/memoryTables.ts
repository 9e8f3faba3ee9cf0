import type { Json, JsonObject, Operation } from "../../Executor.js"
import { jsonText } from "../data/jsonText.js"
import { isArray, isObject, textOf } from "../fakeServer/json.js"
import { refused, type Result } from "./refusal.js"

type Rows = Array<JsonObject>

const same = (a: Json | undefined, b: Json): boolean => jsonText(a ?? null) === jsonText(b)

const matchesRow = (row: JsonObject, where: JsonObject): boolean =>
  Object.entries(where).every(([column, expected]) =>
    isArray(expected) ? expected.some((one) => same(row[column], one)) : same(row[column], expected)
  )

const isNumber = (value: Json | undefined): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint"

const compare = (a: Json | undefined, b: Json | undefined): number => {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0
  const [left, right] = [String(a ?? ""), String(b ?? "")]
  return left < right ? -1 : left > right ? 1 : 0
}

const orderOf = (body: JsonObject): { readonly column: string; readonly sign: 1 | -1 } | undefined => {
  const order = body["orderBy"] ?? body["order_by"]
  if (typeof order === "string") {
    const descends = /\s+desc$/i.test(order)
    return { column: order.replace(/\s+(asc|desc)$/i, ""), sign: descends ? -1 : 1 }
  }
  if (!isObject(order)) return undefined
  const column = textOf(order, "column", "name")
  return column === undefined ? undefined : { column, sign: order["direction"] === "desc" ? -1 : 1 }
}

const rowsOf = (body: JsonObject): ReadonlyArray<JsonObject> | undefined => {
  const given = body["rows"] ?? body["row"] ?? body["values"] ?? body["data"]
  const rows = isArray(given) ? given : [given]
  const objects = rows.filter(isObject)
  return objects.length === rows.length && objects.length > 0 ? objects : undefined
}

/** @internal */
export type SqlOperation = Extract<Operation, `sql.${string}`>

/** Rows in memory, by table; no SQL engine. @internal */
export class MemoryTables {
  private readonly tables: Map<string, Rows>

  constructor(tables: Readonly<Record<string, ReadonlyArray<JsonObject>>>) {
    this.tables = new Map(Object.entries(tables).map(([name, rows]) => [name, [...rows]]))
  }

  run(operation: SqlOperation, body: JsonObject): Result {
    if (operation === "sql.query" || operation === "sql.execute") {
      return refused(
        "NO_SQL_ENGINE",
        "the executor in memory has no SQL engine; use select, insert, update, delete or the emulator"
      )
    }
    const name = textOf(body, "table") ?? ""
    const rows = this.tables.get(name)
    if (rows === undefined) return refused("UNDEFINED_TABLE", `the table ${name} does not exist`)
    const where = body["where"] ?? {}
    if (!isObject(where)) return refused("INVALID_WHERE", "where must be an object of column and value")
    switch (operation) {
      case "sql.select":
        return this.select(rows, where, body)
      case "sql.insert": {
        const added = rowsOf(body)
        if (added === undefined) return refused("INVALID_ROWS", "rows must be objects of column and value")
        rows.push(...added)
        return { rows: [...added], row_count: added.length }
      }
      case "sql.update":
        return this.update(name, rows, where, body)
      case "sql.delete": {
        const kept = rows.filter((row) => !matchesRow(row, where))
        this.tables.set(name, kept)
        return { rows: [], row_count: rows.length - kept.length }
      }
    }
  }

  private select(rows: Rows, where: JsonObject, body: JsonObject): Result {
    const order = orderOf(body)
    const found = rows.filter((row) => matchesRow(row, where))
    if (order !== undefined) found.sort((a, b) => order.sign * compare(a[order.column], b[order.column]))
    const offset = typeof body["offset"] === "number" ? body["offset"] : 0
    const limit = typeof body["limit"] === "number" ? body["limit"] : found.length
    const columns = isArray(body["columns"])
      ? body["columns"].filter((column) => typeof column === "string")
      : undefined
    const page = found.slice(offset, offset + limit)
    const shown =
      columns === undefined || columns.length === 0 || columns.includes("*")
        ? page
        : page.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null])))
    return { rows: shown, row_count: shown.length }
  }

  private update(name: string, rows: Rows, where: JsonObject, body: JsonObject): Result {
    const set = body["set"] ?? body["values"]
    if (!isObject(set)) return refused("INVALID_SET", "set must be an object of column and value")
    const changed: Rows = []
    this.tables.set(
      name,
      rows.map((row) => {
        if (!matchesRow(row, where)) return row
        const next = { ...row, ...set }
        changed.push(next)
        return next
      })
    )
    return { rows: changed, row_count: changed.length }
  }
}
