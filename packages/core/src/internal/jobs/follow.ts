import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ReadError } from "../../ApiError.js"
import type { JobError } from "../../JobError.js"
import { Completed, type JobEvent, Submitted, type WatchEvent } from "../../Job.js"
import * as JobProtocol from "../../JobProtocol.js"
import { JobRef } from "../../JobRef.js"
import type { FollowOptions, Jobs, Target } from "../../Jobs.js"
import type { Dependencies } from "./dependencies.js"
import * as Results from "./results.js"
import { executionOf, refOf, reportSubmitted } from "./target.js"
import { awaitEnd, eventsOf } from "./watch.js"
import { decoderOf, planOf, subscriptionOf } from "./watchPlan.js"

const refOfId = (jobId: string, origin: string): JobRef =>
  new JobRef({ v: 1, api: "connections", origin, jobId, operation: "jobs.get", submittedAt: 0 }, true)

const get =
  ({ origin, poll }: Dependencies): Jobs["get"] =>
  (job) =>
    typeof job === "string" ? poll(refOfId(job, origin)) : Effect.flatMap(refOf("jobs.get", job, origin), poll)

const watch = (
  { defaults, origin, tracker }: Dependencies,
  job: JobRef | JobRef.Encoded,
  options: FollowOptions<unknown, unknown>
): Stream.Stream<WatchEvent, ReadError | JobError> =>
  Stream.unwrap(
    Effect.map(Effect.zip(planOf("jobs.watch", options, defaults), refOf("jobs.watch", job, origin)), ([plan, ref]) =>
      eventsOf(tracker, plan, ref, false, decoderOf(options.output))
    )
  )

const follow = <E, R>(
  { defaults, origin, protocol, tracker }: Dependencies,
  target: Target<unknown, E, R>,
  options: FollowOptions<unknown, unknown>
): Stream.Stream<JobEvent, E | ReadError | JobError, R> => {
  return Stream.unwrap(
    Effect.gen(function* () {
      const plan = yield* planOf("jobs.follow", options, defaults)
      const decode = decoderOf(options.output)
      const { execution, isNew } = yield* executionOf("jobs.follow", target, plan, origin)
      if (execution._tag === "Completed") {
        const value = JobProtocol.resultIn(protocol, execution.value)
        return Stream.fromEffect(Effect.map(decode(value, undefined), Completed))
      }
      const { job } = execution
      if (isNew) yield* reportSubmitted(plan, job)
      return Stream.concat(Stream.succeed(Submitted(job)), eventsOf(tracker, plan, job, isNew, decode))
    })
  )
}

const result = <E, R>(
  { defaults, origin, protocol, tracker }: Dependencies,
  target: Target<unknown, E, R>,
  options: FollowOptions<unknown, unknown>
): Effect.Effect<unknown, E | ReadError | JobError, R> => {
  return Effect.gen(function* () {
    const plan = yield* planOf("jobs.result", options, defaults)
    const decode = decoderOf(options.output)
    const { execution, isNew } = yield* executionOf("jobs.result", target, plan, origin)
    if (execution._tag === "Completed") {
      return yield* decode(JobProtocol.resultIn(protocol, execution.value), undefined)
    }
    const { job } = execution
    if (isNew) yield* reportSubmitted(plan, job)
    const end = yield* awaitEnd(tracker, (onEnd) => subscriptionOf(plan, job, isNew, onEnd))
    return yield* decode(end.result, job)
  })
}

const stats = ({ tracker }: Dependencies): Jobs["stats"] =>
  Effect.sync(() => ({ watched: tracker.size, inFlight: tracker.inFlight, timers: tracker.timers }))

/** @internal */
export const make = (deps: Dependencies): Jobs => {
  // overloads give each caller the type of its own schema
  function ownWatch<B, I>(
    job: JobRef | JobRef.Encoded,
    options?: FollowOptions<B, I>
  ): Stream.Stream<WatchEvent<B>, ReadError | JobError>
  function ownWatch(
    job: JobRef | JobRef.Encoded,
    options: FollowOptions<unknown, unknown> = {}
  ): Stream.Stream<WatchEvent, ReadError | JobError> {
    return watch(deps, job, options)
  }

  function ownFollow<A, E, R, B, I>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I>
  ): Stream.Stream<JobEvent<B>, E | ReadError | JobError, R>
  function ownFollow<E, R>(
    target: Target<unknown, E, R>,
    options: FollowOptions<unknown, unknown> = {}
  ): Stream.Stream<JobEvent, E | ReadError | JobError, R> {
    return follow(deps, target, options)
  }

  function ownResult<A, E, R, B, I>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I>
  ): Effect.Effect<B, E | ReadError | JobError, R>
  function ownResult<E, R>(
    target: Target<unknown, E, R>,
    options: FollowOptions<unknown, unknown> = {}
  ): Effect.Effect<unknown, E | ReadError | JobError, R> {
    return result(deps, target, options)
  }

  return {
    get: get(deps),
    watch: ownWatch,
    follow: ownFollow,
    result: ownResult,
    results: Results.make(deps),
    stats: stats(deps)
  }
}
