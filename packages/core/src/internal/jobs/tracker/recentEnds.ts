import type { JobState } from "../../../JobProtocol.js"

interface End {
  readonly at: number
  readonly state: JobState
}

/**
 * The ends of the jobs that ended last, for late watchers. Times in milliseconds.
 *
 * @internal
 */
export class RecentEnds {
  private readonly ends = new Map<string, End>()
  private readonly max: number
  private readonly keepMillis: number

  constructor(max: number, keepMillis: number) {
    this.max = max
    this.keepMillis = keepMillis
  }

  get size(): number {
    return this.ends.size
  }

  get(jobId: string, now: number): JobState | undefined {
    const end = this.ends.get(jobId)
    if (end === undefined) return undefined
    this.ends.delete(jobId)
    if (now - end.at >= this.keepMillis) return undefined
    this.ends.set(jobId, end)
    return end.state
  }

  add(jobId: string, state: JobState, now: number): void {
    this.ends.delete(jobId)
    this.ends.set(jobId, { at: now, state })
    for (const [oldest, end] of this.ends) {
      if (this.ends.size <= this.max && now - end.at < this.keepMillis) return
      this.ends.delete(oldest)
    }
  }

  clear(): void {
    this.ends.clear()
  }
}
