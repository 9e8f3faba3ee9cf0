import type { InputField, InputType, ObjectType } from "./model.js"
import { propertyName, quoted, tsdoc } from "./text.js"

/** How a reference is called. */
export type Alias = (name: string) => string

const fieldText = ({ description, name, required, type }: InputField, alias: Alias, indent: string): string => {
  const value = typeText(type, alias, indent)
  const property = `readonly ${propertyName(name)}${required ? "" : "?"}: ${value}${required ? "" : " | undefined"}`
  return `${tsdoc(description, indent)}${indent}${property}\n`
}

const noFields = "Readonly<Record<string, never>>"

const objectText = ({ fields, rest }: ObjectType, alias: Alias, indent: string): string => {
  if (fields.length === 0 && rest === undefined) return noFields
  const inner = `${indent}  `
  const own = fields.map((field) => fieldText(field, alias, inner)).join("")
  const index = rest === undefined ? "" : `${inner}readonly [key: string]: ${typeText(rest, alias, inner)}\n`
  return `{\n${own}${index}${indent}}`
}

/** A type as TypeScript writes it. `indent` is that of the line it starts in. */
export const typeText = (type: InputType, alias: Alias, indent = ""): string => {
  switch (type.kind) {
    case "integer":
    case "number":
      return "number | bigint"
    case "date":
      return "string | number | bigint | Date"
    case "file":
      return "ConnectorFile | Uint8Array | string"
    case "literal":
      return typeof type.value === "string" ? quoted(type.value) : String(type.value)
    case "array":
      return `ReadonlyArray<${typeText(type.items, alias, indent)}>`
    case "union":
      return type.members.map((member) => typeText(member, alias, indent)).join(" | ")
    case "object":
      return objectText(type, alias, indent)
    case "ref":
      return alias(type.name)
    default:
      return type.kind
  }
}

/** Whether a type takes files. */
export const takesFile = (type: InputType): boolean => {
  switch (type.kind) {
    case "file":
      return true
    case "array":
      return takesFile(type.items)
    case "union":
      return type.members.some(takesFile)
    case "object":
      return type.fields.some((field) => takesFile(field.type)) || (type.rest !== undefined && takesFile(type.rest))
    default:
      return false
  }
}
