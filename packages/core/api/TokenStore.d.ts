import type { UserToken } from "./Users.js"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

export interface TokenStore {
  readonly get: (key: string) => Effect.Effect<Option.Option<UserToken>>
  readonly set: (key: string, token: UserToken) => Effect.Effect<void>
  readonly remove: (key: string) => Effect.Effect<void>
}
export declare const memory: Effect.Effect<TokenStore>
export interface Encoded {
  readonly token: string
  readonly tokenType: string
  readonly expiresAt: string
  readonly isRevoked: boolean
  readonly userId: string
  readonly clientId: string
}
export declare const encode: ({ clientId, expiresAt, isRevoked, token, tokenType, userId }: UserToken) => Encoded
export declare const decode: (encoded: unknown) => Option.Option<UserToken>
