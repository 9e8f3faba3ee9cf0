import type { Json, JsonObject } from "../../Executor.js"
import type { Content, Exchange, RecordedAnswer, Unrecorded } from "../../Recording.js"
import { isArray, isObject, parse } from "../fakeServer/json.js"

/** An exchange whose answer was whole, as it helps to see what a platform holds. @internal */
export interface Seen {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [string, string]>
  /** What was sent, when it was JSON. */
  readonly sent: JsonObject
  readonly answer: RecordedAnswer
  readonly json: Json | undefined
}

/** The JSON that a body is, if it is. */
const jsonIn = (body: Content | Unrecorded | undefined): Json | undefined => {
  if (body === undefined) return undefined
  return "json" in body ? body.json : "text" in body ? parse(body.text) : undefined
}

/** @internal */
export const objectIn = (json: Json | undefined): JsonObject => (isObject(json) ? json : {})

/** @internal */
export const objectsIn = (json: Json | undefined): ReadonlyArray<JsonObject> =>
  isArray(json) ? json.filter(isObject) : []

/** @internal */
export const textIn = (json: Json | undefined): string | undefined => (typeof json === "string" ? json : undefined)

/** @internal */
export const without = (object: JsonObject, ...names: ReadonlyArray<string>): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))

/** The fields that hold something, and `undefined` where none does. @internal */
export const anyOf = (object: JsonObject): JsonObject | undefined =>
  Object.keys(object).length === 0 ? undefined : object

/** @internal */
export const isOk = ({ answer }: Seen): boolean => answer.status >= 200 && answer.status < 300

/** @internal */
export const seenIn = (exchanges: ReadonlyArray<Exchange>): ReadonlyArray<Seen> =>
  exchanges.flatMap(({ at, outcome, request }) => {
    if (outcome._tag !== "Answer" || outcome.ending !== undefined) return []
    const { body, method, path, query } = request
    return [{ at, method, path, query, sent: objectIn(jsonIn(body)), answer: outcome, json: jsonIn(outcome.body) }]
  })
