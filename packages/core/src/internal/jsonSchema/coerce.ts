import { nearest } from "./nearest.js"
import { apart, type Context, refuse, refuseAt, refused, spend } from "./context.js"
import { describe, isData } from "./describe.js"
import { asIs } from "./json.js"
import { toBinary, toBoolean, toInteger, toNumber, toText } from "./scalars.js"
import { type Property, type Scalar, type Shape, typeName, type WireType } from "./wireType.js"

/**
 * A type that is ready to run: `coerce` gives the value as it is sent, or
 * {@link refused}; `exact` is whether it is of the type without coercion.
 *
 * @internal
 */
export interface Coercer {
  readonly coerce: (value: unknown, ctx: Context) => unknown
  readonly exact: (value: unknown) => boolean
}

const toObject: Coercer["coerce"] = (value, ctx) =>
  isData(value) ? asIs(value, ctx) : refuse(ctx, `expected an object, got ${describe(value)}`, "pass a plain object")

const notList = (value: unknown, ctx: Context): typeof refused =>
  refuse(ctx, `expected an array, got ${describe(value)}`, "pass an array, even for one element")

const toList: Coercer["coerce"] = (value, ctx) => (Array.isArray(value) ? asIs(value, ctx) : notList(value, ctx))

const scalars: Readonly<Record<Scalar, Coercer>> = {
  string: { coerce: toText, exact: (value) => typeof value === "string" },
  integer: { coerce: toInteger, exact: Number.isSafeInteger },
  number: { coerce: toNumber, exact: (value) => typeof value === "number" && Number.isFinite(value) },
  boolean: { coerce: toBoolean, exact: (value) => typeof value === "boolean" },
  binary: { coerce: toBinary, exact: (value) => typeof value === "string" },
  any: { coerce: asIs, exact: () => true },
  object: { coerce: toObject, exact: isData },
  array: { coerce: toList, exact: Array.isArray }
}

/** @internal */
export const coercer = (shape: Shape): Coercer => {
  const inner = compile(shape.type)
  if (!shape.nullable) return inner
  return {
    coerce: (value, ctx) => (value === null ? null : inner.coerce(value, ctx)),
    exact: (value) => value === null || inner.exact(value)
  }
}

const compile = (type: WireType): Coercer => {
  switch (type._tag) {
    case "Scalar":
      return scalars[type.name]
    case "Array":
      return arrayOf(coercer(type.items))
    case "Model":
      return modelOf(type.properties, type.listed)
    case "Union":
      return unionOf(type.members)
  }
}

const arrayOf = (items: Coercer): Coercer => ({
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
  exact: (value) => Array.isArray(value) && value.every(items.exact)
})

const maxShown = 200

const unionOf = (members: ReadonlyArray<WireType>): Coercer => {
  const compiled = members.map(compile)
  const wanted = () => {
    const name = typeName({ type: { _tag: "Union", members }, nullable: false }).replaceAll("|", " or ")
    return name.length > maxShown ? `one of ${members.length} types` : name
  }
  return {
    coerce: (value, ctx) => {
      if (!spend(ctx)) return refused
      for (const member of compiled) if (member.exact(value)) return member.coerce(value, ctx)
      for (const member of compiled) {
        let coerced: unknown = refused
        apart(ctx, () => {
          coerced = member.coerce(value, ctx)
        })
        if (coerced !== refused) return coerced
      }
      const types = wanted()
      return refuse(ctx, `expected ${types}, got ${describe(value)}`, `pass ${types}`)
    },
    exact: (value) => compiled.some((member) => member.exact(value))
  }
}

interface Field {
  readonly property: Property
  readonly coercer: Coercer | undefined
}

const fieldsOf = (properties: ReadonlyArray<Property>): ReadonlyArray<Field> =>
  properties.map((property) => ({
    property,
    coercer: property.shape === undefined ? undefined : coercer(property.shape)
  }))

const modelOf = (properties: ReadonlyArray<Property>, listed: ReadonlySet<unknown>): Coercer => {
  const fields = fieldsOf(properties)
  const names = properties.map((property) => property.name)
  const known = new Set(names)
  return {
    coerce: (value, ctx) => {
      if (!isData(value)) {
        return refuse(ctx, `expected an object, got ${describe(value)}`, "pass a plain object")
      }
      const model: Record<string, unknown> = {}
      let isRefused = false
      for (const field of fields) {
        const { name } = field.property
        const given = Object.hasOwn(value, name) ? value[name] : undefined
        // a null that the schema's own `required` asks for is left to the strict checks
        const coerced =
          given === null && ctx.strict && field.property.shape?.nullable === true && listed.has(name)
            ? null
            : fieldOf(field, given, ctx)
        if (coerced === refused) isRefused = true
        else if (coerced !== undefined) model[name] = coerced
      }
      for (const name of Object.keys(value)) if (!known.has(name)) unknownName(name, names, ctx)
      return isRefused ? refused : model
    },
    exact: isData
  }
}

const fieldOf = ({ coercer, property }: Field, value: unknown, ctx: Context): unknown => {
  if (value === undefined) return property.required ? missing(property, ctx) : undefined
  if (value === null && property.shape?.nullable === true) return undefined
  ctx.path.push(property.name)
  const coerced = coercer === undefined ? asIs(value, ctx) : coercer.coerce(value, ctx)
  ctx.path.pop()
  return coerced
}

/** @internal */
export const missing = (property: Property, ctx: Context): typeof refused => {
  const type = property.shape === undefined ? "" : ` (${typeName(property.shape)})`
  return refuseAt(ctx, property.name, "is required", `give it a value${type}`)
}

const maxHints = 20

/** @internal */
export const unknownName = (name: string, names: ReadonlyArray<string>, ctx: Context): void => {
  const hints = ctx.strict ? ctx.issues.length : ctx.ignored.length
  const near = hints < maxHints ? nearest(name, names) : undefined
  if (ctx.strict) {
    refuseAt(ctx, name, "is not a parameter", near === undefined ? "leave it out" : `did you mean ${near}?`)
    return
  }
  const full = ctx.path.length === 0 ? name : `${ctx.path.join(".")}.${name}`
  ctx.ignored.push(near === undefined ? { name: full } : { name: full, nearest: near })
}
