import type { WriteError } from "./ApiError.js"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

export interface CreateClientOptions {
  readonly path: string
  readonly header: "x-api-user" | "x-api-key" | (string & {})
}
export interface CreatedClient {
  readonly id: string
  readonly name: string | undefined
  readonly apiKey: Redacted.Redacted
  readonly isActive: boolean | undefined
}
export interface Operations {
  readonly create: (name: string, masterKey: Redacted.Redacted) => Effect.Effect<CreatedClient, WriteError>
}
