import { type Fields, isFields } from "../data/fields.js"

/**
 * A type as the published clients read it. They distinguish these and ignore ranges, formats and the like.
 *
 * @internal
 */
export type WireType =
  | { readonly _tag: "Scalar"; readonly name: Scalar }
  | { readonly _tag: "Array"; readonly items: Shape }
  | {
      readonly _tag: "Struct"
      readonly properties: ReadonlyArray<Property>
      /** The names in the schema's own `required`. */
      readonly requiredList: ReadonlySet<unknown>
    }
  | { readonly _tag: "Union"; readonly members: ReadonlyArray<WireType> }

/** @internal */
export type Scalar = "string" | "integer" | "number" | "boolean" | "binary" | "any" | "object" | "array"

/** @internal */
export interface Shape {
  readonly type: WireType
  readonly nullable: boolean
}

/** @internal */
export interface Property {
  readonly name: string
  readonly source: unknown
  /** Absent when the property has no type on the wire, for the `reason`. */
  readonly shape: Shape | undefined
  readonly reason: string | undefined
  /** Whether it is an issue when it is missing. */
  readonly required: boolean
}

/** Why a property has no type on the wire. */
type Reason = string

/**
 * What is left of the schema nodes that one action may have.
 *
 * @internal
 */
export interface NodeBudget {
  nodes: number
}

const maxDepth = 64

/** @internal */
export const maxNodes = 50_000

const scalars: Readonly<Record<Scalar, WireType>> = {
  string: { _tag: "Scalar", name: "string" },
  integer: { _tag: "Scalar", name: "integer" },
  number: { _tag: "Scalar", name: "number" },
  boolean: { _tag: "Scalar", name: "boolean" },
  binary: { _tag: "Scalar", name: "binary" },
  any: { _tag: "Scalar", name: "any" },
  object: { _tag: "Scalar", name: "object" },
  array: { _tag: "Scalar", name: "array" }
}

const scalarShape = (name: Scalar): Shape => ({ type: scalars[name], nullable: false })

const any = scalarShape("any")

/** @internal */
export const isAny = (type: WireType): boolean => type._tag === "Scalar" && type.name === "any"

const plainTypes: ReadonlyMap<unknown, Scalar> = new Map<unknown, Scalar>([
  ["integer", "integer"],
  ["number", "number"],
  ["boolean", "boolean"]
])

/**
 * The properties of an object schema. One is required when it does not allow null, has no default, and stands in
 * `required` where the schema has that list: what the server says is optional may be left out. An empty list means
 * the same as none (JSON Schema 2020-12, 6.5.3), and platforms write it beside properties that they do require.
 *
 * @internal
 */
export const propertiesOf = (
  properties: Fields,
  requiredList: unknown,
  budget: NodeBudget,
  depth = 0
): ReadonlyArray<Property> => {
  const found: Array<Property> = []
  const listed = Array.isArray(requiredList) && requiredList.length > 0 ? new Set<unknown>(requiredList) : undefined
  const isRequired = (name: string, source: unknown, shape: Shape): boolean =>
    !shape.nullable && !isAny(shape.type) && !hasDefault(source) && listed?.has(name) !== false
  for (const name of Object.keys(properties)) {
    // the server has no parameters with such names, and "__proto__" is one of them
    if (name.startsWith("_")) continue
    const source = properties[name]
    const shape = shapeOf(source, budget, depth + 1, false)
    found.push(
      typeof shape === "string"
        ? { name, source, shape: undefined, reason: shape, required: false }
        : { name, source, shape, reason: undefined, required: isRequired(name, source, shape) }
    )
  }
  return found
}

const hasDefault = (schema: unknown): boolean =>
  isFields(schema) && (Object.hasOwn(schema, "default") || (isWrapper(schema) && hasDefault(schema.schema)))

const maxNullDepth = 8

const allowsNull = (schema: unknown, depth = 0): boolean => {
  if (!isFields(schema) || depth > maxNullDepth) return false
  if (isNullable(schema) || schema.type === "null") return true
  if (Array.isArray(schema.type)) return schema.type.includes("null")
  const members = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []))
  return (
    members.some((member) => allowsNull(member, depth + 1)) ||
    (isWrapper(schema) && allowsNull(schema.schema, depth + 1))
  )
}

/**
 * Whether a property may be left out although its object lists it in `required`: a missing one is as good as null, or
 * as its default.
 *
 * @internal
 */
export const mayBeMissing = (schema: unknown): boolean => hasDefault(schema) || allowsNull(schema)

/** Whether it only holds another schema. */
const isWrapper = (schema: Fields): boolean =>
  typeof schema.type !== "string" &&
  !Array.isArray(schema.type) &&
  !Array.isArray(schema.anyOf) &&
  isFields(schema.schema)

const shapeOf = (schema: unknown, budget: NodeBudget, depth: number, inUnion: boolean): Shape | Reason => {
  const shape = plainShapeOf(schema, budget, depth, inUnion)
  return typeof shape !== "string" && isNullable(schema) ? { ...shape, nullable: true } : shape
}

/** OpenAPI 3.0 says it so. */
const isNullable = (schema: unknown): boolean => isFields(schema) && schema.nullable === true

const plainShapeOf = (schema: unknown, budget: NodeBudget, depth: number, inUnion: boolean): Shape | Reason => {
  if (depth > maxDepth) return `is nested deeper than ${maxDepth}`
  if (budget.nodes-- <= 0) return "the schema is too large"
  if (typeof schema === "boolean") return "is a boolean schema"
  if (!isFields(schema)) return "is not a schema"
  if (typeof schema.type === "string") return typeShape(schema.type, schema, budget, depth, inUnion)
  if (Array.isArray(schema.type)) return unionShape(membersOf(schema, schema.type), budget, depth)
  if (Array.isArray(schema.anyOf)) return unionShape(schema.anyOf, budget, depth)
  if (isFields(schema.schema)) return shapeOf(schema.schema, budget, depth + 1, inUnion)
  const keyword = ["$ref", "oneOf", "allOf", "enum", "const"].find((name) => Object.hasOwn(schema, name))
  return keyword ?? "has no type"
}

const membersOf = (schema: Fields, types: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  types.map((type) => ({ type, items: schema.items, format: schema.format }))

const typeShape = (
  type: string,
  schema: Fields,
  budget: NodeBudget,
  depth: number,
  inUnion: boolean
): Shape | Reason => {
  const plain = plainTypes.get(type)
  if (plain !== undefined) return scalarShape(plain)
  if (type === "array") return arrayShape(schema.items, budget, depth, inUnion)
  if (type === "object") return inUnion ? scalarShape("object") : objectShape(schema, budget, depth)
  return scalarShape(schema.format === "binary" && type === "string" ? "binary" : "string")
}

const arrayShape = (items: unknown, budget: NodeBudget, depth: number, inUnion: boolean): Shape | Reason => {
  if (items === undefined) return scalarShape("array")
  const shape = shapeOf(items, budget, depth + 1, inUnion)
  if (typeof shape === "string") return `its items: ${shape}`
  return isAny(shape.type) ? scalarShape("array") : { type: { _tag: "Array", items: shape }, nullable: false }
}

// only an object outside of a union is read field by field
const objectShape = ({ properties, required }: Fields, budget: NodeBudget, depth: number): Shape => {
  if (!isFields(properties) || Object.keys(properties).length === 0) return scalarShape("object")
  const requiredList = new Set<unknown>(Array.isArray(required) ? required : [])
  return {
    type: { _tag: "Struct", properties: propertiesOf(properties, required, budget, depth), requiredList },
    nullable: false
  }
}

const unionShape = (members: ReadonlyArray<unknown>, budget: NodeBudget, depth: number): Shape | Reason => {
  const types: Array<WireType> = []
  let nullable = false
  for (const member of members) {
    if (isFields(member) && member.type === "null") {
      nullable = true
      continue
    }
    // a member without a type takes any value; the other members still count
    const found = shapeOf(member, budget, depth + 1, true)
    const shape = typeof found === "string" ? any : found
    if (shape.nullable) nullable = true
    if (shape.type._tag === "Union") types.push(...shape.type.members)
    else types.push(shape.type)
  }
  const [first] = types
  if (first === undefined) return nullable ? "is only null" : "has no type"
  if (types.some(isAny)) return { type: any.type, nullable }
  return { type: types.length === 1 ? first : { _tag: "Union", members: types }, nullable }
}

/**
 * A type in neutral words: `integer`, `array<string>`, `integer|string?`.
 *
 * @internal
 */
export const typeName = (shape: Shape, binary: "binary" | "string" = "binary"): string =>
  neutralName(shape.type, binary) + (shape.nullable ? "?" : "")

const neutralName = (type: WireType, binary: "binary" | "string"): string => {
  switch (type._tag) {
    case "Scalar":
      return type.name === "binary" ? binary : type.name
    case "Array":
      return `array<${typeName(type.items, binary)}>`
    case "Struct":
      return "object"
    case "Union":
      return [...new Set(type.members.map((member) => neutralName(member, binary)))].join("|")
  }
}
