import type { InputSchema } from "@effect-connectors/core/ActionTools"
import { type Resolve, intersect, objectOf, unionOf } from "./combine.js"
import { type InputField, type InputType, type ObjectType, type Scalar, unknownType } from "./model.js"

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

const literalOf = (value: unknown): InputType => {
  if (isScalar(value)) return { kind: "literal", value }
  if (typeof value === "number") return { kind: "number" }
  if (Array.isArray(value)) return { kind: "array", items: unknownType }
  return isFields(value) ? objectOf([], unknownType) : unknownType
}

// a file in a tool's schema, which core writes in this one form
const isFile = ({ properties, type }: Fields): boolean => {
  if (type !== "object" || !isFields(properties)) return false
  const { base64 } = properties
  return (
    Object.keys(properties).join() === "filename,contentType,base64" &&
    isFields(base64) &&
    base64["contentEncoding"] === "base64"
  )
}

const prefix = "#/$defs/"

/** Whether a property may be left out although `required` lists it: a missing one is as good as null, or its default. */
const mayBeMissing = (schema: unknown, type: InputType): boolean =>
  (isFields(schema) && Object.hasOwn(schema, "default")) || allowsNull(type)

const allowsNull = (type: InputType): boolean =>
  type.kind === "null" || (type.kind === "union" && type.members.some(({ kind }) => kind === "null"))

/** Reads the schemas of one action. */
class SchemaReader {
  readonly #resolve: Resolve
  readonly #definitions: ReadonlySet<string>

  constructor(definitions: ReadonlySet<string>, resolve: Resolve) {
    this.#definitions = definitions
    this.#resolve = resolve
  }

  read(schema: unknown): InputType {
    if (!isFields(schema)) return unknownType
    if (isFile(schema)) return { kind: "file" }
    return this.#parts(schema).reduce<InputType>(
      // what contradicts itself takes no value: it is not for a type to say so
      (type, part) => intersect(type, part, this.#resolve) ?? unknownType,
      unknownType
    )
  }

  #parts(schema: Fields): ReadonlyArray<InputType> {
    const { allOf, anyOf, oneOf } = schema
    const unions = [anyOf, oneOf].filter((members) => Array.isArray(members))
    return [
      ...this.#reference(schema["$ref"]),
      ...(Array.isArray(schema["enum"]) ? [unionOf(schema["enum"].map(literalOf))] : []),
      ...(Object.hasOwn(schema, "const") ? [literalOf(schema["const"])] : []),
      this.#typed(schema),
      ...unions.map((members) => unionOf(members.map((member: unknown) => this.read(member)))),
      ...(Array.isArray(allOf) ? allOf.map((member: unknown) => this.read(member)) : [])
    ]
  }

  #reference(ref: unknown): ReadonlyArray<InputType> {
    if (typeof ref !== "string" || !ref.startsWith(prefix)) return []
    const name = ref.slice(prefix.length)
    return this.#definitions.has(name) ? [{ kind: "ref", name }] : []
  }

  #typed(schema: Fields): InputType {
    const { type } = schema
    if (Array.isArray(type)) return unionOf(type.map((one: unknown) => this.#ofType(one, schema)))
    if (type !== undefined) return this.#ofType(type, schema)
    if (isFields(schema["properties"])) return this.#ofType("object", schema)
    return unknownType
  }

  #ofType(type: unknown, schema: Fields): InputType {
    switch (type) {
      case "string":
      case "number":
      case "integer":
      case "boolean":
      case "null":
        return { kind: type }
      case "array":
        return { kind: "array", items: this.#items(schema) }
      case "object":
        return this.object(schema)
      default:
        return unknownType
    }
  }

  #items({ items, prefixItems }: Fields): InputType {
    if (!Array.isArray(prefixItems)) return this.read(items)
    const places = prefixItems.map((item: unknown) => this.read(item))
    return items === false ? unionOf(places) : unionOf([...places, this.read(items)])
  }

  object({ additionalProperties, properties, required }: Fields): ObjectType {
    const listed = new Set<unknown>(Array.isArray(required) ? required : [])
    const fields = Object.entries(isFields(properties) ? properties : {}).map(([name, schema]): InputField => {
      const type = this.read(schema)
      const isRequired = listed.has(name) && !mayBeMissing(schema, type)
      return { name, type, required: isRequired, description: isFields(schema) ? textOf(schema["description"]) : "" }
    })
    if (isFields(additionalProperties)) return objectOf(fields, this.read(additionalProperties))
    const isOpen = additionalProperties === true || (additionalProperties !== false && fields.length === 0)
    return isOpen ? objectOf(fields, unknownType) : objectOf(fields)
  }
}

/** The references that a type is made of, rather than those of what stands in it. */
const directReferences = (type: InputType): ReadonlyArray<string> => {
  if (type.kind === "ref") return [type.name]
  return type.kind === "union" ? type.members.flatMap(directReferences) : []
}

/** A definition that is made of itself, such as `A = A | string`, has no type: what it leads back to may be anything. */
const withoutCircles = (definitions: Readonly<Record<string, InputType>>): Readonly<Record<string, InputType>> => {
  const reaches = (from: string, to: string): boolean => {
    const seen = new Set<string>()
    const pending = [from]
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const type = definitions[name]
      for (const next of type === undefined ? [] : directReferences(type)) {
        if (next === to) return true
        if (!seen.has(next)) pending.push(next)
        seen.add(next)
      }
    }
    return false
  }
  return Object.fromEntries(
    Object.entries(definitions).map(([name, type]) => [
      name,
      directReferences(type).some((other) => other === name || reaches(other, name)) ? unknownType : type
    ])
  )
}

const referencesIn = (type: InputType): ReadonlyArray<string> => {
  switch (type.kind) {
    case "ref":
      return [type.name]
    case "array":
      return referencesIn(type.items)
    case "union":
      return type.members.flatMap(referencesIn)
    case "object":
      return [
        ...type.fields.flatMap((field) => referencesIn(field.type)),
        ...(type.rest ? referencesIn(type.rest) : [])
      ]
    default:
      return []
  }
}

const used = (
  input: InputType,
  definitions: Readonly<Record<string, InputType>>
): Readonly<Record<string, InputType>> => {
  const found = new Map<string, InputType>()
  const pending = [...referencesIn(input)]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const type = definitions[name]
    if (type === undefined || found.has(name)) continue
    found.set(name, type)
    pending.push(...referencesIn(type))
  }
  return Object.fromEntries(found)
}

// of definitions that need each other to be read
const maxChain = 100

/** What a schema of an action's parameters takes, as `bosa.tools` gives it. */
export const inputOfSchema = (
  schema: InputSchema
): { readonly input: ObjectType; readonly definitions: Readonly<Record<string, InputType>> } => {
  const sources = schema.$defs ?? {}
  const names = new Set(Object.keys(sources))
  const read: Record<string, InputType> = {}
  const reading = new Set<string>()
  // a definition is read when it is first needed; one that needs itself is not known to itself
  const definition = (name: string): InputType | undefined => {
    if (Object.hasOwn(read, name)) return read[name]
    if (reading.has(name) || !names.has(name) || reading.size > maxChain) return undefined
    reading.add(name)
    const type = reader.read(sources[name])
    reading.delete(name)
    read[name] = type
    return type
  }
  const reader = new SchemaReader(names, definition)
  const input = reader.object({ ...schema })
  for (const name of names) definition(name)
  return { input, definitions: used(input, withoutCircles(read)) }
}
