import type { ReadError } from "@effect-connectors/core/ApiError"
import { Accepted, Completed, type Progress } from "@effect-connectors/core/Job"
import type { JobError } from "@effect-connectors/core/JobError"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { Jobs } from "@effect-connectors/core/Jobs"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"

/**
 * How a followed job ended without its result.
 *
 * @internal
 */
export interface JobEndedWithout {
  readonly _tag: "Failed"
  readonly error: ReadError | JobError
}

/**
 * What happened to a followed job; `index` is its place in the source, from 0.
 *
 * @internal
 */
export interface FollowedEvent {
  readonly index: number
  readonly event: Progress | Completed | JobEndedWithout
}

/**
 * Follows all jobs of a source. It ends with its scope.
 *
 * @internal
 */
export const jobEvents = (jobs: Jobs, source: Stream.Stream<JobRef>): Stream.Stream<FollowedEvent> =>
  jobs
    .results(
      Stream.map(source, (ref) => Effect.succeed(Accepted(ref))),
      { concurrency: "unbounded", order: "end", failures: "value" }
    )
    .pipe(
      Stream.orDie,
      Stream.map(({ index, outcome }) => ({
        index,
        event: Either.match(outcome, {
          onLeft: (error): FollowedEvent["event"] => ({ _tag: "Failed", error }),
          onRight: Completed
        })
      }))
    )
