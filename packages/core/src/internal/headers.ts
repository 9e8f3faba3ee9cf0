import * as Headers from "@effect/platform/Headers"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type { Issue } from "../InvalidRequest.js"

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const visible = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

const ours = new Set(["host", "content-length", "transfer-encoding", "connection", "content-type"])

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
  token.test(name)
    ? valueIssue(path, Redacted.isRedacted(value) ? Redacted.value(value) : value)
    : { path: [...path], message: `"${name}" is not a header name`, fix: "use letters, digits and dashes" }

/** @internal */
export const extraHeaders = (
  input: Readonly<Record<string, string | Redacted.Redacted>>
): Either.Either<Record<string, string>, ReadonlyArray<Issue>> => {
  const issues: Array<Issue> = []
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(input)) {
    const path = ["extraHeaders", name]
    const lower = name.toLowerCase()
    const issue: Issue | undefined = ours.has(lower)
      ? { path, message: "is set by the client itself", fix: "leave it out" }
      : Object.hasOwn(headers, lower)
      ? { path, message: "is given twice in different letter case", fix: "keep one" }
      : headerIssue(path, name, value)
    if (issue !== undefined) issues.push(issue)
    else headers[lower] = Redacted.isRedacted(value) ? Redacted.value(value) : value
  }
  return issues.length > 0 ? Either.left(issues) : Either.right(headers)
}

/** @internal */
export const merge = (...layers: ReadonlyArray<Readonly<Record<string, string>>>): Headers.Headers =>
  Headers.unsafeFromRecord(Object.assign({}, ...layers))
