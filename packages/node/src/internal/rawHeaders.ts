/**
 * The headers of a response as undici hands them over: name, value, name, value.
 */
import * as Cookies from "@effect/platform/Cookies"
import * as Headers from "@effect/platform/Headers"

type Text = Buffer | string

/** Names and values in turn; an interceptor may hand over the values of one name as an array. */
export type RawHeaders = ReadonlyArray<Text | ReadonlyArray<Text>>

const prototype: object | null = Object.getPrototypeOf(Headers.empty)

const textOf = (text: Text): string => (typeof text === "string" ? text : text.toString("latin1"))

const isMany = (value: Text | ReadonlyArray<Text>): value is ReadonlyArray<Text> => Array.isArray(value)

const valuesOf = (value: Text | ReadonlyArray<Text> | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : isMany(value) ? value.map(textOf) : [textOf(value)]

const append = (headers: Record<string, string>, name: Text, value: Text): void => {
  const key = textOf(name).toLowerCase()
  const before = headers[key]
  headers[key] = before === undefined ? textOf(value) : `${before}, ${textOf(value)}`
}

/** Lower-case names; the values of one name are joined with a comma. */
export const toHeaders = (raw: RawHeaders): Headers.Headers => {
  const headers: Headers.Headers & Record<string, string> = Object.create(prototype)
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]
    const value = raw[i + 1]
    if (name === undefined || value === undefined || isMany(name)) continue
    if (isMany(value)) for (const one of value) append(headers, name, one)
    else append(headers, name, value)
  }
  return headers
}

/** The cookies that the response sets. */
export const toCookies = (raw: RawHeaders): Cookies.Cookies => Cookies.fromSetCookie(valuesOfName(raw, "set-cookie"))

/** All values of one header; `name` in lower case. */
export const valuesOfName = (raw: RawHeaders, name: string): ReadonlyArray<string> => {
  const values: Array<string> = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const key = raw[i]
    // Most names differ in length already, so that their text is never made.
    if (key === undefined || isMany(key) || key.length !== name.length || textOf(key).toLowerCase() !== name) continue
    values.push(...valuesOf(raw[i + 1]))
  }
  return values
}

/** All headers but some; `names` in lower case. */
export const withoutNames = (raw: RawHeaders, names: ReadonlyArray<string>): RawHeaders => {
  const kept: Array<RawHeaders[number]> = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]
    const value = raw[i + 1]
    if (name === undefined || value === undefined || isMany(name)) continue
    if (!names.includes(textOf(name).toLowerCase())) kept.push(name, value)
  }
  return kept
}
