import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { Execution } from "@effect-connectors/core/Job"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { StoreFailed } from "../../DurableError.js"
import type { Work } from "../../Work.js"
import type { Change, JobRow, JobStore } from "../store/jobStore.js"
import type { Bucket } from "./bucket.js"
import { readWork, writeFailure, writeRef, writeValue } from "./codec.js"
import { execute, type Platforms } from "./execute.js"
import * as Send from "./send.js"
import { resultOf, type SendResult } from "./sendResult.js"
import { backoffMillis, monotonicMillis, sendsIn } from "./time.js"
import type { Writes } from "./untilWritten.js"

/**
 * What sending needs.
 *
 * @internal
 */
export interface SenderDeps {
  readonly store: JobStore
  readonly platforms: Platforms
  readonly writes: Writes
  /** Begins the intents of this process. */
  readonly processId: string
  /** How often a row is sent at most, each time with proof that it was not done. */
  readonly maxSends: number
}

/**
 * Sends rows, and knows which it is sending.
 *
 * @internal
 */
export interface Sender {
  /** Sends one row, if it is still `new`, and writes what came of it. It is not interrupted: `Bucket.stop` ends it. */
  readonly send: (row: JobRow, bucket: Bucket) => Effect.Effect<void>
  /** What becomes of an `intended` row that was found in the table. */
  readonly found: (row: JobRow) => Effect.Effect<void>
  /** The longest time that an attempt may take, of those that were seen. */
  readonly attemptMillis: () => number
}

const longestPauseMillis = 5_000

const unreadable = new InvalidRequest({
  operation: "DurableJobs",
  issues: [{ path: ["work"], message: "cannot be read from the database", fix: "submit it again under another key" }]
})

/** @internal */
export const make = ({ maxSends, platforms, processId, store, writes }: SenderDeps): Sender => {
  const sending = new Set<string>()
  // claims whose write failed, so that they may stand in the table or not: nothing was sent for them
  const unsent = new Map<string, string>()
  let attemptMillis = 0
  // nothing is sent while the table cannot be written
  let failuresInRow = 0

  const plain = (value: unknown): Effect.Effect<string> =>
    Effect.map(
      Effect.orElseSucceed(platforms.connections.jobs.result({ _tag: "Completed", value }), () => value),
      writeValue
    )

  const changeOf = (row: JobRow, work: Work, result: SendResult): Effect.Effect<Change> => {
    switch (result._tag) {
      case "Accepted":
        return Effect.succeed({ state: "accepted", ref: writeRef(result.job), outcome: null })
      case "Completed": {
        const text = work.platform === "bosa" ? Effect.succeed(writeValue(result.value)) : plain(result.value)
        return Effect.map(text, (outcome): Change => ({ state: "succeeded", outcome }))
      }
      case "Refused":
        return Effect.succeed({ state: "failed", outcome: writeFailure(result.failure) })
      case "Unknown":
        return Effect.succeed({
          state: "unknown",
          outcome: result.failure === undefined ? null : writeFailure(result.failure)
        })
      case "NotDone": {
        // one that was stopped before it left does not count, and a wait that the server asks for counts for its time
        const attempts = result.failure === undefined ? row.attempts : row.attempts + sendsIn(result.waitMillis)
        if (result.failure !== undefined && attempts >= maxSends) {
          return Effect.succeed({ state: "failed", outcome: writeFailure(result.failure), attempts })
        }
        return Effect.map(backoffMillis(row.attempts), (wait): Change => ({
          state: "new",
          intent: null,
          attempts,
          notBeforeIn: Math.max(wait, result.waitMillis)
        }))
      }
    }
  }

  // a write whose response was lost is found in the table, and not made twice
  const write = (row: JobRow, intent: string, change: Change): Effect.Effect<JobRow | undefined, StoreFailed> =>
    Effect.gen(function* () {
      const now = yield* store.change(row.key, { states: ["intended", "unknown"], intent }, change)
      if (now !== undefined) return now
      const found = yield* store.read(row.key)
      return found?.state === change.state && found.intent === (change.intent ?? intent) ? found : undefined
    })

  const written = (row: JobRow, intent: string, change: Change): Effect.Effect<JobRow | undefined> =>
    Effect.tap(writes.untilWritten(write(row, intent, change)), (now) =>
      // a row that is sent again has no intent that would tell
      now === undefined && change.state !== "new"
        ? Effect.logWarning(
            `durable job ${row.key} was settled while it was being sent: that its send came to ${change.state} is not written`
          )
        : Effect.void
    )

  const executed = (
    send: Send.Send,
    row: JobRow,
    work: Work,
    intent: string,
    claimedAt: number
  ): Effect.Effect<Exit.Exit<Execution, ReadError | WriteError>> => {
    const stillOurs = Effect.map(
      Effect.either(store.read(row.key)),
      (read) => Either.isRight(read) && read.right?.state === "intended" && read.right.intent === intent
    )
    return Send.run(send, execute(platforms, work), claimedAt, stillOurs)
  }

  /** Follows on at once, without a read of the table. */
  const follow = (bucket: Bucket, { intent, key }: JobRow, result: SendResult): Effect.Effect<void> =>
    result._tag === "Accepted" && !bucket.isStopped
      ? bucket.follower.follow({ key, ref: result.job, intent })
      : Effect.void

  const claimed = Effect.fnUntraced(function* (row: JobRow, bucket: Bucket, send: Send.Send) {
    const claimedAt = yield* monotonicMillis
    // a version is claimed once, so that no two sends of a row have one intent
    const intent = `${processId}-${row.version}`
    const isRepeated = unsent.get(row.key) === intent
    unsent.set(row.key, intent)
    const claim = store.change(row.key, { states: ["new"], version: row.version }, { state: "intended", intent })
    const now = yield* Effect.interruptible(Effect.either(claim))
    if (Either.isLeft(now)) {
      failuresInRow++
      yield* writes.failed(now.left)
      return false
    }
    failuresInRow = 0
    yield* writes.worked
    // a repeated one may have lost to itself: to its first write, whose response was lost
    if (now.right !== undefined || !isRepeated) unsent.delete(row.key)
    if (now.right === undefined) return true
    const work = now.right.work === null ? Option.none() : readWork(now.right.work)
    if (Option.isNone(work)) {
      const refused: Change = { state: "failed", outcome: writeFailure(unreadable) }
      yield* Effect.interruptible(written(row, intent, refused))
      return true
    }
    const exit = yield* executed(send, row, work.value, intent, claimedAt)
    // the row says neither what it was nor where
    if (Exit.isFailure(exit) && Cause.isDie(exit.cause)) {
      yield* Effect.logError(`durable job ${row.key} broke the client while it was being sent`, exit.cause)
    }
    attemptMillis = Math.max(attemptMillis, send.attemptMillis)
    const result = resultOf(exit, send.writes)
    const change = yield* changeOf(row, work.value, result)
    const after = yield* Effect.interruptible(written(row, intent, change))
    if (after !== undefined) yield* follow(bucket, after, result)
    return true
  })

  const pause = Effect.suspend(() => Effect.sleep(Math.min(250 * failuresInRow, longestPauseMillis)))

  const sent = (row: JobRow, bucket: Bucket): Effect.Effect<void> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Send.make, (send) => {
        sending.add(row.key)
        bucket.sends.add(send)
        const over = Effect.suspend(() => {
          sending.delete(row.key)
          bucket.sends.delete(send)
          return Deferred.succeed(send.done, undefined)
        })
        return Effect.flatMap(Effect.ensuring(claimed(row, bucket, send), over), (isClaimable) =>
          isClaimable ? Effect.void : restore(pause)
        )
      })
    )

  return {
    attemptMillis: () => attemptMillis,
    send: (row, bucket) =>
      Effect.suspend(() => (bucket.isStopped || sending.has(row.key) ? Effect.void : sent(row, bucket))),
    found: (row) =>
      Effect.suspend(() => {
        if (sending.has(row.key)) return Effect.void
        const isUnsent = unsent.get(row.key) === row.intent
        const change = store.change(
          row.key,
          { states: ["intended"], version: row.version },
          isUnsent ? { state: "new", intent: null } : { state: "unknown", outcome: null }
        )
        // after a failure the next read finds it again
        return Effect.ignore(Effect.map(change, () => (isUnsent ? unsent.delete(row.key) : false)))
      })
  }
}
