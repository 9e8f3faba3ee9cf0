import type { ReadError } from "@effect-connectors/core/ApiError"
import type { JobError } from "@effect-connectors/core/JobError"
import type { JobState } from "@effect-connectors/core/JobProtocol"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { Jobs } from "@effect-connectors/core/Jobs"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { State } from "../../DurableJob.js"
import type { Change, Expected, JobStore } from "../store/jobStore.js"
import { writeFailure, writeState, writeValue } from "./codec.js"
import { type FollowedEvent, jobEvents } from "./jobEvents.js"
import { backoffMillis, monotonicMillis } from "./time.js"
import type { Writes } from "./untilWritten.js"
import { background } from "./background.js"

/** An accepted row. */
interface Followed {
  readonly key: string
  readonly ref: JobRef
  /** Of the send that it came from: the row may be about another one by the time that its job ends. */
  readonly intent: string | null
  /** What is not written yet. */
  progress: JobState | undefined
  /** How often in a row its polls said nothing of it. */
  failures: number
  /** When it is followed again, once its polls have failed. */
  resumeAt: number
}

/** What a follower is given. */
interface Accepted {
  readonly key: string
  readonly ref: JobRef
  readonly intent: string | null
}

/**
 * Follows the accepted rows of a bucket, and writes how they end.
 *
 * @internal
 */
export interface Follower {
  readonly has: (key: string) => boolean
  readonly size: () => number
  readonly follow: (job: Accepted) => Effect.Effect<void>
  /** Writes the newest progress of each job, and goes on with those whose polls had failed. */
  readonly tend: Effect.Effect<void>
}

/** What became of a job, for its row; nothing where that is not known yet. */
const endOf = (error: ReadError | JobError): State | undefined => {
  switch (error._tag) {
    case "JobFailed":
      return "failed"
    case "JobCancelled":
      return "cancelled"
    case "JobNotFound":
    case "JobDeadlineExceeded":
      return "unknown"
    case "UnexpectedBody":
      return error.reason === "ended" ? "unknown" : undefined
    default:
      return undefined
  }
}

const expected = ({ intent }: Followed): Expected =>
  intent === null ? { states: ["accepted"] } : { states: ["accepted"], intent }

/** @internal */
export const make = Effect.fnUntraced(function* (
  jobs: Jobs,
  store: JobStore,
  { untilWritten }: Writes
): Effect.fn.Return<Follower, never, Scope.Scope> {
  const followed = new Map<string, Followed>()
  const withProgress = new Set<Followed>()
  const paused = new Set<Followed>()
  const queue = yield* Queue.unbounded<Followed>()

  const write = (job: Followed, change: Change) => untilWritten(store.change(job.key, expected(job), change))

  const ended = (job: Followed, change: Change): Effect.Effect<void> =>
    Effect.suspend(() => {
      withProgress.delete(job)
      job.progress = undefined
      return Effect.map(write(job, change), () => void followed.delete(job.key))
    })

  const failed = (job: Followed, error: ReadError | JobError): Effect.Effect<void> => {
    const state = endOf(error)
    if (state !== undefined) return ended(job, { state, outcome: writeFailure(error) })
    return Effect.gen(function* () {
      yield* Effect.logWarning(
        `durable job ${job.key} could not be polled, and is polled again later: ${error.message}`
      )
      job.resumeAt = (yield* monotonicMillis) + (yield* backoffMillis(job.failures++))
      paused.add(job)
    })
  }

  const handle = (job: Followed, { event }: FollowedEvent): Effect.Effect<void> => {
    switch (event._tag) {
      case "Submitted":
        return Effect.void
      case "Progress":
        return Effect.sync(() => {
          job.failures = 0
          job.progress = event.state
          withProgress.add(job)
        })
      case "Completed":
        return ended(job, { state: "succeeded", outcome: writeValue(event.value) })
      case "Failed":
        return failed(job, event.error)
    }
  }

  const following = Effect.suspend(() => {
    const places = new Map<number, Followed>()
    let next = 0
    const source = Stream.map(Stream.fromQueue(queue), (job) => {
      places.set(next++, job)
      return job.ref
    })
    return Stream.runForEach(jobEvents(jobs, source), (happened) => {
      const job = places.get(happened.index)
      if (job === undefined) return Effect.void
      const { _tag } = happened.event
      if (_tag === "Completed" || _tag === "Failed") places.delete(happened.index)
      return handle(job, happened)
    })
  })

  // a defect ends the stream with all its jobs
  const restarted = Effect.catchAllCause(following, (cause) =>
    Effect.gen(function* () {
      yield* Effect.logError("durable jobs could not be followed, and are followed again in 5 seconds", cause)
      yield* Effect.sleep("5 seconds")
      yield* Queue.takeAll(queue)
      yield* Queue.offerAll(
        queue,
        Array.from(followed.values()).filter((job) => !paused.has(job))
      )
    })
  )
  yield* background(Effect.forever(restarted))

  const writeProgress = (job: Followed): Effect.Effect<void> =>
    Effect.suspend(() => {
      const { progress } = job
      if (progress === undefined) return Effect.void
      job.progress = undefined
      withProgress.delete(job)
      const written = store.change(job.key, expected(job), { state: "accepted", progress: writeState(progress) })
      return Effect.catchAll(written, () =>
        Effect.sync(() => {
          // unless the job went on, or ended, meanwhile
          if (!followed.has(job.key) || job.progress !== undefined) return
          job.progress = progress
          withProgress.add(job)
        })
      )
    })

  const resume = Effect.flatMap(monotonicMillis, (now) => {
    const due = Array.from(paused).filter(({ resumeAt }) => resumeAt <= now)
    for (const job of due) paused.delete(job)
    return Queue.offerAll(queue, due)
  })

  return {
    has: (key) => followed.has(key),
    size: () => followed.size,
    follow: ({ intent, key, ref }) =>
      Effect.suspend(() => {
        if (followed.has(key)) return Effect.void
        const job: Followed = { key, ref, intent, progress: undefined, failures: 0, resumeAt: 0 }
        followed.set(key, job)
        return Queue.offer(queue, job)
      }),
    tend: Effect.zipRight(
      Effect.suspend(() => Effect.forEach(Array.from(withProgress), writeProgress, { discard: true })),
      resume
    )
  }
})
