/**
 * Clients of BOSA / GL Connectors: who an API key belongs to.
 *
 * @since 0.2.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { WriteError } from "./ApiError.js"

/**
 * Where clients are created. The platform's packages do not show it, so there is no default.
 *
 * @since 0.2.0
 * @category models
 */
export interface CreateClientOptions {
  /** The path below the base URL, from its first slash on. */
  readonly path: string
  /** The header that the master key goes in. */
  readonly header: "x-api-user" | "x-api-key" | (string & {})
}

/**
 * A client that was just created.
 *
 * @since 0.2.0
 * @category models
 */
export interface CreatedClient {
  readonly id: string
  readonly name: string | undefined
  readonly apiKey: Redacted.Redacted
  readonly isActive: boolean | undefined
}

/**
 * What can be done with clients.
 *
 * @since 0.2.0
 * @category models
 */
export interface Operations {
  /**
   * Creates a client with the platform's master key, which goes in place of the credentials of `Auth`.
   * Without the option `createClient` it is `InvalidRequest`.
   */
  readonly create: (name: string, masterKey: Redacted.Redacted) => Effect.Effect<CreatedClient, WriteError>
}
