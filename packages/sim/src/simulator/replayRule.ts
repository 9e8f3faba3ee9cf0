import type { Exchange } from "./view.js"
import type { Invoked } from "./history.js"

// the statuses that the published clients of BOSA retry
const isStatusReplayed = (status: number | undefined): boolean =>
  status !== undefined && (status === 429 || status >= 500)

const mayBeDoneTwice = ({ class: retryClass, policy }: Invoked): boolean =>
  policy === "declared" || (policy === "default" && retryClass !== "unsafe")

/** Whether a request may be sent again after this outcome: the library promises no more and no less. */
export const mayFollow = (invoked: Invoked, { reply, status }: Exchange, refusals: number): boolean => {
  const { policy } = invoked
  switch (reply) {
    case "not sent":
      return true
    // newer credentials, once
    case "refused credentials":
      return refusals === 1
    case "retryable":
      return policy === "attempts" ? isStatusReplayed(status) : policy !== "replayUnsafe" || isStatusReplayed(status)
    case "transient":
      return (
        mayBeDoneTwice(invoked) || ((policy === "attempts" || policy === "replayUnsafe") && isStatusReplayed(status))
      )
    case "final":
      return (policy === "attempts" || policy === "replayUnsafe") && isStatusReplayed(status)
    case "lost":
      return mayBeDoneTwice(invoked) || policy === "replayUnsafe"
    case "unreadable":
      return policy === "replayUnsafe"
    default:
      return false
  }
}
