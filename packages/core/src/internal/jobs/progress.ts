import { Progress } from "../../Job.js"
import type { JobState } from "../../JobProtocol.js"

const isSameState = (a: JobState, b: JobState): boolean =>
  a.state === b.state && a.word === b.word && a.progress === b.progress

/**
 * The progress of one job that its reader has not taken: the newest state alone, and only if it differs from the one that
 * the reader took last.
 *
 * @internal
 */
export class UnreadProgress {
  private newest: JobState | undefined
  private taken: JobState | undefined

  set(state: JobState): void {
    this.newest = state
  }

  take(): Progress | undefined {
    const state = this.newest
    this.newest = undefined
    if (state === undefined || (this.taken !== undefined && isSameState(this.taken, state))) return undefined
    this.taken = state
    return Progress(state)
  }
}
