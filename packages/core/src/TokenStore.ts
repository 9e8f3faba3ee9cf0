/**
 * Where the tokens of users are kept between the runs of a program.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { booleanIn, textIn } from "./internal/bosa/record.js"
import { isFields } from "./internal/fields.js"
import type { UserToken } from "./Users.js"

/**
 * Keeps tokens by a key, which names the server, the dialect, the client and the user, and holds no secret. A store
 * has no failures of its own: what cannot be read is not there. One that dies or takes longer than 5 seconds is
 * treated as empty.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenStore {
  readonly get: (key: string) => Effect.Effect<Option.Option<UserToken>>
  readonly set: (key: string, token: UserToken) => Effect.Effect<void>
  readonly remove: (key: string) => Effect.Effect<void>
}

/**
 * A store in memory: for programs with several clients of one user.
 *
 * @since 0.1.0
 * @category constructors
 */
export const memory: Effect.Effect<TokenStore> = Effect.sync(() => {
  const held = new Map<string, UserToken>()
  return {
    get: (key) => Effect.sync(() => Option.fromNullable(held.get(key))),
    set: (key, token) => Effect.sync(() => void held.set(key, token)),
    remove: (key) => Effect.sync(() => void held.delete(key))
  }
})

/**
 * A token as plain JSON, for stores that write it down. The token stands in it in clear: it is as secret as a password.
 *
 * @since 0.1.0
 * @category models
 */
export interface Encoded {
  readonly token: string
  readonly tokenType?: string
  readonly expiresAt?: string
  readonly expiresAtMillis?: number
  readonly isRevoked?: boolean
  readonly userId?: string
  readonly clientId?: string
}

/**
 * Writes a token down, in clear.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = ({ token, ...rest }: UserToken): Encoded => ({
  token: Redacted.value(token),
  ...(rest.tokenType === undefined ? {} : { tokenType: rest.tokenType }),
  ...(rest.expiresAt === undefined ? {} : { expiresAt: rest.expiresAt }),
  ...(rest.expiresAtMillis === undefined ? {} : { expiresAtMillis: rest.expiresAtMillis }),
  ...(rest.isRevoked === undefined ? {} : { isRevoked: rest.isRevoked }),
  ...(rest.userId === undefined ? {} : { userId: rest.userId }),
  ...(rest.clientId === undefined ? {} : { clientId: rest.clientId })
})

/**
 * Reads what {@link encode} wrote; nothing when it is not that.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (encoded: unknown): Option.Option<UserToken> => {
  if (!isFields(encoded)) return Option.none()
  const token = textIn(encoded, "token")
  if (token === undefined || token === "") return Option.none()
  const millis = encoded["expiresAtMillis"]
  return Option.some({
    token: Redacted.make(token),
    tokenType: textIn(encoded, "tokenType"),
    expiresAt: textIn(encoded, "expiresAt"),
    expiresAtMillis: Predicate.isNumber(millis) ? millis : undefined,
    isRevoked: booleanIn(encoded, "isRevoked"),
    userId: textIn(encoded, "userId"),
    clientId: textIn(encoded, "clientId")
  })
}
