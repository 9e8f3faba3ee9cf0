import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Call from "../../Call.js"
import type { InvalidRequest } from "../../InvalidRequest.js"
import type { Execution } from "../../Job.js"
import type { JobRef } from "../../JobRef.js"
import type { Ledger, OptionErrors, OptionNeeds, SubmitOptions, Verification, Verifier } from "../../Ledger.js"
import {
  type AlreadyDone,
  type KeyReused,
  type LedgerError,
  LedgerFailed,
  SubmissionNotDone,
  SubmissionUnknown
} from "../../LedgerError.js"
import type * as Journal from "../../LedgerJournal.js"
import { markVerifiable } from "../http/errorDetails.js"
import { onFailed } from "../jobs/failures.js"
import { keptOf, knownOf, reuseOf } from "./known.js"
import { type Plan, planOf } from "./plan.js"
import { isNotDone, provesNotDone } from "./proof.js"
import * as Sending from "./sending.js"
import { settle, type Undecided } from "./settle.js"
import { monotonicTime } from "../runtime/monotonic.js"
import * as Turns from "./turns.js"

// the time limit of an attempt, where none was seen
const usualAttemptMillis = 30_000
// a request may be under way as long as its attempt, and its work take as long again
const attemptsToSettle = 2

/** A submit whose options are read. */
interface Submit<A, E, R, I, RV> {
  readonly key: string
  readonly execution: Effect.Effect<Execution<A>, E, R>
  readonly options: SubmitOptions<A, E, I, unknown, Effect.Effect<Verification<A>, unknown, RV>>
  readonly plan: Plan
}

type Submitted<A, E, R> = Effect.Effect<Execution<A>, E | LedgerError | KeyReused | SubmissionNotDone, R>

const errorOf = ({ connection, intendedAt, key, operation }: Journal.Intended) => ({
  key,
  operation,
  connection,
  intendedAt
})

const noVerifier: Undecided = { _tag: "Undecided" }

const unknownOf = (
  { options }: { readonly options: { readonly verify?: unknown } },
  entry: Journal.Intended,
  { verifier }: Undecided = noVerifier
): SubmissionUnknown => {
  const error = new SubmissionUnknown({ ...errorOf(entry), ...(verifier && { verifier }) })
  if (options.verify !== undefined) markVerifiable(error)
  return error
}

const isFailed = (entry: Journal.Entry): boolean => entry._tag === "Accepted" && entry.failedAt !== undefined

/** @internal */
export const make = (journal: Journal.LedgerJournal): Ledger.Service => {
  const { inTurn, isTaken, others } = Turns.make()
  /** When the last request of each key left that this process could not settle. */
  const sentAt = new Map<string, number>()
  /** What an earlier process sent left before this. */
  let firstUse: number | undefined
  let longestAttempt = 0

  const used = Effect.map(monotonicTime, (now) => void (firstUse ??= now))

  const attemptMillis = (least = 0): number => Math.max(longestAttempt, least) || usualAttemptMillis

  // once there is a response, no failure of the ledger may take it from the caller: the intent stays, which is the safe side
  const noted = (key: string, change: Effect.Effect<void, LedgerFailed>): Effect.Effect<void> =>
    Effect.catchAllCause(change, (cause) =>
      Effect.logWarning(`The outcome of ${JSON.stringify(key)} was not written to the ledger: it stays unknown`, cause)
    )

  // until it is written, the key counts as sent
  const settledBy = (key: string, change: Effect.Effect<void, LedgerFailed>): Effect.Effect<void, LedgerFailed> =>
    Effect.uninterruptible(Effect.map(change, () => void sentAt.delete(key)))

  // a failure that is seen late says nothing of what was submitted under the key since
  const jobFailed = (key: string, job: JobRef): Effect.Effect<void> => {
    const change = Effect.flatMap(Effect.zip(journal.get(key), Clock.currentTimeMillis), ([found, failedAt]) => {
      const entry = Option.getOrUndefined(found)
      return entry?._tag === "Accepted" && entry.job.jobId === job.jobId && entry.failedAt === undefined
        ? journal.put({ ...entry, failedAt })
        : Effect.void
    })
    return noted(key, inTurn(key, Effect.uninterruptible(change)))
  }

  const followed = <A>(key: string, execution: Execution<A>): Execution<A> => {
    if (execution._tag === "Accepted") onFailed(execution.job, jobFailed(key, execution.job))
    return execution
  }

  const write = <A, I>(
    { connection, digest, intendedAt, key, operation }: Journal.Intended,
    execution: Execution<A>,
    schema: SubmitOptions<A, never, I>["value"]
  ): Effect.Effect<Execution<A>> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const submission = { key, operation, connection, digest, intendedAt }
      const entry: Journal.Entry =
        execution._tag === "Accepted"
          ? { _tag: "Accepted", ...submission, job: execution.job, acceptedAt: now }
          : { _tag: "Done", ...submission, doneAt: now, ...keptOf(execution, schema) }
      return Effect.as(noted(key, settledBy(key, journal.put(entry))), followed(key, execution))
    })

  /** What the verifier says of a key. */
  const verified = <A, E, R, I, RV>({ key, options, plan }: Submit<A, E, R, I, RV>) =>
    Effect.gen(function* () {
      const { verify } = options
      if (verify === undefined) return noVerifier
      const { attemptTimeout } = yield* Call.Settings
      const given = attemptTimeout === undefined ? 0 : Duration.toMillis(attemptTimeout)
      return yield* settle({
        key,
        journal,
        verify,
        sentAt: sentAt.get(key) ?? firstUse ?? (yield* monotonicTime),
        settleMillis: (seen) => plan.settleMillis ?? attemptsToSettle * attemptMillis(Math.max(seen, given))
      })
    })

  /** Sends; `before` is what was known of the key, if it is to be known again when nothing is done. */
  const first = <A, E, R, I, RV>(
    submit: Submit<A, E, R, I, RV>,
    before?: Journal.Entry
  ): Effect.Effect<Execution<A>, E | LedgerFailed | SubmissionUnknown | SubmissionNotDone, R | RV> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const { execution, key, options, plan } = submit
        const { connection, operation } = options
        const intendedAt = yield* Clock.currentTimeMillis
        const entry: Journal.Intended = {
          _tag: "Intended",
          key,
          operation,
          connection,
          digest: plan.digest,
          intendedAt
        }
        const freed = before === undefined ? journal.remove(key) : journal.put(before)
        yield* Effect.tapError(journal.put(entry), () => Effect.ignore(freed))
        const sending = Sending.make()
        const drainMillis = () => plan.drainMillis ?? attemptMillis(Sending.attemptMillis(sending))
        const exit = yield* Sending.run({ execution, journal, sending, restore, drainMillis })
        longestAttempt = Math.max(longestAttempt, Sending.attemptMillis(sending))
        sentAt.set(key, sending.sentAt ?? (yield* monotonicTime))
        if (Exit.isSuccess(exit)) return yield* write(entry, exit.value, options.value)
        const { cause } = exit
        const { refusal } = sending
        if (refusal !== undefined && !Sending.mayHaveHappened(sending)) {
          yield* Effect.ignore(settledBy(key, freed))
          return yield* new LedgerFailed({ step: refusal.step, key, code: refusal.code })
        }
        const isUnsent = !sending.hasStarted || Sending.isUnsent(sending, cause)
        if (isUnsent || provesNotDone(cause, options.isNotDone ?? isNotDone)) {
          yield* noted(key, settledBy(key, freed))
          return yield* exit
        }
        if (refusal !== undefined) return yield* unknownOf(submit, entry)
        // a defect and an interruption go on as they are: the next submit of the key asks
        if (Option.isNone(Cause.failureOption(cause)) || Cause.isInterrupted(cause)) return yield* exit
        const found = yield* Effect.mapError(restore(verified(submit)), () => unknownOf(submit, entry))
        if (found._tag === "Undecided") {
          if (found.verifier !== undefined) Chunk.forEach(Cause.failures(cause), markVerifiable)
          return yield* exit
        }
        if (found._tag !== "NotDone") return yield* write(entry, found, options.value)
        yield* noted(key, settledBy(key, freed))
        return yield* new SubmissionNotDone(errorOf(entry))
      })
    )

  const settled = <A, E, R, I, RV>(
    submit: Submit<A, E, R, I, RV>,
    entry: Journal.Intended
  ): Effect.Effect<Execution<A>, E | LedgerFailed | SubmissionUnknown | SubmissionNotDone, R | RV> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(restore(verified(submit)), (found) => {
        if (found._tag === "Undecided") return Effect.fail(unknownOf(submit, entry, found))
        return found._tag === "NotDone" ? restore(first(submit)) : write(entry, found, submit.options.value)
      })
    )

  /** What an entry alone says to a submit; nothing when something has to be sent or asked. */
  const known = <A, E, R, I, RV>(
    { options, plan }: Submit<A, E, R, I, RV>,
    entry: Journal.Entry
  ): Effect.Effect<Execution<A>, KeyReused | AlreadyDone> | undefined => {
    if (isFailed(entry) && options.resubmit === "failed") return undefined
    const reuse = reuseOf(entry, options, plan.digest)
    if (reuse !== undefined) return Effect.fail(reuse)
    if (entry._tag === "Intended") return undefined
    return Effect.map(knownOf(entry, options.value), (execution) => followed(entry.key, execution))
  }

  const submitted = <A, E, R, I, RV>(submit: Submit<A, E, R, I, RV>): Submitted<A, E, R | RV> => {
    const { key } = submit
    const inOwnTurn = inTurn(
      key,
      Effect.flatMap(journal.get(key), (found): Submitted<A, E, R | RV> => {
        const entry = Option.getOrUndefined(found)
        if (entry === undefined) return first(submit)
        const answer = known(submit, entry)
        if (answer !== undefined) return answer
        return entry._tag === "Intended" ? settled(submit, entry) : first(submit, entry)
      })
    )
    // a caller that waited for a submit that was accepted or done needs no turn: one after the other would be quadratic
    const afterOthers = Effect.flatMap(
      journal.get(key),
      (found): Submitted<A, E, R | RV> => (Option.isSome(found) ? known(submit, found.value) : undefined) ?? inOwnTurn
    )
    return Effect.suspend(() => {
      const other = others(key)
      return other === undefined ? inOwnTurn : Effect.zipRight(other, afterOthers)
    })
  }

  // an overload gives each caller the errors and needs of its own options
  function submit<A, E, R, I, X, V extends Verifier<A>>(
    key: string,
    execution: Effect.Effect<Execution<A>, E, R>,
    options?: SubmitOptions<A, E, I, X, V>
  ): Effect.Effect<Execution<A>, E | LedgerError | InvalidRequest | OptionErrors<X, V>, R | OptionNeeds<V>>
  function submit<A, E, R, I, RV>(
    key: string,
    execution: Effect.Effect<Execution<A>, E, R>,
    options: Submit<A, E, R, I, RV>["options"] = {}
  ): Effect.Effect<Execution<A>, E | LedgerError | InvalidRequest | KeyReused | SubmissionNotDone, R | RV> {
    return Effect.flatMap(Effect.zipLeft(planOf(key, options), used), (plan) =>
      submitted({ key, execution, options, plan })
    )
  }

  const pending: Ledger.Service["pending"] = Effect.map(Effect.zipLeft(journal.pending, used), (entries) => ({
    accepted: entries.filter((entry) => entry._tag === "Accepted"),
    unknown: entries.filter((entry) => entry._tag === "Intended").filter(({ key }) => !isTaken(key))
  }))

  return {
    submit,
    get: (key) => Effect.map(Effect.zipLeft(journal.get(key), used), Option.getOrUndefined),
    pending,
    forget: (key) => inTurn(key, settledBy(key, journal.remove(key))),
    finish: (key) =>
      inTurn(
        key,
        Effect.flatMap(Effect.zip(journal.get(key), Clock.currentTimeMillis), ([found, doneAt]) => {
          if (Option.isNone(found) || found.value._tag === "Done") return Effect.void
          const { connection, digest, intendedAt, operation } = found.value
          const job = found.value._tag === "Accepted" ? found.value.job : undefined
          return settledBy(
            key,
            journal.put({ _tag: "Done", key, operation, connection, digest, intendedAt, job, doneAt })
          )
        })
      )
  }
}
