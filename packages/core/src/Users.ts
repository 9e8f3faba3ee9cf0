/**
 * Users of BOSA / GL Connectors and their tokens.
 *
 * @since 0.2.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Token } from "./Action.js"
import type { ReadError, WriteError } from "./ApiError.js"

/**
 * A token that stands for a user.
 *
 * @since 0.2.0
 * @category models
 */
export interface UserToken {
  readonly token: Redacted.Redacted
  readonly tokenType: string
  /** When it ends, as the server writes it. */
  readonly expiresAt: string
  /** The same in milliseconds since 1970, where it can be read. A time without a zone is taken as UTC. */
  readonly expiresAtMillis: number | undefined
  readonly isRevoked: boolean
  readonly userId: string
  readonly clientId: string
}

/**
 * A user who was just created. The server shows `secret` this once and never again.
 *
 * @since 0.2.0
 * @category models
 */
export interface CreatedUser {
  readonly id: string
  readonly identifier: string
  readonly secret: Redacted.Redacted
  /** How it starts, to distinguish secrets. */
  readonly secretPreview: string
  readonly isActive: boolean
}

/**
 * An account that a user has linked at a connector.
 *
 * @since 0.2.0
 * @category models
 */
export interface UserIntegration {
  readonly id: string
  readonly clientId: string
  readonly userId: string
  readonly connector: string
  /** The account's name at the connector. */
  readonly account: string
  /** Whether calls that name no account use this one. */
  readonly isSelected: boolean | undefined
  readonly authStatus: string | undefined
  /** All that the server says of it; credentials in it are redacted. */
  readonly raw: unknown
}

/**
 * What the server knows of a user.
 *
 * @since 0.2.0
 * @category models
 */
export interface UserInfo {
  readonly id: string
  readonly clientId: string
  readonly identifier: string
  readonly secretPreview: string
  readonly isActive: boolean
  readonly integrations: ReadonlyArray<UserIntegration>
  /** All that the server says of the user; credentials in it are redacted. */
  readonly raw: unknown
}

/**
 * What can be done with users.
 *
 * @example
 * ```ts
 * import type { BosaApi } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 *
 * export const joined = (bosa: BosaApi.Service, identifier: string) =>
 *   Effect.gen(function*() {
 *     const user = yield* bosa.users.create(identifier)
 *     // keep `user.secret` somewhere safe: it is shown this once
 *     const token = yield* bosa.users.authenticate(identifier, user.secret)
 *     return yield* bosa.users.me(token)
 *   })
 * ```
 *
 * @since 0.2.0
 * @category models
 */
export interface Operations {
  /**
   * Creates a user. The secret in the response cannot be recovered: keep it, and authenticate with it.
   * A lost response is `OutcomeUnknown`, since the user may exist with a secret that nobody has seen.
   */
  readonly create: (identifier: string) => Effect.Effect<CreatedUser, WriteError>
  /**
   * Gives a new token for a user. Tokens are to be used until they end, not made for each call: `UserAuth` does that.
   */
  readonly authenticate: (identifier: string, secret: Redacted.Redacted) => Effect.Effect<UserToken, WriteError>
  /** Whom a token stands for; without one, whom the token of `Auth` stands for. */
  readonly me: (token?: Token) => Effect.Effect<UserInfo, ReadError>
}
