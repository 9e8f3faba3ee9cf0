import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type { ApiError } from "../../ApiError.js"
import type { Auth, Credentials } from "../../Auth.js"
import type { CallState } from "./callState.js"
import type { EndpointCredentials } from "./endpoint.js"
import { withCredentialsReason } from "./errorDetails.js"

const noCredentialsNeeded: Credentials = {}

/**
 * The credentials that need not be waited for, if they are such. What needs no user does not wait for one.
 *
 * @internal
 */
export const readyCredentials = (auth: Auth.Service, wanted: EndpointCredentials): Credentials | undefined => {
  if (wanted === "none" || wanted === "bare") return noCredentialsNeeded
  return wanted === "key" ? (auth.initial ?? auth.key) : auth.initial
}

// the same values in a new object are not newer credentials
const isSame = (a: Credentials, b: Credentials): boolean =>
  a === b ||
  (Object.keys(a).length === Object.keys(b).length &&
    Object.entries(a).every(([name, value]) => b[name] !== undefined && Equal.equals(value, b[name])))

/**
 * Newer credentials than those of the last attempt, if there can be any. Why they could not be had is kept with the error.
 *
 * @internal
 */
export const renewedCredentials = <E extends ApiError>(
  auth: Auth.Service,
  call: CallState<E>,
  error: object
): Effect.Effect<Credentials | undefined> =>
  Effect.suspend(() => {
    const { renew } = auth
    const refused = call.credentials
    // a token of the call's own is not Auth's to renew, and where none was sent none was refused
    const isOwn = call.request.own?.after["authorization"] !== undefined || refused === noCredentialsNeeded
    if (renew === undefined || refused === undefined || isOwn) return Effect.succeed(undefined)
    return Effect.match(renew(refused), {
      onFailure: (failed) => {
        if (failed._tag === "Unavailable") withCredentialsReason(error, failed.reason)
        return undefined
      },
      onSuccess: (credentials) => (isSame(credentials, refused) ? undefined : credentials)
    })
  })
