import type { Fault, Kind, Rates } from "../../Faults.js"

/** The one fault that each kind stands for. @internal */
export const kinds: Readonly<Record<Kind, Fault>> = {
  unavailable: { _tag: "Answer", status: 503, json: { message: "for a moment" } },
  rateLimited: { _tag: "RateLimited", retryAfterMillis: 1000 },
  refused: { _tag: "Refused" },
  reset: { _tag: "Reset" },
  lostAnswer: { _tag: "Reset", commit: true },
  cutBody: { _tag: "CutBody", commit: true },
  gatewayTimeout: { _tag: "Answer", status: 504, json: { message: "the gateway gave up" }, commit: true },
  html: {
    _tag: "Answer",
    text: "<!doctype html><title>Welcome</title><p>Please sign in.</p>",
    headers: { "content-type": "text/html; charset=utf-8" }
  },
  hang: { _tag: "Hang" },
  slowBytes: { _tag: "SlowBody", bytes: 64, everyMillis: 50 },
  staleRead: { _tag: "StaleRead", changes: 1 },
  duplicate: { _tag: "Duplicate" },
  clockSkew: { _tag: "Pass", skewMillis: 3_600_000 },
  delay: { _tag: "Pass", delayMillis: 1000 }
}

const isKind = (name: string): name is Kind => Object.hasOwn(kinds, name)

/** From the simplest to the most complex. @internal */
export const allKinds: ReadonlyArray<Kind> = Object.keys(kinds).filter(isKind)

/** The kinds for a single rate: none that changes a response or delays it. @internal */
export const commonKinds: ReadonlyArray<Kind> = [
  "unavailable",
  "rateLimited",
  "refused",
  "reset",
  "lostAnswer",
  "cutBody"
]

/** The rates in the order of the kinds: faults do not depend on the order in which the rates were written. @internal */
export const sharesOf = (rates: Rates): ReadonlyArray<readonly [kind: Kind, rate: number]> =>
  allKinds.flatMap((kind) => {
    const rate = rates[kind]
    return rate === undefined ? [] : [[kind, rate]]
  })

/** @internal */
export const evenly = (rate: number, kinds: ReadonlyArray<Kind>): Rates =>
  Object.fromEntries(kinds.map((kind) => [kind, rate / kinds.length]))
