import * as OptionNames from "@effect-connectors/core/OptionNames"
import type { Json, JsonObject, Operation } from "../../Executor.js"
import { jsonText } from "../data/jsonText.js"
import { isArray, isObject, textOf } from "../fakeServer/json.js"
import { numberColumns, valueRefusal } from "./numberColumns.js"
import { refused, type Result } from "./refusal.js"
import { columnRefusal } from "./tableColumns.js"

type Rows = Array<JsonObject>

const same = (a: Json | undefined, b: Json): boolean => jsonText(a ?? null) === jsonText(b)

const isNumber = (value: Json | undefined): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint"

const compare = (a: Json | undefined, b: Json | undefined): number => {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0
  const [left, right] = [String(a ?? ""), String(b ?? "")]
  return left < right ? -1 : left > right ? 1 : 0
}

const isAmong = (value: Json | undefined, list: Json): boolean => isArray(list) && list.some((one) => same(value, one))

const operators: Readonly<Record<string, (value: Json | undefined, given: Json) => boolean>> = {
  eq: same,
  ne: (value, given) => !same(value, given),
  gt: (value, given) => compare(value, given) > 0,
  gte: (value, given) => compare(value, given) >= 0,
  lt: (value, given) => compare(value, given) < 0,
  lte: (value, given) => compare(value, given) <= 0,
  in: isAmong,
  not_in: (value, given) => !isAmong(value, given)
}

const fits = (value: Json | undefined, expected: Json): boolean => {
  if (isArray(expected)) return isAmong(value, expected)
  const tests = isObject(expected) ? Object.entries(expected) : []
  return tests.length > 0 && tests.every(([operator]) => Object.hasOwn(operators, operator))
    ? tests.every(([operator, given]) => operators[operator]?.(value, given) === true)
    : same(value, expected)
}

const matchesRow = (row: JsonObject, where: JsonObject): boolean =>
  Object.entries(where).every(([column, expected]) => fits(row[column], expected))

interface Order {
  readonly column: string
  readonly sign: 1 | -1
}

const signOf = (direction: Json | undefined): Order["sign"] => (/^desc$/i.test(String(direction)) ? -1 : 1)

const ordersIn = (order: Json | undefined): ReadonlyArray<Order> => {
  if (typeof order === "string") {
    const [, column = order, direction] = /^(.+?)\s+(asc|desc)$/i.exec(order) ?? []
    return [{ column, sign: signOf(direction) }]
  }
  if (isArray(order)) return order.flatMap(ordersIn)
  if (!isObject(order)) return []
  const { column, direction } = order
  return typeof column === "string"
    ? [{ column, sign: signOf(direction) }]
    : Object.entries(order).map(([name, word]) => ({ column: name, sign: signOf(word) }))
}

const compareBy =
  (orders: ReadonlyArray<Order>) =>
  (a: JsonObject, b: JsonObject): number => {
    for (const { column, sign } of orders) {
      const difference = sign * compare(a[column], b[column])
      if (difference !== 0) return difference
    }
    return 0
  }

const rowsOf = (body: JsonObject): ReadonlyArray<JsonObject> | undefined => {
  const given = body["rows"]
  const rows = isArray(given) ? given : [given]
  const objects = rows.filter(isObject)
  return objects.length === rows.length && objects.length > 0 ? objects : undefined
}

/** @internal */
export type SqlOperation = Extract<Operation, `sql.${string}`>

/** Rows in memory, by table; no SQL engine. @internal */
export class MemoryTables {
  private readonly tables: Map<string, Rows>
  private readonly columns: ReadonlyMap<string, ReadonlySet<string>>
  private readonly numbers: ReadonlyMap<string, ReadonlySet<string>>

  constructor(tables: Readonly<Record<string, ReadonlyArray<JsonObject>>>) {
    this.tables = new Map(Object.entries(tables).map(([name, rows]) => [name, [...rows]]))
    this.columns = new Map(Object.entries(tables).map(([name, rows]) => [name, new Set(rows.flatMap(Object.keys))]))
    this.numbers = new Map(Object.entries(tables).map(([name, rows]) => [name, numberColumns(rows)]))
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
    if (rows === undefined) return refused("UNDEFINED_TABLE", this.noSuchTable(name))
    const ordered = ordersIn(body["orderBy"]).map(({ column }) => column)
    const unknown = columnRefusal(name, this.columns.get(name) ?? new Set(), body, ordered)
    if (unknown !== undefined) return refused("42703", unknown)
    const wrong = valueRefusal(name, this.numbers.get(name) ?? new Set(), body)
    if (wrong !== undefined) return refused("INVALID_VALUE", wrong)
    const where = isObject(body["where"]) ? body["where"] : {}
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

  private noSuchTable(name: string): string {
    const names: ReadonlySet<string> = new Set(this.tables.keys())
    const near = OptionNames.nearestTo(names, name)
    const all = names.size === 0 ? "there are none" : `there are ${[...names].join(", ")}`
    return `the table ${name} does not exist; ${near === undefined ? all : `the nearest is ${near}`}`
  }

  private select(rows: Rows, where: JsonObject, body: JsonObject): Result {
    const found = rows.filter((row) => matchesRow(row, where)).sort(compareBy(ordersIn(body["orderBy"])))
    const offset = typeof body["offset"] === "number" ? body["offset"] : 0
    const limit = typeof body["limit"] === "number" ? body["limit"] : found.length
    const given = body["columns"]
    const columns = (isArray(given) ? given : [given]).filter((column) => typeof column === "string")
    const page = found.slice(offset, offset + limit)
    const shown =
      columns.length === 0 || columns.includes("*")
        ? page
        : page.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null])))
    return { rows: shown, row_count: shown.length }
  }

  private update(name: string, rows: Rows, where: JsonObject, body: JsonObject): Result {
    const set = body["set"]
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
