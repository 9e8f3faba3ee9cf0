/**
 * Following jobs: one poll, a stream to the end, the result, or many at once.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ReadError } from "./ApiError.js"
import type { JobError } from "./JobError.js"
import type { Execution, Failed, JobEvent, WatchEvent, WatchOptions } from "./Job.js"
import type { InvalidRequest } from "./InvalidRequest.js"
import type { JobState } from "./JobProtocol.js"
import type { JobRef } from "./JobRef.js"
import type * as JobTracker from "./JobTracker.js"

/**
 * What can be followed: a reference, an execution, or the effect that gives one.
 *
 * @since 0.1.0
 * @category models
 */
export type Target<A, E, R> = JobRef | JobRef.Encoded | Execution<A> | Effect.Effect<Execution<A>, E, R>

/**
 * How a job is followed, and what its result is decoded by. `SE` and `SR` are the failures and needs of `onSubmitted`.
 *
 * @since 0.1.0
 * @category models
 */
export interface FollowOptions<B, I, out SE = never, out SR = never> extends WatchOptions<SE, SR> {
  /** Decodes the result; without it the result is JSON as it came. `UnexpectedBody` where it does not fit. */
  readonly output?: Schema.Schema<B, I> | undefined
}

/**
 * How many jobs are followed at once.
 *
 * @since 0.1.0
 * @category models
 */
export interface ResultsOptions<
  B,
  I,
  F extends "end" | "value",
  out SE = never,
  out SR = never,
  V extends boolean = false
> extends FollowOptions<B, I, SE, SR> {
  /** How many executes are under way or waited for, at most. Default 16. The source is not pulled further. */
  readonly concurrency?: number | "unbounded" | undefined
  /** How many executes are being submitted at once, at most. Default 16. */
  readonly submitConcurrency?: number | undefined
  /**
   * `source`: as the executes came (default). `end`: as the jobs end. Events come as they happen: with `events: true` there
   * is no `source`.
   */
  readonly order?: (V extends true ? "end" : "source" | "end") | undefined
  /**
   * `end`: the first failure ends the stream (default), once the submits under way have their responses; jobs that were
   * accepted go on unwatched, so store their references with `onSubmitted`. `value`: every element is a {@link JobResult}.
   * A failure of the source itself comes after the results of what it had given.
   */
  readonly failures?: F | undefined
  /**
   * Every element is an {@link IndexedEvent}, so that you see the progress of the jobs. Default `false`: results alone.
   *
   * The events of one job come in the order of `follow`, and the last one is its end: `Completed`; with `failures: "value"`
   * `Completed` or `Failed`. A slow reader gets the newest progress of each job and misses what came between; until
   * the stream ends it misses no `Submitted` and no end. What is kept for it is bounded by `concurrency`.
   */
  readonly events?: V | undefined
}

/**
 * How one of many jobs ended.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobResult<A, E> {
  /** Its place in the source, from 0. */
  readonly index: number
  /** Its reference, if it became a job. */
  readonly job: JobRef | undefined
  readonly outcome: Either.Either<A, E>
}

/**
 * What happened to one of many jobs.
 *
 * @since 0.5.0
 * @category models
 */
export interface IndexedEvent<out Event> {
  /** Its place in the source, from 0. */
  readonly index: number
  readonly event: Event
}

/**
 * What `results` emits: results; with `failures: "value"` a {@link JobResult} each; with `events: true` an
 * {@link IndexedEvent} each. `E` is how an execute may fail, `F` and `V` are the options `failures` and `events`.
 *
 * @since 0.5.0
 * @category models
 */
export type ResultsElement<A, E, F extends "end" | "value", V extends boolean> = V extends true
  ? IndexedEvent<JobEvent<A> | (F extends "value" ? Failed<E> : never)>
  : F extends "value"
    ? JobResult<A, E>
    : A

/**
 * Following jobs.
 *
 * @since 0.1.0
 * @category models
 */
export interface Jobs {
  /**
   * Polls a job once, by its reference or its bare id. A job that failed is a state here, not an error.
   */
  readonly get: (job: string | JobRef | JobRef.Encoded) => Effect.Effect<JobState, ReadError>

  /**
   * Polls a job that is watched as soon as it may be, in place of at its pace: when a webhook says that it changed. The poll
   * decides what became of it. `false` when nobody watches it here. Many calls cost one poll, and what the server asked
   * for (`429`, a time to wait) is kept.
   */
  readonly wake: (job: string | JobRef | JobRef.Encoded) => Effect.Effect<boolean, InvalidRequest>

  /**
   * `Progress` as it changes, then one `Completed`; or the job's failure. Interrupting it
   * stops the polls at once and never cancels the job. Nothing is submitted, so `onSubmitted` does not run.
   */
  readonly watch: <B = unknown, I = unknown>(
    job: JobRef | JobRef.Encoded,
    options?: FollowOptions<B, I>
  ) => Stream.Stream<WatchEvent<B>, ReadError | JobError>

  /**
   * Submits, then watches: `Submitted`, `Progress` as it changes, one `Completed`.
   */
  readonly follow: <A = unknown, E = never, R = never, B = A, I = unknown, SE = never, SR = never>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I, SE, SR>
  ) => Stream.Stream<JobEvent<B>, E | NoInfer<SE> | ReadError | JobError, R | NoInfer<SR>>

  /**
   * Submits, waits for the end, and gives the result.
   */
  readonly result: <A = unknown, E = never, R = never, B = A, I = unknown, SE = never, SR = never>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I, SE, SR>
  ) => Effect.Effect<B, E | NoInfer<SE> | ReadError | JobError, R | NoInfer<SR>>

  /**
   * What is being followed right now.
   */
  readonly stats: Effect.Effect<JobTracker.Stats>

  /**
   * Turns a stream of executes into a stream of results, many at once. A waiting job costs
   * an entry in the tracker, and no fiber. With `events: true` it emits what happens to each job too. A failure of `onSubmitted` is one of its own execute.
   */
  readonly results: <
    X extends Effect.Effect<Execution<unknown>, unknown, unknown>,
    E = never,
    R = never,
    B = unknown,
    I = unknown,
    F extends "end" | "value" = "end",
    SE = never,
    SR = never,
    V extends boolean = false
  >(
    source: Stream.Stream<X, E, R>,
    options?: ResultsOptions<B, I, F, SE, SR, V>
  ) => Stream.Stream<
    ResultsElement<B, Effect.Effect.Error<X> | NoInfer<SE> | ReadError | JobError, F, V>,
    F extends "value" ? E | InvalidRequest : E | Effect.Effect.Error<X> | NoInfer<SE> | ReadError | JobError,
    R | Effect.Effect.Context<X> | NoInfer<SR>
  >
}
