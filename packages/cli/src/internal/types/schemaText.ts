import type { InputField, InputType, ObjectType } from "./model.js"
import { quoted } from "./text.js"
import type { Alias } from "./typeText.js"

// a bundler drops a call that is marked, and what it holds only if that is marked too
const pure = (call: string): string => `/*#__PURE__*/ Schema.${call}`

const numbers = pure("Union(Schema.Number, Schema.BigIntFromSelf)")

const fieldText = ({ name, required, type }: InputField, alias: Alias, indent: string): string => {
  const value = schemaText(type, alias, indent)
  // __proto__ as a plain key is no property
  const key = name === "__proto__" ? `[${quoted(name)}]` : quoted(name)
  return `${indent}${key}: ${required ? value : pure(`optional(${value})`)}`
}

// of an object whose type the compiler can infer
const maxFields = 100

const record = (value: string): string => `{ key: Schema.String, value: ${value} }`

const objectText = ({ fields, rest }: ObjectType, alias: Alias, indent: string): string => {
  if (fields.length === 0) {
    const value = rest === undefined ? "Schema.Never" : schemaText(rest, alias, indent)
    return pure(`Record(${record(value)})`)
  }
  const inner = `${indent}  `
  const own = fields.map((field) => fieldText(field, alias, inner)).join(",\n")
  // with the names of so many fields in the type of the struct the compiler gives up
  const of =
    fields.length > maxFields
      ? `<Schema.Struct.Fields${rest === undefined ? "" : ", Schema.IndexSignature.Records"}>`
      : ""
  return pure(`Struct${of}({\n${own}\n${indent}}${rest === undefined ? "" : `, ${record("Schema.Unknown")}`})`)
}

/** A type as an expression of `effect/Schema`. References are suspended: they may lead back. */
export const schemaText = (type: InputType, alias: Alias, indent = ""): string => {
  switch (type.kind) {
    case "integer":
    case "number":
      return numbers
    case "string":
      return "Schema.String"
    case "boolean":
      return "Schema.Boolean"
    case "null":
      return "Schema.Null"
    case "date":
      return pure("Union(Schema.String, Schema.Number, Schema.BigIntFromSelf, Schema.DateFromSelf)")
    case "file":
      return "File"
    case "literal":
      return pure(`Literal(${typeof type.value === "string" ? quoted(type.value) : String(type.value)})`)
    case "array":
      return pure(`Array(${schemaText(type.items, alias, indent)})`)
    case "union":
      return pure(`Union(${type.members.map((member) => schemaText(member, alias, indent)).join(", ")})`)
    case "object":
      return objectText(type, alias, indent)
    case "ref":
      return pure(`suspend((): Schema.Schema<${alias(type.name)}> => ${alias(type.name)})`)
    case "unknown":
      return "Schema.Unknown"
  }
}

/** Whether the type of the schema has to be stated, as the compiler cannot infer it. */
export const isLarge = (type: InputType): boolean => {
  switch (type.kind) {
    case "array":
      return isLarge(type.items)
    case "union":
      return type.members.length > maxFields || type.members.some(isLarge)
    case "object":
      return (
        type.fields.length > maxFields ||
        type.fields.some((field) => isLarge(field.type)) ||
        (type.rest !== undefined && isLarge(type.rest))
      )
    default:
      return false
  }
}

/** States the type of a schema, for modules with a large one. */
export const statedSchema =
  'const stated = <A>({ ast }: Pick<Schema.Schema.Any, "ast">): Schema.Schema<A> => Schema.make<A>(ast)\n'

/** The schema of a file, for modules where one is taken. */
export const fileSchema =
  "const File = /*#__PURE__*/ Schema.declare(\n" +
  "  (value: unknown): value is ConnectorFile | Uint8Array | string =>\n" +
  '    typeof value === "string" || value instanceof Uint8Array || isConnectorFile(value)\n' +
  ")\n"
