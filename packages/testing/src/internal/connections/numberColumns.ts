import type { Json, JsonObject } from "../../Executor.js"
import { isArray, isObject } from "../fakeServer/json.js"

const isNumber = (value: Json): boolean => typeof value === "number" || typeof value === "bigint"

/** The columns that hold numbers in all rows that a table starts with, as a database would declare them. @internal */
export const numberColumns = (rows: ReadonlyArray<JsonObject>): ReadonlySet<string> => {
  const values = rows.flatMap((row) => Object.entries(row).filter(([, value]) => value !== null))
  const others = new Set(values.flatMap(([column, value]) => (isNumber(value) ? [] : [column])))
  return new Set(values.flatMap(([column]) => (others.has(column) ? [] : [column])))
}

// what a database reads as a number passes, as it would there
const isWord = (value: Json): boolean =>
  typeof value === "string" && (value.trim() === "" || Number.isNaN(Number(value)))

const hasWord = (value: Json): boolean => {
  if (isArray(value)) return value.some(isWord)
  return isObject(value) ? Object.values(value).some(hasWord) : isWord(value)
}

/** The parameters that give values by column. */
const places = ["where", "set", "rows"] as const

/** Why a table refuses a call: text for a column of numbers. @internal */
export const valueRefusal = (table: string, numbers: ReadonlySet<string>, body: JsonObject): string | undefined => {
  for (const place of places) {
    const given = body[place] ?? null
    for (const byColumn of isArray(given) ? given : [given]) {
      if (!isObject(byColumn)) continue
      for (const [column, value] of Object.entries(byColumn)) {
        if (!numbers.has(column) || !hasWord(value)) continue
        return `the column ${column} of ${table} holds numbers, and \`${place}\` gives text; give a number`
      }
    }
  }
  return undefined
}
