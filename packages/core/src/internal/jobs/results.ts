import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ReadError } from "../../ApiError.js"
import type { JobError } from "../../JobError.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import type { Execution } from "../../Job.js"
import * as JobProtocol from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import type { JobResult, ResultsOptions } from "../../Jobs.js"
import * as OptionNames from "../../OptionNames.js"
import { fromEither } from "../runtime/fromResult.js"
import type { Dependencies } from "./dependencies.js"
import { type Ended, type Limits, type ResultError, ResultsState } from "./resultsState.js"
import { checkOrigin, reportSubmitted, submit } from "./target.js"
import type { Tracker } from "./tracker/engine.js"
import { decoderOf, followNames, planOf, subscriptionOf, type WatchPlan } from "./watchPlan.js"
import { wholeIssues } from "../data/checks.js"

type AnyResultsOptions = ResultsOptions<unknown, unknown, "end" | "value">

const resultsOptions = OptionNames.make<AnyResultsOptions>({
  ...followNames,
  concurrency: true,
  submitConcurrency: true,
  order: true,
  failures: true
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

const limitsOf = (options: AnyResultsOptions): Effect.Effect<Limits, InvalidRequest> => {
  const issues: Array<Issue> = []
  const concurrency = count("concurrency", options.concurrency, 16, issues)
  const submitConcurrency = count("submitConcurrency", options.submitConcurrency, 16, issues)
  return issues.length > 0
    ? Effect.fail(new InvalidRequest({ operation: "jobs.results", issues }))
    : Effect.succeed({
        concurrency,
        submitConcurrency,
        inOrder: options.order !== "end",
        endsOnFailure: options.failures !== "value"
      })
}

const deliverFailure = <XE, E>(
  state: ResultsState<XE, E>,
  index: number,
  job: JobRef | undefined,
  cause: Cause.Cause<ResultError<XE>>
): void => {
  const failure = fromEither(Cause.failureOrCause(cause))
  if (failure._tag === "Success") state.stop(failure.success)
  else state.deliver({ index, job, outcome: Exit.fail(failure.failure) })
}

// one closure for each job that waits: with 10,000 of them its size counts
const track = <XE, E>(
  tracker: Tracker,
  state: ResultsState<XE, E>,
  plan: WatchPlan,
  index: number,
  job: JobRef
): Effect.Effect<void> => {
  let unsubscribe: (() => void) | undefined
  let isOver = false
  const subscription = subscriptionOf(plan, job, true, (end) => {
    isOver = true
    if (unsubscribe !== undefined) state.forget(unsubscribe)
    if (Exit.isSuccess(end)) state.deliver({ index, job, outcome: Exit.succeed(end.value.result) })
    else deliverFailure(state, index, job, end.cause)
  })
  // an interruption between the two steps would leave the subscription behind
  return Effect.uninterruptible(
    Effect.suspend(() =>
      state.isClosed
        ? Effect.void
        : Effect.map(tracker.subscribe(subscription), (given) => {
            unsubscribe = given
            // the end may have come already
            if (!isOver) state.keep(given)
          })
    )
  )
}

/** Submits one execute; a job that comes of it is watched on without a fiber. */
const submitOne = <XE, XR, E>(
  deps: Dependencies,
  state: ResultsState<XE, E>,
  plan: WatchPlan,
  index: number,
  execute: Effect.Effect<Execution<unknown>, XE, XR>
): Effect.Effect<void, never, XR> => {
  const submitted = Effect.tap(submit(execute, plan), (execution) =>
    execution._tag === "Accepted" ? checkOrigin("jobs.results", execution.job, deps.origin) : Effect.void
  )
  return Effect.matchCauseEffect(submitted, {
    onFailure: (cause) => Effect.sync(() => deliverFailure(state, index, undefined, cause)),
    onSuccess: (execution) =>
      execution._tag === "Completed"
        ? Effect.sync(() => {
            const value = JobProtocol.resultIn(deps.protocol, execution.value)
            state.deliver({ index, job: undefined, outcome: Exit.succeed(value) })
          })
        : Effect.zipRight(reportSubmitted(plan, execution.job), track(deps.tracker, state, plan, index, execution.job))
  }).pipe(
    Effect.catchAllCause((cause) => Effect.sync(() => state.stop(cause))),
    Effect.ensuring(Effect.sync(() => state.submitEnded()))
  )
}

const endedOf = Effect.fnUntraced(function* <XE, XR, E, R>(
  deps: Dependencies,
  source: Stream.Stream<Effect.Effect<Execution<unknown>, XE, XR>, E, R>,
  options: AnyResultsOptions
) {
  const base = yield* planOf("jobs.results", options, deps.defaults, resultsOptions)
  const limits = yield* limitsOf(options)
  const clock = yield* Effect.clock
  const fibers = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.parallel)
  const startedAt = clock.unsafeCurrentTimeMillis()
  const state = new ResultsState<XE, E>(limits)

  const start = (execute: Effect.Effect<Execution<unknown>, XE, XR>) =>
    Effect.suspend(() => {
      const index = state.start()
      const plan = { ...base, deadlineAt: base.deadlineAt - startedAt + clock.unsafeCurrentTimeMillis() }
      return Effect.forkIn(Effect.interruptible(submitOne(deps, state, plan, index, execute)), fibers)
    })
  // waits for room after each and not before: an execute that there is no room for is not even pulled
  const pulled = Stream.runForEach(source, (execute) => Effect.zipRight(start(execute), state.room))
  // the polls stop first, whatever the submits still have to do
  yield* Effect.addFinalizer(() => Effect.sync(() => state.close()))
  yield* Effect.forkIn(
    Effect.onExit(pulled, (exit) => Effect.sync(() => state.endSource(exit))),
    fibers
  )
  return state.mailbox.stream
})

/** @internal */
export const make = (deps: Dependencies) => {
  function results<
    X extends Effect.Effect<Execution<unknown>, unknown, unknown>,
    E,
    R,
    B,
    I,
    F extends "end" | "value"
  >(
    source: Stream.Stream<X, E, R>,
    options?: ResultsOptions<B, I, F>
  ): Stream.Stream<
    F extends "value" ? JobResult<B, Effect.Effect.Error<X> | ReadError | JobError> : B,
    F extends "value" ? E | InvalidRequest : E | Effect.Effect.Error<X> | ReadError | JobError,
    R | Effect.Effect.Context<X>
  >
  function results<XE, XR, E, R>(
    source: Stream.Stream<Effect.Effect<Execution<unknown>, XE, XR>, E, R>,
    options: AnyResultsOptions = {}
  ): Stream.Stream<unknown, unknown, R | XR> {
    const decode = decoderOf(options.output)
    const all = Stream.unwrapScoped(endedOf(deps, source, options))
    const valueOf = ({ job, outcome }: Ended<XE>) => Effect.flatMap(outcome, (value) => decode(value, job))
    return options.failures === "value"
      ? Stream.mapEffect(all, (ended) =>
          Effect.map(Effect.either(valueOf(ended)), (outcome): JobResult<unknown, ResultError<XE>> => ({
            ...ended,
            outcome
          }))
        )
      : Stream.mapEffect(all, valueOf)
  }
  return results
}
