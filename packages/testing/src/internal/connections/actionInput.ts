import type { Json, JsonObject } from "../../Executor.js"
import type { WorldAction } from "../../World.js"
import { isArray, isObject } from "../fakeServer/json.js"

const isNumber = (value: Json): boolean => typeof value === "number" || typeof value === "bigint"
const isInteger = (value: Json): boolean => typeof value === "bigint" || Number.isInteger(value)

// written out and not taken from the client: it checks what the client sends. `STRING` takes any value, as servers do
// that write what they get as text
const takes: ReadonlyMap<string, (value: Json) => boolean> = new Map([
  ["NUMBER", isNumber],
  ["DECIMAL", isNumber],
  ["INTEGER", isInteger],
  ["BOOLEAN", (value) => typeof value === "boolean"],
  ["DATE", (value) => isTime(value)],
  ["DATE_TIME", (value) => isTime(value)],
  ["ARRAY", (value) => isArray(value)],
  ["OBJECT", (value) => isObject(value)]
])

const isTime = (value: Json): boolean =>
  Number.isSafeInteger(value) ||
  (typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value)))

const kindOf = (value: Json): string => {
  if (isArray(value)) return "a list"
  if (typeof value === "string") return "text"
  return isObject(value) ? "an object" : `a ${typeof value}`
}

const wrongValue = ({ enum: allowed, name, type }: JsonObject, value: Json): string | undefined => {
  if (value === null) return undefined
  const fits = typeof type === "string" ? takes.get(type.toUpperCase()) : undefined
  if (fits !== undefined && !fits(value))
    return `the input ${String(name)} must be ${String(type)}, and is ${kindOf(value)}`
  return isArray(allowed) && !isArray(value) && !isObject(value) && !allowed.includes(value)
    ? `the input ${String(name)} must be one of ${allowed.join(", ")}`
    : undefined
}

/** Why an action refuses its input: what is missing, or a value that is not of the type that it declares. @internal */
export const inputRefusal = ({ inputs = [], slug }: WorldAction, input: Json): string | undefined => {
  const names = inputs.flatMap(({ name }) => (typeof name === "string" ? [name] : []))
  for (const field of inputs) {
    const { name, required } = field
    if (typeof name !== "string") continue
    const value = isObject(input) ? input[name] : undefined
    if (value === undefined && required === true) return `the input ${name} is required`
    const wrong = value === undefined ? undefined : wrongValue(field, value)
    if (wrong !== undefined) return `${wrong}; ${slug} takes ${names.join(", ")}`
  }
  return undefined
}
