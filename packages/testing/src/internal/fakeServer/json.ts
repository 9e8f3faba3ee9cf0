import * as ExactJson from "@effect-connectors/core/ExactJson"
import * as Option from "effect/Option"
import type { Json, JsonObject } from "../../Executor.js"

/** @internal */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** @internal */
export const isArray = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value)

/** The value of a JSON text; `undefined` when it is not JSON. @internal */
export const parse = (text: string): Json | undefined => {
  const exact = ExactJson.parse(text)
  return Option.isSome(exact) ? exact.value : parseInexact(text)
}

// a number such as 1e400 must not hide from what looks for secrets
const parseInexact = (text: string): Json | undefined => {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

/** A value as JSON, bigints with their digits. @internal */
export const jsonText = (value: unknown, space?: number): string => ExactJson.stringify(value, space) ?? ""

/** @internal */
export const holdsBigint = (value: Json): boolean =>
  typeof value === "bigint" || (typeof value === "object" && value !== null && Object.values(value).some(holdsBigint))

/** A text among several names of one parameter. @internal */
export const textOf = (body: JsonObject, ...names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const value = body[name]
    if (typeof value === "string") return value
  }
  return undefined
}

/** The fields that have a value: a missing one is not sent as `null`. @internal */
export const compact = (fields: Readonly<Record<string, Json | undefined>>): JsonObject => {
  const object: Record<string, Json> = {}
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) object[name] = value
  return object
}
