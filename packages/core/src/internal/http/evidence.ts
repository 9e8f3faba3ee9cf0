import * as Predicate from "effect/Predicate"
import * as Transport from "../../Transport.js"
import { browserDetail } from "./browserDetail.js"
import { isCode } from "./serverCode.js"

const connectSyscalls = new Set(["connect", "getaddrinfo"])
const connectCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT"
])
// only what ends a handshake or a request that is not started: other TLS errors come in the middle of a response
const refusedForGood =
  /^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|UND_ERR_INVALID_ARG$|ERR_INVALID_(URL|CHAR|ARG_TYPE|ARG_VALUE|HTTP_TOKEN|PROTOCOL)$|ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE)$|ERR_SSL_\w*ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE)$)/
const badResponse = /^(HPE_(?!INVALID_EOF_STATE$)|UND_ERR_HEADERS_OVERFLOW$|UND_ERR_RES_CONTENT_LENGTH_MISMATCH$)/

interface Trace {
  readonly code: string
  readonly syscall: string | undefined
}

// a code is a word of the platform's; messages may hold header values and are never taken
const traceOf = (cause: unknown): Trace | undefined => {
  let at = cause
  for (let depth = 0; depth < 6 && Predicate.isRecord(at); depth++) {
    if (isCode(at["code"])) {
      return { code: at["code"], syscall: Predicate.isString(at["syscall"]) ? at["syscall"] : undefined }
    }
    // undici's parser gives no code
    if (at["name"] === "HTTPParserError") return { code: "HPE_INVALID", syscall: undefined }
    at = Array.isArray(at["errors"]) ? at["errors"][0] : at["cause"]
  }
  return undefined
}

/**
 * The code of an error, or of the first of its causes that has one.
 *
 * @internal
 */
export const errorCodeIn = (cause: unknown): string | undefined => traceOf(cause)?.code

/**
 * Whether an error is how the runtime's `fetch` reports status 407, whose response it does not give. Node's says
 * nothing else without a reason: every other failure has a code or a message.
 *
 * @internal
 */
export const isProxyRefusal = (error: unknown): boolean => {
  const thrown = Predicate.hasProperty(error, "cause") ? error.cause : undefined
  if (!(thrown instanceof TypeError) || thrown.message !== "fetch failed") return false
  const { cause } = thrown
  return (
    cause instanceof Error &&
    cause.name === "Error" &&
    (cause.message === "" || cause.message === "proxy authentication required") &&
    !Predicate.hasProperty(cause, "code") &&
    cause.cause === undefined
  )
}

/**
 * What the error of a client shows of its request: what its transport says, or else the error's own codes.
 *
 * @internal
 */
export const evidenceIn = (error: unknown): Transport.Evidence => Transport.evidenceOf(error) ?? guess(error)

const notSent = (code: string, permanent = false): Transport.Evidence => ({
  sent: false,
  phase: "connect",
  code,
  permanent,
  timedOut: false
})

const causeOf = (error: unknown): unknown => (Predicate.hasProperty(error, "cause") ? error.cause : undefined)

// only Bun's fetch gives a code on the TypeError that it throws; of others, such errors are about an argument
const isOfBun = (thrown: unknown): boolean =>
  thrown instanceof TypeError &&
  Predicate.hasProperty(thrown, "code") &&
  isCode(thrown.code) &&
  !thrown.code.startsWith("ERR_INVALID_")

// without a transport's word, only what cannot happen after the request started is proof that it did not
const guess = (error: unknown): Transport.Evidence => {
  const reason = Predicate.hasProperty(error, "reason") ? error.reason : undefined
  if (reason === "InvalidUrl" || reason === "Encode") return notSent("INVALID_REQUEST", true)
  const thrown = causeOf(error)
  const trace = traceOf(thrown)
  const code = trace?.code ?? "NO_ANSWER"
  const permanent = refusedForGood.test(code)
  // it sends a request again over a second connection, and the error is that of the second one
  if (isOfBun(thrown)) return { sent: true, phase: "request", code, permanent, timedOut: false }
  return isBeforeConnect(trace) || permanent
    ? notSent(code, permanent)
    : {
        sent: true,
        phase: "request",
        code,
        permanent: badResponse.test(code),
        timedOut: false,
        detail: trace === undefined ? browserDetail(error, thrown) : undefined
      }
}

const isBeforeConnect = (trace: Trace | undefined): boolean =>
  trace !== undefined &&
  connectCodes.has(trace.code) &&
  (trace.syscall === undefined ? trace.code === "UND_ERR_CONNECT_TIMEOUT" : connectSyscalls.has(trace.syscall))

/** Deno's words for a connection that was not made. A URL has no blank, so none can bring these words along. */
const denoConnect = /^error sending request for url \(\S+\): client error \(Connect\)(?:: (.*))?$/s
const denoReasons: ReadonlyArray<readonly [reason: RegExp, code: string, permanent: boolean]> = [
  [/^tcp connect error: Connection refused/, "ECONNREFUSED", false],
  [/^dns error: /, "ENOTFOUND", false],
  [/^invalid peer certificate: /, "CERT_REJECTED", true]
]
const denoBlockedPort = /^Fetch failed: Requests to port \d+ are blocked$/

/**
 * What an error of Deno's `fetch` with a client that cannot send a request twice proves, if it proves that nothing was
 * sent. With another client it proves nothing: a first connection may have brought the request to the server.
 *
 * @internal
 */
export const evidenceOfDeno = (error: unknown): Transport.Evidence | undefined => {
  const thrown = causeOf(error)
  if (!(thrown instanceof Error)) return undefined
  if (thrown.name === "NotCapable") return notSent("NOT_CAPABLE", true)
  if (denoBlockedPort.test(thrown.message)) return notSent("BAD_PORT", true)
  const found = thrown.cause instanceof Error ? denoConnect.exec(thrown.cause.message) : null
  if (found === null) return undefined
  const [, code, permanent] = denoReasons.find(([reason]) => reason.test(found[1] ?? "")) ?? []
  return notSent(code ?? "CONNECT_FAILED", permanent)
}

/**
 * What an error of Bun's `fetch` over a connection of its own proves, if it proves that nothing was sent.
 *
 * @internal
 */
export const evidenceOfBun = (error: unknown): Transport.Evidence | undefined => {
  const thrown = causeOf(error)
  const trace = isOfBun(thrown) ? traceOf(thrown) : undefined
  if (trace === undefined) return undefined
  const permanent = refusedForGood.test(trace.code)
  const isRefused = trace.code === "ECONNREFUSED" && trace.syscall === undefined
  return isRefused || isBeforeConnect(trace) || permanent ? notSent(trace.code, permanent) : undefined
}
