import * as Redacted from "effect/Redacted"

/** The name of a header that may hold a secret. @internal */
export const secretHeaderName = /token|secret|key|cookie|auth|password/i

type Headers = Readonly<Record<string, string | Redacted.Redacted>>

const redact = (headers: Headers): Headers =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "string" && secretHeaderName.test(name) ? Redacted.make(value) : value
    ])
  )

/** A copy of a record with the secrets of its headers redacted. @internal */
export const redactHeaders = <R extends { readonly headers: Headers }>(record: R): R => ({
  ...record,
  headers: redact(record.headers)
})
