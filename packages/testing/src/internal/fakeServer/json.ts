import type { Json, JsonObject } from "../../Executor.js"

/** @internal */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** @internal */
export const isArray = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value)

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

/** About the number of bytes that a value takes in memory. @internal */
export const sizeOf = (value: Json): number => {
  if (typeof value === "string") return value.length + 16
  if (typeof value !== "object" || value === null) return 8
  let size = 32
  if (isArray(value)) for (const each of value) size += sizeOf(each)
  else for (const name in value) size += 8 + sizeOf(value[name] ?? null)
  return size
}
