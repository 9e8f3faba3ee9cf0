import type { InvalidRequest } from "./InvalidRequest.js"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

export interface Received {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}
export interface Signed {
  readonly id: string | undefined
  readonly signedAtMillis: number | undefined
}
export interface WebhookSignature {
  readonly verify: (received: Received) => Effect.Effect<Signed | undefined>
}
export type Secrets = Redacted.Redacted | ReadonlyArray<Redacted.Redacted>
export interface HmacOptions {
  readonly secrets: Secrets
  readonly header: string
  readonly prefix?: string | undefined
  readonly encoding?: "hex" | "base64" | undefined
  readonly hash?: "SHA-256" | "SHA-512" | undefined
  readonly idHeader?: string | undefined
  readonly timestampHeader?: string | undefined
  readonly signed?: "{body}" | "{timestamp}.{body}" | "{id}.{timestamp}.{body}" | undefined
}
export declare const standard: (secrets: Secrets) => Effect.Effect<WebhookSignature, InvalidRequest>
export declare const hmac: (options: HmacOptions) => Effect.Effect<WebhookSignature, InvalidRequest>
export declare const sharedHeader: (options: {
  readonly secrets: Secrets
  readonly header?: string | undefined
  readonly idHeader?: string | undefined
}) => Effect.Effect<WebhookSignature, InvalidRequest>
export declare const standardHeaders: (delivery: {
  readonly id: string
  readonly signedAtMillis: number
  readonly body: string | Uint8Array
  readonly secret: Redacted.Redacted
}) => Effect.Effect<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>, InvalidRequest>
