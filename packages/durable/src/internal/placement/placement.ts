import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * Which buckets this process runs.
 *
 * @internal
 */
export interface Placement {
  /** The buckets that run here now, in order. */
  readonly owned: Effect.Effect<ReadonlyArray<number>>
}

/**
 * How long a bucket that is told to stop may take, before another runner may start it: a request that has left may
 * get its response. Shorter than the 10 s that containers have between SIGTERM and SIGKILL.
 *
 * @internal
 */
export const termination = Duration.seconds(3)

// a bucket that ends with a defect would do so at once, again and again
const restart = Duration.seconds(1)

// not interruptible by who waits: the caller may be a finalizer of a fiber that was interrupted
const untilEnded = (fiber: Fiber.RuntimeFiber<unknown>): Effect.Effect<void> =>
  Fiber.await(fiber).pipe(
    Effect.timeoutOption(termination),
    Effect.interruptible,
    Effect.forkDaemon,
    Effect.flatMap(Fiber.await),
    Effect.asVoid
  )

const kept = <R>(bucket: number, run: Effect.Effect<never, never, R>): Effect.Effect<never, never, R> =>
  run.pipe(
    Effect.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.failCause(cause)
        : Effect.zipRight(
            Effect.logError(`bucket ${bucket} ended with a defect; it starts again`, cause),
            Effect.sleep(restart)
          )
    ),
    Effect.forever
  )

/**
 * The buckets that run in this process, each at most once.
 *
 * @internal
 */
export interface RunningBuckets<R> extends Placement {
  /** Starts a bucket. Waits for its run before, if that has not ended yet, for at most `termination`. */
  readonly start: (bucket: number) => Effect.Effect<void, never, R>
  /** Tells a bucket to stop, and does not wait for it. */
  readonly stop: (bucket: number) => Effect.Effect<void>
  /** Tells buckets to stop, and waits for them, for at most `termination`. */
  readonly stopped: (buckets: Iterable<number>) => Effect.Effect<void>
  readonly allStopped: Effect.Effect<void>
}

/**
 * See `RunningBuckets`.
 *
 * @internal
 */
export const makeRunningBuckets = <R>(run: (bucket: number) => Effect.Effect<never, never, R>): RunningBuckets<R> => {
  const owned = new Set<number>()
  // with those that were told to stop and have not ended
  const fibers = new Map<number, Fiber.RuntimeFiber<never>>()

  const start = Effect.fnUntraced(function* (bucket: number) {
    const before = fibers.get(bucket)
    if (before !== undefined) yield* untilEnded(before)
    const fiber = yield* Effect.forkDaemon(Effect.interruptible(kept(bucket, run(bucket))))
    fibers.set(bucket, fiber)
    owned.add(bucket)
    fiber.addObserver(() => {
      if (fibers.get(bucket) !== fiber) return
      fibers.delete(bucket)
      owned.delete(bucket)
    })
  }, Effect.uninterruptible)

  const stop = (bucket: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      owned.delete(bucket)
      const fiber = fibers.get(bucket)
      return fiber === undefined ? Effect.void : Fiber.interruptFork(fiber)
    })

  const stopped = (buckets: Iterable<number>): Effect.Effect<void> =>
    Effect.forEach(
      buckets,
      (bucket) =>
        Effect.zipRight(
          stop(bucket),
          Effect.suspend(() => {
            const fiber = fibers.get(bucket)
            return fiber === undefined ? Effect.void : untilEnded(fiber)
          })
        ),
      { concurrency: "unbounded", discard: true }
    )

  return {
    start,
    stop,
    stopped,
    allStopped: Effect.suspend(() => stopped([...fibers.keys()])),
    owned: Effect.sync(() => [...owned].sort((a, b) => a - b))
  }
}
