import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type * as Job from "@effect-connectors/core/Job"
import type { JobState } from "@effect-connectors/core/JobProtocol"
import type * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Writable } from "node:stream"

export interface Output extends Writable {
  readonly isTTY?: boolean | undefined
}
export type ProgressBarEvent<A> =
  | Pick<Job.Submitted, "_tag">
  | {
      readonly _tag: Job.Progress["_tag"]
      readonly state: Pick<JobState, "progress">
    }
  | Job.Completed<A>
export interface ProgressBarOptions {
  readonly title?: string | undefined
  readonly output?: Output | undefined
}
export declare const run: <A, E, R>(
  events: Stream.Stream<ProgressBarEvent<A>, E, R>,
  options?: ProgressBarOptions
) => Effect.Effect<A, E | InvalidRequest | Cause.NoSuchElementException, R>
