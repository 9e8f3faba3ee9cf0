import type { Issue } from "../../../InvalidRequest.js"
import type { JobTrackerOptions } from "../../../JobTracker.js"
import type { Metrics } from "../../http/metrics.js"
import * as OptionNames from "../../../OptionNames.js"
import { isWhole, wholeIssues } from "../../data/checks.js"

/** @internal */
export interface TrackerOptions {
  /** Polls in flight at most. */
  readonly concurrency: number
  /** Polls that start in any window of time at most. */
  readonly budget: { readonly requests: number; readonly perMillis: number } | undefined
  /** The longest server hint that is obeyed. */
  readonly maxHintMillis: number
  /** Wake-ups of the timer are at least this far apart. */
  readonly coalesceMillis: number
  /** How many ends are kept for late watchers; 128 unless given. */
  readonly maxEnds?: number
  readonly metrics?: Metrics | undefined
  /** How long an end is kept for late watchers; 5 minutes unless given. */
  readonly keepEndsMillis?: number
}

/** @internal */
export const defaultOptions: TrackerOptions = {
  concurrency: 16,
  budget: { requests: 50, perMillis: 1_000 },
  maxHintMillis: 64_000,
  coalesceMillis: 10
}

const budgetNames = OptionNames.make<Exclude<JobTrackerOptions["budget"], string | undefined>>({
  requests: true,
  perMillis: true
})

/** @internal */
export const trackerOptions = (
  options: JobTrackerOptions,
  metrics: Metrics | undefined,
  issues: Array<Issue>
): TrackerOptions => {
  const concurrency = options.concurrency ?? defaultOptions.concurrency
  const budget = options.budget === "unlimited" ? undefined : (options.budget ?? defaultOptions.budget)
  const { keepEnds } = options
  const fix = "give a count, or leave it out"
  issues.push(...wholeIssues(["jobs", "concurrency"], concurrency, 1, undefined, fix))
  const wrongNames = budget === undefined ? [] : OptionNames.issues(budgetNames, budget, ["jobs", "budget"])
  issues.push(...wrongNames)
  if (
    budget !== undefined &&
    wrongNames.length === 0 &&
    !(isWhole(budget.requests, 1) && isWhole(budget.perMillis, 1))
  ) {
    issues.push({ path: ["jobs", "budget"], message: "is not a whole number from 1 up", fix })
  }
  issues.push(...wholeIssues(["jobs", "keepEnds"], keepEnds, 0, undefined, fix))
  return { ...defaultOptions, concurrency, budget, metrics, ...(keepEnds === undefined ? {} : { maxEnds: keepEnds }) }
}
