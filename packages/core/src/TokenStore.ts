/**
 * Where the tokens of users are kept between the runs of a program.
 *
 * @since 0.2.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { expiryMillis } from "./internal/bosa/expiry.js"
import { Missing } from "./internal/data/decoders.js"
import { isFields } from "./internal/data/fields.js"
import type { UserToken } from "./Users.js"

/**
 * Keeps tokens by a key, which names the server, the dialect, the client and the user, and holds no secret. A store
 * has no failures of its own: what cannot be read is not there. One that dies or takes longer than 5 seconds is
 * treated as empty.
 *
 * @since 0.2.0
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
 * @since 0.2.0
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
 * @since 0.2.0
 * @category models
 */
export interface Encoded {
  readonly token: string
  readonly tokenType: string
  readonly expiresAt: string
  readonly isRevoked: boolean
  readonly userId: string
  readonly clientId: string
}

/**
 * Writes a token down, in clear.
 *
 * @since 0.2.0
 * @category encoding
 */
export const encode = ({ clientId, expiresAt, isRevoked, token, tokenType, userId }: UserToken): Encoded => ({
  token: Redacted.value(token),
  tokenType,
  expiresAt,
  isRevoked,
  userId,
  clientId
})

/**
 * Reads what {@link encode} wrote; nothing when it is not that.
 *
 * @since 0.2.0
 * @category decoding
 */
export const decode = (encoded: unknown): Option.Option<UserToken> => {
  if (!isFields(encoded)) return Option.none()
  const missing = new Missing()
  const expiresAt = missing.text(encoded, "expiresAt")
  const token: UserToken = {
    token: missing.secret(encoded, "token"),
    tokenType: missing.text(encoded, "tokenType"),
    expiresAt,
    expiresAtMillis: expiryMillis(expiresAt),
    isRevoked: missing.boolean(encoded, "isRevoked"),
    userId: missing.text(encoded, "userId"),
    clientId: missing.text(encoded, "clientId")
  }
  return missing.expected.length === 0 ? Option.some(token) : Option.none()
}
