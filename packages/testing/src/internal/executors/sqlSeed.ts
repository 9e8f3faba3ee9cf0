import { jsonText } from "../data/jsonText.js"
import * as Effect from "effect/Effect"
import type { ExecutorFailure, Json, JsonObject } from "../../Executor.js"
import type { Database } from "./sqlDatabase.js"
import * as Statement from "./sqlStatement.js"

type Tables = Readonly<Record<string, ReadonlyArray<JsonObject>>>

const typeOf = (value: Json): string => {
  if (typeof value === "boolean") return "boolean"
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? "bigint" : "numeric"
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) return "double precision"
    return Math.abs(value) < 2 ** 31 ? "integer" : "bigint"
  }
  return typeof value === "string" ? "text" : "jsonb"
}

/** From the narrowest to the widest. */
const numberTypes: ReadonlyArray<string> = ["integer", "bigint", "numeric", "double precision"]

/** The narrowest type that holds every value of the column. */
const columnType = (values: ReadonlyArray<Json>): string => {
  const types = new Set(values.filter((value) => value !== null).map(typeOf))
  if (types.size === 0) return "text"
  const [only] = types
  if (types.size === 1 && only !== undefined) return only
  const numbers = numberTypes.filter((type) => types.has(type))
  return (numbers.length === types.size ? numbers.at(-1) : undefined) ?? "jsonb"
}

const createTable = Effect.fnUntraced(function* (table: string, rows: ReadonlyArray<JsonObject>) {
  const name = yield* Statement.quoteTable(table)
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const types = new Map(columns.map((column) => [column, columnType(rows.map((row) => row[column] ?? null))]))
  const definitions = yield* Effect.forEach(columns, (column) =>
    Effect.map(Statement.quoteName(column), (quoted) => `${quoted} ${types.get(column)}`)
  )
  const encoded = rows.map((row): JsonObject =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => [
        column,
        types.get(column) === "jsonb" && value !== null ? jsonText(value) : value
      ])
    )
  )
  const inserts = rows.length === 0 || columns.length === 0 ? [] : yield* Statement.insert({ table, rows: encoded })
  return [{ sql: `CREATE TABLE IF NOT EXISTS ${name} (${definitions.join(", ")})`, params: [] }, ...inserts]
})

/** Creates the tables that a world starts with. A table that exists is left unchanged. */
export const seed = (database: Database, tables: Tables): Effect.Effect<void, ExecutorFailure> =>
  Effect.forEach(
    Object.entries(tables),
    Effect.fnUntraced(function* ([table, rows]) {
      const statements = yield* createTable(table, rows)
      const name = yield* Statement.quoteTable(table)
      yield* database.use(async (session) => {
        const found = await session.run({ sql: "SELECT to_regclass($1) IS NOT NULL", params: [name] })
        if (found.rows[0]?.[0] === true) return
        await session.script("BEGIN")
        for (const statement of statements) await session.run(statement)
        await session.script("COMMIT")
      })
    }),
    { discard: true }
  )
