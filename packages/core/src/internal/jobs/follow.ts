import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ReadError } from "../../ApiError.js"
import type { JobError } from "../../JobError.js"
import { Completed, type JobEvent, Submitted, type WatchEvent } from "../../Job.js"
import { JobRef } from "../../JobRef.js"
import type { FollowOptions, Jobs, Target } from "../../Jobs.js"
import type { Dependencies } from "./dependencies.js"
import { resultOf } from "./finalValue.js"
import * as Results from "./results.js"
import * as JobTrace from "./jobTrace.js"
import { accepted, executionOf, refOf } from "./target.js"
import { awaitEnd, eventsOf } from "./watch.js"
import { decoderOf, planOf, resumed } from "./watchPlan.js"

const refOfId = (jobId: string, origin: string): JobRef =>
  new JobRef({ v: 1, api: "connections", origin, jobId, operation: "jobs.get", submittedAt: 0 }, true)

const tracedStream = <A, E, R>(
  stream: (trace: JobTrace.JobTrace | undefined) => Stream.Stream<A, E, R>
): Stream.Stream<A, E, R> =>
  Stream.unwrap(
    Effect.map(JobTrace.open, (trace) =>
      trace === undefined
        ? stream(trace)
        : Stream.ensuringWith(stream(trace), (exit) => Effect.sync(() => JobTrace.close(trace, exit)))
    )
  )

const get =
  ({ origin, poll }: Dependencies): Jobs["get"] =>
  (job) =>
    typeof job === "string" ? poll(refOfId(job, origin)) : Effect.flatMap(refOf("jobs.get", job, origin), poll)

const wake =
  ({ origin, tracker }: Dependencies): Jobs["wake"] =>
  (job) =>
    typeof job === "string"
      ? Effect.sync(() => tracker.wake(job))
      : Effect.map(refOf("jobs.wake", job, origin), ({ jobId }) => tracker.wake(jobId))

const watch = (
  { defaults, origin, tracker }: Dependencies,
  job: JobRef | JobRef.Encoded,
  options: FollowOptions<unknown, unknown>
): Stream.Stream<WatchEvent, ReadError | JobError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const given = yield* planOf("jobs.watch", options, defaults)
      const ref = yield* refOf("jobs.watch", job, origin)
      const plan = yield* resumed(given, ref)
      return tracedStream((trace) => {
        JobTrace.describe(trace, ref)
        return eventsOf(tracker, plan, ref, false, decoderOf(options.output), trace)
      })
    })
  )

const follow = <E, R, SE, SR>(
  { defaults, origin, protocol, tracker }: Dependencies,
  target: Target<unknown, E, R>,
  options: FollowOptions<unknown, unknown, SE, SR>
): Stream.Stream<JobEvent, E | SE | ReadError | JobError, R | SR> => {
  const decode = decoderOf(options.output)
  const stream = Effect.fnUntraced(function* (trace: JobTrace.JobTrace | undefined) {
    const plan = yield* planOf("jobs.follow", options, defaults)
    const { execution, isNew } = yield* JobTrace.within(trace, executionOf("jobs.follow", target, plan, origin))
    if (execution._tag === "Completed") {
      const value = resultOf(protocol, execution)
      return Stream.fromEffect(Effect.map(decode(value, undefined), Completed))
    }
    const { job } = execution
    JobTrace.describe(trace, job)
    if (isNew) yield* accepted(plan, job)
    const watched = yield* resumed(plan, job)
    return Stream.concat(Stream.succeed(Submitted(job)), eventsOf(tracker, watched, job, isNew, decode, trace))
  })
  return tracedStream((trace) => Stream.unwrap(stream(trace)))
}

const result = <E, R, SE, SR>(
  { defaults, origin, protocol, tracker }: Dependencies,
  target: Target<unknown, E, R>,
  options: FollowOptions<unknown, unknown, SE, SR>
): Effect.Effect<unknown, E | SE | ReadError | JobError, R | SR> => {
  const decode = decoderOf(options.output)
  return JobTrace.traced(
    Effect.fnUntraced(function* (trace) {
      const plan = yield* planOf("jobs.result", options, defaults)
      const { execution, isNew } = yield* executionOf("jobs.result", target, plan, origin)
      if (execution._tag === "Completed") {
        return yield* decode(resultOf(protocol, execution), undefined)
      }
      const { job } = execution
      JobTrace.describe(trace, job)
      if (isNew) yield* accepted(plan, job)
      const watched = yield* resumed(plan, job)
      const end = yield* awaitEnd(tracker, watched, job, isNew, trace)
      return yield* decode(end.result, job)
    })
  )
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

  function ownFollow<A, E, R, B, I, SE, SR>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I, SE, SR>
  ): Stream.Stream<JobEvent<B>, E | SE | ReadError | JobError, R | SR>
  function ownFollow<E, R, SE, SR>(
    target: Target<unknown, E, R>,
    options: FollowOptions<unknown, unknown, SE, SR> = {}
  ): Stream.Stream<JobEvent, E | SE | ReadError | JobError, R | SR> {
    return follow(deps, target, options)
  }

  function ownResult<A, E, R, B, I, SE, SR>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I, SE, SR>
  ): Effect.Effect<B, E | SE | ReadError | JobError, R | SR>
  function ownResult<E, R, SE, SR>(
    target: Target<unknown, E, R>,
    options: FollowOptions<unknown, unknown, SE, SR> = {}
  ): Effect.Effect<unknown, E | SE | ReadError | JobError, R | SR> {
    return result(deps, target, options)
  }

  return {
    get: get(deps),
    wake: wake(deps),
    watch: ownWatch,
    follow: ownFollow,
    result: ownResult,
    results: Results.make(deps),
    stats: stats(deps)
  }
}
