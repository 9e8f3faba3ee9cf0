import type { Metrics } from "../../http/metrics.js"
import * as Pace from "./pace.js"

/**
 * The pause that a 429 makes: no job is polled until it is over. Times in milliseconds.
 *
 * @internal
 */
export class Pause {
  /** How many there were. */
  count = 0
  until = -Infinity
  /** Pauses in a row for which the server gave no hint. */
  private unhinted = 0

  constructor(private readonly metrics: Metrics | undefined) {}

  /**
   * Makes one, or a longer one; `true` when it is new. `count` is that of when the poll started: a poll that was in flight
   * when the pause started does not make it longer by itself.
   */
  begin(count: number, hint: number, now: number): boolean {
    const isNew = count === this.count
    if (isNew) {
      this.count++
      this.metrics?.paused("polls")
    }
    if (hint > 0) this.until = Math.max(this.until, now + hint)
    else if (isNew) this.until = now + Pace.pause(this.unhinted++)
    return isNew
  }

  /** A poll got through that started when there had been so many. */
  succeeded(count: number): void {
    if (count === this.count) this.unhinted = 0
  }

  clear(): void {
    this.until = -Infinity
  }
}
