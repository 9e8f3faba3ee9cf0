import type { View } from "./view.js"

/** Jobs of an order that a program saw fail: each allows one more execution. */
const failedJobs = (view: View, key: string): ReadonlySet<string> =>
  new Set(
    Array.from(view.calls.values()).flatMap(({ failed, invoked }) =>
      invoked.order === key && failed?.tag === "JobFailed" && failed.job !== undefined ? [failed.job] : []
    )
  )

/** 10: what the ledger says of an order is what the server did, and no order is placed twice but after its failure. */
export const orderBreaks = (view: View): ReadonlyArray<string> =>
  view.history.events.flatMap((event) => {
    if (event.kind !== "order") return []
    const { isVerified, job, key, state } = event.detail
    const placed = view.history.truth.orders[key] ?? []
    const breaks: Array<string> = []
    const most = 1 + failedJobs(view, key).size
    if (placed.length > most) breaks.push(`order ${key} was placed ${placed.length} times, and may be ${most} times`)
    if (state === "free" && placed.length >= most) breaks.push(`order ${key} is free, and was placed`)
    if ((state === "Done" || state === "Accepted") && placed.length === 0) {
      breaks.push(`order ${key} is ${state}, and was not placed`)
    }
    if (job !== undefined && !placed.includes(job)) breaks.push(`order ${key} has the job ${job}, which is not its own`)
    if (isVerified && state !== "Done" && state !== "Accepted") {
      breaks.push(`order ${key} is ${state}, and the server could be asked`)
    }
    return breaks
  })
