import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Issue } from "../../InvalidRequest.js"
import type { Field } from "../../Records.js"
import { isWhole } from "../data/checks.js"
import { type Fields, fieldsOf, isFields } from "../data/fields.js"
import { nearest } from "../data/nearest.js"

/** What a type word of the server takes. */
interface Kind {
  readonly takes: (value: unknown) => boolean
  /** For a person. */
  readonly example: string
}

const isText = (value: unknown): boolean => typeof value === "string"

const isNumber = (value: unknown): boolean => typeof value === "number" || typeof value === "bigint"

// the first of March and not the thirtieth of February
const isDay = (text: string): boolean => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text) ?? []
  const date = DateTime.make({ year: Number(year), month: Number(month), day: Number(day) })
  return Option.exists(
    Option.map(date, DateTime.toPartsUtc),
    (parts) => parts.month === Number(month) && parts.day === Number(day)
  )
}

const dayPattern = /^\d{4}-\d\d-\d\d(?:T.+)?$/
const timePattern = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/

const isTimeText = (value: unknown, pattern: RegExp): boolean =>
  value instanceof Date ||
  (typeof value === "string" && pattern.test(value) && isDay(value) && !Number.isNaN(Date.parse(value)))

const isEpoch = (value: unknown): boolean => isWhole(value, Number.MIN_SAFE_INTEGER) || typeof value === "bigint"

const text: Kind = { takes: isText, example: "text" }
const number: Kind = { takes: isNumber, example: "a number, such as 7" }
const integer: Kind = { takes: isEpoch, example: "a whole number, such as 7" }
const boolean: Kind = { takes: (value) => typeof value === "boolean", example: "true or false" }
const date: Kind = {
  takes: (value) => isEpoch(value) || isTimeText(value, dayPattern),
  example: 'a day, as "2026-01-31", or milliseconds since 1970'
}
const dateTime: Kind = {
  takes: (value) => isEpoch(value) || isTimeText(value, timePattern) || isTimeText(value, dayPattern),
  example: 'a time, as "2026-01-31T08:00:00Z", or milliseconds since 1970'
}
const isOfTime = (kind: Kind): boolean => kind === date || kind === dateTime
const list: Kind = { takes: Array.isArray, example: "a list" }
const object: Kind = { takes: isFields, example: "an object" }

/** The words that are known, in capitals and with `_`. Any other word takes any value. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ["STRING", text],
  ["TEXT", text],
  ["NUMBER", number],
  ["DECIMAL", number],
  ["DOUBLE", number],
  ["FLOAT", number],
  ["INTEGER", integer],
  ["INT", integer],
  ["LONG", integer],
  ["BOOLEAN", boolean],
  ["BOOL", boolean],
  ["DATE", date],
  ["DATE_TIME", dateTime],
  ["DATETIME", dateTime],
  ["TIMESTAMP", dateTime],
  ["ARRAY", list],
  ["LIST", list],
  ["OBJECT", object],
  ["MAP", object]
])

const kindOf = (word: string): Kind | undefined =>
  kinds.get(
    word
      .trim()
      .toUpperCase()
      .replace(/[-\s]+/g, "_")
  )

const describe = (value: unknown): string => {
  if (Array.isArray(value)) return "a list"
  if (typeof value === "string") return "text"
  return typeof value === "object" ? "an object" : `a ${typeof value}`
}

const isScalar = (value: unknown): boolean => ["string", "number", "boolean"].includes(typeof value)

// the values that the server allows, where it lists them
const allowedBy = ({ raw }: Field): ReadonlyArray<unknown> | undefined => {
  const listed = fieldsOf(raw)["enum"]
  return Array.isArray(listed) && listed.length > 0 && listed.every(isScalar) ? listed : undefined
}

const at = (name: string): ReadonlyArray<string> => ["body", "input", name]

const valueIssue = (name: string, field: Field, value: unknown): Issue | undefined => {
  // null takes a value away
  if (value === null) return undefined
  const kind = field.type === undefined ? undefined : kindOf(field.type)
  if (kind !== undefined && !kind.takes(value)) {
    const given = typeof value === "string" && isOfTime(kind) ? "text of another form" : describe(value)
    return { path: at(name), message: `expected ${field.type}, got ${given}`, fix: `give ${kind.example}` }
  }
  const allowed = allowedBy(field)
  if (allowed === undefined || !isScalar(value) || allowed.includes(value)) return undefined
  const near = typeof value === "string" ? nearest(value, allowed.map(String)) : undefined
  const fix =
    near === undefined
      ? `give one of ${allowed
          .slice(0, 20)
          .map((one) => JSON.stringify(one))
          .join(", ")}`
      : `the nearest is ${JSON.stringify(near)}`
  return { path: at(name), message: "is not one of the values that are allowed", fix }
}

/**
 * What is wrong with the input of an action by the fields that it declares: what is missing, what it does not declare,
 * and values of another type. Messages name types and not values, which may be secret. An action that declares nothing,
 * or a field without a name, may take anything.
 *
 * @internal
 */
export const inputIssues = (action: string, declared: ReadonlyArray<Field>, input: unknown): ReadonlyArray<Issue> => {
  if (!isFields(input)) {
    return [{ path: ["body", "input"], message: "is not an object", fix: "give the inputs by name" }]
  }
  const byName = new Map(declared.flatMap((field) => (field.name === undefined ? [] : [[field.name, field] as const])))
  const names = [...byName.keys()]
  const isOpen = byName.size === 0 || byName.size < declared.length
  const missing = [...byName].flatMap(([name, { required, type }]): ReadonlyArray<Issue> =>
    required === true && (!Object.hasOwn(input, name) || input[name] === undefined)
      ? [{ path: at(name), message: `is required${type === undefined ? "" : ` (${type})`}`, fix: "add it to `input`" }]
      : []
  )
  return [...missing, ...givenIssues(action, byName, names, isOpen, input)]
}

const givenIssues = (
  action: string,
  byName: ReadonlyMap<string, Field>,
  names: ReadonlyArray<string>,
  isOpen: boolean,
  input: Fields
): ReadonlyArray<Issue> =>
  Object.entries(input).flatMap(([name, value]): ReadonlyArray<Issue> => {
    if (value === undefined) return []
    const field = byName.get(name)
    if (field === undefined) return isOpen ? [] : [unknownIssue(action, name, names)]
    const issue = valueIssue(name, field, value)
    return issue === undefined ? [] : [issue]
  })

const unknownIssue = (action: string, name: string, names: ReadonlyArray<string>): Issue => {
  const near = nearest(name, names)
  const all = `it takes ${names.map((known) => `"${known}"`).join(", ")}`
  return {
    path: at(name),
    message: `is not an input of "${action}"`,
    fix: near === undefined ? all : `the nearest is "${near}"`
  }
}
