import * as Effect from "effect/Effect"
import * as JSONSchema from "effect/JSONSchema"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { HandlerResult, TypedHandler } from "../../Answer.js"
import { ExecutorFailure, type Json } from "../../Executor.js"
import { parse } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { withInputCheck } from "../parameters/inputCheck.js"
import { toEffect } from "./answers.js"

/** @internal */
export const isTypedHandler = (answer: unknown): answer is TypedHandler<never> =>
  Predicate.hasProperty(answer, "parameters") && typeof answer === "function"

const pathPrefix = (path: ReadonlyArray<PropertyKey>): string =>
  path.length === 0 ? "" : `${path.map(String).join(".")}: `

const expected = /^Expected (.*), actual (.*)$/s

/** The messages of one place: the members of a union say each what they expect, which reads as a contradiction. */
const oneOf = (messages: ReadonlyArray<string>): string => {
  const parts = messages.map((message) => expected.exec(message))
  const actual = parts[0]?.[2]
  const members = parts.flatMap((part) => (part?.[1] !== undefined && part[2] === actual ? [part[1]] : []))
  // JSON has no such value: it is the absence of an optional field
  const wanted = members.filter((member) => member !== "undefined")
  if (members.length < messages.length || wanted.length === 0) return messages.join("; ")
  const others = wanted.slice(0, -1).join(", ")
  return `Expected ${others === "" ? "" : `${others} or `}${wanted.at(-1)}, actual ${actual}`
}

const schemaFailure =
  (status: number, code: string) =>
  (error: ParseResult.ParseError): ExecutorFailure => {
    const places = new Map<string, Array<string>>()
    for (const { message, path } of ParseResult.ArrayFormatter.formatErrorSync(error)) {
      const at = pathPrefix(path)
      const said = places.get(at)
      if (said === undefined) places.set(at, [message])
      else said.push(message)
    }
    const message = Array.from(places, ([at, messages]) => `${at}${oneOf(messages)}`).join("; ")
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
  const decoded = (value: Json) => Effect.mapError(decode(value), schemaFailure(400, "INVALID_INPUT"))
  const run = (value: Json, context: Context) =>
    decoded(value).pipe(
      Effect.flatMap((input) => toEffect(handler(input, context))),
      Effect.flatMap((value) => Effect.mapError(encode(value), schemaFailure(500, "INVALID_OUTPUT")))
    )
  return withInputCheck(Object.assign(run, { parameters: parametersOf(input) }), decoded)
}
