import type { Verification } from "@effect-connectors/core/Ledger"
import type * as Effect from "effect/Effect"
import type { DurableJob } from "../../DurableJob.js"

/**
 * Says what became of work of unknown outcome.
 *
 * @internal
 */
export type Verify = (job: DurableJob) => Effect.Effect<Verification<unknown>, unknown>

/**
 * How an engine works, with all times in milliseconds.
 *
 * @internal
 */
export interface EngineOptions {
  /** Sends at once, each from its claim to its written outcome. */
  readonly gate: number
  readonly drainMillis: number
  readonly submitForMillis: number
  /** How often the table is read. */
  readonly pollMillis: number
  /** How often all open rows are read, and not only those that were changed. */
  readonly reconcileMillis: number
  /** Rows that are read at once. */
  readonly batch: number
  /** `undefined`: twice the longest attempt. */
  readonly settleAfterMillis: number | undefined
  readonly verify: Verify | undefined
}
