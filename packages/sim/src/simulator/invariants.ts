import { bucketBreaks } from "./budgetInvariant.js"
import type { Failed } from "./history.js"
import { jobBreaks } from "./jobInvariant.js"
import { orderBreaks } from "./orderInvariant.js"
import { mayFollow } from "./replayRule.js"
import { attemptsOf, type CallView, type Exchange, type View } from "./view.js"

/** Must hold for every history. Returns the reason of each break. */
export type Invariant = (view: View) => ReadonlyArray<string>

const name = (call: CallView): string => `call ${call.id} (${call.op} of ${call.client})`

const callsOf = (view: View): ReadonlyArray<CallView> => Array.from(view.calls.values())

const known = new Set(
  (
    "InvalidRequest Unauthorized Forbidden NotFound RateLimited ApiRejected ServerFailed UnexpectedRedirect UnexpectedBody " +
    "Unreachable NotSent OutcomeUnknown DeadlineExceeded JobFailed JobCancelled JobNotFound JobDeadlineExceeded " +
    "PaginationLoop SkillRejected FileError SubmissionUnknown SubmissionNotDone AlreadyDone KeyReused LedgerFailed"
  ).split(" ")
)

/** 0: every call ends once, with an outcome that its type allows. */
const everyCallEnds: Invariant = (view) => [
  ...(view.history.truth.stuck === undefined ? [] : [`the run did not end: ${view.history.truth.stuck}`]),
  ...callsOf(view).flatMap((call) => {
    if (call.ends !== 1) return [`${name(call)} ended ${call.ends} times`]
    const { failed } = call
    if (failed === undefined || known.has(failed.tag)) return []
    return [`${name(call)} ended in ${failed.tag} ${failed.code ?? ""}`]
  })
]

const transient = new Set([408, 425, 429])

// errors that say: nothing was done
const isNotDone = ({ mayHaveHappened, status, tag }: Failed): boolean => {
  if (mayHaveHappened === true) return false
  if (tag === "ApiRejected") return status !== undefined && !transient.has(status)
  return /^(?:NotSent|InvalidRequest|DeadlineExceeded|Unauthorized|Forbidden|NotFound|UnexpectedRedirect)$/.test(tag)
}

/** 1: unsafe work runs at most once unless the caller allows more, at least once when the call succeeds, and never when the error says so. */
const noDuplicates: Invariant = (view) =>
  callsOf(view).flatMap((call) => {
    const { class: retryClass, marker, policy } = call.invoked
    const breaks: Array<string> = []
    if (call.ok?.wrong !== undefined) breaks.push(`${name(call)}: ${call.ok.wrong}`)
    if (marker === undefined) return breaks
    const done = view.history.truth.executions[marker] ?? 0
    if (call.ok?.marker !== undefined && call.ok.marker !== marker) {
      breaks.push(`${name(call)} got the response of ${call.ok.marker}`)
    }
    if (call.ok !== undefined && call.ok.marker === undefined && call.ok.job === undefined) {
      breaks.push(`${name(call)} got a response without a marker`)
    }
    if (call.ok !== undefined && done === 0) breaks.push(`${name(call)} succeeded, and was not executed`)
    if (retryClass !== "unsafe") return breaks
    if (policy === "default" && done > 1) breaks.push(`${name(call)} was done ${done} times`)
    if (call.failed !== undefined && isNotDone(call.failed) && done > 0) {
      breaks.push(`${name(call)} ended in ${call.failed.tag}, and was done`)
    }
    return breaks
  })

// errors that only an exchange can give
const ofTheWire = new Set(
  "Forbidden NotFound RateLimited ApiRejected ServerFailed UnexpectedRedirect UnexpectedBody Unreachable OutcomeUnknown NotSent".split(
    " "
  )
)

// a body that hangs holds up the discovery until its timeout, or until the next attempt starts
const ofDiscovery = (call: CallView, exchanges: ReadonlyArray<Exchange>): boolean => {
  const shared = exchanges.filter((exchange) => exchange.call === 0)
  return shared.some(({ endT, reply, sent, status, t }, index) => {
    if (t > call.endT) return false
    if (endT >= call.t) return true
    if (reply !== "lost" || status === undefined) return false
    const next = shared.slice(index + 1).find((other) => other.sent.request === sent.request)
    return next === undefined || next.t >= call.t
  })
}

// earlier pages have their own requests
const lastAttempts = (call: CallView): ReadonlyArray<Exchange> => {
  const last = call.exchanges[call.exchanges.length - 1]
  return call.exchanges.filter(({ sent }) => sent.request === last?.sent.request)
}

/** 2: an outcome is unknown only when something was sent, and its evidence has a phase and a code; no error without an exchange. */
const noLazyUnknowns: Invariant = (view) =>
  callsOf(view).flatMap((call) => {
    const { exchanges, failed } = call
    // the submit is a call of its own
    if (failed === undefined || call.invoked.follows === true || call.invoked.order !== undefined) return []
    const breaks: Array<string> = []
    if (call.isUnknown) {
      // an attempt that is abandoned while it connects has no evidence
      if (!exchanges.some(({ sent, wasAbandoned: wasLeft }) => sent.isWritten || wasLeft))
        breaks.push(`${name(call)} is unknown, and nothing was sent`)
      if (failed.phase === undefined || failed.code === undefined)
        breaks.push(`${name(call)} is unknown without evidence`)
      const sawHead = exchanges.some(({ status }) => status !== undefined && status < 300)
      if (failed.phase === "body" && !sawHead) breaks.push(`${name(call)} is unknown in a body that never started`)
    }
    if (
      failed.tag === "NotSent" &&
      lastAttempts(call).some(({ reply }) => reply === "lost" || reply === "unreadable")
    ) {
      breaks.push(`${name(call)} ended in NotSent, and was sent`)
    }
    if (ofTheWire.has(failed.tag) && failed.status !== 0 && exchanges.length === 0) {
      if (!ofDiscovery(call, view.byClient.get(call.client) ?? [])) {
        breaks.push(`${name(call)} ended in ${failed.tag} without an exchange`)
      }
    }
    return breaks
  })

const crashes = (view: View): ReadonlyMap<string, number> => {
  const map = new Map<string, number>()
  view.history.events.forEach(({ client, kind }, at) => {
    if (kind === "crash") map.set(client, at)
  })
  return map
}

const attemptBreaks = (call: CallView, attempts: ReadonlyArray<Exchange>): ReadonlyArray<string> => {
  const { invoked } = call
  const breaks: Array<string> = []
  const written = attempts.filter(({ sent }) => sent.isWritten).length
  // attempts that were not sent follow the layer's policy, on top of the caller's attempts
  const most = invoked.ownWaits === true ? invoked.maxSends + 2 : invoked.maxSends
  if (written > invoked.maxSends || attempts.length > most) {
    breaks.push(`${name(call)} had ${attempts.length} attempts, and was sent ${written} times`)
  }
  let refusals = 0
  attempts.forEach((exchange, index) => {
    if (exchange.reply === "refused credentials") refusals++
    if (index === attempts.length - 1) return
    const isForeign = call.op === "skills.artifact" && exchange.reply === "refused credentials"
    if (isForeign || !mayFollow(invoked, exchange, refusals)) {
      breaks.push(`${name(call)} was sent again after "${exchange.reply}" (${exchange.sent.fault})`)
    }
  })
  return breaks
}

/** 4: no request without proof that it is allowed, above the cap of attempts or the budget, or after the deadline, an interrupt or the end. */
const noStraySends: Invariant = (view) => {
  const dead = crashes(view)
  const late = view.exchanges
    .filter(({ at, client }) => at > (dead.get(client) ?? Infinity))
    .map(({ client, sent }) => `${client} sent ${sent.request} after its crash`)
  const ofCalls = callsOf(view).flatMap((call) => {
    const { deadline, pages } = call.invoked
    const breaks = attemptsOf(call).flatMap((attempts) => attemptBreaks(call, attempts))
    if (call.exchanges.some(({ at }) => at > call.endAt)) breaks.push(`${name(call)} sent after its end`)
    if (deadline === undefined || pages === true) return breaks
    const end = call.t + deadline
    if (call.exchanges.some(({ t }) => t > end)) breaks.push(`${name(call)} sent after its deadline`)
    if (call.failed?.tag === "DeadlineExceeded" && call.endT < end)
      breaks.push(`${name(call)} ended ${end - call.endT} ms before its deadline`)
    if (call.endT > end && call.ends > 0) breaks.push(`${name(call)} ended ${call.endT - end} ms after its deadline`)
    return breaks
  })
  return [...late, ...ofCalls, ...bucketBreaks(view)]
}

const longestWait = 64_000
// credentials may have to be renewed first
const slack = 1000

const waitBreaks = (call: CallView, attempts: ReadonlyArray<Exchange>): ReadonlyArray<string> =>
  attempts.flatMap((next, index) => {
    const before = attempts[index - 1]
    if (before === undefined) return []
    const gap = next.t - before.endT
    const { wait = 0 } = before
    const isOwn = call.invoked.ownWaits === true
    if (gap > longestWait + slack + (isOwn ? 1000 : 0)) return [`${name(call)} waited ${gap} ms for another attempt`]
    const isAsked = !isOwn || (call.invoked.policy === "word" && before.reply === "retryable")
    return isAsked && gap < wait ? [`${name(call)} had to wait ${wait} ms, and waited ${gap}`] : []
  })

// a poll that was in flight when the pause started is sent again with new credentials
const isRenewedPoll = (poll: Exchange, earlier: ReadonlyArray<Exchange>, pauseT: number): boolean => {
  const before = earlier.filter(({ sent }) => sent.request === poll.sent.request).at(-1)
  return before?.reply === "refused credentials" && before.t <= pauseT
}

// a call that ends as a response arrives never reads that response
const pollWaitBreaks = (exchanges: ReadonlyArray<Exchange>, ends: ReadonlySet<number>): ReadonlyArray<string> => {
  const polls = exchanges.filter(({ call, requestKind }) => call === 0 && requestKind === "poll")
  return polls.flatMap((limited) => {
    if (limited.status !== 429 || limited.wait === undefined || limited.reply === "retryable") return []
    if (ends.has(limited.endT)) return []
    const until = limited.endT + Math.min(limited.wait, longestWait)
    const early = polls.find(
      (poll, index) =>
        poll.t > limited.endT && poll.t < until && !isRenewedPoll(poll, polls.slice(0, index), limited.endT)
    )
    return early === undefined ? [] : [`${early.client} polled ${until - early.t} ms before the pause was over`]
  })
}

const endsOf = (view: View, client: string): ReadonlySet<number> =>
  new Set(callsOf(view).flatMap((call) => (call.client === client ? [call.endT] : [])))

/** 5: a wait before another attempt is at least as long as the server asks for, and has an upper limit. */
const waitsAsAsked: Invariant = (view) => [
  ...callsOf(view).flatMap((call) => attemptsOf(call).flatMap((attempts) => waitBreaks(call, attempts))),
  ...Array.from(view.byClient).flatMap(([client, exchanges]) => pollWaitBreaks(exchanges, endsOf(view, client)))
]

/** 6: no secret in any sink or at another origin, and no request with another path than its call's. */
const noLeaks: Invariant = (view) => [
  ...view.history.events.flatMap((event) =>
    event.kind === "leak" ? [`a secret in the ${event.detail.sink} of call ${event.call} (${event.op})`] : []
  ),
  ...view.exchanges.flatMap(({ client, sent }) =>
    sent.misdirected === true ? [`${client} sent ${sent.request} to ${sent.platform}`] : []
  ),
  ...callsOf(view).flatMap((call) => {
    const astray = call.exchanges.find(({ sent }) => call.invoked.path !== undefined && sent.path !== call.invoked.path)
    return astray === undefined ? [] : [`${name(call)} went to ${astray.sent.path}, not to ${call.invoked.path}`]
  })
]

/** 7: at the end nothing is open, in flight or waiting. */
const nothingLeft: Invariant = ({ history: { events, truth } }) => [
  ...(truth.openExchanges === 0 ? [] : [`${truth.openExchanges} exchanges are open`]),
  ...(truth.openBodies === 0 ? [] : [`${truth.openBodies} bodies are open`]),
  ...(truth.sleepers === 0 ? [] : [`${truth.sleepers} timers are left`]),
  ...events.flatMap((event) => {
    if (event.kind !== "rest") return []
    const { inFlight, timers, watched } = event.detail
    return inFlight + timers + watched === 0
      ? []
      : [`${event.client} still follows jobs: ${watched} watched, ${inFlight} polls, ${timers} timers`]
  })
]

/** By number and name. Determinism is the eighth, and needs two runs. */
export const invariants: ReadonlyArray<readonly [name: string, check: Invariant]> = [
  ["0 every call ends", everyCallEnds],
  ["1 no duplicates", noDuplicates],
  ["2 no unfounded unknowns", noLazyUnknowns],
  ["3 no job lost", jobBreaks],
  ["4 no forbidden sends", noStraySends],
  ["5 waits as requested", waitsAsAsked],
  ["6 no leaks", noLeaks],
  ["7 nothing left", nothingLeft],
  ["10 no wrong settlement", orderBreaks]
]
