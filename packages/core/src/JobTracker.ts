/**
 * How a client follows all its jobs: with one timer, a bounded number of looks
 * in flight, and one look per job however many watch it.
 *
 * @since 0.1.0
 */

/**
 * Bounds on the looks of one client, over all its jobs.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Looks in flight at most. Default 16. */
  readonly concurrency?: number | undefined
  /** Looks that leave in any window of `perMillis` milliseconds at most. Default 50 in 1,000. */
  readonly budget?: { readonly requests: number; readonly perMillis: number } | "unlimited" | undefined
  /** Ends of jobs, with their answers, kept for those who ask again within 5 minutes: at most this many. Default 128. */
  readonly keepEnds?: number | undefined
}

/**
 * What a client is following right now.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stats {
  /** Jobs that somebody waits for or watches. */
  readonly watched: number
  /** Looks under way. */
  readonly inFlight: number
  /** 1 while something is waited for, else 0: however many jobs there are. */
  readonly timers: number
}
