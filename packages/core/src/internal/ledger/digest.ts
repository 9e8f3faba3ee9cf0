import { canonicalJson } from "../data/canonicalJson.js"
import { sha256 } from "../data/sha256.js"

/** What says of a submit which work it is. */
interface Work {
  readonly operation?: string | undefined
  readonly connection?: string | undefined
  readonly input?: unknown
}

/**
 * A digest of a piece of work, when its input is known.
 *
 * @internal
 */
export const digestOf = ({ connection, input, operation }: Work): string | undefined =>
  input === undefined ? undefined : sha256(canonicalJson([operation ?? null, connection ?? null, input]))
