import type * as Effect from "effect/Effect"
import type { ReadError } from "../../ApiError.js"
import type { WatchOptions } from "../../Job.js"
import type { JobProtocol, JobState } from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import type { Tracker } from "./tracker/tracker.js"

/**
 * What the operations of `Jobs` need of their client.
 *
 * @internal
 */
export interface Dependencies {
  readonly origin: string
  readonly tracker: Tracker
  readonly protocol: JobProtocol
  readonly poll: (ref: JobRef) => Effect.Effect<JobState, ReadError>
  readonly defaults: WatchOptions
}
