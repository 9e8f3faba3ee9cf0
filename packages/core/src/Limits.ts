/**
 * One limit for all that a client sends.
 *
 * @since 0.5.0
 */
import type * as Duration from "effect/Duration"
import type { SharedBudget } from "./SharedBudget.js"

/**
 * Bounds on the requests of one client: submits, reads, polls and retries together. What is over them waits its
 * turn, calls and polls in alternation, so that neither starves. A 429 makes all of them wait.
 *
 * To wait is not to send: the time of an attempt starts after it. A call that changes something and whose deadline
 * ends while it waits is `NotSent`, unless an earlier attempt may have done the work; a read is `DeadlineExceeded`.
 *
 * @example
 * ```ts
 * import { ConnectionsApi } from "@effect-connectors/core"
 *
 * export const layer = ConnectionsApi.layer({
 *   baseUrl: "https://connections.example",
 *   limits: { requests: 10, per: "1 second", concurrency: 4 }
 * })
 * ```
 *
 * @since 0.5.0
 * @category models
 */
export interface Limits {
  /** Requests that start in any window of `per`, at most. No limit by default. */
  readonly requests?: number | undefined
  /** The length of the window. Default 1 second. */
  readonly per?: Duration.DurationInput | undefined
  /**
   * In place of `requests` and `per`: a budget that this client shares with others. A 429 that one of them gets makes all of
   * them wait. While the budget is not available, nothing is sent: requests wait, and those that wait when it has been away
   * for 30 seconds fail with `BUDGET_UNAVAILABLE`, as `NotSent` where they change something, else as `Unreachable`.
   */
  readonly shared?: SharedBudget.Service | undefined
  /** Requests at once, at most, each until its response is read; of a file, until its head is read. No limit by default. */
  readonly concurrency?: number | undefined
}
