import type * as Effect from "effect/Effect"
import type { Watcher } from "./watcher.js"

/**
 * Follows jobs.
 *
 * @internal
 */
export interface Tracker {
  /**
   * Watches a job until its end or the deadline, on the clock and random of the calling fiber; each watcher once. Times
   * are milliseconds: `deadlineAt` on the monotonic time of that clock, `firstDelayMillis` from now to the first poll.
   *
   * An end that is known already, or a deadline that is over while no poll may start, is reported within this effect;
   * everything else after it.
   */
  readonly subscribe: (watcher: Watcher, deadlineAt: number, firstDelayMillis?: number) => Effect.Effect<void>
  /** Stops watches at once; nothing happens to those that have ended. */
  readonly unsubscribe: (watchers: Iterable<Watcher>) => void
  /** Polls a job as soon as it may be; `false` when nobody watches it. */
  readonly wake: (jobId: string) => boolean
  /** Jobs that are watched. */
  readonly size: number
  /** Polls under way, with those that are being interrupted. */
  readonly inFlight: number
  /** 1 while a poll or a deadline is ahead. */
  readonly timers: number
}
