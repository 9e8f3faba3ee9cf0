import { type CleanField, cleanField, isFieldClean } from "./clean.js"
import { type Coercer, coercerOf, refuseMissing } from "./coerce.js"
import { type Context, isStopped, refuse, refuseAt, type refused } from "./context.js"
import { describe } from "./describe.js"
import { type FileValue, fileValueOf, isFileContent } from "./file.js"
import { jsonValue } from "./jsonValue.js"
import { type Property, typeName, type WireType } from "./wireType.js"

/**
 * A top-level parameter that is ready to run.
 *
 * @internal
 */
export interface CompiledParameter {
  readonly property: Property
  readonly coercer: Coercer | undefined
  readonly clean: CleanField
  readonly acceptedFiles: AcceptedFiles
}

type AcceptedFiles = "none" | "one" | "many" | "both"

/**
 * The value of a parameter that is left out of the request.
 *
 * @internal
 */
export const absent: unique symbol = Symbol.for("@effect-connectors/core/ActionSchema/absent")

const acceptedFilesOf = (type: WireType): AcceptedFiles => {
  switch (type._tag) {
    case "Scalar":
      if (type.name === "any") return "both"
      return type.name === "binary" ? "one" : type.name === "array" ? "many" : "none"
    case "Array": {
      const items = acceptedFilesOf(type.items.type)
      return items === "one" || items === "both" ? "many" : "none"
    }
    case "Struct":
      return "none"
    case "Union": {
      const all = new Set(type.members.map(acceptedFilesOf))
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
export const compileParameter = (property: Property): CompiledParameter => {
  const { name, required, shape } = property
  const coercer = shape === undefined ? undefined : coercerOf(shape)
  const isTyped = shape !== undefined
  return {
    property,
    coercer,
    clean: cleanField(name, required, coercer?.clean, { keepsNull: !isTyped, trims: isTyped }),
    acceptedFiles: isTyped ? acceptedFilesOf(shape.type) : "both"
  }
}

const fittingFiles = (files: FileValue, accepted: AcceptedFiles, ctx: Context): FileValue | typeof refused => {
  if (files.isList && accepted === "one") {
    return refuse(ctx, `expected one file, got a list of ${files.contents.length}`, "pass the file itself")
  }
  if (!files.isList && accepted === "many") {
    return refuse(ctx, "expected a list of files, got one", "pass it in an array")
  }
  return files
}

/**
 * The value as it is sent, a {@link FileValue}, {@link absent} or {@link refused}.
 *
 * @internal
 */
export const readParameter = (parameter: CompiledParameter, given: unknown, ctx: Context): unknown => {
  const { stepsLeft } = ctx
  if (isFieldClean(parameter.clean, given, ctx, 1) && !isStopped(ctx)) return given
  ctx.stepsLeft = stepsLeft
  return cleanParameter(parameter, given, ctx)
}

const cleanParameter = (
  { acceptedFiles, coercer, property }: CompiledParameter,
  given: unknown,
  ctx: Context
): unknown => {
  let value = given
  if (value === undefined) return property.required ? refuseMissing(property, ctx) : absent
  if (coercer !== undefined) {
    if (typeof value === "string") {
      value = value.trim()
      if (value === "") return property.required ? refuseBlank(property, given, ctx) : absent
    } else if (value === null && !property.required) return absent
  }
  ctx.path.push(property.name)
  const files = acceptedFiles !== "none" && typeof value === "object" ? fileValueOf(value, isFileContent) : undefined
  const read =
    files === undefined ? coerceValue(coercer, property, value, ctx) : fittingFiles(files, acceptedFiles, ctx)
  ctx.path.pop()
  return read
}

const coerceValue = (coercer: Coercer | undefined, property: Property, value: unknown, ctx: Context): unknown => {
  if (coercer === undefined) return jsonValue(value, ctx)
  if (value !== null) return coercer.coerce(value, ctx)
  const type = property.shape === undefined ? "a value" : typeName(property.shape)
  return refuse(ctx, `expected ${type}, got null`, "give it a value")
}

const refuseBlank = (property: Property, given: unknown, ctx: Context): typeof refused =>
  given === "" ? refuseMissing(property, ctx) : refuseAt(ctx, property.name, "is only white space", "give it a value")

/** @internal */
export const refuseMisplacedFile = (ctx: Context, name: string, value: unknown): typeof refused =>
  refuseAt(ctx, name, `${describe(value)} under a name that is not a parameter`, "name the parameter it belongs to")
