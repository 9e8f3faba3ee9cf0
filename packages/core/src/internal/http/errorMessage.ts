import * as Duration from "effect/Duration"
import type { CallContext } from "../../ApiError.js"
import { quoted, shownText } from "../data/serverText.js"

/** @internal */
export const where = (error: CallContext): string => {
  const request = error.requestId === undefined ? "" : `, request ${shownText("name", error.requestId)}`
  const earlier = error.mayHaveHappened === true ? "; an earlier attempt may have been carried out" : ""
  return error.url === "" ? error.operation : `${error.operation} (${error.method} ${error.url}${request}${earlier})`
}

/** @internal */
export const attemptsMade = (error: CallContext): string =>
  (error.attempts > 1 ? ` after ${error.attempts} attempts` : "") +
  (error.retryBudgetExhausted === true ? "; not retried, because too many calls to this origin are failing" : "")

/** @internal */
export const coded = (code: string | undefined): string => (code === undefined ? "" : `, ${shownText("word", code)}`)

/**
 * The server's own reason as a sentence.
 *
 * @internal
 */
export const said = (reason: string | undefined): string => {
  if (reason === undefined) return ""
  const text = shownText("reason", reason)
  return ` It says: ${text}${/[.!?]$/.test(text) ? "" : "."}`
}

/**
 * What a call named, each for what it is; that one alone which the server's code names, such as `ACTION_NOT_FOUND`.
 *
 * @internal
 */
export const namesOf = (
  requested: Readonly<Record<string, string>> | undefined,
  code: string | undefined
): string | undefined => {
  const all = Object.entries(requested ?? {})
  const words = new Set(code?.toLowerCase().split(/[^a-z]/))
  const meant = all.filter(([thing]) => words.has(thing))
  const named = (meant.length === 1 ? meant : all).map(([thing, name]) => `${thing} ${quoted(name)}`)
  return named.length === 0 ? undefined : named.join(" or ")
}

/** @internal */
export const serverWait = (retryAfter: Duration.Duration | undefined): string =>
  retryAfter === undefined ? "" : ` It asks to wait ${Duration.format(retryAfter)}.`

/**
 * An error that ended the following of a job says nothing of the job itself.
 *
 * @internal
 */
export const jobHint = (error: CallContext): string =>
  error.job === undefined || error.operation !== "jobs.get"
    ? ""
    : `. Job ${shownText("name", error.job.jobId)} may still be running: watch it again with the reference in \`job\``

/**
 * A job that is over with a state word that no protocol knows.
 *
 * @internal
 */
export const endedUnknown = (jobId: string | undefined, word: string | undefined): string =>
  `job ${shownText("name", jobId ?? "")} is over, and the server's word for it is not known: "${shownText("word", word ?? "")}"`

/** @internal */
export const endedHint = "Its last state is in `body`; if you know the word, add it with `JobProtocol.make({ words })`"

/**
 * What to do when credentials are not accepted, or do not suffice.
 *
 * @internal
 */
export const credentialsHint = (code: string | undefined, otherwise: string): string =>
  code === "INTEGRATION_REQUIRED"
    ? "The user has not linked this connector: have it linked with `integrations.ensure`"
    : otherwise

const rejectionHints: Readonly<Record<string, string>> = {
  CONNECTION_INACTIVE: "Activate the connection",
  CONNECTION_UNAUTHORIZED: "Authorize the connection"
}

/**
 * What to do about a request that the server refused, and said why: not every refusal is a fault of the request.
 *
 * @internal
 */
export const rejectionHint = (code: string | undefined): string =>
  (code === undefined ? undefined : rejectionHints[code]) ?? "Correct the request"

/**
 * What to do when a right is missing.
 *
 * @internal
 */
export const rightHint = (error: CallContext): string =>
  error.operation === "subscribers.remove"
    ? "Only an admin of the organization may unsubscribe: use the credentials of one"
    : "Use an account that has the right"

const hints: Readonly<Record<string, string>> = {
  ATTEMPT_TIMEOUT: "Give it more time with `attemptTimeout`, or see why the server is slow",
  ENOTFOUND: "No such host: check `baseUrl`",
  ERR_SSL_WRONG_VERSION_NUMBER: "The server does not speak TLS there: check the scheme and port of `baseUrl`"
}

/** @internal */
export const hintOf = (code: string): string => hints[code] ?? "Check `baseUrl` and the network"

const fileHints: Readonly<Record<string, string>> = {
  SIZE_MISMATCH: " The file that was being sent is longer or shorter than its `size`.",
  ALREADY_READ: " The file that was to be sent can be read only once, and was read before.",
  FILE_FAILED: " The file that was being sent could not be read to its end.",
  SOURCE_FAILED: " The file that was being sent could not be read to its end.",
  ENOENT: " The file that was to be sent is not there any more."
}

/** @internal */
export const fileHint = (code: string): string => fileHints[code] ?? ""
