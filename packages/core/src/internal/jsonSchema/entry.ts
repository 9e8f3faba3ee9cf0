import { type ConnectorFile, fromBytes, isConnectorFile } from "../../ConnectorFile.js"
import { type Coercer, coercer, missing } from "./coerce.js"
import { type Context, refuse, refuseAt, type refused } from "./context.js"
import { describe } from "./describe.js"
import { asIs } from "./json.js"
import { type Property, typeName, type WireType } from "./wireType.js"

/**
 * A top-level parameter that is ready to run.
 *
 * @internal
 */
export interface Entry {
  readonly property: Property
  readonly coercer: Coercer | undefined
  /** What it takes of files. */
  readonly takes: Takes
}

type Takes = "none" | "one" | "many" | "both"

/**
 * The files of one parameter.
 *
 * @internal
 */
export class Files {
  readonly files: ReadonlyArray<ConnectorFile>
  readonly isList: boolean
  constructor(files: ReadonlyArray<ConnectorFile>, isList: boolean) {
    this.files = files
    this.isList = isList
  }
}

/**
 * A parameter that is left out of what is sent.
 *
 * @internal
 */
export const absent: unique symbol = Symbol.for("@effect-connectors/core/ActionSchema/absent")

const takesOf = (type: WireType): Takes => {
  switch (type._tag) {
    case "Scalar":
      if (type.name === "any") return "both"
      return type.name === "binary" ? "one" : type.name === "array" ? "many" : "none"
    case "Array": {
      const one = takesOf(type.items.type)
      return one === "one" || one === "both" ? "many" : "none"
    }
    case "Model":
      return "none"
    case "Union": {
      const all = new Set(type.members.map(takesOf))
      if (all.has("both") || (all.has("one") && all.has("many"))) return "both"
      return all.has("one") ? "one" : all.has("many") ? "many" : "none"
    }
  }
}

/** @internal */
export const isBinary = (type: WireType): boolean =>
  type._tag === "Scalar"
    ? type.name === "binary"
    : type._tag === "Array"
      ? isBinary(type.items.type)
      : type._tag === "Union" && type.members.length > 0 && type.members.every(isBinary)

/** @internal */
export const entryOf = (property: Property): Entry =>
  property.shape === undefined
    ? { property, coercer: undefined, takes: "both" }
    : { property, coercer: coercer(property.shape), takes: takesOf(property.shape.type) }

const isContent = (value: unknown): value is ConnectorFile | Uint8Array =>
  isConnectorFile(value) || value instanceof Uint8Array

const asFile = (content: ConnectorFile | Uint8Array): ConnectorFile =>
  isConnectorFile(content) ? content : fromBytes(content)

const contentOf = (value: unknown): Files | undefined => {
  if (isContent(value)) return new Files([asFile(value)], false)
  if (!Array.isArray(value) || value.length === 0 || !isContent(value[0])) return undefined
  const content: ReadonlyArray<unknown> = value
  return content.every(isContent) ? new Files(content.map(asFile), true) : undefined
}

/**
 * Files as they are found under any name: bytes are none there.
 *
 * @internal
 */
export const filesIn = (value: unknown): Files | undefined => {
  if (isConnectorFile(value)) return new Files([value], false)
  if (!Array.isArray(value) || value.length === 0 || !isConnectorFile(value[0])) return undefined
  const files: ReadonlyArray<unknown> = value
  return files.every(isConnectorFile) ? new Files(files, true) : undefined
}

const fitting = (found: Files, takes: Takes, ctx: Context): Files | typeof refused => {
  if (found.isList && takes === "one") {
    return refuse(ctx, `expected one file, got a list of ${found.files.length}`, "pass the file itself")
  }
  if (!found.isList && takes === "many") return refuse(ctx, "expected a list of files, got one", "pass it in an array")
  return found
}

/**
 * The value as it is sent, {@link Files}, {@link absent} or {@link refused}.
 *
 * @internal
 */
export const read = (entry: Entry, given: unknown, ctx: Context): unknown => {
  const { coercer, property, takes } = entry
  let value = given
  if (value === undefined) return property.required ? missing(property, ctx) : absent
  if (coercer !== undefined) {
    if (typeof value === "string") {
      value = value.trim()
      if (value === "") return property.required ? blank(property, given, ctx) : absent
    } else if (value === null && !property.required) return absent
  }
  ctx.path.push(property.name)
  const found = takes !== "none" && typeof value === "object" ? contentOf(value) : undefined
  const coerced =
    found !== undefined
      ? fitting(found, takes, ctx)
      : coercer === undefined
        ? asIs(value, ctx)
        : value === null
          ? refuse(ctx, `expected ${nameOf(property)}, got null`, "give it a value")
          : coercer.coerce(value, ctx)
  ctx.path.pop()
  return coerced
}

const nameOf = (property: Property): string => (property.shape === undefined ? "a value" : typeName(property.shape))

const blank = (property: Property, given: unknown, ctx: Context): typeof refused =>
  given === "" ? missing(property, ctx) : refuseAt(ctx, property.name, "is only white space", "give it a value")

/** @internal */
export const misplaced = (ctx: Context, name: string, value: unknown): typeof refused =>
  refuseAt(ctx, name, `${describe(value)} under a name that is not a parameter`, "name the parameter it belongs to")
