import * as Effect from "effect/Effect"
import * as Call from "../../Call.js"
import type { Execution } from "../../Job.js"
import type { NotDone, Verification } from "../../Ledger.js"
import type { LedgerFailed, SubmissionUnknown } from "../../LedgerError.js"
import type { LedgerJournal } from "../../LedgerJournal.js"
import { maxTimerMillis } from "../data/checks.js"
import { completedWith } from "../jobs/finalValue.js"
import { monotonicTime } from "../runtime/monotonic.js"

/**
 * How a piece of work of unknown outcome may be settled.
 *
 * @internal
 */
export interface Settling<A, R> {
  readonly key: string
  readonly journal: LedgerJournal
  readonly verify: Effect.Effect<Verification<A>, unknown, R>
  /** Its last request left at this time or earlier, by `monotonicTime`. */
  readonly sentAt: number
  /** How long after that a request may still be carried out. Gets the longest attempt that the verifier's calls may take. */
  readonly settleMillis: (attemptMillis: number) => number
}

/**
 * Nobody knows what became of the work: its verifier failed, or could not tell; without `verifier` there is none.
 *
 * @internal
 */
export interface Undecided {
  readonly _tag: "Undecided"
  readonly verifier?: SubmissionUnknown["verifier"]
}

const failed: Undecided = { _tag: "Undecided", verifier: "failed" }
const cannotTell: Undecided = { _tag: "Undecided", verifier: "cannotTell" }

/**
 * Asks the verifier. That it was not done counts when it was found after the time in which a late request may still be
 * carried out, and while the journal is ours.
 *
 * @internal
 */
export const settle = <A, R>({
  journal,
  key,
  sentAt,
  settleMillis,
  verify
}: Settling<A, R>): Effect.Effect<Execution<A> | NotDone | Undecided, LedgerFailed, R> =>
  Effect.gen(function* () {
    const { stillHeld = Effect.void } = journal
    let attemptMillis = 0
    const asked = verify.pipe(
      Call.withOnCall((call) => {
        attemptMillis = Math.max(attemptMillis, call.attemptMillis)
      }),
      Effect.catchAll((error) =>
        Effect.as(
          Effect.logWarning(`The verifier of ${JSON.stringify(key)} failed: its outcome stays unknown`, error),
          failed
        )
      )
    )
    while (true) {
      const start = yield* monotonicTime
      const found = yield* asked
      if (found._tag === "CannotTell") return cannotTell
      if (found._tag !== "NotDone") return found._tag === "Completed" ? completedWith(found.value) : found
      const until = sentAt + settleMillis(attemptMillis)
      if (start >= until) return yield* Effect.as(stillHeld, found)
      yield* Effect.sleep(Math.min(Math.ceil(until - (yield* monotonicTime)), maxTimerMillis))
    }
  })
