import type { Fields } from "../data/fields.js"
import { type Check, limitOf, numberRule } from "./check.js"

/** A number as a whole number of powers of ten: 0.25 is 25 and 2. */
const decimalOf = (number: number): readonly [digits: bigint, places: number] => {
  const [, whole = "0", fraction = "", exponent = "0"] =
    /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(number)) ?? []
  return [BigInt(whole + fraction), fraction.length - Number(exponent)]
}

// by its digits: a bigint is not rounded to be divided
const isExactMultiple = (value: bigint, step: number | bigint): boolean => {
  const [digits, places] = typeof step === "bigint" ? [step, 0] : decimalOf(step)
  const tens = 10n ** BigInt(Math.abs(places))
  return places > 0 ? (value * tens) % digits === 0n : value % (digits * tens) === 0n
}

// 0.3 / 0.1 is not a whole number in binary fractions
const isMultiple = (value: number | bigint, step: number | bigint): boolean => {
  if (typeof value === "bigint") return isExactMultiple(value, step)
  if (typeof step === "bigint") return Number.isInteger(value) && BigInt(value) % step === 0n
  if (Number.isInteger(value) && Number.isInteger(step)) return value % step === 0
  const times = value / step
  return Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times))
}

const limitRule = (
  limit: number | bigint | undefined,
  holds: (value: number | bigint, limit: number | bigint) => boolean,
  message: string,
  fix: string
): ReadonlyArray<Check> =>
  limit === undefined
    ? []
    : [numberRule((value) => holds(value, limit), `${message} ${limit}`, fix.replace("#", String(limit)))]

/**
 * The checks of `minimum`, `maximum`, the exclusive limits and `multipleOf`.
 *
 * @internal
 */
export const numberKeywords = (schema: Fields): ReadonlyArray<Check> => {
  const minimum = limitOf(schema.minimum)
  const maximum = limitOf(schema.maximum)
  // draft 4 writes an exclusive limit as a boolean next to the limit
  const above = schema.exclusiveMinimum === true ? minimum : limitOf(schema.exclusiveMinimum)
  const below = schema.exclusiveMaximum === true ? maximum : limitOf(schema.exclusiveMaximum)
  const multipleOf = limitOf(schema.multipleOf)
  const step = multipleOf !== undefined && multipleOf > 0 ? multipleOf : undefined
  return [
    ...limitRule(minimum, (value, limit) => value >= limit, "is under", "pass # or more"),
    ...limitRule(maximum, (value, limit) => value <= limit, "is over", "pass # or less"),
    ...limitRule(above, (value, limit) => value > limit, "is not over", "pass more than #"),
    ...limitRule(below, (value, limit) => value < limit, "is not under", "pass less than #"),
    ...limitRule(step, isMultiple, "is not a multiple of", "pass a multiple of #")
  ]
}
