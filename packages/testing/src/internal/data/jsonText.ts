import * as ExactJson from "@effect-connectors/core/ExactJson"
import * as Option from "effect/Option"
import type { Json } from "../../Executor.js"

/** The value of a JSON text; `undefined` when it is not JSON. @internal */
export const parse = (text: string): Json | undefined => {
  const exact = ExactJson.parse(text)
  return Option.isSome(exact) ? exact.value : parseInexact(text)
}

// a number such as 1e400 must not hide from what looks for secrets
const parseInexact = (text: string): Json | undefined => {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

/** A value as JSON, bigints with their digits. @internal */
export const jsonText = (value: unknown, space?: number): string => ExactJson.stringify(value, space) ?? ""

/** @internal */
export const holdsBigint = (value: Json): boolean =>
  typeof value === "bigint" || (typeof value === "object" && value !== null && Object.values(value).some(holdsBigint))
