/**
 * JSON that keeps all digits of whole numbers. `JSON.parse` rounds those outside of +-(2^53 - 1), and `JSON.stringify`
 * throws on a bigint.
 *
 * @since 0.5.0
 */
import * as Option from "effect/Option"
import { readExact } from "./internal/data/exactJson.js"
import { findingIn } from "./internal/data/json.js"
import { writeJson } from "./internal/data/writeJson.js"

/**
 * A value of JSON. A whole number outside of +-(2^53 - 1) is a bigint.
 *
 * @since 0.5.0
 * @category models
 */
export type Value = null | boolean | number | bigint | string | ReadonlyArray<Value> | ValueFields

/**
 * The fields of an object of JSON.
 *
 * @since 0.5.0
 * @category models
 */
export interface ValueFields {
  readonly [name: string]: Value
}

/**
 * Reads JSON as `JSON.parse` does, but a whole number outside of +-(2^53 - 1) is a bigint. A number with a fraction or an
 * exponent stays a number. None when the text is not JSON, or when a number in it is over the largest, such as `1e400`,
 * or has more than 4,300 digits.
 *
 * @example
 * ```ts
 * import * as ExactJson from "@effect-connectors/core/ExactJson"
 *
 * export const read = ExactJson.parse('{"id":1234567890123456789}') // Option.some({ id: 1234567890123456789n })
 * ```
 *
 * @since 0.5.0
 * @category decoding
 */
export const parse = (text: string): Option.Option<Value> => {
  try {
    const value: Value = JSON.parse(text)
    if (findingIn(text) === "nothing") return Option.some(value)
  } catch {
    return Option.none()
  }
  const { hasOverflow, value } = readExact(text, true)
  return hasOverflow ? Option.none() : Option.some(value)
}

/**
 * Writes JSON as `JSON.stringify` does, and each bigint as its digits. `space` is the indentation. What `JSON.stringify`
 * gives no text for is `undefined`.
 *
 * @since 0.5.0
 * @category encoding
 */
export const stringify = (value: unknown, space?: number): string | undefined => writeJson(value, space)
