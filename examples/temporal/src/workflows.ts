import { proxyActivities } from "@temporalio/workflow"
import type * as activities from "./activities.js"

// one attempt: whether one that was lost has sent its request is unknown
const { submit } = proxyActivities<typeof activities>({
  startToCloseTimeout: "1 minute",
  retry: { maximumAttempts: 1 }
})

// a read: it may be run again, on another worker
const { follow } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 day", heartbeatTimeout: "30 seconds" })

export const syncOrders = async (region: string): Promise<unknown> => follow(await submit(region))
