import * as Effect from "effect/Effect"
import type { ApiError } from "../../ApiError.js"
import type { Credentials } from "../../Auth.js"
import { maxTimerMillis } from "../data/checks.js"
import { sendAttemptOf } from "../../Transport.js"
import { watched, whileMoving } from "./bodyProgress.js"
import type { CallState } from "./callState.js"
import { buildRequest, type RequestDefaults } from "./request.js"
import { exchange } from "./exchange.js"
import { type Lost, timedOut, type TransportResponse } from "./transport.js"

/**
 * Sends a call once and reads its response within the limits.
 *
 * @internal
 */
export const send = <E extends ApiError>(
  defaults: RequestDefaults,
  call: CallState<E>,
  credentials: Credentials
): Effect.Effect<TransportResponse, Lost> => {
  const { client, clock, operation, reading } = call
  const { body, limits } = call.request
  if (body._tag !== "Stream") {
    return exchange(client, buildRequest(defaults, operation, call.request, credentials), limits, reading)
  }
  // its time is not known before it is sent: only a pause may be too long
  const moving = watched(body, clock, sendAttemptOf(client) !== undefined)
  const request = buildRequest(defaults, operation, { ...call.request, body: moving.body }, credentials)
  const unbound = { ...limits, timeoutMillis: maxTimerMillis }
  return whileMoving(exchange(client, request, unbound, reading), moving, clock, limits.timeoutMillis, () =>
    timedOut(undefined)
  ).pipe(
    // the transport only sees that the body broke off
    Effect.mapError((lost) => {
      const code = moving.failure()
      return code === undefined ? lost : { ...lost, evidence: { ...lost.evidence, code, permanent: true } }
    })
  )
}
