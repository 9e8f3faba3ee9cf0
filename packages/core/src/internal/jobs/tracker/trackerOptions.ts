import type { Issue } from "../../../InvalidRequest.js"
import type { JobTrackerOptions } from "../../../JobTracker.js"
import type { Metrics } from "../../http/metrics.js"
import * as OptionNames from "../../../OptionNames.js"
import { isWhole, wholeIssues } from "../../data/checks.js"
import { defaultOptions, type TrackerOptions } from "./engine.js"

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
