import type { Json, JsonObject } from "../../Executor.js"
import type { Content, Exchange, RecordedResponse, Unrecorded } from "../../Recording.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { jsonOf } from "./content.js"

/** An exchange with a whole response, in the form that the builders of worlds read. @internal */
export interface CompletedExchange {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [string, string]>
  /** The JSON object in the body of the request; empty for any other body. */
  readonly sent: JsonObject
  readonly response: RecordedResponse
  readonly json: Json | undefined
}

const jsonIn = (body: Content | Unrecorded | undefined): Json | undefined =>
  body === undefined || "unrecorded" in body ? undefined : jsonOf(body)

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

/** The object, or `undefined` if it has no fields. @internal */
export const nonEmpty = (object: JsonObject): JsonObject | undefined =>
  Object.keys(object).length === 0 ? undefined : object

/** @internal */
export const isOk = ({ response: { status } }: CompletedExchange): boolean => status >= 200 && status < 300

/** @internal */
export const completedExchanges = (exchanges: ReadonlyArray<Exchange>): ReadonlyArray<CompletedExchange> =>
  exchanges.flatMap(({ at, outcome, request }) => {
    if (outcome._tag !== "Answer" || outcome.ending !== undefined) return []
    const { body, method, path, query } = request
    return [{ at, method, path, query, sent: objectIn(jsonIn(body)), response: outcome, json: jsonIn(outcome.body) }]
  })
