import type { Json, JsonObject } from "../../Executor.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { nearestHint } from "../parameters/nearest.js"

const namesIn = (given: Json | undefined): ReadonlyArray<string> =>
  (isArray(given) ? given : [given]).flatMap((one) => (typeof one === "string" && one !== "*" ? [one] : []))

const keysIn = (given: Json | undefined): ReadonlyArray<string> =>
  (isArray(given) ? given : [given]).flatMap((one) => (isObject(one) ? Object.keys(one) : []))

/**
 * Why a table refuses a call: a column that none of its first rows has, in the words of PostgreSQL. The columns of a table that
 * starts empty are not known.
 *
 * @internal
 */
export const columnRefusal = (
  table: string,
  columns: ReadonlySet<string>,
  body: JsonObject,
  ordered: ReadonlyArray<string>
): string | undefined => {
  if (columns.size === 0) return undefined
  const changed = [...keysIn(body["set"]), ...keysIn(body["rows"])]
  const read = [...namesIn(body["columns"]), ...keysIn(body["where"]), ...ordered, ...namesIn(body["returning"])]
  const unknownChange = changed.find((name) => !columns.has(name))
  const unknown = unknownChange ?? read.find((name) => !columns.has(name))
  if (unknown === undefined) return undefined
  const of = unknownChange === undefined ? "" : ` of relation "${table}"`
  return `column "${unknown}"${of} does not exist${nearestHint(columns, unknown)}`
}
