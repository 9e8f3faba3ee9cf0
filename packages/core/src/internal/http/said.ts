import type { Said } from "./errors.js"
import { exactTextOf, type SentCall, textOf } from "./sentSecrets.js"
import { codeIn } from "./serverCode.js"
import { reasonIn } from "./serverReason.js"

/**
 * A reason of the server as an error of this call shows it.
 *
 * @internal
 */
export const reasonShown = (call: SentCall, reason: string | undefined): string | undefined =>
  reason === undefined || !call.resolved.showsReasons ? undefined : textOf(call, "reason", reason)

/**
 * What a body says of a failure.
 *
 * @internal
 */
export const saidIn = (call: SentCall, body: unknown): Said => ({
  serverCode: exactTextOf(call, "word", codeIn(body)),
  serverReason: reasonShown(call, reasonIn(body))
})
