import * as Redacted from "effect/Redacted"

const scheme = /^bearer\s+/i

/**
 * A token as the header `authorization` carries it, whether or not its scheme stands before it already.
 *
 * @internal
 */
export const bearer = (token: Redacted.Redacted): Redacted.Redacted =>
  Redacted.make(`Bearer ${Redacted.value(token).replace(scheme, "")}`)
