/**
 * Jobs: what an execute ends in, and what following a job emits.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { JobState } from "./JobProtocol.js"
import { JobRef } from "./JobRef.js"

/**
 * The work was done at once; `value` is the whole body of the response.
 *
 * @since 0.1.0
 * @category models
 */
export interface Completed<out A = unknown> {
  readonly _tag: "Completed"
  readonly value: A
}

/**
 * The work became a job.
 *
 * @since 0.1.0
 * @category models
 */
export interface Accepted {
  readonly _tag: "Accepted"
  readonly job: JobRef
}

/**
 * How an execute ends: done, or accepted as a job. The response decides, not the request.
 *
 * @since 0.1.0
 * @category models
 */
export type Execution<A = unknown> = Completed<A> | Accepted

/**
 * The job was submitted: first event of `follow`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Submitted {
  readonly _tag: "Submitted"
  readonly job: JobRef
}

/**
 * The job is under way; `state` is what the last poll found.
 *
 * @since 0.1.0
 * @category models
 */
export interface Progress {
  readonly _tag: "Progress"
  readonly state: JobState
}

/**
 * What `watch` emits: `Progress` as it changes, then one `Completed`.
 *
 * @since 0.1.0
 * @category models
 */
export type WatchEvent<A = unknown> = Progress | Completed<A>

/**
 * What `follow` emits: `Submitted`, then what `watch` emits. Work that was done
 * at once emits one `Completed` alone.
 *
 * @since 0.1.0
 * @category models
 */
export type JobEvent<A = unknown> = Submitted | WatchEvent<A>

/**
 * A job that came to no result, or an execute that failed: what `follow` would fail with. Only `results` with `events: true` and
 * `failures: "value"` emits it, as the last event of its job.
 *
 * @since 0.5.0
 * @category models
 */
export interface Failed<out E = unknown> {
  readonly _tag: "Failed"
  /** Its reference, if it became a job. */
  readonly job: JobRef | undefined
  readonly error: E
}

/**
 * Events of a job as values that cross a boundary: a browser, an RPC, a workflow.
 *
 * @since 0.5.0
 * @category schemas
 */
export const JobEvent = {
  /**
   * The schema of an event as plain JSON, for a job whose result is described by `output`. It suits `follow` and `watch`.
   * Of a state goes over what `JobProtocol.JobState` names.
   *
   * @since 0.5.0
   */
  schema: <A, I, R>(output: Schema.Schema<A, I, R>): Schema.Schema<JobEvent<A>, JobEvent.Encoded<I>, R> =>
    Schema.Union(
      Schema.Struct({ _tag: Schema.Literal("Submitted"), job: JobRef }),
      Schema.Struct({ _tag: Schema.Literal("Progress"), state: JobState }),
      Schema.Struct({ _tag: Schema.Literal("Completed"), value: output })
    )
}

/**
 * The types of {@link JobEvent}.
 *
 * @since 0.5.0
 * @category models
 */
export declare namespace JobEvent {
  /**
   * An event as plain JSON, with the encoded form of the result.
   *
   * @since 0.5.0
   * @category models
   */
  export type Encoded<I = unknown> =
    | { readonly _tag: "Submitted"; readonly job: JobRef.Encoded }
    | { readonly _tag: "Progress"; readonly state: JobState.Encoded }
    | { readonly _tag: "Completed"; readonly value: I }
}

/**
 * Work that was done at once, or a job that came to its result.
 *
 * @since 0.1.0
 * @category constructors
 */
export const Completed = <A>(value: A): Completed<A> => Data.struct({ _tag: "Completed", value })

/**
 * Work that became a job.
 *
 * @since 0.1.0
 * @category constructors
 */
export const Accepted = (job: JobRef): Accepted => Data.struct({ _tag: "Accepted", job })

/**
 * The first event of a job that was submitted.
 *
 * @since 0.1.0
 * @category constructors
 */
export const Submitted = (job: JobRef): Submitted => Data.struct({ _tag: "Submitted", job })

/**
 * What a poll of a job under way found.
 *
 * @since 0.1.0
 * @category constructors
 */
export const Progress = (state: JobState): Progress => Data.struct({ _tag: "Progress", state })

/**
 * The last event of a job that came to no result.
 *
 * @since 0.5.0
 * @category constructors
 */
export const Failed = <E>(failed: Omit<Failed<E>, "_tag">): Failed<E> => Data.struct({ _tag: "Failed", ...failed })

/**
 * How a job is followed. Every part has a default. `E` and `R` are the failures and needs of your `onSubmitted`.
 *
 * @since 0.1.0
 * @category models
 */
export interface WatchOptions<out E = never, out R = never> {
  /**
   * From the call until the job's end, over each call of the submit, the polls and the result. Default 24 hours. What else
   * the submit does, and `onSubmitted`, is not cut short.
   */
  readonly deadline?: Duration.DurationInput | undefined
  /**
   * When to poll again, fed with each state. Default: quick at first, slower later (0.5 s to 10 s), with jitter.
   * A schedule that is done lets the pace stay at its last delay.
   */
  readonly pace?: Schedule.Schedule<unknown, JobState> | undefined
  /**
   * How long a 404 means "not yet", from the first one: an earlier poll that got no response, 429 or 5xx could not have
   * seen the job. Default 30 seconds.
   */
  readonly notFoundGrace?: Duration.DurationInput | undefined
  /**
   * How many polls in a row may fail. Default 20.
   */
  readonly maxConsecutivePollFailures?: number | undefined
  /**
   * Runs, and is waited for, after the job was accepted and before the first poll: to store the reference. When it
   * fails, nothing is polled and the caller gets its error as it is; the job goes on, and its argument was the reference.
   * It does not run for a target that is a reference.
   */
  readonly onSubmitted?: ((job: JobRef) => Effect.Effect<void, E, R>) | undefined
}
