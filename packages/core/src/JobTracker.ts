/**
 * How a client follows all its jobs: with one timer, a bounded number of polls
 * in flight, and one poll per job however many watch it.
 *
 * @since 0.1.0
 */

/**
 * Bounds on the polls of one client, over all its jobs.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobTrackerOptions {
  /** Polls in flight at most. Default 16. */
  readonly concurrency?: number | undefined
  /** Polls that start in any window of `perMillis` milliseconds at most. Default 50 in 1,000. */
  readonly budget?: { readonly requests: number; readonly perMillis: number } | "unlimited" | undefined
  /** Ends of jobs, with their results, kept for late watchers for 5 minutes: at most this many. Default 128. */
  readonly keepEnds?: number | undefined
}

/**
 * What a client is following right now.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stats {
  /** Jobs that are waited for or watched. */
  readonly watched: number
  /** Polls in flight. */
  readonly inFlight: number
  /** 1 while a poll or a deadline is ahead, else 0: however many jobs there are. */
  readonly timers: number
}
