import { scryptSync } from "node:crypto"
import type { Form } from "./forms.js"

// slow on purpose: who has the file can only find a secret by trying
const cost = { N: 2 ** 12, r: 8, p: 1 }
const hashBytes = 32
const shortest = 16

/** What stands in a recording in place of a secret. @internal */
export interface Placeholder {
  readonly text: string
  readonly hash: string
  readonly form: Form
}

const placeholder = /redacted-(?:(uri|form|json|bytes|number)-)?([0-9a-f]{16,64})-/g

const forms: Readonly<Record<string, Form>> = {
  uri: "uri",
  form: "form",
  json: "json",
  bytes: "bytes",
  number: "number"
}

/** @internal */
export const placeholderOf = (hash: string, form: Form): string =>
  form === "plain" ? `redacted-${hash}-` : `redacted-${form}-${hash}-`

/** A text cut at its placeholders. @internal */
export interface Cut {
  /** One more than there are placeholders. */
  readonly literals: ReadonlyArray<string>
  readonly placeholders: ReadonlyArray<Placeholder>
}

/** @internal */
export const cutAt = (text: string): Cut => {
  const literals: Array<string> = []
  const found: Array<Placeholder> = []
  let at = 0
  for (const match of text.includes("redacted-") ? text.matchAll(placeholder) : []) {
    const [whole, form = "", hash = ""] = match
    literals.push(text.slice(at, match.index))
    found.push({ text: whole, hash, form: forms[form] ?? "plain" })
    at = match.index + whole.length
  }
  literals.push(text.slice(at))
  return { literals, placeholders: found }
}

const hashLength = (secret: string): number =>
  Math.min(Math.max(secret.length - placeholderOf("", "plain").length, shortest), 2 * hashBytes)

/**
 * The keyed hash of secrets, as long as the secret where that is possible: an answer then keeps its length.
 *
 * @internal
 */
export class Seal {
  private readonly known = new Map<string, string>()

  constructor(readonly salt: string) {}

  /** Whether a hash is that of a secret; one of another length is not worth the time. */
  isOf(hash: string, secret: string): boolean {
    return hash.length === hashLength(secret) && this.hash(secret) === hash
  }

  hash(secret: string): string {
    const known = this.known.get(secret)
    if (known !== undefined) return known
    const hash = scryptSync(secret, Buffer.from(this.salt, "hex"), hashBytes, cost)
      .toString("hex")
      .slice(0, hashLength(secret))
    this.known.set(secret, hash)
    return hash
  }
}
