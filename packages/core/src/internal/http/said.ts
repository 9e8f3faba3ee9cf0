import { isFields } from "../data/fields.js"
import { secretsOf } from "../data/secretValues.js"
import { sensitiveValues } from "../data/sensitiveValues.js"
import { shownText } from "../data/serverText.js"
import type { Said } from "./errors.js"
import { exactTextOf, secretsIn, type SentCall, textOf } from "./sentSecrets.js"
import { codeIn } from "./serverCode.js"
import { reasonIn } from "./serverReason.js"

/**
 * A reason of the server as an error of this call shows it: what the response holds under sensitive names is not in it
 * either.
 *
 * @internal
 */
export const reasonShown = (call: SentCall, body: unknown, reason: string | undefined): string | undefined => {
  if (reason === undefined || !call.resolved.showsReasons) return undefined
  const received = sensitiveValues(body) ?? []
  return received.length === 0
    ? textOf(call, "reason", reason)
    : shownText("reason", reason, secretsOf([...secretsIn(call).values, ...received]))
}

const noneSaid: Said = { serverCode: undefined, serverReason: undefined }

// a body of 2xx is data, unless it says of itself that it is not
const saysFailed = (body: unknown): boolean =>
  isFields(body) &&
  ((body["error"] !== undefined && body["error"] !== null) ||
    body["errors"] !== undefined ||
    body["success"] === false ||
    body["ok"] === false)

/**
 * What the body of a 2xx response says of a failure.
 *
 * @internal
 */
export const saidInSuccess = (call: SentCall, body: unknown): Said => (saysFailed(body) ? saidIn(call, body) : noneSaid)

/**
 * What the body of a response outside of 2xx says of the failure.
 *
 * @internal
 */
export const saidIn = (call: SentCall, body: unknown): Said => ({
  serverCode: exactTextOf(call, "word", codeIn(body)),
  serverReason: reasonShown(call, body, reasonIn(body))
})
