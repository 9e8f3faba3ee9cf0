import { createHash } from "node:crypto"

/** @internal */
export const sha256 = (bytes: string | Uint8Array): Buffer => createHash("sha256").update(bytes).digest()

/** @internal */
export const sha256Hex = (bytes: string | Uint8Array): string => sha256(bytes).toString("hex")

/** An id in the format of the platform, the same in every run. @internal */
export const uuid = (kind: string, n: number): string =>
  `${kind.padEnd(8, "0")}-0000-4000-8000-${n.toString(16).padStart(12, "0")}`
