import type { Token } from "./Action.js"
import type { ReadError, WriteError } from "./ApiError.js"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

export interface UserToken {
  readonly token: Redacted.Redacted
  readonly tokenType: string
  readonly expiresAt: string
  readonly expiresAtMillis: number | undefined
  readonly isRevoked: boolean
  readonly userId: string
  readonly clientId: string
}
export interface CreatedUser {
  readonly id: string
  readonly identifier: string
  readonly secret: Redacted.Redacted
  readonly secretPreview: string
  readonly isActive: boolean
}
export interface UserIntegration {
  readonly id: string
  readonly clientId: string
  readonly userId: string
  readonly connector: string
  readonly account: string
  readonly isSelected: boolean | undefined
  readonly authStatus: string | undefined
  readonly raw: unknown
}
export interface UserInfo {
  readonly id: string
  readonly clientId: string
  readonly identifier: string
  readonly secretPreview: string
  readonly isActive: boolean
  readonly integrations: ReadonlyArray<UserIntegration>
  readonly raw: unknown
}
export interface Operations {
  readonly create: (identifier: string) => Effect.Effect<CreatedUser, WriteError>
  readonly authenticate: (identifier: string, secret: Redacted.Redacted) => Effect.Effect<UserToken, WriteError>
  readonly me: (token?: Token) => Effect.Effect<UserInfo, ReadError>
}
