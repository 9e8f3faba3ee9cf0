import type { Verification } from "@effect-connectors/core/Ledger"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreFailed } from "../../DurableError.js"
import type { Change, JobRow, JobStore } from "../store/jobStore.js"
import { jobOf, readWork, writeRef, writeValue } from "./codec.js"
import type { EngineOptions, Verify } from "./engineOptions.js"
import { monotonicMillis } from "./time.js"

/**
 * What asking a verifier needs.
 *
 * @internal
 */
export interface VerifierDeps {
  readonly store: JobStore
  readonly isOurs: (row: JobRow) => boolean
  readonly verify: Verify
  readonly options: EngineOptions
  readonly attemptMillis: () => number
}

/** A row of unknown outcome. */
interface Doubt {
  readonly version: number
  askAt: number
  asked: number
}

const defaultAttemptMillis = 30_000
const longestWaitMillis = 600_000
// one that hangs would keep the others from being asked
const verifyMillis = 300_000

// the attempt's limit is 5 seconds more than the server's own
const attemptOf = ({ work }: JobRow): number => {
  const read = work === null ? Option.none() : readWork(work)
  const millis =
    Option.isSome(read) && read.value.platform === "connections" ? read.value.options?.timeoutMs : undefined
  return millis === undefined ? 0 : millis + 5_000
}

const changeOf = ({ version }: JobRow, found: Verification<unknown>): Change | undefined => {
  switch (found._tag) {
    case "Completed":
      return { state: "succeeded", outcome: writeValue(found.value) }
    case "Accepted":
      // another job than the one of its send, so that a late follower of that one does not end it
      return {
        state: "accepted",
        intent: `verified-${version}`,
        ref: writeRef(found.job),
        outcome: null,
        progress: null
      }
    case "NotDone":
      // without the intent the response of its old send is not taken any more
      return { state: "new", intent: null, attempts: 0, notBeforeIn: 0, ref: null, outcome: null, progress: null }
    case "CannotTell":
      return undefined
  }
}

/**
 * Asks the verifier of the rows of unknown outcome, each once its late request can no longer be carried out.
 *
 * @internal
 */
export const run = ({ attemptMillis, isOurs, options, store, verify }: VerifierDeps): Effect.Effect<never> => {
  const doubts = new Map<string, Doubt>()

  const waitOf = (row: JobRow): number =>
    options.settleAfterMillis ?? 2 * Math.max(defaultAttemptMillis, attemptMillis(), attemptOf(row))

  /** What fails for one row, in whatever way, is nothing to the others. */
  const verified = (row: JobRow): Effect.Effect<Change | undefined> =>
    Effect.gen(function* () {
      const job = yield* jobOf(row)
      return changeOf(row, yield* verify(job))
    }).pipe(
      Effect.timeout(verifyMillis),
      Effect.catchAllCause((cause) =>
        Effect.as(
          Effect.logWarning(`the verifier of durable job ${row.key} failed: its outcome stays unknown`, cause),
          undefined
        )
      )
    )

  const ask = Effect.fnUntraced(function* (row: JobRow, doubt: Doubt) {
    const change = yield* verified(row)
    // a followed reference has no work that could be sent again
    if (change !== undefined && (change.state !== "new" || row.work !== null)) {
      yield* store.change(row.key, { states: ["unknown"], version: row.version }, change)
      return void doubts.delete(row.key)
    }
    const wait = Math.min(waitOf(row) * 2 ** ++doubt.asked, Math.max(longestWaitMillis, waitOf(row)))
    doubt.askAt = (yield* monotonicMillis) + wait
  })

  const check = Effect.fnUntraced(function* (row: JobRow) {
    const now = yield* monotonicMillis
    const known = doubts.get(row.key)
    if (known === undefined || known.version !== row.version) {
      doubts.set(row.key, { version: row.version, askAt: now + waitOf(row), asked: 0 })
    } else if (known.askAt <= now) yield* ask(row, known)
  })

  const pass = Effect.gen(function* () {
    const seen = new Set<string>()
    let after: string | undefined
    do {
      const rows: ReadonlyArray<JobRow> = yield* store.list({ states: ["unknown"], after, limit: options.batch })
      const ours = rows.filter(isOurs)
      for (const { key } of ours) seen.add(key)
      yield* Effect.forEach(ours, check, { concurrency: 4, discard: true })
      after = rows.length < options.batch ? undefined : rows.at(-1)?.key
    } while (after !== undefined)
    for (const key of doubts.keys()) if (!seen.has(key)) doubts.delete(key)
  })

  // the table may not be readable now
  const calm = (effect: Effect.Effect<void, StoreFailed>): Effect.Effect<void> =>
    Effect.catchAllCause(Effect.ignore(effect), (cause) =>
      Effect.logError("durable jobs of unknown outcome could not be verified", cause)
    )
  const every = Math.min(5_000, Math.max(1_000, (options.settleAfterMillis ?? 60_000) / 4))
  return Effect.forever(Effect.zipRight(calm(pass), Effect.sleep(every)))
}
