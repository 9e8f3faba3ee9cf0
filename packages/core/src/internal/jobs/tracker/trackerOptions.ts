import type { Issue } from "../../../InvalidRequest.js"
import type { JobTrackerOptions } from "../../../JobTracker.js"
import type { Metrics } from "../../http/metrics.js"
import { isWhole, wholeIssues } from "../../data/checks.js"
import { defaultOptions, type TrackerOptions } from "./engine.js"

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
  if (budget !== undefined && !(isWhole(budget.requests, 1) && isWhole(budget.perMillis, 1))) {
    issues.push({ path: ["jobs", "budget"], message: "is not a whole number from 1 up", fix })
  }
  issues.push(...wholeIssues(["jobs", "keepEnds"], keepEnds, 0, undefined, fix))
  return { ...defaultOptions, concurrency, budget, metrics, ...(keepEnds === undefined ? {} : { maxEnds: keepEnds }) }
}
