import * as Effect from "effect/Effect"
import type { ExecutorFailure, Json, JsonObject } from "../../Executor.js"
import { sql as names } from "../parameters/names.js"
import * as Parameters from "../parameters/values.js"

/** One statement and its bound values. */
export interface Statement {
  readonly sql: string
  readonly params: ReadonlyArray<Json>
}

/** The server takes at most 65,535 values in one statement; a longer insert is sent in parts. */
const maxValues = 30_000

/** The longest name that the server keeps, in bytes: it cuts a longer one silently. */
const maxNameBytes = 63

type Refused = ExecutorFailure

export const quoteName = (name: string): Effect.Effect<string, Refused> =>
  name === "" || name.includes("\0") || Buffer.byteLength(name) > maxNameBytes
    ? Parameters.refuse(`${JSON.stringify(name)} is not a name: 1 to ${maxNameBytes} bytes without NUL`)
    : Effect.succeed(`"${name.replaceAll('"', '""')}"`)

export const quoteTable = (name: string): Effect.Effect<string, Refused> =>
  Effect.map(Effect.forEach(name.split("."), quoteName), (parts) => parts.join("."))

const quoteNames = (list: ReadonlyArray<Json>, what: string): Effect.Effect<ReadonlyArray<string>, Refused> =>
  Effect.forEach(list, (name) =>
    typeof name === "string" ? quoteName(name) : Parameters.refuse(`"${what}" must hold names of columns`)
  )

/** Numbers the values of one statement: a value is only ever a `$n`, never text of the statement. */
const makeBinder = () => {
  const params: Array<Json> = []
  return { params, bind: (value: Json) => `$${params.push(value)}` }
}

type Binder = ReturnType<typeof makeBinder>

const comparisons: Readonly<Record<string, string>> = {
  eq: "=",
  "=": "=",
  ne: "<>",
  neq: "<>",
  "!=": "<>",
  "<>": "<>",
  gt: ">",
  ">": ">",
  gte: ">=",
  ">=": ">=",
  lt: "<",
  "<": "<",
  lte: "<=",
  "<=": "<=",
  like: "LIKE",
  ilike: "ILIKE"
}

const among = (column: string, list: ReadonlyArray<Json>, binder: Binder): string => {
  const values = list.filter((item) => item !== null)
  const tests = [
    ...(values.length > 0 ? [`${column} IN (${values.map(binder.bind).join(", ")})`] : []),
    ...(values.length < list.length ? [`${column} IS NULL`] : [])
  ]
  return tests.length === 0 ? "FALSE" : `(${tests.join(" OR ")})`
}

const comparison = (column: string, operator: string, value: Json, binder: Binder): Effect.Effect<string, Refused> => {
  if (operator === "in" || operator === "not_in") {
    if (!Parameters.isList(value)) return Parameters.refuse(`"${operator}" takes an array`)
    const test = among(column, value, binder)
    return Effect.succeed(operator === "in" ? test : `NOT ${test}`)
  }
  const symbol = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined
  if (symbol === undefined) {
    return Parameters.refuse(
      `${JSON.stringify(operator)} is not an operator: eq, ne, gt, gte, lt, lte, like, ilike, in, not_in`
    )
  }
  if (value === null) {
    return symbol === "=" || symbol === "<>"
      ? Effect.succeed(`${column} IS ${symbol === "=" ? "" : "NOT "}NULL`)
      : Parameters.refuse(`"${operator}" does not take null`)
  }
  return Effect.succeed(`${column} ${symbol} ${binder.bind(value)}`)
}

const condition = Effect.fnUntraced(function* (name: string, value: Json, binder: Binder) {
  const column = yield* quoteName(name)
  if (Parameters.isList(value)) return among(column, value, binder)
  if (!Parameters.isObject(value)) return yield* comparison(column, "eq", value, binder)
  const operators = Object.entries(value)
  if (operators.length === 0) return yield* Parameters.refuse(`"where" has no operator for ${JSON.stringify(name)}`)
  const tests = yield* Effect.forEach(operators, ([operator, item]) => comparison(column, operator, item, binder))
  return tests.join(" AND ")
})

const whereClause = (where: JsonObject | undefined, binder: Binder): Effect.Effect<string, Refused> => {
  const entries = Object.entries(where ?? {})
  return entries.length === 0
    ? Effect.succeed("")
    : Effect.map(
        Effect.forEach(entries, ([name, value]) => condition(name, value, binder)),
        (tests) => ` WHERE ${tests.join(" AND ")}`
      )
}

/** A change of every row needs `all`: a missing condition must not empty a table. */
const guardedWhere = Effect.fnUntraced(function* (parameters: JsonObject, binder: Binder) {
  const where = yield* Parameters.optionalRecord(parameters, names.where)
  const all = yield* Parameters.flag(parameters, names.all, false)
  if (Object.keys(where ?? {}).length === 0 && !all) {
    return yield* Parameters.refuse('"where" is required; give "all": true to change every row')
  }
  return yield* whereClause(where, binder)
})

const orderTerm = (term: Json): Effect.Effect<ReadonlyArray<string>, Refused> => {
  const one = (name: string, direction: string) => {
    const word = direction.toUpperCase()
    return word === "ASC" || word === "DESC"
      ? Effect.map(quoteName(name), (column) => [`${column} ${word}`])
      : Parameters.refuse(`${JSON.stringify(direction)} is not a direction: asc or desc`)
  }
  if (typeof term === "string") {
    const match = /^(.+?)\s+(asc|desc)$/i.exec(term)
    return one(match?.[1] ?? term, match?.[2] ?? "asc")
  }
  if (!Parameters.isObject(term)) return Parameters.refuse('"orderBy" must be a column or a list of columns')
  if (typeof term.column === "string") {
    return one(term.column, typeof term.direction === "string" ? term.direction : "asc")
  }
  return Effect.map(
    Effect.forEach(Object.entries(term), ([name, direction]) => one(name, String(direction))),
    (terms) => terms.flat()
  )
}

const orderClause = Effect.fnUntraced(function* (parameters: JsonObject) {
  const given = yield* Parameters.valueOf(parameters, names.orderBy)
  if (given === undefined) return ""
  const terms = yield* Effect.forEach(Parameters.isList(given) ? given : [given], orderTerm)
  const columns = terms.flat()
  return columns.length === 0 ? "" : ` ORDER BY ${columns.join(", ")}`
})

const returningClause = Effect.fnUntraced(function* (parameters: JsonObject) {
  const given = yield* Parameters.valueOf(parameters, names.returning)
  if (given === undefined || given === false) return ""
  if (given === true || given === "*") return " RETURNING *"
  const columns = yield* quoteNames(Parameters.isList(given) ? given : [given], "returning")
  return ` RETURNING ${columns.join(", ")}`
})

const tableOf = (parameters: JsonObject) =>
  Effect.flatMap(Parameters.requiredString(parameters, names.table), quoteTable)

export const select = Effect.fnUntraced(function* (parameters: JsonObject) {
  const binder = makeBinder()
  const table = yield* tableOf(parameters)
  const given = yield* Parameters.valueOf(parameters, names.columns)
  const list = given === undefined ? ["*"] : Parameters.isList(given) ? given : [given]
  if (list.length === 0) return yield* Parameters.refuse('"columns" must name at least one column')
  const columns = list.length === 1 && list[0] === "*" ? "*" : (yield* quoteNames(list, "columns")).join(", ")
  const where = yield* whereClause(yield* Parameters.optionalRecord(parameters, names.where), binder)
  const order = yield* orderClause(parameters)
  const limit = yield* Parameters.optionalCount(parameters, names.limit)
  const offset = yield* Parameters.optionalCount(parameters, names.offset)
  const window = `${limit === undefined ? "" : ` LIMIT ${limit}`}${offset === undefined ? "" : ` OFFSET ${offset}`}`
  const statement: Statement = {
    sql: `SELECT ${columns} FROM ${table}${where}${order}${window}`,
    params: binder.params
  }
  return statement
})

/** Rows are objects, or arrays with a list of `columns`. */
const rowsOf = Effect.fnUntraced(function* (parameters: JsonObject) {
  const given = yield* Parameters.valueOf(parameters, names.rows)
  if (given === undefined) return yield* Parameters.refuse('"rows" is required')
  const list: ReadonlyArray<Json> = Parameters.isList(given) ? given : [given]
  if (list.length === 0) return yield* Parameters.refuse('"rows" is empty')
  const listed = yield* Parameters.optionalList(parameters, names.columns)
  if (listed === undefined) {
    const rows = yield* Effect.forEach(list, (row) =>
      Parameters.isObject(row) ? Effect.succeed(row) : Parameters.refuse('"rows" must hold objects')
    )
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    return { columns, rows: rows.map((row) => columns.map((name) => row[name])) }
  }
  const rows = yield* Effect.forEach(list, (row) =>
    Parameters.isList(row) && row.length === listed.length
      ? Effect.succeed(row)
      : Parameters.refuse('with "columns", "rows" must hold arrays of that length')
  )
  return { columns: listed, rows }
})

/** One statement per `maxValues` values, to be run in one transaction. */
export const insert = Effect.fnUntraced(function* (parameters: JsonObject) {
  const table = yield* tableOf(parameters)
  const returning = yield* returningClause(parameters)
  const { columns, rows } = yield* rowsOf(parameters)
  const quoted = yield* quoteNames(columns, "columns")
  if (quoted.length === 0) {
    return rows.map((): Statement => ({ sql: `INSERT INTO ${table} DEFAULT VALUES${returning}`, params: [] }))
  }
  const perStatement = Math.max(1, Math.floor(maxValues / quoted.length))
  const statements: Array<Statement> = []
  for (let start = 0; start < rows.length; start += perStatement) {
    const binder = makeBinder()
    const tuples = rows
      .slice(start, start + perStatement)
      .map((row) => `(${row.map((value) => (value === undefined ? "DEFAULT" : binder.bind(value))).join(", ")})`)
    const sql = `INSERT INTO ${table} (${quoted.join(", ")}) VALUES ${tuples.join(", ")}${returning}`
    statements.push({ sql, params: binder.params })
  }
  return statements
})

export const update = Effect.fnUntraced(function* (parameters: JsonObject) {
  const binder = makeBinder()
  const table = yield* tableOf(parameters)
  const entries = Object.entries(yield* Parameters.requiredRecord(parameters, names.set))
  if (entries.length === 0) return yield* Parameters.refuse('"set" is empty')
  const changes = yield* Effect.forEach(entries, ([name, value]) =>
    Effect.map(quoteName(name), (column) => `${column} = ${binder.bind(value)}`)
  )
  const where = yield* guardedWhere(parameters, binder)
  const returning = yield* returningClause(parameters)
  const statement: Statement = {
    sql: `UPDATE ${table} SET ${changes.join(", ")}${where}${returning}`,
    params: binder.params
  }
  return statement
})

export const remove = Effect.fnUntraced(function* (parameters: JsonObject) {
  const binder = makeBinder()
  const table = yield* tableOf(parameters)
  const where = yield* guardedWhere(parameters, binder)
  const returning = yield* returningClause(parameters)
  const statement: Statement = { sql: `DELETE FROM ${table}${where}${returning}`, params: binder.params }
  return statement
})
