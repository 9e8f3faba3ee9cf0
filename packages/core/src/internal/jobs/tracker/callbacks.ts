import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { JobState } from "../../../JobProtocol.js"
import type { Metrics } from "../../http/metrics.js"
import * as Background from "../../runtime/background.js"
import * as JobTrace from "../jobTrace.js"
import type { End, Watcher } from "./watcher.js"

/**
 * Runs the callbacks of watchers. They are the watchers' own code: what one throws must not reach the others.
 *
 * @internal
 */
export class Callbacks {
  constructor(
    private readonly background: Background.Background,
    private readonly metrics: Metrics | undefined
  ) {}

  ended(watcher: Watcher, end: End): void {
    const kind = JobTrace.kindOf(end)
    this.metrics?.ended(kind)
    Background.debug(this.background, () => `job ${watcher.ref.jobId}: the watch ended (${kind})`)
    this.closed(watcher, end)
  }

  /** Of a watcher that came when nothing is watched any more. */
  closed(watcher: Watcher, end: End): void {
    try {
      watcher.onEnd(end)
    } catch (error) {
      this.threw(error)
    }
  }

  progressed(watcher: Watcher, state: JobState): void {
    try {
      watcher.onProgress?.(state)
    } catch (error) {
      this.threw(error)
    }
  }

  private threw(error: unknown): void {
    Background.run(this.background, Effect.logError("A callback of a job's watcher threw", Cause.die(error)))
  }
}
