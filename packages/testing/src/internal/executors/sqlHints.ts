import * as Effect from "effect/Effect"
import { type Executor, ExecutorFailure, type Json, type JsonObject } from "../../Executor.js"
import { nearestHint } from "../parameters/nearest.js"
import { isList, isObject } from "../parameters/values.js"

type Tables = Readonly<Record<string, ReadonlyArray<JsonObject>>>

const columnsOf = (rows: ReadonlyArray<JsonObject>): ReadonlySet<string> => new Set(rows.flatMap(Object.keys))

const plainName = (table: Json | undefined): string => (typeof table === "string" ? table.replace(/^public\./, "") : "")

const shows = (value: Json | undefined, text: string): boolean =>
  typeof value === "object" && value !== null
    ? Object.values(value).some((one: Json) => shows(one, text))
    : String(value) === text

const places = ["where", "set", "rows"] as const

/** The column of a call that holds the value which its message shows. */
const columnWith = (body: JsonObject, text: string): string | undefined => {
  const objects = places.flatMap((place) => {
    const given = body[place]
    return (isList(given) ? given : [given]).filter(isObject)
  })
  return objects.flatMap((byColumn) => Object.entries(byColumn)).find(([, value]) => shows(value, text))?.[0]
}

/** What PostgreSQL leaves out of its message: the nearest table or column of the world, or the column of a wrong value. */
const hintOf = (tables: Tables, body: JsonObject, { code, message }: ExecutorFailure): string => {
  const table = plainName(body["table"])
  const quoted = /"([^"]*)"/.exec(message)?.[1] ?? ""
  if (code === "42P01") return nearestHint(Object.keys(tables), plainName(quoted))
  if (code === "42703") return nearestHint(columnsOf(tables[table] ?? []), quoted)
  const column = code.startsWith("22") ? columnWith(body, /"([^"]*)"$/.exec(message)?.[1] ?? "") : undefined
  return column === undefined ? "" : `, for the column "${column}" of "${table}"`
}

/** Adds to the messages of a database what the world knows. */
export const withHints =
  (tables: Tables) =>
  (executor: Executor): Executor =>
  (work) =>
    Effect.mapError(
      executor(work),
      (failure) =>
        new ExecutorFailure({
          status: failure.status,
          code: failure.code,
          message: `${failure.message}${hintOf(tables, work.body, failure)}`
        })
    )
