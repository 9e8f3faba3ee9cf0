import * as Redacted from "effect/Redacted"

/** What a header is called that may hold a secret. @internal */
export const secretName = /token|secret|key|cookie|auth|password/i

type Headers = Readonly<Record<string, string | Redacted.Redacted>>

const hideSecrets = (headers: Headers): Headers =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "string" && secretName.test(name) ? Redacted.make(value) : value
    ])
  )

/** A copy of a record to give away, with whatever in its headers may be a secret out of sight. @internal */
export const shown = <R extends { readonly headers: Headers }>(record: R): R => ({
  ...record,
  headers: hideSecrets(record.headers)
})
