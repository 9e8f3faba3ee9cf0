import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { ReadError } from "../../ApiError.js"
import type { JobError } from "../../JobError.js"
import * as Call from "../../Call.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import {
  Completed,
  type Execution,
  type JobEvent,
  Progress,
  Submitted,
  type WatchEvent,
  type WatchOptions
} from "../../Job.js"
import * as JobProtocol from "../../JobProtocol.js"
import { JobRef } from "../../JobRef.js"
import type { FollowOptions, Jobs, Target } from "../../Jobs.js"
import * as Mailbox from "./mailbox.js"
import { type Decoder, decoderOf, type Plan, planOf, subscriptionOf } from "./plan.js"
import * as Results from "./results.js"
import type { Subscription, Tracker } from "./tracker/engine.js"

/** @internal */
export interface Dependencies {
  readonly origin: string
  readonly tracker: Tracker
  readonly protocol: JobProtocol.JobProtocol
  readonly look: (ref: JobRef) => Effect.Effect<JobProtocol.JobState, ReadError>
  readonly defaults: WatchOptions
}

const invalid = (operation: string, issues: ReadonlyArray<Issue>) => new InvalidRequest({ operation, issues })

const isSameLook = (a: JobProtocol.JobState, b: JobProtocol.JobState): boolean =>
  a.state === b.state && a.word === b.word && a.progress === b.progress

/** @internal */
export const make = (deps: Dependencies): Jobs => {
  const ours = (operation: string, ref: JobRef): Effect.Effect<JobRef, InvalidRequest> =>
    ref.origin === deps.origin
      ? Effect.succeed(ref)
      : Effect.fail(
          invalid(operation, [
            {
              path: ["job", "origin"],
              message: "the job was submitted to another origin than this client's",
              fix: "use the client of the origin it was submitted to"
            }
          ])
        )

  const refOf = (operation: string, input: JobRef | JobRef.Encoded): Effect.Effect<JobRef, InvalidRequest> =>
    Effect.flatMap(input instanceof JobRef ? Effect.succeed(input) : JobRef.decode(input), (ref) =>
      ours(operation, ref)
    )

  // the tracker's callbacks belong to one waiter: leaving takes them back
  const endOf = (subscription: (onEnd: Subscription["onEnd"]) => Subscription) =>
    Effect.uninterruptibleMask((restore) => {
      const deferred = Deferred.unsafeMake<JobProtocol.JobState, JobError | ReadError>(FiberId.none)
      return Effect.flatMap(
        deps.tracker.subscribe(subscription((end) => Deferred.unsafeDone(deferred, end))),
        (unsubscribe) => Effect.onInterrupt(restore(Deferred.await(deferred)), () => Effect.sync(unsubscribe))
      )
    })

  const submitted = (plan: Plan, ref: JobRef): Effect.Effect<void> => plan.onSubmitted?.(ref) ?? Effect.void

  const eventsOf = (plan: Plan, ref: JobRef, isNew: boolean, decode: Decoder) => {
    let latest: JobProtocol.JobState | undefined
    let shown: JobProtocol.JobState | undefined
    const take = (): ReadonlyArray<WatchEvent> => {
      const state = latest
      latest = undefined
      if (state === undefined || (shown !== undefined && isSameLook(shown, state))) return []
      shown = state
      return [Progress(state)]
    }
    let last: JobProtocol.JobState | undefined
    const mailbox = Mailbox.make<WatchEvent, JobError | ReadError>(take)
    const subscription = subscriptionOf(
      plan,
      ref,
      isNew,
      (end) => {
        if (Exit.isSuccess(end)) last = end.value
        mailbox.end(Exit.asVoid(end))
      },
      (state) => {
        latest = state
        mailbox.wake()
      }
    )
    const completed = Stream.fromEffect(Effect.suspend(() => Effect.map(decode(last?.result, ref), Completed)))
    return Stream.unwrapScoped(
      Effect.as(
        Effect.acquireRelease(deps.tracker.subscribe(subscription), (unsubscribe) => Effect.sync(unsubscribe)),
        Stream.concat(mailbox.stream, completed)
      )
    )
  }

  // a deadline over everything also bounds each call of the submit, and makes none longer
  const submit = <A, E, R>(effect: Effect.Effect<Execution<A>, E, R>, plan: Plan) =>
    plan.isDeadlineGiven
      ? Effect.flatMap(Call.Settings, (outer) =>
          Effect.provideService(effect, Call.Settings, {
            ...outer,
            deadlineAt: Math.min(outer.deadlineAt ?? Infinity, plan.deadlineAt)
          })
        )
      : effect

  type Found<A> = { readonly execution: Execution<A>; readonly isNew: boolean }

  const targetOf = <A, E, R>(
    operation: string,
    target: Target<A, E, R>,
    plan: Plan
  ): Effect.Effect<Found<A>, E | InvalidRequest, R> => {
    const found = (execution: Execution<A>): Effect.Effect<Found<A>, InvalidRequest> =>
      Effect.as(execution._tag === "Accepted" ? ours(operation, execution.job) : Effect.void, {
        execution,
        isNew: true
      })
    if (Effect.isEffect(target)) return Effect.flatMap(submit(target, plan), found)
    if (Predicate.hasProperty(target, "_tag")) return found(target)
    return Effect.map(refOf(operation, target), (job) => ({ execution: { _tag: "Accepted", job }, isNew: false }))
  }

  const valueOf = (execution: Completed): unknown => JobProtocol.resultIn(deps.protocol, execution.value)

  const get: Jobs["get"] = (job) =>
    typeof job === "string"
      ? deps.look(
          new JobRef(
            { v: 1, api: "connections", origin: deps.origin, jobId: job, operation: "jobs.get", submittedAt: 0 },
            true
          )
        )
      : Effect.flatMap(refOf("jobs.get", job), deps.look)

  function watch<B, I>(
    job: JobRef | JobRef.Encoded,
    options?: FollowOptions<B, I>
  ): Stream.Stream<WatchEvent<B>, ReadError | JobError>
  function watch(
    job: JobRef | JobRef.Encoded,
    options: FollowOptions<unknown, unknown> = {}
  ): Stream.Stream<WatchEvent, ReadError | JobError> {
    return Stream.unwrap(
      Effect.map(Effect.zip(planOf("jobs.watch", options, deps.defaults), refOf("jobs.watch", job)), ([plan, ref]) =>
        eventsOf(plan, ref, false, decoderOf(options.output))
      )
    )
  }

  function follow<A, E, R, B, I>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I>
  ): Stream.Stream<JobEvent<B>, E | ReadError | JobError, R>
  function follow<E, R>(
    target: Target<unknown, E, R>,
    options: FollowOptions<unknown, unknown> = {}
  ): Stream.Stream<JobEvent, E | ReadError | JobError, R> {
    const decode = decoderOf(options.output)
    return Stream.unwrap(
      Effect.gen(function* () {
        const plan = yield* planOf("jobs.follow", options, deps.defaults)
        const { execution, isNew } = yield* targetOf("jobs.follow", target, plan)
        if (execution._tag === "Completed") {
          return Stream.fromEffect(Effect.map(decode(valueOf(execution), undefined), Completed))
        }
        if (isNew) yield* submitted(plan, execution.job)
        return Stream.concat(Stream.succeed(Submitted(execution.job)), eventsOf(plan, execution.job, isNew, decode))
      })
    )
  }

  function result<A, E, R, B, I>(
    target: Target<A, E, R>,
    options?: FollowOptions<B, I>
  ): Effect.Effect<B, E | ReadError | JobError, R>
  function result<E, R>(
    target: Target<unknown, E, R>,
    options: FollowOptions<unknown, unknown> = {}
  ): Effect.Effect<unknown, E | ReadError | JobError, R> {
    const decode = decoderOf(options.output)
    return Effect.gen(function* () {
      const plan = yield* planOf("jobs.result", options, deps.defaults)
      const { execution, isNew } = yield* targetOf("jobs.result", target, plan)
      if (execution._tag === "Completed") return yield* decode(valueOf(execution), undefined)
      const { job } = execution
      if (isNew) yield* submitted(plan, job)
      const end = yield* endOf((onEnd) => subscriptionOf(plan, job, isNew, onEnd))
      return yield* decode(end.result, job)
    })
  }

  const results = Results.make({
    tracker: deps.tracker,
    planOf: (options) => planOf("jobs.results", options, deps.defaults),
    submit,
    ours: (ref) => ours("jobs.results", ref),
    submitted,
    valueOf
  })

  const stats: Jobs["stats"] = Effect.sync(() => ({
    watched: deps.tracker.size,
    inFlight: deps.tracker.inFlight,
    timers: deps.tracker.timers
  }))

  return { get, watch, follow, result, results, stats }
}
