import * as Effect from "effect/Effect"
import type { Executor, ExecutorFailure, Json, JsonObject } from "../../Executor.js"
import { sql as names } from "../parameters/names.js"
import * as Parameters from "../parameters/values.js"
import type { Database, Result, Session } from "./sqlDatabase.js"
import * as Statement from "./sqlStatement.js"
import { toJson } from "./sqlValues.js"

/** A second column of the same name is called `name_2`: an object would drop the first one. */
const columnNames = (result: Result): ReadonlyArray<string> => {
  const taken = new Set<string>()
  return result.columns.map(({ name }) => {
    let unique = name
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`
    taken.add(unique)
    return unique
  })
}

const resultOf = (results: ReadonlyArray<Result>): Json => {
  const last = results.at(-1)
  const columns = last === undefined ? [] : columnNames(last)
  return {
    rows: results.flatMap((result) =>
      result.rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, toJson(row[index])])))
    ),
    row_count: results.reduce((sum, result) => sum + result.rowCount, 0),
    fields: columns.map((name, index) => ({ name, data_type_id: last?.columns[index]?.type ?? 0 })),
    command: last?.command ?? ""
  }
}

const run = (database: Database, statement: Statement.Statement) =>
  Effect.map(
    database.use((session) => session.run(statement)),
    (result) => resultOf([result])
  )

const runTogether = async (session: Session, statements: ReadonlyArray<Statement.Statement>) => {
  const results: Array<Result> = []
  if (statements.length > 1) await session.script("BEGIN")
  for (const statement of statements) results.push(await session.run(statement))
  if (statements.length > 1) await session.script("COMMIT")
  return results
}

const raw = Effect.fnUntraced(function* (body: JsonObject) {
  const sql = yield* Parameters.requiredString(body, names.sql)
  const params = yield* Parameters.optionalList(body, names.params)
  if (sql.trim() === "") return yield* Parameters.refuse('"sql" is empty')
  return { sql, params: params ?? [] }
})

/**
 * SQL on a database that the first call opens. `query` is one statement; `execute` without values may be several, and
 * gives the result of the last one.
 */
export const make =
  (open: Effect.Effect<Database, ExecutorFailure>): Executor =>
  ({ body, operation }) => {
    switch (operation) {
      case "sql.query":
        return Effect.flatMap(raw(body), (statement) => Effect.flatMap(open, (database) => run(database, statement)))
      case "sql.execute":
        return Effect.flatMap(raw(body), (statement) =>
          Effect.flatMap(open, (database) =>
            statement.params.length > 0
              ? run(database, statement)
              : Effect.map(
                  database.use((session) => session.script(statement.sql)),
                  (result) => resultOf([result])
                )
          )
        )
      case "sql.select":
        return Effect.flatMap(Statement.select(body), (statement) =>
          Effect.flatMap(open, (database) => run(database, statement))
        )
      case "sql.insert":
        return Effect.flatMap(Statement.insert(body), (statements) =>
          Effect.flatMap(open, (database) =>
            Effect.map(
              database.use((session) => runTogether(session, statements)),
              resultOf
            )
          )
        )
      case "sql.update":
        return Effect.flatMap(Statement.update(body), (statement) =>
          Effect.flatMap(open, (database) => run(database, statement))
        )
      case "sql.delete":
        return Effect.flatMap(Statement.remove(body), (statement) =>
          Effect.flatMap(open, (database) => run(database, statement))
        )
      default:
        return Parameters.refuse(`${operation} is not an operation of a sql connection`)
    }
  }
