import * as Redacted from "effect/Redacted"
import * as SensitiveName from "../../SensitiveName.js"
import { type Fields, isFields } from "../data/fields.js"

const hidden = (name: string, value: unknown): unknown =>
  SensitiveName.isField(name) && value !== null && value !== undefined
    ? Redacted.make(value)
    : withoutSecrets(value, false)

/**
 * A body whose secrets are redacted: the whole of it, when it is text and not JSON.
 *
 * @internal
 */
export const withoutSecrets = (body: unknown, isWhole = true): unknown => {
  if (isWhole && typeof body === "string") return Redacted.make(body)
  if (Array.isArray(body)) return body.map((part) => withoutSecrets(part, false))
  if (!isFields(body)) return body
  const fields: Fields = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, hidden(name, value)]))
  return fields
}
