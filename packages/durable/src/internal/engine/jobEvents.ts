import type { ReadError } from "@effect-connectors/core/ApiError"
import { Accepted, type Failed, type JobEvent } from "@effect-connectors/core/Job"
import type { JobError } from "@effect-connectors/core/JobError"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { IndexedEvent, Jobs } from "@effect-connectors/core/Jobs"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/**
 * What happened to a followed job; `index` is its place in the source, from 0.
 *
 * @internal
 */
export type FollowedEvent = IndexedEvent<JobEvent | Failed<ReadError | JobError>>

/**
 * Follows all jobs of a source. It ends with its scope.
 *
 * @internal
 */
export const jobEvents = (jobs: Jobs, source: Stream.Stream<JobRef>): Stream.Stream<FollowedEvent> =>
  jobs
    .results(
      Stream.map(source, (ref) => Effect.succeed(Accepted(ref))),
      { concurrency: "unbounded", failures: "value", events: true }
    )
    // none of its options is wrong
    .pipe(Stream.orDie)
