import type * as Transport from "@effect-connectors/core/Transport"
import type { ModelRequest, ModelResponse } from "@effect-connectors/testing/ConnectionsModel"
import * as Effect from "effect/Effect"
import type { SeededRandom } from "./seededRandom.js"
import type { ExchangeFault } from "./faults.js"
import type { Reply } from "./history.js"
import { forbiddenOrigin } from "./world.js"

type Headers = Readonly<Record<string, string>>

/** The response on the wire, or the way in which it fails. */
export type Wire =
  | {
      readonly _tag: "Response"
      readonly status: number
      readonly headers: Headers
      readonly body: string | Uint8Array
    }
  | { readonly _tag: "Lost"; readonly evidence: Transport.Evidence; readonly syscall?: string }
  /** The head and a part of the body come; then the connection ends, or nothing more comes. */
  | { readonly _tag: "Cut" | "HangBody"; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly _tag: "Hang" }

export interface ExchangeOutcome {
  readonly wire: Wire
  readonly reply: Reply
  readonly status?: number
  readonly wait?: number
}

/** What a faulted poll of a job may show. */
export interface PollMemory {
  readonly first: string | undefined
  readonly last: string | undefined
  readonly forget: Effect.Effect<void>
}

export interface FaultedExchange {
  readonly random: SeededRandom
  readonly now: number
  readonly request: ModelRequest
  readonly maxBodyBytes: number
  /** What the server itself would do. */
  readonly work: Effect.Effect<ModelResponse>
  readonly poll: PollMemory | undefined
  /** How long the client waits, in milliseconds, when it has a limit. */
  readonly limitMillis?: number
}

/** Never ends; unlike `Effect.never` it does not keep the process alive when it is forgotten. */
export const forever: Effect.Effect<never> = Effect.async<never>(() => {})

const json = "application/json"
const jsonHead: Headers = { "content-type": json }

const evidence = (phase: Transport.Phase, code: string, more?: Partial<Transport.Evidence>): Transport.Evidence => ({
  sent: phase !== "connect",
  phase,
  code,
  permanent: false,
  timedOut: false,
  ...more
})

const respond = (
  status: number,
  body: string,
  reply: Reply,
  headers: Headers = {},
  wait?: number
): ExchangeOutcome => ({
  wire: { _tag: "Response", status, headers: { ...jsonHead, ...headers }, body },
  reply,
  status,
  ...(wait === undefined ? {} : { wait })
})

const envelope = (code: string, recovery?: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    code,
    message: code,
    error: { type: "error", code, message: code, ...(recovery === undefined ? {} : { recovery }) }
  })

const transient = new Set([408, 425, 429, 500, 502, 503, 504])

const classOf = (status: number): Reply =>
  status < 300 ? "success" : status === 401 ? "refused credentials" : transient.has(status) ? "transient" : "refusal"

/** The server's response, unchanged. */
export const unchanged = (response: ModelResponse): ExchangeOutcome =>
  "status" in response
    ? {
        wire: { ...response, _tag: "Response" },
        reply: classOf(response.status),
        status: response.status
      }
    : { wire: { _tag: "Lost", evidence: evidence("request", "ECONNRESET") }, reply: "lost" }

const bodyText = (response: ModelResponse): string =>
  "body" in response && typeof response.body === "string" ? response.body : ""

const lost = (code: string): ExchangeOutcome => ({
  wire: { _tag: "Lost", evidence: evidence("request", code) },
  reply: "lost"
})

/** A response with a status that says that nothing was done. */
export const refusedStatus = (status: number, reply: Reply): ExchangeOutcome =>
  respond(status, envelope(`STATUS_${status}`), reply)

/** The connection ends without a response. */
export const resetWire: ExchangeOutcome = lost("ECONNRESET")

const imf = (millis: number): string => new Date(millis).toUTCString()

type Hint = { readonly headers: Headers; readonly wait?: number }

const goodHint = (random: SeededRandom, now: number): Hint => {
  const seconds = random.pick([1, 2, 3, 5, 8, 20, 63])
  switch (random.pick(["seconds", "millis", "date"])) {
    case "seconds":
      return { headers: { "retry-after": String(seconds) }, wait: seconds * 1000 }
    case "millis":
      return { headers: { "retry-after-ms": String(seconds * 700) }, wait: seconds * 700 }
    default: {
      // a date has whole seconds: the rest of the current one counts too
      const at = Math.floor(now / 1000) * 1000
      return { headers: { date: imf(at), "retry-after": imf(at + seconds * 1000) }, wait: seconds * 1000 }
    }
  }
}

const absurdHint = (random: SeededRandom, now: number): Hint =>
  random.pick<Hint>([
    { headers: { "retry-after": "9999999999" }, wait: 9_999_999_999_000 },
    { headers: { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" }, wait: 253_402_300_799_000 - now },
    { headers: { "retry-after": "3600" }, wait: 3_600_000 },
    { headers: { "retry-after": "-1" } },
    { headers: { "retry-after": "1e9" } },
    { headers: { "retry-after": "soon" } },
    { headers: { "retry-after": "1, 2" } },
    { headers: { "retry-after": "" } }
  ])

// the server's clock is an hour off, and its `date` shows it
const jumped = (random: SeededRandom, now: number): Hint => {
  const at = Math.floor(now / 1000) * 1000 + random.pick([3_600_000, -3_600_000])
  const seconds = random.pick([1, 2, 4])
  return { headers: { date: imf(at), "retry-after": imf(at + seconds * 1000) }, wait: seconds * 1000 }
}

const longestWork = 2000

const misleading = { marker: "bogus" }

const looped = (text: string, request: ModelRequest, endless: boolean): string => {
  try {
    const body: { meta?: Record<string, unknown> | null } = JSON.parse(text)
    const requested: { cursor?: unknown } = request.body === "" ? {} : JSON.parse(request.body)
    if (body.meta === undefined || body.meta === null) return text
    const cursor = endless ? body.meta["forwards_cursor"] : (requested.cursor ?? body.meta["forwards_cursor"])
    return JSON.stringify({ ...body, meta: { ...body.meta, has_next: true, forwards_cursor: cursor } })
  } catch {
    return text
  }
}

const deep = (): string => `${"[".repeat(300)}${"]".repeat(300)}`

/** The outcome of an exchange that meets this fault. */
export const applyFault = (fault: ExchangeFault, exchange: FaultedExchange): Effect.Effect<ExchangeOutcome> => {
  const { random, limitMillis = Infinity, maxBodyBytes, now, poll, request, work } = exchange
  const done = (outcome: ExchangeOutcome): Effect.Effect<ExchangeOutcome> => Effect.as(work, outcome)
  // a gateway may give up on work that goes on, or on work that never started
  const maybe = (outcome: ExchangeOutcome): Effect.Effect<ExchangeOutcome> =>
    random.chance(0.5) ? done(outcome) : Effect.succeed(outcome)
  const status = (code: number, hint?: Hint) =>
    maybe(respond(code, envelope(`STATUS_${code}`), "transient", hint?.headers, hint?.wait))
  const refused = (code: number, reply: Reply, headers?: Headers) =>
    Effect.succeed(respond(code, envelope(`STATUS_${code}`), reply, headers))
  const unreadable = (body: string, headers?: Headers) => done(respond(200, body, "unreadable", headers))
  const changed = (change: (text: string) => string) =>
    Effect.map(work, (response) => {
      const outcome = unchanged(response)
      return outcome.wire._tag === "Response" && outcome.status === 200
        ? { ...outcome, wire: { ...outcome.wire, body: change(bodyText(response)) } }
        : outcome
    })
  const pollResponse = (text: string | undefined) =>
    text === undefined ? Effect.map(work, unchanged) : Effect.succeed(respond(200, text, "success"))
  const slow = (millis: number): Effect.Effect<ExchangeOutcome> =>
    millis + longestWork > limitMillis
      ? done({ wire: { _tag: "Hang" }, reply: "lost" })
      : Effect.zipRight(Effect.sleep(millis), Effect.map(work, unchanged))
  const id = decodeURIComponent(request.path.slice(request.path.lastIndexOf("/") + 1))
  switch (fault) {
    case "refused":
      return Effect.succeed({
        wire: { _tag: "Lost", evidence: evidence("connect", "ECONNREFUSED"), syscall: "connect" },
        reply: "not sent"
      })
    case "tlsFailed":
      return Effect.succeed({
        wire: { _tag: "Lost", evidence: evidence("connect", "CERT_HAS_EXPIRED", { permanent: true }) },
        reply: "not sent for good"
      })
    case "reset":
      return Effect.succeed(lost("ECONNRESET"))
    case "lostAnswer":
      return done(lost("ECONNRESET"))
    case "hang":
      return Effect.succeed({ wire: { _tag: "Hang" }, reply: "lost" })
    case "hangAfterCommit":
      return done({ wire: { _tag: "Hang" }, reply: "lost" })
    case "hangBody":
    case "cutBody":
      return Effect.map(work, (response): ExchangeOutcome => {
        const outcome = unchanged(response)
        if (outcome.wire._tag !== "Response" || outcome.wire.status >= 300) return outcome
        const { headers, status } = outcome.wire
        const body = bodyText(response)
        const length = { "content-length": String(Math.max(1, body.length)) }
        const cut = { status, headers: { ...headers, ...length }, body: body.slice(0, body.length >> 1) }
        return { wire: { _tag: fault === "cutBody" ? "Cut" : "HangBody", ...cut }, reply: "lost", status }
      })
    case "status408":
      return status(408)
    case "status429":
      return status(429)
    case "rateLimited":
      return status(429, goodHint(random, now))
    case "absurdRetryAfter":
      return status(429, absurdHint(random, now))
    case "status500":
      return status(500)
    case "status502":
      return status(502)
    case "unavailable":
      return status(503)
    case "unavailableRetryAfter":
      return status(503, goodHint(random, now))
    case "clockSkew":
      return status(503, jumped(random, now))
    case "gatewayTimeout":
      return status(504)
    case "retryableTrue": {
      const seconds = random.pick([0, 1, 2, 30])
      const code = random.pick([409, 429, 500, 503])
      const body = envelope("TRY_AGAIN", { retryable: true, retry_after_seconds: seconds })
      return Effect.succeed(respond(code, body, "retryable", { "retry-after": String(seconds) }, seconds * 1000))
    }
    case "retryableFalse":
      return maybe(respond(random.pick([429, 500, 503]), envelope("GIVE_UP", { retryable: false }), "final"))
    case "status401":
      return refused(401, "refused credentials")
    case "status403":
      return refused(403, "refusal")
    case "status404":
      return refused(404, "refusal")
    case "jobNotFoundYet":
      return refused(404, "refusal")
    case "redirect":
      return refused(random.pick([301, 302, 303, 307, 308]), "redirect", {
        location: `${forbiddenOrigin}${request.path}`
      })
    case "html":
      return unreadable("<html><body>Welcome to the hotel</body></html>", { "content-type": "text/html" })
    case "emptyBody":
      return request.path.endsWith("/toggle-active") ? done(respond(200, "", "success")) : unreadable("")
    case "badJson":
      return unreadable('{"result": {"marker": "bogus"')
    case "largeBody":
      return unreadable(JSON.stringify("x".repeat(maxBodyBytes + 1)))
    case "deepBody":
      return unreadable(deep())
    case "protoKey":
      return changed((text) => (text.startsWith("{") ? `{"__proto__":{"polluted":true},${text.slice(1)}` : text))
    case "delay":
      // no action takes longer than two seconds: with a longer delay the response is too late
      return slow(random.between(2000, 12_000))
    case "unknownStatus":
      return pollResponse(
        JSON.stringify({ job_id: id, status: random.pick(["pondering", "ok", "finalizing"]), result: misleading })
      )
    case "statusBackwards":
      return pollResponse(JSON.stringify({ job_id: id, status: "queued" }))
    case "oddBody":
      return Effect.succeed(
        respond(
          200,
          random.pick(["{}", "[]", "7", JSON.stringify({ result: misleading }), JSON.stringify({ status: 5 })]),
          "unreadable"
        )
      )
    case "repeatedRead":
      return pollResponse(poll?.last)
    case "staleRead":
      return pollResponse(poll?.first)
    case "jobGone":
      return poll?.first === undefined
        ? Effect.map(work, unchanged)
        : Effect.zipRight(poll.forget, refused(404, "refusal"))
    case "sameCursor":
      return changed((text) => looped(text, request, false))
    case "endlessPages":
      return changed((text) => looped(text, request, true))
  }
}
