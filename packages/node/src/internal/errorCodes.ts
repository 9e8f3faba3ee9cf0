/**
 * Short stable codes for what went wrong on a connection, and which of them no repetition can mend.
 */
import type * as Transport from "@effect-connectors/core/Transport"
import * as Predicate from "effect/Predicate"

/** A 2xx body over the limit of the attempt. */
export const BODY_TOO_LARGE = "BODY_TOO_LARGE"
/** The attempt's time was over. */
export const ATTEMPT_TIMEOUT = "ATTEMPT_TIMEOUT"
/** A compressed body that ends too early. */
export const CONTENT_ENCODING_CUT = "CONTENT_ENCODING_CUT"
/** A compressed body that is not in the format it claims. */
export const CONTENT_ENCODING_INVALID = "CONTENT_ENCODING_INVALID"
/** A `content-encoding` this transport does not know. */
export const CONTENT_ENCODING_UNSUPPORTED = "CONTENT_ENCODING_UNSUPPORTED"
/** The source of the request's body failed. */
export const REQUEST_BODY_FAILED = "REQUEST_BODY_FAILED"
/** A request body of a kind that cannot be written to a socket. */
export const REQUEST_BODY_UNSUPPORTED = "REQUEST_BODY_UNSUPPORTED"
/** The server sent a head that the protocol does not allow here. */
const BAD_RESPONSE = "BAD_RESPONSE"
/** The proxy did not open a tunnel. */
const PROXY_REFUSED = "PROXY_REFUSED"
export const ERR_INVALID_URL = "ERR_INVALID_URL"
export const ERR_INVALID_HEADER = "ERR_INVALID_CHAR"
const HPE_INVALID = "HPE_INVALID"
// The end of a connection inside a chunked body reaches the parser as a protocol error, but it is a cut body.
const HPE_INVALID_EOF_STATE = "HPE_INVALID_EOF_STATE"
const UNKNOWN = "UNKNOWN"

const codeShape = /^[A-Z][A-Z0-9_]{1,63}$/
const maxDepth = 4

const dig = (error: unknown, depth: number): string | undefined => {
  if (!Predicate.isObject(error) || depth > maxDepth) return undefined
  if (Predicate.hasProperty(error, "code") && typeof error.code === "string" && codeShape.test(error.code)) {
    return error.code
  }
  if (Predicate.hasProperty(error, "errors") && Array.isArray(error.errors)) {
    const inner = dig(error.errors[0], depth + 1)
    if (inner !== undefined) return inner
  }
  return Predicate.hasProperty(error, "cause") ? dig(error.cause, depth + 1) : undefined
}

const messageOf = (error: unknown): string =>
  Predicate.hasProperty(error, "message") && typeof error.message === "string" ? error.message : ""

// undici's parser errors come without a code of their own.
const parserCodeOf = (error: unknown): string | undefined => {
  if (!Predicate.hasProperty(error, "name") || error.name !== "HTTPParserError") return undefined
  return messageOf(error).includes("Invalid EOF state") ? HPE_INVALID_EOF_STATE : HPE_INVALID
}

/** The code of an error of undici or Node, also from inside of an aggregate or a cause. */
export const codeOf = (error: unknown): string => {
  const code = dig(error, 0)
  if (code === undefined) return parserCodeOf(error) ?? UNKNOWN
  if (code !== "UND_ERR_SOCKET") return code
  const message = messageOf(error)
  return message === "bad response" || message === "bad upgrade" ? BAD_RESPONSE : code
}

/**
 * A code by how far the response had come: undici reports a head with two lengths, or with a length and
 * chunks, as a body of the wrong length, and a proxy's refusal as an abort.
 */
export const codeInPhase = (code: string, phase: Transport.Phase): string => {
  if (phase === "response" && code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") return BAD_RESPONSE
  return phase === "connect" && code === "UND_ERR_ABORTED" ? PROXY_REFUSED : code
}

const permanentCodes: ReadonlySet<string> = new Set([
  BODY_TOO_LARGE,
  CONTENT_ENCODING_INVALID,
  CONTENT_ENCODING_UNSUPPORTED,
  REQUEST_BODY_UNSUPPORTED,
  BAD_RESPONSE,
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
  "UND_ERR_HEADERS_OVERFLOW",
  "UND_ERR_PRX_TLS",
  "UND_ERR_DESTROYED",
  "UND_ERR_CLOSED",
  "EPROTO",
  "CERT_CHAIN_TOO_LONG",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "CRL_HAS_EXPIRED",
  "CRL_NOT_YET_VALID",
  "CRL_SIGNATURE_FAILURE",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERROR_IN_CERT_NOT_AFTER_FIELD",
  "ERROR_IN_CERT_NOT_BEFORE_FIELD",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
  "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
  "UNABLE_TO_GET_CRL",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])

/** Whether no repetition can help. */
export const isPermanent = (code: string): boolean =>
  permanentCodes.has(code) ||
  code.startsWith("ERR_INVALID_") ||
  code.startsWith("ERR_TLS_") ||
  code.startsWith("ERR_SSL_") ||
  (code.startsWith("HPE_") && code !== HPE_INVALID_EOF_STATE)
