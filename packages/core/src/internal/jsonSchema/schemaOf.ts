import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"
import type { Values } from "../../ActionSchema.js"
import type { Issue } from "../../InvalidRequest.js"
import { begin, isClean, issuesOf } from "./context.js"
import { absent, type Entry, Files, read } from "./entry.js"
import type { Shape, WireType } from "./wireType.js"

type JsonSchema = { readonly [key: string]: unknown }

/** The types that the wire tells apart, as a JSON Schema without references. */
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
    case "Model": {
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

const fieldOf = (entry: Entry) => {
  const { required, shape } = entry.property
  const from = Schema.Unknown.annotations({ jsonSchema: shape === undefined ? {} : jsonSchemaOf(shape) })
  const field = Schema.transformOrFail(from, Schema.Unknown, {
    strict: true,
    decode: (value, _, ast) => {
      const ctx = begin(false)
      const cleaned = read(entry, value, ctx)
      if (isClean(ctx)) return ParseResult.succeed(valueOf(cleaned))
      const [first, ...more] = issuesOf(ctx).map(parseIssue(ast, value))
      if (first === undefined) return ParseResult.fail(new ParseResult.Type(ast, undefined))
      return ParseResult.fail(more.length === 0 ? first : new ParseResult.Composite(ast, value, [first, ...more]))
    },
    encode: ParseResult.succeed
  })
  // exact: the field takes undefined itself, and a union with it would name the value in its issue
  return required ? field : Schema.optionalWith(field, { exact: true })
}

const valueOf = (cleaned: unknown): unknown => {
  if (cleaned instanceof Files) return cleaned.isList ? cleaned.files : cleaned.files[0]
  return cleaned === absent ? undefined : cleaned
}

// a Struct without fields is `{}`: any value but null is one, and is left as it is
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
 * The entries as one Struct. It decodes what `validate` accepts without
 * `strict`; what is left out there is undefined here.
 *
 * @internal
 */
export const schemaOf = (entries: ReadonlyArray<Entry>): Schema.Schema<Values, Values> =>
  entries.length === 0
    ? Schema.Struct(noFields)
    : Schema.Struct(Object.fromEntries(entries.map((entry) => [entry.property.name, fieldOf(entry)])))
