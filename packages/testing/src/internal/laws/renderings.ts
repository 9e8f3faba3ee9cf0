import * as ExactJson from "@effect-connectors/core/ExactJson"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

const inspectCustom = Symbol.for("nodejs.util.inspect.custom")

const attempt = (text: () => unknown): ReadonlyArray<string> => {
  try {
    const found = text()
    return typeof found === "string" ? [found] : []
  } catch {
    return []
  }
}

const called = (value: object, name: PropertyKey): unknown => {
  try {
    const method: unknown = Reflect.get(value, name)
    return typeof method === "function" ? Reflect.apply(method, value, []) : undefined
  } catch {
    return undefined
  }
}

/** The parts of a value that a printer would visit. */
const partsOf = (value: object): ReadonlyArray<unknown> => {
  if (ArrayBuffer.isView(value)) return [new TextDecoder().decode(value)]
  const listed = Reflect.ownKeys(value).flatMap((key): ReadonlyArray<unknown> => {
    const property = Reflect.getOwnPropertyDescriptor(value, key)
    return property?.enumerable === true ? [String(key), property.value] : []
  })
  const entries = value instanceof Map || value instanceof Set ? [...value] : []
  const error = value instanceof Error ? [value.name, value.message, value.stack, value.cause] : []
  return [...listed, ...entries, ...error, called(value, "toJSON"), called(value, inspectCustom)]
}

/**
 * Every text that a printer may show of a value: as a string, as JSON, and by a deep inspection.
 *
 * @internal
 */
export const renderings = (value: unknown): ReadonlyArray<string> => {
  const texts: Array<string> = []
  const seen = new Set<unknown>()
  const waiting = [value]
  for (let next = waiting.pop(); next !== undefined || waiting.length > 0; next = waiting.pop()) {
    if (next === null || next === undefined || seen.has(next)) continue
    texts.push(...attempt(() => String(next)))
    if (Redacted.isRedacted(next) || !(Predicate.isObject(next) || Predicate.isFunction(next))) continue
    seen.add(next)
    texts.push(...attempt(() => ExactJson.stringify(next)))
    waiting.push(...partsOf(next))
  }
  return texts
}
