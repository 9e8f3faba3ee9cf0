import * as Redacted from "effect/Redacted"
import { type Fields, isFields } from "./fields.js"

const names: ReadonlySet<string> = new Set(["secret", "token", "api_key", "access_token", "refresh_token"])

const hidden = (name: string, value: unknown): unknown =>
  typeof value === "string" && names.has(name) ? Redacted.make(value) : withoutSecrets(value)

/**
 * A body of JSON whose secrets are redacted.
 *
 * @internal
 */
export const withoutSecrets = (body: unknown): unknown => {
  if (Array.isArray(body)) return body.map(withoutSecrets)
  if (!isFields(body)) return body
  const fields: Fields = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, hidden(name, value)]))
  return fields
}
