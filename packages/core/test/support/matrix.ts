import type { ApiError } from "@effect-connectors/core/ApiError"
import { answer, cut, hang, lost, type Reply, refusedBy, thrown } from "./fakeClient.js"
import { type CallName, goodBody } from "./api.js"

/** How a call ends when every attempt meets the same fault. */
export interface Expected {
  readonly sends: number
  readonly tag: ApiError["_tag"] | "ok"
  readonly retryable?: boolean
  readonly code?: string
  readonly phase?: string
  readonly status?: number
  readonly reason?: string
}

export interface Row {
  readonly name: string
  readonly reply: Reply
  readonly expected: Readonly<Record<CallName, Expected>>
}

type Expectations = Row["expected"]

const columns = (safe: Expected, idempotent: Expected, unsafe: Expected): Expectations => ({
  safe,
  declared: safe,
  idempotent,
  widened: idempotent,
  unsafe,
  submit: unsafe
})

const same = (expected: Expected): Expectations => columns(expected, expected, expected)

const row = (name: string, reply: Reply, expected: Expectations): Row => ({ name, reply, expected })

/** Proof that nothing left: everybody tries again. */
export const notSent = (code: string): Expectations => {
  const write: Expected = { sends: 3, tag: "NotSent", retryable: true, code }
  return columns({ sends: 3, tag: "Unreachable", retryable: true, code, phase: "connect" }, write, write)
}

/** Nothing left, and no repetition helps. */
export const refusedForGood = (code: string): Expectations => {
  const write: Expected = { sends: 1, tag: "NotSent", retryable: false, code }
  return columns({ sends: 1, tag: "Unreachable", retryable: false, code, phase: "connect" }, write, write)
}

/** Sent, no response. */
export const noAnswer = (at: { readonly code: string; readonly phase: string }): Expectations =>
  columns(
    { sends: 3, tag: "Unreachable", retryable: true, ...at },
    { sends: 3, tag: "OutcomeUnknown", retryable: true, ...at },
    { sends: 1, tag: "OutcomeUnknown", retryable: false, ...at }
  )

/** Sent, and what came back is no HTTP: another attempt meets the same server. */
export const badResponse = (code: string): Expectations => {
  const write: Expected = { sends: 1, tag: "OutcomeUnknown", retryable: false, code }
  return columns({ sends: 1, tag: "Unreachable", retryable: false, code }, write, write)
}

/** The server said 2xx, and the body was cut. */
export const bodyCut = (code: string): Expectations =>
  columns(
    { sends: 3, tag: "UnexpectedBody", retryable: true, reason: "truncated", status: 200 },
    { sends: 3, tag: "OutcomeUnknown", retryable: true, phase: "body", status: 200, code },
    { sends: 1, tag: "OutcomeUnknown", retryable: false, phase: "body", status: 200, code }
  )

/** The server said 2xx, and its body says nothing. */
export const bodyUnreadable = (reason: string, code: string): Expectations => {
  const write: Expected = { sends: 1, tag: "OutcomeUnknown", retryable: false, phase: "body", status: 200, code }
  return columns({ sends: 1, tag: "UnexpectedBody", retryable: false, reason, status: 200 }, write, write)
}

const tagOf = (status: number): Expected["tag"] => {
  if (status < 400) return "UnexpectedRedirect"
  if (status >= 500) return "ServerFailed"
  return status === 401
    ? "Unauthorized"
    : status === 403
      ? "Forbidden"
      : status === 404
        ? "NotFound"
        : status === 429
          ? "RateLimited"
          : "ApiRejected"
}

/** A status that reads may be repeated after, and unsafe work may not. */
export const transient = (status: number): Expectations => {
  const again: Expected = { sends: 3, tag: tagOf(status), retryable: true, status }
  return columns(again, again, { sends: 1, tag: tagOf(status), retryable: false, status })
}

export const never = (status: number): Expectations => same({ sends: 1, tag: tagOf(status), retryable: false, status })

const always = (status: number): Expectations => same({ sends: 3, tag: tagOf(status), retryable: true, status })

const transientStatuses = [408, 425, 429, 500, 502, 503, 504]
const refusedStatuses = [
  400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 418, 421, 422, 423, 424, 426, 428, 431, 451,
  501, 505, 506, 507, 508, 510, 511, 520, 529, 599
]
const redirectStatuses = [300, 301, 302, 303, 304, 305, 307, 308]

const recovery = (retryable: boolean) => ({ json: { error: { recovery: { retryable } } } })
const elsewhere = { headers: { location: "https://elsewhere.example/login?token=x" } }
const html = { text: "<html><body>Sign in</body></html>", headers: { "content-type": "text/html" } }

// an empty 200 is a response to an operation that has no value to give
const emptyOk: Expectations = {
  ...bodyUnreadable("empty", "EMPTY_BODY"),
  idempotent: { sends: 1, tag: "ok" }
}
// 204 is the server's word that it did the work
const noContent: Expectations = columns(
  { sends: 1, tag: "UnexpectedBody", retryable: false, reason: "empty", status: 204 },
  { sends: 1, tag: "ok" },
  { sends: 1, tag: "ok" }
)

/** Every row of the fault matrix, as a transport without sockets can show it. */
export const rows: ReadonlyArray<Row> = [
  ...[
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
    "ECONNRESET"
  ].map((code) => row(`not sent, ${code}`, lost({ sent: false, phase: "connect", code }), notSent(code))),
  row("fetch: refused", thrown("ECONNREFUSED", "connect"), notSent("ECONNREFUSED")),
  row("fetch: unknown host", thrown("ENOTFOUND", "getaddrinfo"), notSent("ENOTFOUND")),
  row("fetch: connect timeout", thrown("UND_ERR_CONNECT_TIMEOUT"), notSent("UND_ERR_CONNECT_TIMEOUT")),
  ...[
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "ERR_INVALID_CHAR",
    "UND_ERR_INVALID_ARG"
  ].map((code) =>
    row(
      `refused for good, ${code}`,
      lost({ sent: false, phase: "connect", code, permanent: true }),
      refusedForGood(code)
    )
  ),
  ...["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UND_ERR_INVALID_ARG"].map(
    (code) => row(`fetch: refused for good, ${code}`, thrown(code), refusedForGood(code))
  ),
  row("platform: InvalidUrl", refusedBy("InvalidUrl"), refusedForGood("INVALID_REQUEST")),
  row("platform: Encode", refusedBy("Encode"), refusedForGood("INVALID_REQUEST")),
  row("reset before the status", lost({ code: "ECONNRESET" }), noAnswer({ code: "ECONNRESET", phase: "request" })),
  row("stale keep-alive", lost({ code: "UND_ERR_SOCKET" }), noAnswer({ code: "UND_ERR_SOCKET", phase: "request" })),
  row(
    "reset in the head",
    lost({ code: "ECONNRESET", phase: "response" }),
    noAnswer({ code: "ECONNRESET", phase: "response" })
  ),
  row("fetch: reset", thrown("ECONNRESET", "read"), noAnswer({ code: "ECONNRESET", phase: "request" })),
  row("fetch: other side closed", thrown("UND_ERR_SOCKET"), noAnswer({ code: "UND_ERR_SOCKET", phase: "request" })),
  row(
    "fetch: refused, by whom is not said",
    thrown("ECONNREFUSED"),
    noAnswer({ code: "ECONNREFUSED", phase: "request" })
  ),
  row("fetch: no code", thrown("not a code"), noAnswer({ code: "NO_ANSWER", phase: "request" })),
  row(
    "attempt timeout, by the transport",
    lost({ code: "ATTEMPT_TIMEOUT", timedOut: true }),
    noAnswer({ code: "ATTEMPT_TIMEOUT", phase: "request" })
  ),
  row("attempt timeout, by the client", hang, noAnswer({ code: "ATTEMPT_TIMEOUT", phase: "request" })),
  row("bad response", lost({ code: "BAD_RESPONSE", phase: "response", permanent: true }), badResponse("BAD_RESPONSE")),
  row("fetch: parse error", thrown("HPE_INVALID_CONSTANT"), badResponse("HPE_INVALID_CONSTANT")),
  row("fetch: header overflow", thrown("UND_ERR_HEADERS_OVERFLOW"), badResponse("UND_ERR_HEADERS_OVERFLOW")),
  row("fetch: TLS broke after the request", thrown("ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"), badOrLost()),
  row("body cut", cut(200, '{"connection":'), bodyCut("ECONNRESET")),
  row("body cut, valid JSON so far", cut(200, JSON.stringify(goodBody)), bodyCut("ECONNRESET")),
  row("body cut, no code", cut(200, "{", "not a code"), bodyCut("BODY_CUT")),
  ...transientStatuses.flatMap((status) => [
    row(`${status}`, answer(status, { json: {} }), transient(status)),
    row(`${status}, retryable: false`, answer(status, recovery(false)), never(status)),
    row(`${status}, retryable: true`, answer(status, recovery(true)), always(status))
  ]),
  ...refusedStatuses.map((status) => row(`${status}`, answer(status, { json: {} }), never(status))),
  row("400, retryable: true", answer(400, recovery(true)), always(400)),
  row("409, retryable: true", answer(409, recovery(true)), always(409)),
  row("404, its body cut", cut(404, "{"), never(404)),
  row("503, its body cut", cut(503, "{"), transient(503)),
  ...redirectStatuses.map((status) => row(`${status}`, answer(status, elsewhere), never(status))),
  row("HTML 200", answer(200, html), bodyUnreadable("wrong type", "NOT_JSON")),
  row("invalid JSON", answer(200, { text: '{"a":' }), bodyUnreadable("invalid", "INVALID_BODY")),
  row(
    "too deep",
    answer(200, { text: "[".repeat(201) + "]".repeat(201) }),
    bodyUnreadable("too deep", "BODY_TOO_DEEP")
  ),
  row("empty 200", answer(200, { text: "" }), emptyOk),
  row("204", answer(204), noContent)
]

// the request may have been read before the record that broke: no proof, whatever else is known
function badOrLost(): Expectations {
  const code = "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"
  return columns(
    { sends: 3, tag: "Unreachable", retryable: true, code },
    { sends: 3, tag: "OutcomeUnknown", retryable: true, code },
    { sends: 1, tag: "OutcomeUnknown", retryable: false, code }
  )
}
