import type { Field } from "@effect-connectors/core/Records"
import { objectOf, orNull, unionOf } from "./combine.js"
import { type InputField, type InputType, type ObjectType, type Scalar, unknownType } from "./model.js"

const openObject = objectOf([], unknownType)
const anyList: InputType = { kind: "array", items: unknownType }

/** The words that core knows when it checks inputs. Any other word takes any value. */
const kinds: ReadonlyMap<string, InputType> = new Map<string, InputType>([
  ["STRING", { kind: "string" }],
  ["TEXT", { kind: "string" }],
  ["NUMBER", { kind: "number" }],
  ["DECIMAL", { kind: "number" }],
  ["DOUBLE", { kind: "number" }],
  ["FLOAT", { kind: "number" }],
  ["INTEGER", { kind: "integer" }],
  ["INT", { kind: "integer" }],
  ["LONG", { kind: "integer" }],
  ["BOOLEAN", { kind: "boolean" }],
  ["BOOL", { kind: "boolean" }],
  ["DATE", { kind: "date" }],
  ["DATE_TIME", { kind: "date" }],
  ["DATETIME", { kind: "date" }],
  ["TIMESTAMP", { kind: "date" }],
  ["ARRAY", anyList],
  ["LIST", anyList],
  ["OBJECT", openObject],
  ["MAP", openObject]
])

const typeOfWord = (word: string | undefined): InputType =>
  kinds.get(
    (word ?? "")
      .trim()
      .toUpperCase()
      .replace(/[-\s]+/g, "_")
  ) ?? unknownType

const isScalar = (value: unknown): value is Scalar =>
  typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)

// the values that the server allows, where it lists them
const allowedBy = ({ raw }: Field): ReadonlyArray<Scalar> | undefined => {
  const listed: unknown = typeof raw === "object" && raw !== null && "enum" in raw ? raw.enum : undefined
  return Array.isArray(listed) && listed.length > 0 && listed.every(isScalar) ? listed : undefined
}

const fieldOf = (name: string, field: Field): InputField => {
  const allowed = allowedBy(field)
  const type =
    allowed === undefined ? typeOfWord(field.type) : unionOf(allowed.map((value) => ({ kind: "literal", value })))
  const required = field.required === true
  // null takes a value away
  return { name, type: required ? type : orNull(type), required, description: field.description ?? "" }
}

/** What the declared inputs of a saved action take. One that declares none, or one without a name, takes any name. */
export const inputOfFields = (declared: ReadonlyArray<Field>): ObjectType => {
  const byName = new Map(declared.flatMap((field) => (field.name === undefined ? [] : [[field.name, field] as const])))
  const fields = Array.from(byName, ([name, field]) => fieldOf(name, field))
  const isOpen = fields.length === 0 || fields.length < declared.length
  return isOpen ? objectOf(fields, unknownType) : objectOf(fields)
}
