import {
  cleanArray,
  type CleanField,
  cleanField,
  type CleanForm,
  cleanObject,
  cleanOrNull,
  cleanScalars,
  cleanUnion
} from "./clean.js"
import { collectIssues, type Context, refuse, refuseAt, refused, takeStep } from "./context.js"
import { describe, isData } from "./describe.js"
import { jsonValue } from "./jsonValue.js"
import { nearest } from "../data/nearest.js"
import { toBinary, toBoolean, toInteger, toNumber, toText } from "./scalars.js"
import { isAny, type Property, type Scalar, type Shape, typeName, type WireType } from "./wireType.js"

/**
 * A type that is ready to run: `coerce` returns the value as it is sent, or {@link refused}; `isExact` says whether the
 * value is of the type without coercion; `clean` says which values `coerce` would return as they are.
 *
 * @internal
 */
export interface Coercer {
  readonly coerce: (value: unknown, ctx: Context) => unknown
  readonly isExact: (value: unknown) => boolean
  readonly clean: CleanForm
}

const notObject = (value: unknown, ctx: Context): typeof refused =>
  refuse(ctx, `expected an object, got ${describe(value)}`, "pass a plain object")

const notList = (value: unknown, ctx: Context): typeof refused =>
  refuse(ctx, `expected an array, got ${describe(value)}`, "pass an array, even for one element")

const toObject: Coercer["coerce"] = (value, ctx) => (isData(value) ? jsonValue(value, ctx) : notObject(value, ctx))

const toList: Coercer["coerce"] = (value, ctx) => (Array.isArray(value) ? jsonValue(value, ctx) : notList(value, ctx))

const isInteger = (value: unknown): boolean => typeof value === "bigint" || Number.isSafeInteger(value)

const isNumber = (value: unknown): boolean =>
  typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value))

const isText = (value: unknown): boolean => typeof value === "string"

const scalars: Readonly<Record<Scalar, Coercer>> = {
  string: { coerce: toText, isExact: isText, clean: cleanScalars.string },
  integer: { coerce: toInteger, isExact: isInteger, clean: cleanScalars.integer },
  number: { coerce: toNumber, isExact: isNumber, clean: cleanScalars.number },
  boolean: { coerce: toBoolean, isExact: (value) => typeof value === "boolean", clean: cleanScalars.boolean },
  binary: { coerce: toBinary, isExact: isText, clean: cleanScalars.binary },
  any: { coerce: jsonValue, isExact: () => true, clean: cleanScalars.any },
  object: { coerce: toObject, isExact: isData, clean: cleanScalars.object },
  array: { coerce: toList, isExact: Array.isArray, clean: cleanScalars.array }
}

/** @internal */
export const coercerOf = (shape: Shape): Coercer => {
  const inner = coercerOfType(shape.type)
  if (!shape.nullable) return inner
  return {
    coerce: (value, ctx) => (value === null ? null : inner.coerce(value, ctx)),
    isExact: (value) => value === null || inner.isExact(value),
    clean: cleanOrNull(inner.clean)
  }
}

const coercerOfType = (type: WireType): Coercer => {
  switch (type._tag) {
    case "Scalar":
      return scalars[type.name]
    case "Array":
      return arrayCoercer(coercerOf(type.items))
    case "Struct":
      return structCoercer(type.properties, type.requiredList)
    case "Union":
      return unionCoercer(type.members)
  }
}

const arrayCoercer = (items: Coercer): Coercer => ({
  // the array itself is returned until an element changes
  coerce: (value, ctx) => {
    if (!Array.isArray(value)) return notList(value, ctx)
    let changed: Array<unknown> | undefined
    let isRefused = false
    for (let i = 0; i < value.length; i++) {
      const element: unknown = value[i]
      ctx.path.push(String(i))
      const coerced = items.coerce(element, ctx)
      ctx.path.pop()
      if (coerced === refused) isRefused = true
      else if (changed !== undefined) changed.push(coerced)
      else if (coerced !== element) changed = [...value.slice(0, i), coerced]
    }
    if (isRefused) return refused
    return changed ?? value
  },
  isExact: (value) => Array.isArray(value) && value.every(items.isExact),
  clean: cleanArray(items.clean)
})

const maxNameLength = 200

const unionName = (members: ReadonlyArray<WireType>): string => {
  const name = typeName({ type: { _tag: "Union", members }, nullable: false }).replaceAll("|", " or ")
  return name.length > maxNameLength ? `one of ${members.length} types` : name
}

const coerceSeparately = (member: Coercer, value: unknown, ctx: Context): unknown => {
  let coerced: unknown = refused
  collectIssues(ctx, () => {
    coerced = member.coerce(value, ctx)
  })
  return coerced
}

const unionCoercer = (members: ReadonlyArray<WireType>): Coercer => {
  const coercers = members.map(coercerOfType)
  return {
    coerce: (value, ctx) => {
      if (!takeStep(ctx)) return refused
      for (const member of coercers) if (member.isExact(value)) return member.coerce(value, ctx)
      for (const member of coercers) {
        const coerced = coerceSeparately(member, value, ctx)
        if (coerced !== refused) return coerced
      }
      const expected = unionName(members)
      return refuse(ctx, `expected ${expected}, got ${describe(value)}`, `pass ${expected}`)
    },
    isExact: (value) => coercers.some((member) => member.isExact(value)),
    clean: cleanUnion(coercers)
  }
}

interface Field {
  readonly property: Property
  readonly coercer: Coercer | undefined
  readonly clean: CleanField
  /** Whether null is as good as nothing: it may be left out, and is no part of any type. */
  readonly dropsNull: boolean
  /** Whether the schema's own `required` lists a field that may be null: strict checks see that null. */
  readonly keepsNull: boolean
}

const fieldOf = (property: Property, requiredList: ReadonlySet<unknown>): Field => {
  const { name, required, shape } = property
  const coercer = shape === undefined ? undefined : coercerOf(shape)
  const dropsNull = shape !== undefined && !required && !isAny(shape.type)
  return {
    property,
    coercer,
    clean: cleanField(name, required, coercer?.clean, { keepsNull: !dropsNull, trims: false }),
    dropsNull,
    keepsNull: shape?.nullable === true && requiredList.has(name)
  }
}

const structCoercer = (properties: ReadonlyArray<Property>, requiredList: ReadonlySet<unknown>): Coercer => {
  const fields = properties.map((property) => fieldOf(property, requiredList))
  const names = properties.map((property) => property.name)
  const known = new Set(names)
  return {
    coerce: (value, ctx) => {
      if (!isData(value)) return notObject(value, ctx)
      const coerced = coerceFields(fields, value, ctx)
      for (const name of Object.keys(value)) if (!known.has(name)) reportUnknownName(name, names, ctx)
      return coerced
    },
    isExact: isData,
    clean: cleanObject(fields.map((field) => field.clean))
  }
}

const coerceFields = (
  fields: ReadonlyArray<Field>,
  value: Readonly<Record<string, unknown>>,
  ctx: Context
): Record<string, unknown> | typeof refused => {
  const coercedFields: Record<string, unknown> = {}
  let isRefused = false
  for (const field of fields) {
    const { name } = field.property
    const coerced = coerceField(field, Object.hasOwn(value, name) ? value[name] : undefined, ctx)
    if (coerced === refused) isRefused = true
    else if (coerced !== undefined) coercedFields[name] = coerced
  }
  return isRefused ? refused : coercedFields
}

const coerceField = ({ coercer, dropsNull, keepsNull, property }: Field, value: unknown, ctx: Context): unknown => {
  if (value === undefined) return property.required ? refuseMissing(property, ctx) : undefined
  if (value === null && dropsNull) return ctx.strict && keepsNull ? null : undefined
  ctx.path.push(property.name)
  const coerced = coercer === undefined ? jsonValue(value, ctx) : coercer.coerce(value, ctx)
  ctx.path.pop()
  return coerced
}

/** @internal */
export const refuseMissing = (property: Property, ctx: Context): typeof refused => {
  const type = property.shape === undefined ? "" : ` (${typeName(property.shape)})`
  return refuseAt(ctx, property.name, "is required", `give it a value${type}`)
}

const maxHints = 20

/**
 * An unknown name is an issue in strict validation. Otherwise it is reported as ignored.
 *
 * @internal
 */
export const reportUnknownName = (name: string, names: ReadonlyArray<string>, ctx: Context): void => {
  const hints = ctx.strict ? ctx.issues.length : ctx.ignored.length
  const near = hints < maxHints ? nearest(name, names) : undefined
  if (ctx.strict) {
    refuseAt(ctx, name, "is not a parameter", near === undefined ? "leave it out" : `did you mean ${near}?`)
    return
  }
  const full = ctx.path.length === 0 ? name : `${ctx.path.join(".")}.${name}`
  ctx.ignored.push(near === undefined ? { name: full } : { name: full, nearest: near })
}
