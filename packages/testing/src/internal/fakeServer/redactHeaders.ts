import * as Redacted from "effect/Redacted"

/** What a header is called that may hold a secret. @internal */
export const secretHeaderName = /token|secret|key|cookie|auth|password/i

type Headers = Readonly<Record<string, string | Redacted.Redacted>>

const redact = (headers: Headers): Headers =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "string" && secretHeaderName.test(name) ? Redacted.make(value) : value
    ])
  )

/** A copy of a record to give away, with whatever in its headers may be a secret out of sight. @internal */
export const redactHeaders = <R extends { readonly headers: Headers }>(record: R): R => ({
  ...record,
  headers: redact(record.headers)
})
