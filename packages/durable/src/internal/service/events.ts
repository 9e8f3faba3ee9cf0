import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { Completed, type JobEvent, Progress, Submitted } from "@effect-connectors/core/Job"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type StoreFailed, WorkNotFound, WorkUnknown } from "../../DurableError.js"
import type { Failure } from "../../DurableJob.js"
import { jobOf } from "../engine/codec.js"
import type { JobRow } from "../store/jobStore.js"
import { isKey } from "./checks.js"
import type { Watchers } from "./watchers.js"

type WatchError = Failure | WorkUnknown | WorkNotFound | StoreFailed

const pruned = (key: string): InvalidRequest =>
  new InvalidRequest({
    operation: "DurableJobs.watch",
    issues: [
      {
        path: ["key"],
        message: `"${key}" ended, and what it came to was pruned`,
        fix: "read results before prune deletes them: see its olderThan"
      }
    ]
  })

/** Makes events of the rows of one key. */
const reader = () => {
  let version = 0
  let ref: string | null = null
  let progress: string | null = null
  return Effect.fnUntraced(function* (row: JobRow): Effect.fn.Return<ReadonlyArray<JobEvent>, WatchError> {
    if (row.version <= version) return []
    version = row.version
    const job = yield* jobOf(row)
    const events: Array<JobEvent> = []
    if (job.ref !== undefined && row.ref !== ref) events.push(Submitted(job.ref))
    ref = row.ref
    switch (row.state) {
      case "succeeded":
        if (row.outcome === null) return yield* pruned(row.key)
        return [...events, Completed(job.value)]
      case "failed":
      case "cancelled":
        return yield* job.failure ?? pruned(row.key)
      case "unknown":
        return yield* new WorkUnknown({ job })
      default:
        if (job.progress !== undefined && row.progress !== progress) events.push(Progress(job.progress))
        progress = row.progress
        return events
    }
  })
}

/**
 * What becomes of the work of a key, see `DurableJobs.watch`.
 *
 * @internal
 */
export const watch = (watchers: Watchers, key: string): Stream.Stream<JobEvent, WatchError> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const opened = isKey(key) ? yield* watchers.open(key) : undefined
      if (opened === undefined) return yield* new WorkNotFound({ key })
      const rows = Stream.concat(Stream.make(opened.row), Stream.fromQueue(opened.changes, { maxChunkSize: 1 }))
      return Stream.mapConcatEffect(rows, reader())
    })
  ).pipe(Stream.takeUntil(({ _tag }) => _tag === "Completed"))

/**
 * The value that the work of a key comes to, see `DurableJobs.result`.
 *
 * @internal
 */
export const result = (watchers: Watchers, key: string): Effect.Effect<unknown, WatchError> =>
  Stream.runFold(watch(watchers, key), undefined, (_: unknown, event) =>
    event._tag === "Completed" ? event.value : undefined
  )
