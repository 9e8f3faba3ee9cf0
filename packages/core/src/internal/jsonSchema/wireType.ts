import { type Fields, isFields } from "../data/fields.js"

/**
 * The types that the wire tells apart. Ranges, formats and the like are not
 * among them.
 *
 * @internal
 */
export type WireType =
  | { readonly _tag: "Scalar"; readonly name: Scalar }
  | { readonly _tag: "Array"; readonly items: Shape }
  | {
      readonly _tag: "Model"
      readonly properties: ReadonlyArray<Property>
      /** The names in the schema's own `required`, which the wire does not read. */
      readonly listed: ReadonlySet<unknown>
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
  readonly required: boolean
}

type Skip = string

/**
 * What is left of the schema nodes that one action may have.
 *
 * @internal
 */
export interface Budget {
  nodes: number
}

const maxDepth = 64

/** @internal */
export const maxNodes = 50_000

const scalars = new Map<Scalar, WireType>()

const scalar = (name: Scalar): WireType => {
  const known = scalars.get(name)
  if (known !== undefined) return known
  const made: WireType = { _tag: "Scalar", name }
  scalars.set(name, made)
  return made
}

const any: Shape = { type: scalar("any"), nullable: false }

const isAny = (type: WireType): boolean => type._tag === "Scalar" && type.name === "any"

const plainTypes: ReadonlyMap<unknown, Scalar> = new Map<unknown, Scalar>([
  ["integer", "integer"],
  ["number", "number"],
  ["boolean", "boolean"]
])

/** @internal */
export const propertiesOf = (properties: Fields, budget: Budget, depth = 0): ReadonlyArray<Property> => {
  const found: Array<Property> = []
  for (const name of Object.keys(properties)) {
    // the wire has no names that start so, and "__proto__" is among them
    if (name.startsWith("_")) continue
    const source = properties[name]
    const shape = shapeOf(source, budget, depth + 1, false)
    found.push(
      typeof shape === "string"
        ? { name, source, shape: undefined, reason: shape, required: false }
        : { name, source, shape, reason: undefined, required: !shape.nullable && !isAny(shape.type) }
    )
  }
  return found
}

const shapeOf = (schema: unknown, budget: Budget, depth: number, inUnion: boolean): Shape | Skip => {
  if (depth > maxDepth) return `is nested deeper than ${maxDepth}`
  if (budget.nodes-- <= 0) return "the schema is too large"
  if (typeof schema === "boolean") return "is a boolean schema"
  if (!isFields(schema)) return "is no schema"
  if (typeof schema.type === "string") return typeOf(schema.type, schema, budget, depth, inUnion)
  if (Array.isArray(schema.type)) return unionOf(typesOf(schema, schema.type), budget, depth)
  if (Array.isArray(schema.anyOf)) return unionOf(schema.anyOf, budget, depth)
  if (isFields(schema.schema)) return shapeOf(schema.schema, budget, depth + 1, inUnion)
  const keyword = ["$ref", "oneOf", "allOf", "enum", "const"].find((name) => Object.hasOwn(schema, name))
  return keyword ?? "has no type"
}

const typesOf = (schema: Fields, types: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  types.map((type) => ({ type, items: schema.items, format: schema.format }))

const typeOf = (type: string, schema: Fields, budget: Budget, depth: number, inUnion: boolean): Shape | Skip => {
  const plain = plainTypes.get(type)
  if (plain !== undefined) return { type: scalar(plain), nullable: false }
  if (type === "array") {
    if (schema.items === undefined) return { type: scalar("array"), nullable: false }
    const items = shapeOf(schema.items, budget, depth + 1, inUnion)
    return typeof items === "string"
      ? `its items: ${items}`
      : { type: isAny(items.type) ? scalar("array") : { _tag: "Array", items }, nullable: false }
  }
  if (type === "object") {
    const properties = schema.properties
    // the members of a union are plain objects on the wire
    if (inUnion || !isFields(properties) || Object.keys(properties).length === 0) {
      return { type: scalar("object"), nullable: false }
    }
    const listed = new Set<unknown>(Array.isArray(schema.required) ? schema.required : [])
    return { type: { _tag: "Model", properties: propertiesOf(properties, budget, depth), listed }, nullable: false }
  }
  return { type: scalar(schema.format === "binary" && type === "string" ? "binary" : "string"), nullable: false }
}

const unionOf = (members: ReadonlyArray<unknown>, budget: Budget, depth: number): Shape | Skip => {
  const types: Array<WireType> = []
  let nullable = false
  for (const member of members) {
    if (isFields(member) && member.type === "null") {
      nullable = true
      continue
    }
    // what one member cannot say does not break the others
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
  wordsOf(shape.type, binary) + (shape.nullable ? "?" : "")

const wordsOf = (type: WireType, binary: "binary" | "string"): string => {
  switch (type._tag) {
    case "Scalar":
      return type.name === "binary" ? binary : type.name
    case "Array":
      return `array<${typeName(type.items, binary)}>`
    case "Model":
      return "object"
    case "Union":
      return [...new Set(type.members.map((member) => wordsOf(member, binary)))].join("|")
  }
}
