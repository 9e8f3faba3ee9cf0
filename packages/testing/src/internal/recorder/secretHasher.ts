import { scryptSync } from "node:crypto"
import { placeholderOf } from "./placeholder.js"

// slow on purpose: whoever has the file can only find a secret by guessing it
const cost = { N: 2 ** 12, r: 8, p: 1 }
const hashBytes = 32
const minHashLength = 16

const hashLength = (secret: string): number =>
  Math.min(Math.max(secret.length - placeholderOf("", "plain").length, minHashLength), 2 * hashBytes)

/**
 * The keyed hash of secrets. A placeholder is as long as its secret where that is possible, so that a response keeps its
 * length.
 *
 * @internal
 */
export class SecretHasher {
  private readonly hashes = new Map<string, string>()

  constructor(readonly salt: string) {}

  /** Whether a hash is that of a secret. A hash of another length needs no hashing. */
  matches(hash: string, secret: string): boolean {
    return hash.length === hashLength(secret) && this.hash(secret) === hash
  }

  hash(secret: string): string {
    const known = this.hashes.get(secret)
    if (known !== undefined) return known
    const hash = scryptSync(secret, Buffer.from(this.salt, "hex"), hashBytes, cost)
      .toString("hex")
      .slice(0, hashLength(secret))
    this.hashes.set(secret, hash)
    return hash
  }
}
