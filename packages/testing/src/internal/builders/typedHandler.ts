import * as Effect from "effect/Effect"
import * as JSONSchema from "effect/JSONSchema"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { HandlerResult, TypedHandler } from "../../Answer.js"
import { ExecutorFailure, type Json } from "../../Executor.js"
import { parse } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { toEffect } from "./answers.js"

/** @internal */
export const isTypedHandler = (answer: unknown): answer is TypedHandler<never> =>
  Predicate.hasProperty(answer, "parameters") && typeof answer === "function"

const pathPrefix = (path: ReadonlyArray<PropertyKey>): string =>
  path.length === 0 ? "" : `${path.map(String).join(".")}: `

const schemaFailure =
  (status: number, code: string) =>
  (error: ParseResult.ParseError): ExecutorFailure => {
    const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
    const message = issues.map(({ path, message }) => `${pathPrefix(path)}${message}`).join("; ")
    return new ExecutorFailure({ status, code, message })
  }

const prefix = "#/$defs/"

/** The definition that a schema refers to, or the schema itself. */
const resolved = (schema: Json | undefined, definitions: Json | undefined): Json => {
  const ref = isObject(schema) ? schema["$ref"] : undefined
  if (typeof ref !== "string" || !ref.startsWith(prefix) || !isObject(definitions)) return schema ?? {}
  return definitions[ref.slice(prefix.length)] ?? {}
}

/** The fields of the input of a schema; none when it is not an object. @internal */
export const parametersOf = <A, I>(schema: Schema.Schema<A, I>): TypedHandler<never>["parameters"] => {
  const root = parse(JSON.stringify(JSONSchema.make(schema)))
  const definitions = isObject(root) ? root["$defs"] : undefined
  const whole = resolved(root, definitions)
  const { properties, required } = isObject(whole) ? whole : {}
  const fields = isObject(properties) ? Object.entries(properties) : []
  return {
    properties: Object.fromEntries(fields.map(([name, field]) => [name, resolved(field, definitions)])),
    required: isArray(required) ? required.map(String) : [],
    schema: definitions === undefined ? {} : { $defs: definitions }
  }
}

/** @internal */
export const makeTypedHandler = <A, I, B, J extends Json, Context>(
  input: Schema.Schema<A, I>,
  output: Schema.Schema<B, J>,
  handler: (input: A, context: Context) => HandlerResult<B>
): TypedHandler<Context> => {
  const decode = Schema.decodeUnknown(input, { errors: "all" })
  const encode = Schema.encode(output, { errors: "all" })
  const run = (value: Json, context: Context) =>
    decode(value).pipe(
      Effect.mapError(schemaFailure(400, "INVALID_INPUT")),
      Effect.flatMap((input) => toEffect(handler(input, context))),
      Effect.flatMap((value) => Effect.mapError(encode(value), schemaFailure(500, "INVALID_OUTPUT")))
    )
  return Object.assign(run, { parameters: parametersOf(input) })
}
