import type { Issue } from "../../../InvalidRequest.js"
import type { JobTrackerOptions } from "../../../JobTracker.js"
import { defaultOptions, type TrackerOptions } from "./engine.js"

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n > 0

/** @internal */
export const trackerOptions = (options: JobTrackerOptions, issues: Array<Issue>): TrackerOptions => {
  const refuse = (name: string): void => {
    issues.push({
      path: ["jobs", name],
      message: "is not a whole number from 1 up",
      fix: "give a count, or leave it out"
    })
  }
  const concurrency = options.concurrency ?? defaultOptions.concurrency
  if (!isCount(concurrency)) refuse("concurrency")
  const budget = options.budget === "unlimited" ? undefined : (options.budget ?? defaultOptions.budget)
  if (budget !== undefined && !(isCount(budget.requests) && isCount(budget.perMillis))) refuse("budget")
  const { keepEnds } = options
  if (keepEnds !== undefined && !(Number.isSafeInteger(keepEnds) && keepEnds >= 0)) refuse("keepEnds")
  return { ...defaultOptions, concurrency, budget, ...(keepEnds === undefined ? {} : { maxEnds: keepEnds }) }
}
