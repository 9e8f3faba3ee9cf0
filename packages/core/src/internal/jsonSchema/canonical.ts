import { writeExact } from "../data/writeJson.js"
import { isData } from "./describe.js"

const sorted = (part: unknown): unknown =>
  isData(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part

// a number and a bigint of one value are equal
const whole = (part: unknown): unknown =>
  typeof part === "number" && Number.isInteger(part) && !Number.isSafeInteger(part) ? BigInt(part) : part

/**
 * The same text for the same data, whatever the order of its fields.
 *
 * @internal
 */
export const canonical = (value: unknown): string =>
  writeExact(value, undefined, (part) => whole(sorted(part))) ?? "undefined"
