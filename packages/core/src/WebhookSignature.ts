/**
 * How a receiver of webhooks knows who sent a delivery. The schemes of the services behind the two platforms are not
 * public, so each is a strategy: take the one that your sender documents.
 *
 * @since 0.5.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { InvalidRequest } from "./InvalidRequest.js"
import * as signatures from "./internal/webhooks/signatures.js"

/**
 * A delivery as it was received: the bytes are those that were signed.
 *
 * @since 0.5.0
 * @category models
 */
export interface Received {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/**
 * What a signature proves.
 *
 * @since 0.5.0
 * @category models
 */
export interface Signed {
  /** The id of the delivery, the same when it is sent again. Without one, what is sent again is handled again. */
  readonly id: string | undefined
  /** When it was signed, in milliseconds since 1970. Without one, an old delivery looks like a new one. */
  readonly signedAtMillis: number | undefined
}

/**
 * Says what is proved of a delivery, or `undefined` when its signature is missing or wrong.
 *
 * @since 0.5.0
 * @category models
 */
export interface WebhookSignature {
  readonly verify: (received: Received) => Effect.Effect<Signed | undefined>
}

/**
 * One secret, or several that are active while one replaces the other.
 *
 * @since 0.5.0
 * @category models
 */
export type Secrets = Redacted.Redacted | ReadonlyArray<Redacted.Redacted>

/**
 * How an HMAC is sent.
 *
 * @since 0.5.0
 * @category models
 */
export interface HmacOptions {
  readonly secrets: Secrets
  /** The header with the signature, such as `x-hub-signature-256`. */
  readonly header: string
  /** What stands before the signature, such as `sha256=`. Default nothing. */
  readonly prefix?: string | undefined
  /** Default `hex`. */
  readonly encoding?: "hex" | "base64" | undefined
  /** Default `SHA-256`. */
  readonly hash?: "SHA-256" | "SHA-512" | undefined
  /** The header with the id of the delivery. */
  readonly idHeader?: string | undefined
  /** The header with the seconds since 1970. It is proved only when `signed` puts it in what is signed. */
  readonly timestampHeader?: string | undefined
  /**
   * What is signed: by default the body alone. `{timestamp}.{body}` and `{id}.{timestamp}.{body}` are made of the headers
   * above.
   */
  readonly signed?: "{body}" | "{timestamp}.{body}" | "{id}.{timestamp}.{body}" | undefined
}

/**
 * Signatures as the Standard Webhooks specification has them: the headers `webhook-id`, `webhook-timestamp` and
 * `webhook-signature` (`v1,` and an HMAC-SHA-256 in base64, several with spaces between). A secret is base64, with or without
 * `whsec_` before it. Fails with `InvalidRequest` for a secret that is not.
 *
 * @example
 * ```ts
 * import * as WebhookSignature from "@effect-connectors/core/WebhookSignature"
 * import * as Config from "effect/Config"
 * import * as Effect from "effect/Effect"
 *
 * export const signature = Effect.flatMap(Config.redacted("WEBHOOK_SECRET"), WebhookSignature.standard)
 * ```
 *
 * @since 0.5.0
 * @category constructors
 */
export const standard = (secrets: Secrets): Effect.Effect<WebhookSignature, InvalidRequest> =>
  signatures.standard(secrets)

/**
 * An HMAC in a header of your sender's choice. Fails with `InvalidRequest` for options that cannot be used.
 *
 * @example
 * ```ts
 * import * as WebhookSignature from "@effect-connectors/core/WebhookSignature"
 * import * as Redacted from "effect/Redacted"
 *
 * export const signature = WebhookSignature.hmac({
 *   secrets: [Redacted.make("the new one"), Redacted.make("the one before")],
 *   header: "x-hub-signature-256",
 *   prefix: "sha256=",
 *   idHeader: "x-github-delivery"
 * })
 * ```
 *
 * @since 0.5.0
 * @category constructors
 */
export const hmac = (options: HmacOptions): Effect.Effect<WebhookSignature, InvalidRequest> => signatures.hmac(options)

/**
 * A secret that is sent as it is, such as the `apiKey` of a subscription of Connections, which comes in `x-api-key` unless
 * the subscription names another header. It proves nothing about the body: use https. Compared in constant time.
 *
 * @since 0.5.0
 * @category constructors
 */
export const sharedHeader = (options: {
  readonly secrets: Secrets
  /** Default `x-api-key`. */
  readonly header?: string | undefined
  /** The header with the id of the delivery. */
  readonly idHeader?: string | undefined
}): Effect.Effect<WebhookSignature, InvalidRequest> => signatures.sharedHeader(options)

/**
 * The headers of a delivery that is signed by {@link standard}: for tests, and for programs that send.
 *
 * @since 0.5.0
 * @category constructors
 */
export const standardHeaders = (delivery: {
  readonly id: string
  readonly signedAtMillis: number
  readonly body: string | Uint8Array
  readonly secret: Redacted.Redacted
}): Effect.Effect<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>, InvalidRequest> =>
  signatures.standardHeaders(delivery)
