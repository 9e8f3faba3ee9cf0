import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * The buckets that run in this process, each once at a time.
 *
 * @internal
 */
export interface RunningBuckets<R> {
  /**
   * Runs a bucket until it is stopped. Waits for its run before, if that has not ended yet, for at most the patience.
   * Interrupting it interrupts the bucket and does not wait for it.
   */
  readonly run: (bucket: number) => Effect.Effect<void, never, R>
  /** Interrupts a bucket, and waits for it, for at most the patience. */
  readonly stopped: (bucket: number) => Effect.Effect<void>
  readonly allStopped: Effect.Effect<void>
}

// a bucket that ends with a defect may do so at once, again and again
const restartAfter = "1 second"

const kept = <R>(bucket: number, run: Effect.Effect<never, never, R>): Effect.Effect<never, never, R> =>
  run.pipe(
    Effect.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.failCause(cause)
        : Effect.zipRight(
            Effect.logError(`bucket ${bucket} of the durable jobs ended with a defect; it starts again`, cause),
            Effect.sleep(restartAfter)
          )
    ),
    Effect.forever
  )

/**
 * See `RunningBuckets`. The patience is for a bucket that was interrupted.
 *
 * @internal
 */
export const make = <R>(
  run: (bucket: number) => Effect.Effect<never, never, R>,
  patience: Duration.Duration
): RunningBuckets<R> => {
  // with those that were interrupted and have not ended
  const fibers = new Map<number, Fiber.RuntimeFiber<never>>()
  const interrupted = new WeakSet<Fiber.RuntimeFiber<never>>()

  /** Only once: a second interruption would reach the fibers that the bucket ends with. */
  const interrupt = (fiber: Fiber.RuntimeFiber<never>): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (interrupted.has(fiber)) return Effect.void
      interrupted.add(fiber)
      return Fiber.interruptFork(fiber)
    })

  const ended = (bucket: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const fiber = fibers.get(bucket)
      if (fiber === undefined) return Effect.void
      // who waits may be the finalizer of a fiber that was interrupted, where nothing can be interrupted after a time
      return Fiber.await(fiber).pipe(
        Effect.timeoutOption(patience),
        Effect.interruptible,
        Effect.forkDaemon,
        Effect.flatMap(Fiber.await),
        Effect.asVoid
      )
    })

  const begin = (bucket: number) =>
    Effect.tap(Effect.forkDaemon(Effect.interruptible(kept(bucket, run(bucket)))), (fiber) =>
      Effect.sync(() => {
        fibers.set(bucket, fiber)
        fiber.addObserver(() => {
          if (fibers.get(bucket) === fiber) fibers.delete(bucket)
        })
      })
    )

  const stopped = (bucket: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const fiber = fibers.get(bucket)
      return fiber === undefined ? Effect.void : Effect.zipRight(interrupt(fiber), ended(bucket))
    })

  return {
    run: (bucket) =>
      Effect.zipRight(ended(bucket), Effect.asVoid(Effect.acquireUseRelease(begin(bucket), Fiber.await, interrupt))),
    stopped,
    allStopped: Effect.suspend(() =>
      Effect.forEach(Array.from(fibers.keys()), stopped, { concurrency: "unbounded", discard: true })
    )
  }
}
