import type { Ending, Exchange, Failure, Headers, Outcome, Recording, RecordedRequest } from "../../Recording.js"

const sorted = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

// JSON leaves out undefined
const failureOf = ({ code, evidence, name, reason, syscall }: Failure) => ({
  reason,
  evidence:
    evidence === undefined
      ? undefined
      : {
          sent: evidence.sent,
          phase: evidence.phase,
          code: evidence.code,
          permanent: evidence.permanent,
          timedOut: evidence.timedOut,
          status: evidence.status,
          detail: evidence.detail
        },
  code,
  syscall,
  name
})

const endingOf = (ending: Ending) =>
  ending._tag === "Cut" ? { _tag: ending._tag, failure: failureOf(ending.failure) } : { _tag: ending._tag }

const requestOf = ({ body, headers, method, origin, path, query }: RecordedRequest) => ({
  method,
  origin,
  path,
  query,
  headers: sorted(headers),
  body
})

const outcomeOf = (outcome: Outcome) => {
  if (outcome._tag === "Left") return { _tag: outcome._tag }
  if (outcome._tag === "Lost") {
    return { _tag: outcome._tag, status: outcome.status, failure: failureOf(outcome.failure) }
  }
  const { body, ending, headers, setCookies, status } = outcome
  return {
    _tag: outcome._tag,
    status,
    headers: sorted(headers),
    setCookies,
    body,
    ending: ending === undefined ? undefined : endingOf(ending)
  }
}

const exchangeOf = ({ at, outcome, request, took }: Exchange) => ({
  at,
  took,
  request: requestOf(request),
  outcome: outcomeOf(outcome)
})

/** A recording with its fields in the order of the file. @internal */
export const inFileOrder = ({ exchanges, format, salt, startedAt, version }: Recording) => ({
  format,
  version,
  salt,
  startedAt,
  exchanges: exchanges.map(exchangeOf)
})
