import type { JobState } from "./JobProtocol.js"
import type { JobRef } from "./JobRef.js"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import type * as Schema from "effect/Schema"

export interface Completed<out A = unknown> {
  readonly _tag: "Completed"
  readonly value: A
}
export interface Accepted {
  readonly _tag: "Accepted"
  readonly job: JobRef
}
export type Execution<A = unknown> = Completed<A> | Accepted
export interface Submitted {
  readonly _tag: "Submitted"
  readonly job: JobRef
}
export interface Progress {
  readonly _tag: "Progress"
  readonly state: JobState
}
export type WatchEvent<A = unknown> = Progress | Completed<A>
export type JobEvent<A = unknown> = Submitted | WatchEvent<A>
export interface Failed<out E = unknown> {
  readonly _tag: "Failed"
  readonly job: JobRef | undefined
  readonly error: E
}
export declare const JobEvent: {
  schema: <A, I, R>(output: Schema.Schema<A, I, R>) => Schema.Schema<JobEvent<A>, JobEvent.Encoded<I>, R>
}
export declare namespace JobEvent {
  type Encoded<I = unknown> =
    | {
        readonly _tag: "Submitted"
        readonly job: JobRef.Encoded
      }
    | {
        readonly _tag: "Progress"
        readonly state: JobState.Encoded
      }
    | {
        readonly _tag: "Completed"
        readonly value: I
      }
}
export declare const Completed: <A>(value: A) => Completed<A>
export declare const Accepted: (job: JobRef) => Accepted
export declare const Submitted: (job: JobRef) => Submitted
export declare const Progress: (state: JobState) => Progress
export declare const Failed: <E>(failed: Omit<Failed<E>, "_tag">) => Failed<E>
export interface WatchOptions<out E = never, out R = never> {
  readonly deadline?: Duration.DurationInput | undefined
  readonly pace?: Schedule.Schedule<unknown, JobState> | undefined
  readonly notFoundGrace?: Duration.DurationInput | undefined
  readonly maxConsecutivePollFailures?: number | undefined
  readonly onSubmitted?: ((job: JobRef) => Effect.Effect<void, E, R>) | undefined
}
