import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { StoreFailed } from "../../DurableError.js"
import type { JobRow, JobStore } from "../store/jobStore.js"
import { type Bucket, stop } from "./bucket.js"
import { bucketOf } from "./bucketOf.js"
import { readRef } from "./codec.js"
import type { EngineOptions } from "./engineOptions.js"
import type { Platforms } from "./execute.js"
import * as Follower from "./follower.js"
import * as Sender from "./sender.js"
import { backoffMillis, monotonicMillis, sendsWithin } from "./time.js"
import * as Verifier from "./verifier.js"
import { background } from "./background.js"
import { makeWrites } from "./untilWritten.js"

/**
 * What runs the work of the buckets that this process owns.
 *
 * @internal
 */
export interface Engine {
  /**
   * Runs a bucket until it is interrupted. Polls and sends then stop at once; a request that has left gets the drain
   * time, and one more second to write its outcome. One bucket is run once at a time.
   */
  readonly runBucket: (bucket: number) => Effect.Effect<never>
  /** Says that there may be something to send. */
  readonly wake: Effect.Effect<void>
  readonly stats: Effect.Effect<{ readonly buckets: number; readonly followed: number }>
}

// a statement that commits late has an earlier time
const overlapMillis = 2_000
const leastPauseMillis = 20

const randomId = Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, 2 ** 31 - 1), 2), (parts) =>
  parts.map((part) => part.toString(36)).join("")
)

/** @internal */
export const make = Effect.fnUntraced(function* (
  store: JobStore,
  platforms: Platforms,
  options: EngineOptions
): Effect.fn.Return<Engine, never, Scope.Scope> {
  const buckets = new Map<number, Bucket>()
  const writes = makeWrites()
  const sender = Sender.make({
    store,
    platforms,
    writes,
    processId: yield* randomId,
    maxSends: sendsWithin(options.submitForMillis)
  })
  const ready = yield* Queue.unbounded<JobRow>()
  const queued = new Set<string>()
  // one that is full wakes the loop once, however often it was woken
  const wakeUps = yield* Queue.dropping<void>(1)
  const wake = Effect.asVoid(Queue.offer(wakeUps, undefined))
  let hasMore = false

  const owned = (): ReadonlyArray<number> => Array.from(buckets.keys())

  const sendNext = Effect.gen(function* () {
    const row = yield* Queue.take(ready)
    // the loop brings more before the last of them is sent
    if (hasMore && queued.size <= options.gate * 2) yield* wake
    const bucket = buckets.get(row.bucket)
    const sent = bucket === undefined ? Effect.void : sender.send(row, bucket)
    yield* Effect.ensuring(
      Effect.catchAllCause(sent, (cause) => Effect.logError(`durable job ${row.key} could not be sent`, cause)),
      Effect.sync(() => void queued.delete(row.key))
    )
  })

  const refill = Effect.gen(function* () {
    if (queued.size > options.gate * 2 || buckets.size === 0) return
    const rows = yield* store.due(owned(), options.batch)
    hasMore = rows.length === options.batch
    const fresh = rows.filter(({ key }) => !queued.has(key))
    for (const { key } of fresh) queued.add(key)
    yield* Queue.offerAll(ready, fresh)
  })

  const follow = ({ intent, key, ref, version }: JobRow, { follower }: Bucket): Effect.Effect<void, StoreFailed> => {
    if (follower.has(key)) return Effect.void
    return Option.match(ref === null ? Option.none() : readRef(ref), {
      onSome: (job) => follower.follow({ key, ref: job, intent }),
      onNone: () =>
        Effect.asVoid(store.change(key, { states: ["accepted"], version }, { state: "unknown", outcome: null }))
    })
  }

  const handle = (row: JobRow): Effect.Effect<void, StoreFailed> => {
    const bucket = buckets.get(row.bucket)
    if (bucket === undefined) return Effect.void
    if (row.state === "accepted") return follow(row, bucket)
    return row.state === "intended" ? sender.found(row) : Effect.void
  }

  /** Reads open rows of buckets, batch by batch. */
  const readOpen = Effect.fnUntraced(function* (numbers: ReadonlyArray<number>, changedWithinMillis?: number) {
    let after: string | undefined
    do {
      const rows: ReadonlyArray<JobRow> = yield* store.open({
        buckets: numbers,
        after,
        limit: options.batch,
        ...(changedWithinMillis === undefined ? {} : { changedWithinMillis })
      })
      yield* Effect.forEach(rows, handle, { discard: true })
      after = rows.length < options.batch ? undefined : rows.at(-1)?.key
    } while (after !== undefined)
  })

  let changesSince = yield* monotonicMillis
  let reconciledAt = changesSince

  const loadNew = Effect.gen(function* () {
    const fresh = Array.from(buckets.values()).filter(({ isLoaded }) => !isLoaded)
    if (fresh.length === 0) return
    yield* readOpen(fresh.map(({ number }) => number))
    for (const bucket of fresh) bucket.isLoaded = true
  })

  const readChanges = Effect.gen(function* () {
    const now = yield* monotonicMillis
    if (now - changesSince < options.pollMillis || buckets.size === 0) return
    const isWhole = now - reconciledAt >= options.reconcileMillis
    yield* readOpen(owned(), isWhole ? undefined : now - changesSince + overlapMillis)
    changesSince = now
    if (isWhole) reconciledAt = now
  })

  let failures = 0
  const step = Effect.zipRight(Effect.zipRight(loadNew, refill), readChanges)
  const stepped = Effect.matchCauseEffect(step, {
    onSuccess: () => Effect.sync(() => void (failures = 0)),
    onFailure: (cause) =>
      Effect.gen(function* () {
        if (failures === 0) yield* Effect.logWarning("the table of durable jobs could not be read", cause)
        yield* Effect.sleep(Math.min(yield* backoffMillis(failures++), 5_000))
      })
  })
  // many hints in a row are one step
  const rested = Effect.zipRight(
    Effect.sleep(leastPauseMillis),
    Effect.timeoutOption(Queue.take(wakeUps), options.pollMillis)
  )

  const own = Effect.fnUntraced(function* (number: number) {
    const scope = yield* Scope.make(ExecutionStrategy.sequential)
    const follower = yield* Scope.extend(Follower.make(platforms.connections.jobs, store, writes), scope)
    const bucket: Bucket = { number, follower, sends: new Set(), isLoaded: false, isStopped: false }
    buckets.set(number, bucket)
    yield* wake
    return { bucket, scope }
  })

  const disown = ({ bucket, scope }: { readonly bucket: Bucket; readonly scope: Scope.CloseableScope }) =>
    Effect.suspend(() => {
      if (buckets.get(bucket.number) === bucket) buckets.delete(bucket.number)
      // nothing leaves from here on, and the polls end while the sends drain
      bucket.isStopped = true
      return Effect.all([Scope.close(scope, Exit.void), stop(bucket, options.drainMillis)], {
        concurrency: "unbounded",
        discard: true
      })
    })

  const tend = Effect.suspend(() =>
    Effect.forEach(Array.from(buckets.values()), ({ follower }) => follower.tend, { concurrency: 4, discard: true })
  )

  yield* background(Effect.forever(Effect.zipRight(stepped, rested)))
  const tended = Effect.catchAllCause(tend, (cause) =>
    Effect.logError("the progress of durable jobs could not be written", cause)
  )
  yield* background(Effect.forever(Effect.zipRight(Effect.sleep("1 second"), tended)))
  yield* background(
    Stream.runForEach(store.hints, (key) => {
      const bucket = buckets.get(bucketOf(key))
      return bucket === undefined || queued.has(key) || bucket.follower.has(key) ? Effect.void : wake
    })
  )
  for (let i = 0; i < options.gate; i++) yield* background(Effect.forever(sendNext))
  if (options.verify !== undefined) {
    const isOurs = (row: JobRow): boolean => buckets.has(row.bucket)
    yield* background(
      Verifier.run({ store, isOurs, verify: options.verify, options, attemptMillis: sender.attemptMillis })
    )
  }

  return {
    runBucket: (number) => Effect.acquireUseRelease(own(number), () => Effect.never, disown),
    wake,
    stats: Effect.sync(() => ({
      buckets: buckets.size,
      followed: Array.from(buckets.values()).reduce((sum, { follower }) => sum + follower.size(), 0)
    }))
  }
})
