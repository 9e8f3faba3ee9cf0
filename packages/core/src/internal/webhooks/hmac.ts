import * as Effect from "effect/Effect"

/** @internal */
export type Hash = "SHA-256" | "SHA-512"

const { subtle } = globalThis.crypto

/**
 * A key that signs and verifies, made once.
 *
 * @internal
 */
export const keyOf = (secret: Uint8Array<ArrayBuffer>, hash: Hash): Effect.Effect<CryptoKey> =>
  Effect.promise(() => subtle.importKey("raw", secret, { name: "HMAC", hash }, false, ["sign", "verify"]))

/** @internal */
export const sign = (key: CryptoKey, text: Uint8Array<ArrayBuffer>): Effect.Effect<Uint8Array<ArrayBuffer>> =>
  Effect.map(
    Effect.promise(() => subtle.sign("HMAC", key, text)),
    (signature) => new Uint8Array(signature)
  )

/**
 * Whether one of the signatures is by one of the keys. In constant time for each.
 *
 * @internal
 */
export const verifies = (
  keys: ReadonlyArray<CryptoKey>,
  signatures: ReadonlyArray<Uint8Array<ArrayBuffer>>,
  text: Uint8Array<ArrayBuffer>
): Effect.Effect<boolean> =>
  Effect.exists(
    keys.flatMap((key) => signatures.map((signature) => ({ key, signature }))),
    ({ key, signature }) => Effect.promise(() => subtle.verify("HMAC", key, signature, text))
  )
