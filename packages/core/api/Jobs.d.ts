import type { ReadError } from "./ApiError.js"
import type { InvalidRequest } from "./InvalidRequest.js"
import type { Execution, Failed, JobEvent, WatchEvent, WatchOptions } from "./Job.js"
import type { JobError } from "./JobError.js"
import type { JobState } from "./JobProtocol.js"
import type { JobRef } from "./JobRef.js"
import type * as JobTracker from "./JobTracker.js"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

export type Target<A, E, R> = JobRef | JobRef.Encoded | Execution<A> | Effect.Effect<Execution<A>, E, R>
export interface FollowOptions<B, I, out SE = never, out SR = never> extends WatchOptions<SE, SR> {
  readonly output?: Schema.Schema<B, I> | undefined
}
export interface ResultsOptions<
  B,
  I,
  F extends "end" | "value",
  out SE = never,
  out SR = never,
  V extends boolean = false
> extends FollowOptions<B, I, SE, SR> {
  readonly concurrency?: number | "unbounded" | undefined
  readonly submitConcurrency?: number | undefined
  readonly order?: (V extends true ? "end" : "source" | "end") | undefined
  readonly failures?: F | undefined
  readonly events?: V | undefined
}
export interface JobResult<A, E> {
  readonly index: number
  readonly job: JobRef | undefined
  readonly outcome: Either.Either<A, E>
}
export interface IndexedEvent<out Event> {
  readonly index: number
  readonly event: Event
}
export type ResultsElement<A, E, F extends "end" | "value", V extends boolean> = V extends true
  ? IndexedEvent<JobEvent<A> | (F extends "value" ? Failed<E> : never)>
  : F extends "value"
    ? JobResult<A, E>
    : A
export interface Jobs {
  readonly get: (job: string | JobRef | JobRef.Encoded) => Effect.Effect<JobState, ReadError>
  readonly wake: (job: string | JobRef | JobRef.Encoded) => Effect.Effect<boolean, InvalidRequest>
  readonly watch: <B = unknown, I = unknown>(
    job: JobRef | JobRef.Encoded,
    options?: FollowOptions<B, I>
  ) => Stream.Stream<WatchEvent<B>, ReadError | JobError>
  readonly follow: <A = unknown, E = never, R = never, B = A, I = unknown, SE = never, SR = never>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I, SE, SR>
  ) => Stream.Stream<JobEvent<B>, E | NoInfer<SE> | ReadError | JobError, R | NoInfer<SR>>
  readonly result: <A = unknown, E = never, R = never, B = A, I = unknown, SE = never, SR = never>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I, SE, SR>
  ) => Effect.Effect<B, E | NoInfer<SE> | ReadError | JobError, R | NoInfer<SR>>
  readonly stats: Effect.Effect<JobTracker.Stats>
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
