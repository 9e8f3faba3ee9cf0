import type { Encoding } from "./encodings.js"

/** The text that replaces a secret in a recording. @internal */
export interface Placeholder {
  readonly text: string
  readonly hash: string
  readonly encoding: Encoding
}

const placeholder = /redacted-(?:(uri|form|json|bytes|number)-)?([0-9a-f]{16,64})-/g

const encodings: Readonly<Record<string, Encoding>> = {
  uri: "uri",
  form: "form",
  json: "json",
  bytes: "bytes",
  number: "number"
}

/** @internal */
export const placeholderOf = (hash: string, encoding: Encoding): string =>
  encoding === "plain" ? `redacted-${hash}-` : `redacted-${encoding}-${hash}-`

/** A text, split at its placeholders. @internal */
export interface SplitText {
  /** The text between the placeholders: one more than there are placeholders. */
  readonly literals: ReadonlyArray<string>
  readonly placeholders: ReadonlyArray<Placeholder>
}

/** @internal */
export const splitAtPlaceholders = (text: string): SplitText => {
  const literals: Array<string> = []
  const found: Array<Placeholder> = []
  let at = 0
  for (const match of text.includes("redacted-") ? text.matchAll(placeholder) : []) {
    const [whole, name = "", hash = ""] = match
    literals.push(text.slice(at, match.index))
    found.push({ text: whole, hash, encoding: encodings[name] ?? "plain" })
    at = match.index + whole.length
  }
  literals.push(text.slice(at))
  return { literals, placeholders: found }
}
