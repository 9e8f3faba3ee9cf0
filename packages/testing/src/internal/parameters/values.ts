import * as Effect from "effect/Effect"
import { ExecutorFailure, type Json, type JsonObject } from "../../Executor.js"

/** A parameter under its usual name, followed by the other names it is accepted under. */
export type Names = readonly [string, ...ReadonlyArray<string>]

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !isList(value)

export const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value)

/** A refusal with status 400. */
export const refuse = (message: string, code = "INVALID_PARAMETERS"): Effect.Effect<never, ExecutorFailure> =>
  Effect.fail(new ExecutorFailure({ status: 400, code, message }))

/** The value under the one name that is given; `undefined` when none is, or it is null. */
export const valueOf = (parameters: JsonObject, names: Names): Effect.Effect<Json | undefined, ExecutorFailure> => {
  const given = names.filter(
    (name) => Object.hasOwn(parameters, name) && parameters[name] !== undefined && parameters[name] !== null
  )
  const first = given[0]
  if (first === undefined) return Effect.succeed(undefined)
  return given.length === 1
    ? Effect.succeed(parameters[first])
    : refuse(`${given.map((name) => `"${name}"`).join(" and ")} mean the same parameter: give one of them`)
}

const missing = (names: Names) => refuse(`"${names[0]}" is required`)

export const optionalString = (
  parameters: JsonObject,
  names: Names
): Effect.Effect<string | undefined, ExecutorFailure> =>
  Effect.flatMap(valueOf(parameters, names), (value) =>
    value === undefined || typeof value === "string" ? Effect.succeed(value) : refuse(`"${names[0]}" must be a string`)
  )

export const requiredString = (parameters: JsonObject, names: Names): Effect.Effect<string, ExecutorFailure> =>
  Effect.flatMap(optionalString(parameters, names), (value) =>
    value === undefined ? missing(names) : Effect.succeed(value)
  )

export const flag = (
  parameters: JsonObject,
  names: Names,
  otherwise: boolean
): Effect.Effect<boolean, ExecutorFailure> =>
  Effect.flatMap(valueOf(parameters, names), (value) =>
    value === undefined
      ? Effect.succeed(otherwise)
      : typeof value === "boolean"
        ? Effect.succeed(value)
        : refuse(`"${names[0]}" must be true or false`)
  )

/** A whole number from 0 up. */
export const optionalCount = (
  parameters: JsonObject,
  names: Names
): Effect.Effect<number | undefined, ExecutorFailure> =>
  Effect.flatMap(valueOf(parameters, names), (value) =>
    value === undefined || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)
      ? Effect.succeed(value)
      : refuse(`"${names[0]}" must be a whole number from 0 up`)
  )

export const optionalRecord = (
  parameters: JsonObject,
  names: Names
): Effect.Effect<JsonObject | undefined, ExecutorFailure> =>
  Effect.flatMap(valueOf(parameters, names), (value) =>
    value === undefined || isObject(value) ? Effect.succeed(value) : refuse(`"${names[0]}" must be an object`)
  )

export const requiredRecord = (parameters: JsonObject, names: Names): Effect.Effect<JsonObject, ExecutorFailure> =>
  Effect.flatMap(optionalRecord(parameters, names), (value) =>
    value === undefined ? missing(names) : Effect.succeed(value)
  )

export const optionalList = (
  parameters: JsonObject,
  names: Names
): Effect.Effect<ReadonlyArray<Json> | undefined, ExecutorFailure> =>
  Effect.flatMap(valueOf(parameters, names), (value) =>
    value === undefined || isList(value) ? Effect.succeed(value) : refuse(`"${names[0]}" must be an array`)
  )
