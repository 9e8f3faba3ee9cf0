import * as Redacted from "effect/Redacted"
import type { Issue } from "../../InvalidRequest.js"

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const visible = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

// of the connection and the body, which are not the caller's
const ours = new Set([
  "host",
  "content-length",
  "content-type",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "expect",
  "upgrade"
])

// says where it is wrong and never what it is: the value may be a secret
const valueIssue = (path: ReadonlyArray<string>, value: string): Issue | undefined => {
  const refuse = (message: string, fix: string): Issue => ({ path: [...path], message, fix })
  if (value === "") return refuse("is empty", "give a value, or leave it out")
  if (/[\r\n]/.test(value)) return refuse("holds a line break", "remove it; a file read whole often ends in one")
  if (value.trim() !== value) return refuse("begins or ends with a space", "trim it")
  return visible.test(value) ? undefined : refuse("holds a character that a header cannot carry", "use visible ASCII")
}

/** @internal */
export const headerIssue = (
  path: ReadonlyArray<string>,
  name: string,
  value: string | Redacted.Redacted
): Issue | undefined =>
  // a record cannot hold the second one: it would be lost
  token.test(name) && name !== "__proto__"
    ? valueIssue(path, Redacted.isRedacted(value) ? Redacted.value(value) : value)
    : { path: [...path], message: `"${name}" is not a header name`, fix: "use letters, digits and dashes" }

/**
 * What is wrong with headers that a caller gives.
 *
 * @internal
 */
export const headerIssues = (
  where: string,
  input: Readonly<Record<string, string | Redacted.Redacted>>
): ReadonlyArray<Issue> => {
  const seen = new Set<string>()
  return Object.entries(input).flatMap(([name, value]) => {
    const path = [where, name]
    const lower = name.toLowerCase()
    if (ours.has(lower)) return { path, message: "is set by the client itself", fix: "leave it out" }
    if (seen.has(lower)) return { path, message: "is given twice in different letter case", fix: "keep one" }
    seen.add(lower)
    return headerIssue(path, name, value) ?? []
  })
}

const noCredential: Issue = {
  path: ["Auth"],
  message: "holds no credential",
  fix: "give one; to send none, provide Auth.none"
}

/**
 * What is wrong with credentials that a caller gives.
 *
 * @internal
 */
export const credentialsIssues = (credentials: Readonly<Record<string, Redacted.Redacted>>): ReadonlyArray<Issue> =>
  Object.keys(credentials).length === 0 ? [noCredential] : headerIssues("Auth", credentials)

/** @internal */
export const plainHeaders = (input: Readonly<Record<string, string | Redacted.Redacted>>): Record<string, string> => {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(input)) {
    headers[name.toLowerCase()] = Redacted.isRedacted(value) ? Redacted.value(value) : value
  }
  return headers
}
