import { writeJson } from "../data/writeJson.js"

/**
 * A parameter in a form: text, number, boolean, null, bytes, a list, or an object.
 *
 * @internal
 */
export interface Field {
  readonly name: string
  readonly value: unknown
  /** Of the schema type `number`, for itself or for its items: a whole number then prints as `1.0`. */
  readonly isNumber?: boolean | undefined
}

/** @internal */
export type Booleans = "True" | "true"

const encoder = new TextEncoder()

const ofNumber = (value: number | bigint, isNumber: boolean): string => {
  const text = String(value)
  return isNumber && /^-?\d+$/.test(text) ? `${text}.0` : text
}

const ofOne = (value: unknown, { isNumber = false }: Field, booleans: Booleans): string | Uint8Array => {
  if (typeof value === "string" || value instanceof Uint8Array) return value
  if (typeof value === "number" || typeof value === "bigint") return ofNumber(value, isNumber)
  if (typeof value === "boolean") return booleans === "True" ? (value ? "True" : "False") : String(value)
  // a form has no place for what is inside of an object, so it goes as one field of JSON
  return writeJson(value) ?? ""
}

/**
 * What a field is in a form: nothing for null, one value for each item of a list, otherwise one value.
 *
 * @internal
 */
export const fieldValues = (field: Field, booleans: Booleans): ReadonlyArray<Uint8Array> =>
  (Array.isArray(field.value) ? field.value : [field.value])
    .filter((value) => value !== null && value !== undefined)
    .map((value) => {
      const one = ofOne(value, field, booleans)
      return typeof one === "string" ? encoder.encode(one) : one
    })

const plain = /[A-Za-z0-9_.~-]/
const escapes = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  if (character === " ") return "+"
  return plain.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
})

const escape = (bytes: Uint8Array): string => {
  let text = ""
  for (const byte of bytes) text += escapes[byte]
  return text
}

/**
 * Parameters as `application/x-www-form-urlencoded`, in the order given.
 *
 * @internal
 */
export const formBytes = (fields: ReadonlyArray<Field>, booleans: Booleans): Uint8Array => {
  const pairs = fields.flatMap((field) => {
    const name = escape(encoder.encode(field.name))
    return fieldValues(field, booleans).map((value) => `${name}=${escape(value)}`)
  })
  return encoder.encode(pairs.join("&"))
}
