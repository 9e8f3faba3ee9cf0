import * as Effect from "effect/Effect"
import type { ExchangeFault } from "./faults.js"
import { type ExchangeOutcome, type FaultedExchange, refusedStatus, resetWire } from "./applyFault.js"

/**
 * What only the orders of a ledger meet. `limitedBefore`: a 429 of a limit in front of the work, which is not done.
 * `lateWork`: the connection ends without a response, and the request is carried out later.
 */
export type OrderFault = "limitedBefore" | "lateWork"

export const isOrderFault = (fault: ExchangeFault | OrderFault | undefined): fault is OrderFault =>
  fault === "limitedBefore" || fault === "lateWork"

// a request is carried out within twice the time of its attempt: that is what a ledger waits for
const latest = 1.9

/** The outcome of an exchange of a client whose attempts take so long at most. */
export const applyOrderFault = (
  fault: OrderFault,
  { random, work }: FaultedExchange,
  attemptMillis: number
): Effect.Effect<ExchangeOutcome> =>
  fault === "limitedBefore"
    ? Effect.succeed(refusedStatus(429, "transient"))
    : Effect.as(Effect.forkDaemon(Effect.delay(work, random.between(0, Math.floor(attemptMillis * latest)))), resetWire)
