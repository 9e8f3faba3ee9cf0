import type { InputSchema } from "../../ActionTools.js"
import { type Fields, fieldsOf, isFields } from "../data/fields.js"
import { maxNodes, propertiesOf, type Property, type WireType } from "../jsonSchema/wireType.js"
import type { DiscoveredAction } from "./discoveredConnector.js"
import { ToolDefinitions } from "./toolDefinitions.js"

type JsonSchema = Fields | boolean

const anySchema: JsonSchema = {}

const maxDepth = 64

const isText = (value: unknown): boolean => typeof value === "string"
const isNumber = (value: unknown): boolean => typeof value === "number"
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isFlag = (value: unknown): boolean => typeof value === "boolean"
const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0

const isPattern = (value: unknown): boolean => {
  if (typeof value !== "string") return false
  try {
    return new RegExp(value, "u") instanceof RegExp
  } catch {
    return false
  }
}

// a keyword with a wrong value is dropped: with it the whole schema would be invalid, and model servers refuse it
const keywords: ReadonlyArray<readonly [name: string, isValid: (value: unknown) => boolean]> = [
  ["title", isText],
  ["description", isText],
  ["default", () => true],
  ["const", () => true],
  ["examples", isList],
  ["enum", isList],
  ["format", isText],
  ["contentEncoding", isText],
  ["contentMediaType", isText],
  ["pattern", isPattern],
  ["minLength", isCount],
  ["maxLength", isCount],
  ["minimum", isNumber],
  ["maximum", isNumber],
  ["exclusiveMinimum", isNumber],
  ["exclusiveMaximum", isNumber],
  ["multipleOf", (value) => typeof value === "number" && value > 0],
  ["minItems", isCount],
  ["maxItems", isCount],
  ["uniqueItems", isFlag],
  ["minProperties", isCount],
  ["maxProperties", isCount]
]

const types: ReadonlySet<unknown> = new Set(["string", "number", "integer", "boolean", "array", "object", "null"])

const fileProperties = {
  filename: { type: "string" },
  contentType: { type: "string", description: "Its media type, such as text/plain." },
  base64: { type: "string", contentEncoding: "base64" }
}

const fileSchema = ({ description }: Fields): Fields => ({
  type: "object",
  description: typeof description === "string" ? description : "A file.",
  properties: fileProperties,
  required: ["filename", "base64"],
  additionalProperties: false
})

const isFileSchema = (schema: Fields): boolean => schema["type"] === "string" && schema["format"] === "binary"

const isNull = (schema: unknown): boolean => isFields(schema) && schema["type"] === "null"

const admitsNull = ({ anyOf, oneOf, type }: Fields): boolean =>
  (Array.isArray(type) && type.includes("null")) ||
  [anyOf, oneOf].some((members) => Array.isArray(members) && members.some(isNull))

/** The same schema for a value that may be null too: `nullable` is not a keyword of JSON Schema. */
const orNull = (schema: JsonSchema): JsonSchema =>
  typeof schema === "boolean" || Object.keys(schema).length === 0 || admitsNull(schema)
    ? schema
    : { anyOf: [schema, { type: "null" }] }

/** Copies a schema with the keywords that are known to be valid, and collects the schemas that it refers to. */
class SchemaWriter {
  /** The document that the schema which is written now stands in. */
  root: Fields = {}
  readonly #definitions: ToolDefinitions
  #nodes = maxNodes

  constructor(definitions: ToolDefinitions) {
    this.#definitions = definitions
  }

  /** `type` is what the server reads the schema as; `allowsFiles` says whether files can be sent in this place. */
  write(schema: unknown, type: WireType | undefined, allowsFiles: boolean, depth = 0): JsonSchema {
    if (typeof schema === "boolean") return schema
    if (!isFields(schema) || depth > maxDepth || this.#nodes-- <= 0) return anySchema
    if (!Object.hasOwn(schema, "type") && !Object.hasOwn(schema, "anyOf") && isFields(schema["schema"])) {
      return this.write(schema["schema"], type, allowsFiles, depth + 1)
    }
    const written = this.keywordsOf(schema, type, allowsFiles, depth)
    return schema["nullable"] === true ? orNull(written) : written
  }

  private keywordsOf(schema: Fields, type: WireType | undefined, allowsFiles: boolean, depth: number): Fields {
    if (isFileSchema(schema) && allowsFiles) return fileSchema(schema)
    return {
      ...typeKeyword(schema, type),
      ...validKeywords(schema),
      ...this.reference(schema["$ref"]),
      ...this.items(schema, type, allowsFiles, depth),
      ...this.properties(schema, type, depth),
      ...this.combinations(schema, allowsFiles, depth)
    }
  }

  private reference(ref: unknown): Fields {
    const name = typeof ref === "string" ? this.#definitions.nameOf(ref, this.root) : undefined
    return name === undefined ? {} : { $ref: `#/$defs/${name}` }
  }

  private items(
    { items, prefixItems }: Fields,
    type: WireType | undefined,
    allowsFiles: boolean,
    depth: number
  ): Fields {
    const itemType = type?._tag === "Array" ? type.items.type : undefined
    return {
      ...(isFields(items) || typeof items === "boolean"
        ? { items: this.write(items, itemType, allowsFiles, depth + 1) }
        : {}),
      ...(Array.isArray(prefixItems) && prefixItems.length > 0
        ? { prefixItems: prefixItems.map((item) => this.write(item, undefined, false, depth + 1)) }
        : {})
    }
  }

  private properties(schema: Fields, type: WireType | undefined, depth: number): Fields {
    return type?._tag === "Struct"
      ? this.object(type.properties, (property) => this.write(property.source, typeOf(property), false, depth + 1))
      : this.freeProperties(schema, depth)
  }

  private freeProperties({ additionalProperties, properties, required }: Fields, depth: number): Fields {
    const write = (schema: unknown) => this.write(schema, undefined, false, depth + 1)
    const names = Array.isArray(required) ? [...new Set(required.filter((name) => typeof name === "string"))] : []
    return {
      ...(isFields(properties)
        ? { properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, write(schema)])) }
        : {}),
      ...(names.length > 0 ? { required: names } : {}),
      ...(isFields(additionalProperties) || typeof additionalProperties === "boolean"
        ? { additionalProperties: write(additionalProperties) }
        : {})
    }
  }

  private combinations(schema: Fields, allowsFiles: boolean, depth: number): Fields {
    const written: Record<string, unknown> = {}
    for (const name of ["anyOf", "oneOf", "allOf"]) {
      const members = schema[name]
      if (!Array.isArray(members) || members.length === 0) continue
      written[name] = members.map((member) => this.write(member, undefined, allowsFiles && name === "anyOf", depth + 1))
    }
    if (isFields(schema["not"])) written["not"] = this.write(schema["not"], undefined, false, depth + 1)
    return written
  }

  /** What is required is what validation refuses to go without. */
  object(properties: ReadonlyArray<Property>, write: (property: Property) => JsonSchema) {
    return {
      properties: Object.fromEntries(properties.map((property) => [property.name, write(property)])),
      required: properties.filter(({ required }) => required).map(({ name }) => name),
      additionalProperties: false as const
    }
  }
}

const typeKeyword = ({ type: given }: Fields, type: WireType | undefined): Fields => {
  if (Array.isArray(given)) {
    const known = [...new Set(given.filter((name) => types.has(name)))]
    return known.length === 0 ? {} : { type: known }
  }
  if (typeof given !== "string") return {}
  // the server reads an unknown type as text
  const isText = !types.has(given) || (given === "null" && type !== undefined)
  return { type: isText ? "string" : given }
}

const validKeywords = (schema: Fields): Fields => {
  const valid: Record<string, unknown> = {}
  for (const [name, isValid] of keywords) {
    if (Object.hasOwn(schema, name) && isValid(schema[name])) valid[name] = schema[name]
  }
  if (valid["format"] === "binary") delete valid["format"]
  return valid
}

const typeOf = (property: Property): WireType | undefined => property.shape?.type

/**
 * The properties that an action takes at top level, as discovery lists them.
 *
 * @internal
 */
export const declaredIn = (schema: Fields): ReadonlyArray<Property> =>
  propertiesOf(fieldsOf(schema["properties"]), schema["required"], { nodes: maxNodes })

/** @internal */
export const requestIn = (parameters: unknown): Fields => fieldsOf(fieldsOf(fieldsOf(parameters)["request"])["schema"])

/**
 * The parameters of an action as a valid JSON Schema. A parameter is described by `request_body` where that has it, but
 * only what `parameters` declares is sent.
 *
 * @internal
 */
export const inputSchemaOf = ({ info, parameters }: Pick<DiscoveredAction, "info" | "parameters">): InputSchema => {
  const request = requestIn(parameters)
  const body = fieldsOf(info.requestBody)
  const described = new Map(declaredIn(body).map((property) => [property.name, property]))
  const definitions = new ToolDefinitions([body, request])
  const writer = new SchemaWriter(definitions)
  const { additionalProperties, properties, required } = writer.object(declaredIn(request), (property) => {
    const description = described.get(property.name)
    writer.root = description === undefined ? request : body
    const { shape, source } = description ?? property
    return writer.write(source, shape?.type, true)
  })
  const $defs = definitions.write((schema, root) => {
    writer.root = root
    return writer.write(schema, undefined, false)
  })
  const title = body["title"]
  return {
    type: "object",
    ...(typeof title === "string" ? { title } : {}),
    properties,
    required,
    additionalProperties,
    ...($defs === undefined ? {} : { $defs })
  }
}
