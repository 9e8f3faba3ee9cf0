import type * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"
import type { Issue } from "../../InvalidRequest.js"
import type { Fields } from "../data/fields.js"
import { absent, type CompiledParameter, readParameter } from "../jsonSchema/compiledParameter.js"
import { isValid, listIssues, makeContext } from "../jsonSchema/context.js"
import { FileValue } from "../jsonSchema/file.js"
import type { Shape, WireType } from "../jsonSchema/wireType.js"
import { connectorFilesOf } from "./connectorFiles.js"

type JsonSchema = { readonly [key: string]: unknown }

/** The types that the server distinguishes, as a JSON Schema without references. */
const jsonSchemaOf = (shape: Shape): JsonSchema => {
  const schema = jsonSchemaOfType(shape.type)
  return shape.nullable ? { anyOf: [schema, { type: "null" }] } : schema
}

const jsonSchemaOfType = (type: WireType): JsonSchema => {
  switch (type._tag) {
    case "Scalar":
      return type.name === "any"
        ? {}
        : type.name === "binary"
          ? { type: "string", format: "binary" }
          : { type: type.name }
    case "Array":
      return { type: "array", items: jsonSchemaOf(type.items) }
    case "Struct": {
      const typed = type.properties.map(
        ({ name, shape }) => [name, shape === undefined ? {} : jsonSchemaOf(shape)] as const
      )
      const required = type.properties.filter((property) => property.required).map((property) => property.name)
      return { type: "object", properties: Object.fromEntries(typed), required }
    }
    case "Union":
      return { anyOf: type.members.map(jsonSchemaOfType) }
  }
}

const parseIssue =
  (ast: AST.AST, actual: unknown) =>
  ({ fix, message, path }: Issue): ParseResult.ParseIssue => {
    const text = fix === undefined ? message : `${message} (${fix})`
    const issue = new ParseResult.Type(ast, undefined, text)
    // the first step is the field, which the Struct adds
    const [, step, ...rest] = path
    return step === undefined ? issue : new ParseResult.Pointer([step, ...rest], actual, issue)
  }

const decodeWith =
  (parameter: CompiledParameter) =>
  (value: unknown, ast: AST.AST): Effect.Effect<unknown, ParseResult.ParseIssue> => {
    const ctx = makeContext(false)
    const read = readParameter(parameter, value, ctx)
    if (isValid(ctx)) return ParseResult.succeed(decodedValue(read))
    const [first, ...more] = listIssues(ctx).map(parseIssue(ast, value))
    if (first === undefined) return ParseResult.fail(new ParseResult.Type(ast, undefined))
    return ParseResult.fail(more.length === 0 ? first : new ParseResult.Composite(ast, value, [first, ...more]))
  }

const fieldOf = (parameter: CompiledParameter) => {
  const { required, shape } = parameter.property
  const from = Schema.Unknown.annotations({ jsonSchema: shape === undefined ? {} : jsonSchemaOf(shape) })
  const decode = decodeWith(parameter)
  const field = Schema.transformOrFail(from, Schema.Unknown, {
    strict: true,
    decode: (value, _, ast) => decode(value, ast),
    encode: ParseResult.succeed
  })
  // exact: the field takes undefined itself, and a union with it would name the value in its issue
  return required ? field : Schema.optionalWith(field, { exact: true })
}

const decodedValue = (read: unknown): unknown => {
  if (!(read instanceof FileValue)) return read === absent ? undefined : read
  const files = connectorFilesOf(read.contents)
  return read.isList ? files : files[0]
}

// a Struct without fields is `{}`: any value but null is valid, and is not changed
const noFields = {
  "": Schema.optional(
    Schema.transform(Schema.Unknown, Schema.Undefined, {
      strict: true,
      decode: () => undefined,
      encode: (value) => value
    })
  )
}

/**
 * The parameters as one Struct. It decodes what `validate` accepts without `strict`; a parameter that is left out of the
 * request is undefined here.
 *
 * @internal
 */
export const effectSchemaOf = (parameters: ReadonlyArray<CompiledParameter>): Schema.Schema<Fields, Fields> =>
  parameters.length === 0
    ? Schema.Struct(noFields)
    : Schema.Struct(Object.fromEntries(parameters.map((each) => [each.property.name, fieldOf(each)])))
