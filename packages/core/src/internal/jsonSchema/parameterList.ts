import type { Unchecked } from "./unchecked.js"
import { type Property, typeName } from "./wireType.js"

/**
 * A parameter as it is listed: its name, with dots inside a nested object, and its type in neutral words. The words are
 * `string`, `integer`, `number`, `boolean`, `array`, `object`, `binary`, `any`, `array<T>` and `A|B`; a `?` at the end
 * says that null is allowed.
 *
 * @since 0.2.0
 * @category models
 */
export interface Parameter {
  readonly name: string
  readonly type: string
  readonly required: boolean
}

/** @internal */
export type BinaryName = "binary" | "string"

/**
 * The parameters in the order of the schema; the fields of a nested object follow it.
 *
 * @internal
 */
export const listParameters = (
  properties: ReadonlyArray<Property>,
  binaryName: BinaryName,
  prefix = ""
): ReadonlyArray<Parameter> =>
  properties.flatMap(({ name, required, shape }) => {
    if (shape === undefined) return []
    const parameter = { name: prefix + name, type: typeName(shape, binaryName), required }
    if (shape.type._tag !== "Struct") return [parameter]
    return [parameter, ...listParameters(shape.type.properties, binaryName, `${prefix}${name}.`)]
  })

/**
 * The properties without a type on the wire.
 *
 * @internal
 */
export const listSkipped = (properties: ReadonlyArray<Property>, prefix = ""): ReadonlyArray<Unchecked> =>
  properties.flatMap(({ name, reason, shape }) => {
    if (reason !== undefined) return [{ name: prefix + name, reason }]
    return shape?.type._tag === "Struct" ? listSkipped(shape.type.properties, `${prefix}${name}.`) : []
  })
