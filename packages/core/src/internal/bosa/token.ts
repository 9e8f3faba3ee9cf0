import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { Token } from "../../Action.js"

const noToken = Redacted.make("")

/**
 * The text of a user's token. What is not a token is refused as an empty one is: without it the call would be made in
 * no user's name.
 *
 * @internal
 */
export const tokenOf = (token: Token | undefined): Redacted.Redacted | undefined => {
  if (token === undefined || Redacted.isRedacted(token)) return token
  const inside: unknown = Predicate.hasProperty(token, "token") ? token.token : undefined
  return Redacted.isRedacted(inside) ? token.token : noToken
}
