import * as Encoding from "effect/Encoding"
import * as Predicate from "effect/Predicate"
import type { Json } from "../../Executor.js"
import { holdsBigint, jsonText } from "../data/jsonText.js"
import * as Parameters from "../parameters/values.js"

/** PostgreSQL's numbers of the types whose values JSON cannot represent without a loss. */
const Oid = { bytea: 17, int8: 20, date: 1082, timestamp: 1114, timestamptz: 1184, numeric: 1700 } as const

const parseInt8 = (text: string): number | string => {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

const timestampPattern = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:([+-]\d\d)(:\d\d)?)?$/

/** ISO 8601 with every digit the database gave: a `Date` would drop the microseconds. */
const parseTimestamp = (text: string): string => {
  const match = timestampPattern.exec(text)
  if (match === null) return text
  const [, date, time, hours, minutes = ":00"] = match
  const zone = hours === undefined ? "" : hours === "+00" && minutes === ":00" ? "Z" : `${hours}${minutes}`
  return `${date}T${time}${zone}`
}

const parseBytes = (text: string): string => Buffer.from(text.replace(/^\\x/, ""), "hex").toString("base64")

const keep = (text: string): string => text

/**
 * How the text of a column becomes a JSON value, by type number. A `bigint` is a number while
 * that is exact and a string otherwise, a `numeric` is always a string, bytes are base64.
 */
export const parsers: Readonly<Record<number, (text: string) => string | number>> = {
  [Oid.bytea]: parseBytes,
  [Oid.int8]: parseInt8,
  [Oid.date]: keep,
  [Oid.timestamp]: parseTimestamp,
  [Oid.timestamptz]: parseTimestamp,
  [Oid.numeric]: keep
}

/** A value as the drivers take it: they write JSON without bigints, and take none for some types. */
export const toParameter = (value: Json): Json => {
  if (!holdsBigint(value)) return value
  if (Parameters.isList(value)) return value.map(toParameter)
  return Parameters.isObject(value) ? jsonText(value) : String(value)
}

/** The values of all other types as JSON. */
export const toJson = (value: unknown): Json => {
  if (value === undefined || value === null) return null
  if (typeof value === "bigint") return parseInt8(value.toString())
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value)
  if (typeof value === "string" || typeof value === "boolean") return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString()
  if (value instanceof Uint8Array) return Encoding.encodeBase64(value)
  if (Array.isArray(value)) return value.map(toJson)
  return Predicate.isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]))
    : null
}
