import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ReadError } from "../../ApiError.js"
import type { JobError } from "../../JobError.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import { Completed, type Execution, Failed } from "../../Job.js"
import type { JobRef } from "../../JobRef.js"
import type { JobResult, ResultsElement, ResultsOptions } from "../../Jobs.js"
import * as OptionNames from "../../OptionNames.js"
import { monotonicMillis } from "../runtime/monotonic.js"
import type { Dependencies } from "./dependencies.js"
import { reportFailed } from "./failures.js"
import { resultOf } from "./finalValue.js"
import * as JobTrace from "./jobTrace.js"
import { type Ended, type Limits, type ResultError, ResultsState } from "./resultsState.js"
import { deliverFailure, ResultEventWatcher, ResultWatcher } from "./resultWatcher.js"
import { accepted, checkOrigin, submit } from "./target.js"
import type { Tracker } from "./tracker/tracker.js"
import type { WatchTerms } from "./tracker/watcher.js"
import { decoderOf, firstDelayOf, followNames, planOf, resumed, type WatchPlan } from "./watchPlan.js"
import { wholeIssues } from "../data/checks.js"

type AnyResultsOptions<SE, SR> = ResultsOptions<unknown, unknown, "end" | "value", SE, SR, boolean>

const resultsOptions = OptionNames.make<AnyResultsOptions<unknown, unknown>>({
  ...followNames,
  concurrency: true,
  submitConcurrency: true,
  order: true,
  failures: true,
  events: true
})

const count = (
  name: string,
  value: number | "unbounded" | undefined,
  fallback: number,
  issues: Array<Issue>
): number => {
  const given = value === undefined ? fallback : value === "unbounded" ? Infinity : value
  if (given !== Infinity) issues.push(...wholeIssues(name, given, 1, undefined, 'give a count, or "unbounded"'))
  return given
}

const limitsOf = (options: AnyResultsOptions<unknown, unknown>): Effect.Effect<Limits, InvalidRequest> => {
  const issues: Array<Issue> = []
  const concurrency = count("concurrency", options.concurrency, 16, issues)
  const submitConcurrency = count("submitConcurrency", options.submitConcurrency, 16, issues)
  const events = options.events === true
  if (events && options.order === "source") {
    issues.push({
      path: ["order"],
      message: "events come as they happen, not in the order of the source",
      fix: 'leave `order` out, or give "end"; `index` is the place in the source'
    })
  }
  return issues.length > 0
    ? Effect.fail(new InvalidRequest({ operation: "jobs.results", issues }))
    : Effect.succeed({
        concurrency,
        submitConcurrency,
        inOrder: !events && options.order !== "end",
        endsOnFailure: options.failures !== "value",
        events
      })
}

/** Watches a job to its end without a fiber. */
const track = <XE, E>(
  tracker: Tracker,
  state: ResultsState<XE, E>,
  watcher: ResultWatcher<XE, E>,
  deadlineAt: number
): Effect.Effect<void> =>
  // an interruption between the two steps would leave the watcher behind
  Effect.uninterruptible(
    Effect.suspend(() =>
      state.isClosed
        ? Effect.sync(() => watcher.abandoned())
        : Effect.map(tracker.subscribe(watcher, deadlineAt, firstDelayOf(true)), () => {
            // the end may have come already
            if (watcher.entry !== undefined) state.keep(watcher)
          })
    )
  )

/** Submits one execute; a job that comes of it is watched on without a fiber. The `terms` are those of `plan`, for all executes. */
const submitOne = <XE, XR, SE, SR, E>(
  deps: Dependencies,
  state: ResultsState<XE | SE, E>,
  terms: WatchTerms,
  plan: WatchPlan<SE, SR>,
  index: number,
  execute: Effect.Effect<Execution<unknown>, XE, XR>
): Effect.Effect<void, never, XR | SR> =>
  Effect.flatMap(JobTrace.open, (trace) => {
    const submitted = Effect.tap(JobTrace.within(trace, submit(execute, plan)), (execution) =>
      execution._tag === "Accepted" ? checkOrigin("jobs.results", execution.job, deps.origin) : Effect.void
    )
    const failed = (job: JobRef | undefined) => (cause: Cause.Cause<ResultError<XE | SE>>) =>
      Effect.sync(() => {
        JobTrace.close(trace, Exit.failCause(cause))
        deliverFailure(state, index, job, cause)
      })
    return Effect.matchCauseEffect(submitted, {
      onFailure: failed(undefined),
      onSuccess: (execution) => {
        if (execution._tag === "Completed") {
          const outcome = Exit.succeed(resultOf(deps.protocol, execution))
          return Effect.sync(() => {
            JobTrace.close(trace, outcome)
            state.deliver({ index, job: undefined, outcome })
          })
        }
        const { job } = execution
        JobTrace.describe(trace, job)
        return Effect.matchCauseEffect(accepted(plan, job), {
          onFailure: failed(job),
          onSuccess: () => {
            state.accepted(index, job)
            return Effect.flatMap(resumed(plan, job), (watched) => {
              const Kind = state.wantsEvents ? ResultEventWatcher : ResultWatcher
              const watcher = new Kind(job, watched === plan ? terms : watched, trace, state, index)
              return track(deps.tracker, state, watcher, watched.deadlineAt)
            })
          }
        })
      }
    })
  }).pipe(
    Effect.catchAllCause((cause) => Effect.sync(() => state.stop(cause))),
    Effect.ensuring(Effect.sync(() => state.submitEnded()))
  )

const takenOf = Effect.fnUntraced(function* <XE, XR, E, R, SE, SR>(
  deps: Dependencies,
  source: Stream.Stream<Effect.Effect<Execution<unknown>, XE, XR>, E, R>,
  options: AnyResultsOptions<SE, SR>
) {
  const base = yield* planOf("jobs.results", options, deps.defaults, resultsOptions)
  const limits = yield* limitsOf(options)
  const clock = yield* Effect.clock
  const fibers = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.parallel)
  const startedAt = monotonicMillis(clock)
  const state = new ResultsState<XE | SE, E>(limits)

  const start = (execute: Effect.Effect<Execution<unknown>, XE, XR>) =>
    Effect.suspend(() => {
      const index = state.start()
      const plan = { ...base, deadlineAt: base.deadlineAt - startedAt + monotonicMillis(clock) }
      return Effect.forkIn(Effect.interruptible(submitOne(deps, state, base, plan, index, execute)), fibers)
    })
  // waits for room after each and not before: an execute that there is no room for is not even pulled
  const pulled = Stream.runForEach(source, (execute) => Effect.zipRight(start(execute), state.room))
  // the polls stop first, whatever the submits still have to do
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      const watchers = state.close()
      for (const watcher of watchers) watcher.abandoned()
      deps.tracker.unsubscribe(watchers)
    })
  )
  yield* Effect.forkIn(
    Effect.onExit(pulled, (exit) => Effect.sync(() => state.endSource(exit))),
    fibers
  )
  return state.mailbox.stream
})

/** What the stream emits for the end of an execute. */
const emittedOf = <E>(
  { index, job }: Ended<E>,
  value: Effect.Effect<unknown, ResultError<E>>,
  { events, failures }: Pick<AnyResultsOptions<never, never>, "events" | "failures">
): Effect.Effect<unknown, ResultError<E>> => {
  if (events === true) {
    const completed = Effect.map(value, Completed)
    const event =
      failures === "value" ? Effect.catchAll(completed, (error) => Effect.succeed(Failed({ job, error }))) : completed
    return Effect.map(event, (event) => ({ index, event }))
  }
  return failures === "value"
    ? Effect.map(Effect.either(value), (outcome): JobResult<unknown, ResultError<E>> => ({ index, job, outcome }))
    : value
}

/** @internal */
export const make = (deps: Dependencies) => {
  function results<
    X extends Effect.Effect<Execution<unknown>, unknown, unknown>,
    E,
    R,
    B,
    I,
    F extends "end" | "value",
    SE,
    SR,
    V extends boolean
  >(
    source: Stream.Stream<X, E, R>,
    options?: ResultsOptions<B, I, F, SE, SR, V>
  ): Stream.Stream<
    ResultsElement<B, Effect.Effect.Error<X> | SE | ReadError | JobError, F, V>,
    F extends "value" ? E | InvalidRequest : E | Effect.Effect.Error<X> | SE | ReadError | JobError,
    R | Effect.Effect.Context<X> | SR
  >
  function results<XE, XR, E, R, SE, SR>(
    source: Stream.Stream<Effect.Effect<Execution<unknown>, XE, XR>, E, R>,
    options: AnyResultsOptions<SE, SR> = {}
  ): Stream.Stream<unknown, unknown, R | XR | SR> {
    const decode = decoderOf(options.output)
    const valueOf = ({ job, outcome }: Ended<XE | SE>) =>
      Effect.flatMap(Effect.tapError(outcome, reportFailed), (value) => decode(value, job))
    return Stream.mapEffect(Stream.unwrapScoped(takenOf(deps, source, options)), (taken) =>
      "event" in taken ? Effect.succeed(taken) : emittedOf(taken, valueOf(taken), options)
    )
  }
  return results
}
