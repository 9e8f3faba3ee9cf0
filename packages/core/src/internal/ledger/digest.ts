import { canonicalJson } from "../data/canonicalJson.js"
import { sha256 } from "../data/sha256.js"

/** What says of a submit which work it is. */
interface Work {
  readonly operation?: string | undefined
  readonly connection?: string | undefined
  readonly input?: unknown
}

/**
 * A digest of a piece of work. Its input has a form in JSON (`jsonIssue`).
 *
 * @internal
 */
export const digestOf = ({ connection, input, operation }: Work): string =>
  sha256(canonicalJson([operation ?? null, connection ?? null, input]))
