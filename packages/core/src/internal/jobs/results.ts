import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ReadError } from "../../ApiError.js"
import type { JobError } from "../../JobError.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import type { Completed, Execution, WatchOptions } from "../../Job.js"
import type { JobRef } from "../../JobRef.js"
import type { JobResult, ResultsOptions } from "../../Jobs.js"
import { decoderOf, type Plan, subscriptionOf } from "./plan.js"
import * as Mailbox from "./mailbox.js"
import type { Tracker } from "./tracker/engine.js"
import { wholeIssues } from "../data/checks.js"

interface Dependencies {
  readonly tracker: Tracker
  readonly planOf: (options: WatchOptions) => Effect.Effect<Plan, InvalidRequest>
  readonly submit: <A, E, R>(effect: Effect.Effect<Execution<A>, E, R>, plan: Plan) => Effect.Effect<Execution<A>, E, R>
  /** Refuses a job that belongs to another client. */
  readonly ours: (ref: JobRef) => Effect.Effect<JobRef, InvalidRequest>
  readonly submitted: (plan: Plan, ref: JobRef) => Effect.Effect<void>
  readonly valueOf: (execution: Completed) => unknown
}

type Options = ResultsOptions<unknown, unknown, "end" | "value">
type Failed<XE> = XE | ReadError | JobError

/**
 * Ended work waits here until the reader takes it; it counts as under way until
 * then, so that a slow reader holds back the source.
 */
class Ready<XE> {
  private readonly items = new Map<number, JobResult<unknown, Failed<XE>>>()
  private next = 0
  underWay = 0

  constructor(private readonly inOrder: boolean) {}

  add(item: JobResult<unknown, Failed<XE>>): void {
    this.items.set(item.index, item)
  }

  // one at a time: what is taken along with another is neither under way nor with the reader
  take(): ReadonlyArray<JobResult<unknown, Failed<XE>>> {
    const [index] = this.inOrder ? [this.next] : this.items.keys()
    const item = index === undefined ? undefined : this.items.get(index)
    if (item === undefined) return []
    this.items.delete(item.index)
    this.next++
    this.underWay--
    return [item]
  }
}

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

const limitsOf = (options: Options) => {
  const issues: Array<Issue> = []
  const concurrency = count("concurrency", options.concurrency, 16, issues)
  const submits = count("submitConcurrency", options.submitConcurrency, 16, issues)
  return issues.length > 0
    ? Effect.fail(new InvalidRequest({ operation: "jobs.results", issues }))
    : Effect.succeed({ concurrency, submits })
}

/** @internal */
export const make = (deps: Dependencies) => {
  const run = Effect.fnUntraced(function* <XE, XR, E, R>(
    source: Stream.Stream<Effect.Effect<Execution<unknown>, XE, XR>, E, R>,
    options: Options
  ) {
    const { concurrency, submits } = yield* limitsOf(options)
    const base = yield* deps.planOf(options)
    const clock = yield* Effect.clock
    const fibers = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.parallel)
    const begun = clock.unsafeCurrentTimeMillis()
    const ready = new Ready<XE>(options.order !== "end")
    const stops = new Set<() => void>()
    let submitting = 0
    let isClosed = false
    let sourceEnd: Exit.Exit<void, E> | undefined
    let waiting: (() => void) | undefined

    // once one failure is to end the stream nothing more is begun, but what was sent is waited for: its reference is told
    let isEnding = false
    const endsWith = (outcome: Either.Either<unknown, Failed<XE>>): boolean =>
      outcome._tag === "Left" && options.failures !== "value"
    const hasRoom = (): boolean => !isEnding && ready.underWay < concurrency && submitting < submits
    const moved = (): void => {
      if (waiting === undefined || !hasRoom()) return
      const resume = waiting
      waiting = undefined
      resume()
    }
    const mailbox = Mailbox.make<JobResult<unknown, Failed<XE>>, E>(() => {
      if (isEnding && submitting > 0) return []
      const taken = ready.take()
      moved()
      if (sourceEnd !== undefined && ready.underWay === 0) mailbox.end(sourceEnd)
      return taken
    })
    const room = Effect.async<void>((resume) => {
      if (hasRoom()) return resume(Effect.void)
      waiting = () => resume(Effect.void)
      return Effect.sync(() => {
        waiting = undefined
      })
    })
    const deliver = (index: number, job: JobRef | undefined, outcome: Either.Either<unknown, Failed<XE>>): void => {
      if (endsWith(outcome)) isEnding = true
      ready.add({ index, job, outcome })
      mailbox.wake()
    }
    const stop = (cause: Cause.Cause<never>): void => mailbox.end(Exit.failCause(cause))
    const failed = (index: number, job: JobRef | undefined, cause: Cause.Cause<Failed<XE>>): void =>
      Either.match(Cause.failureOrCause(cause), {
        onLeft: (error) => deliver(index, job, Either.left(error)),
        onRight: stop
      })

    const track = (index: number, plan: Plan, job: JobRef): Effect.Effect<void> => {
      let unsubscribe: (() => void) | undefined
      let isOver = false
      const subscription = subscriptionOf(plan, job, true, (end) => {
        isOver = true
        if (unsubscribe !== undefined) stops.delete(unsubscribe)
        if (Exit.isSuccess(end)) deliver(index, job, Either.right(end.value.result))
        else failed(index, job, end.cause)
      })
      // between the two nothing may come, or nobody would take the subscription back
      return Effect.uninterruptible(
        Effect.suspend(() =>
          isClosed
            ? Effect.void
            : Effect.map(deps.tracker.subscribe(subscription), (given) => {
                unsubscribe = given
                if (!isOver) stops.add(given)
              })
        )
      )
    }

    const handle = (index: number, execute: Effect.Effect<Execution<unknown>, XE, XR>) => {
      const plan = { ...base, deadlineAt: base.deadlineAt - begun + clock.unsafeCurrentTimeMillis() }
      const submitted = Effect.tap(deps.submit(execute, plan), (execution) =>
        execution._tag === "Accepted" ? deps.ours(execution.job) : Effect.void
      )
      return Effect.matchCauseEffect(submitted, {
        onFailure: (cause) => Effect.sync(() => failed(index, undefined, cause)),
        onSuccess: (execution) =>
          execution._tag === "Completed"
            ? Effect.sync(() => deliver(index, undefined, Either.right(deps.valueOf(execution))))
            : Effect.zipRight(deps.submitted(plan, execution.job), track(index, plan, execution.job))
      }).pipe(
        Effect.catchAllCause((cause) => Effect.sync(() => stop(cause))),
        Effect.ensuring(
          Effect.sync(() => {
            submitting--
            moved()
            if (isEnding) mailbox.wake()
          })
        )
      )
    }

    let index = 0
    const start = (execute: Effect.Effect<Execution<unknown>, XE, XR>) =>
      Effect.suspend(() => {
        ready.underWay++
        submitting++
        return Effect.forkIn(Effect.interruptible(handle(index++, execute)), fibers)
      })
    // waits for room after each and not before: what there is no room for is not even pulled
    const pulled = Stream.runForEach(source, (execute) => Effect.zipRight(start(execute), room))
    // the polls stop first, whatever the submits still have to do
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        isClosed = true
        for (const unsubscribe of stops) unsubscribe()
      })
    )
    yield* Effect.forkIn(
      Effect.onExit(pulled, (exit) =>
        Effect.sync(() => {
          sourceEnd = exit
          if (ready.underWay === 0) mailbox.end(exit)
        })
      ),
      fibers
    )
    return mailbox.stream
  })

  const decoded = (options: Options) => {
    const decode = decoderOf(options.output)
    return <XE>(item: JobResult<unknown, Failed<XE>>) =>
      Effect.map(
        Effect.either(Effect.flatMap(item.outcome, (value) => decode(value, item.job))),
        (outcome): JobResult<unknown, Failed<XE>> => ({ ...item, outcome })
      )
  }

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
    options: Options = {}
  ): Stream.Stream<unknown, unknown, R | XR> {
    const items = Stream.mapEffect(Stream.unwrapScoped(run(source, options)), decoded(options))
    return options.failures === "value" ? items : Stream.mapEffect(items, (item) => item.outcome)
  }
  return results
}
