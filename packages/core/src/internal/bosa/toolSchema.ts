import type { InputSchema } from "../../ActionTools.js"
import { type Fields, isFields, fieldsOf } from "../data/fields.js"
import { maxNodes, propertiesOf, type Property, type WireType } from "../jsonSchema/wireType.js"
import type { DiscoveredAction } from "./discoveredConnector.js"
import {} from "./catalogList.js"

type Written = Readonly<Record<string, unknown>> | boolean

const anything: Written = {}

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

// what a keyword must be: one that is not would make the whole schema invalid, and models' servers refuse those
const keywords: ReadonlyArray<readonly [name: string, fits: (value: unknown) => boolean]> = [
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

const file = ({ description }: Fields): Written => ({
  type: "object",
  description: typeof description === "string" ? description : "A file.",
  properties: fileProperties,
  required: ["filename", "base64"],
  additionalProperties: false
})

const reference = /^#\/(?:\$defs|definitions)\/([^/%~]+)$/

const isFileSchema = (schema: Fields): boolean => schema["type"] === "string" && schema["format"] === "binary"

/** Writes one schema anew, of keywords that are known, with the definitions that it leads to. */
class Writer {
  readonly definitions: Record<string, unknown> = {}
  #nodes = maxNodes

  constructor(private readonly known: Fields) {}

  /** `inFiles`: files can be sent from here. `type`: what the wire takes it for. */
  write(schema: unknown, type: WireType | undefined, inFiles: boolean, depth = 0): Written {
    if (typeof schema === "boolean") return schema
    if (!isFields(schema) || depth > maxDepth || this.#nodes-- <= 0) return anything
    if (!Object.hasOwn(schema, "type") && !Object.hasOwn(schema, "anyOf") && isFields(schema["schema"])) {
      return this.write(schema["schema"], type, inFiles, depth + 1)
    }
    if (isFileSchema(schema) && inFiles) return file(schema)
    const made: Record<string, unknown> = this.typed(schema, type)
    for (const [name, fits] of keywords) {
      if (Object.hasOwn(schema, name) && fits(schema[name])) made[name] = schema[name]
    }
    if (made["format"] === "binary") delete made["format"]
    this.refer(schema["$ref"], made)
    this.items(schema, type, inFiles, depth, made)
    this.properties(schema, type, depth, made)
    for (const name of ["anyOf", "oneOf", "allOf"]) {
      const members = schema[name]
      if (!Array.isArray(members) || members.length === 0) continue
      made[name] = members.map((member) => this.write(member, undefined, inFiles && name === "anyOf", depth + 1))
    }
    if (isFields(schema["not"])) made["not"] = this.write(schema["not"], undefined, false, depth + 1)
    return made
  }

  private typed({ type: given }: Fields, type: WireType | undefined): Record<string, unknown> {
    if (Array.isArray(given)) {
      const known = [...new Set(given.filter((one) => types.has(one)))]
      return known.length === 0 ? {} : { type: known }
    }
    if (typeof given !== "string") return {}
    // what the wire does not know is text to it
    const isText = !types.has(given) || (given === "null" && type !== undefined)
    return { type: isText ? "string" : given }
  }

  private refer(ref: unknown, made: Record<string, unknown>): void {
    const name = typeof ref === "string" ? reference.exec(ref)?.[1] : undefined
    if (name === undefined || !Object.hasOwn(this.known, name)) return
    made["$ref"] = `#/$defs/${name}`
    if (Object.hasOwn(this.definitions, name)) return
    // it may lead to itself
    this.definitions[name] = anything
    this.definitions[name] = this.write(this.known[name], undefined, false)
  }

  private items(
    schema: Fields,
    type: WireType | undefined,
    inFiles: boolean,
    depth: number,
    made: Record<string, unknown>
  ): void {
    const of = type?._tag === "Array" ? type.items.type : undefined
    const { items, prefixItems } = schema
    if (isFields(items) || typeof items === "boolean") made["items"] = this.write(items, of, inFiles, depth + 1)
    if (Array.isArray(prefixItems) && prefixItems.length > 0) {
      made["prefixItems"] = prefixItems.map((item) => this.write(item, undefined, false, depth + 1))
    }
  }

  private properties(schema: Fields, type: WireType | undefined, depth: number, made: Record<string, unknown>): void {
    if (type?._tag === "Model") {
      Object.assign(
        made,
        this.object(type.properties, (property) => this.write(property.source, typeOf(property), false, depth + 1))
      )
      return
    }
    const { additionalProperties, properties, required } = schema
    if (isFields(properties)) {
      made["properties"] = Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [name, this.write(one, undefined, false, depth + 1)])
      )
    }
    if (Array.isArray(required)) {
      const names = [...new Set(required.filter((name) => typeof name === "string"))]
      if (names.length > 0) made["required"] = names
    }
    if (isFields(additionalProperties) || typeof additionalProperties === "boolean") {
      made["additionalProperties"] = this.write(additionalProperties, undefined, false, depth + 1)
    }
  }

  /** Required is what does not admit null, whatever the schema's own list says: that is how the wire reads it. */
  object(properties: ReadonlyArray<Property>, write: (property: Property) => Written) {
    return {
      properties: Object.fromEntries(properties.map((property) => [property.name, write(property)])),
      required: properties.filter(({ required }) => required).map(({ name }) => name),
      additionalProperties: false as const
    }
  }
}

const typeOf = (property: Property): WireType | undefined => property.shape?.type

const definitionsIn = (schema: Fields): Fields => ({ ...fieldsOf(schema["definitions"]), ...fieldsOf(schema["$defs"]) })

/**
 * The properties that an action takes at top level, as discovery gives them.
 *
 * @internal
 */
export const declaredIn = (schema: Fields): ReadonlyArray<Property> =>
  propertiesOf(fieldsOf(schema["properties"]), { nodes: maxNodes })

/** @internal */
export const requestIn = (parameters: unknown): Fields => fieldsOf(fieldsOf(fieldsOf(parameters)["request"])["schema"])

/**
 * What an action takes, as a valid JSON Schema. `request_body` says it best where it is there, but only what
 * `parameters` declares is sent.
 *
 * @internal
 */
export const inputSchemaOf = ({ info, parameters }: Pick<DiscoveredAction, "info" | "parameters">): InputSchema => {
  const request = requestIn(parameters)
  const body = fieldsOf(info.requestBody)
  const described = new Map(declaredIn(body).map((property) => [property.name, property]))
  const writer = new Writer({ ...definitionsIn(request), ...definitionsIn(body) })
  const { additionalProperties, properties, required } = writer.object(declaredIn(request), (property) => {
    const { shape, source } = described.get(property.name) ?? property
    return writer.write(source, shape?.type, true)
  })
  const title = body["title"]
  return {
    type: "object",
    ...(typeof title === "string" ? { title } : {}),
    properties,
    required,
    additionalProperties,
    ...(Object.keys(writer.definitions).length === 0 ? {} : { $defs: writer.definitions })
  }
}
