/** What is done to the runners, and how much work there is. */
export interface Plan {
  readonly runners: number
  /** How long a job takes at the server. */
  readonly jobMillis: number
  /** How long a submit waits at the server before its work, and its response after it. */
  readonly windowMillis: number
  readonly kills: number
  /** From one kill to the next. */
  readonly everyMillis: number
  /** Submitted while runners are killed. */
  readonly killJobs: number
  /** Submitted before a runner is asked to end; 0 for no such runner. */
  readonly endJobs: number
  /** Submitted before a runner is stopped; 0 for no such runner. */
  readonly frozenJobs: number
  /** How long that one is stopped. */
  readonly frozenMillis: number
  /** PostgreSQL is restarted, and the connections that LISTEN are cut. */
  readonly isDisturbed: boolean
}

/** Of the library. */
export const buckets = 32

/** Sends at once in a runner: the default of the library. */
export const gate = 8

/** How long it may take until all that a frozen runner had is taken over. */
export const takeoverMillis = 20_000

export const planOf = (jobs: number): Plan => {
  const endJobs = Math.floor(jobs / 10)
  const frozenJobs = Math.floor((4 * jobs) / 10)
  return {
    runners: 3,
    jobMillis: 3_000,
    windowMillis: 300,
    kills: 10,
    everyMillis: 7_000,
    killJobs: jobs - endJobs - frozenJobs,
    endJobs,
    frozenJobs,
    frozenMillis: 45_000,
    isDisturbed: true
  }
}
