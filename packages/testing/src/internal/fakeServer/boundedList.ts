/** How much of the past a platform keeps. @internal */
export interface HistoryLimits {
  /** Requests, executions, and jobs whose end was polled: so many of each. */
  readonly logLimit: number
  /** The bodies of the requests, the inputs of the executions, and the results of those jobs: so many bytes of each. */
  readonly logBytes: number
}

/** @internal */
export const limitsOf = (options: {
  readonly logLimit?: number | undefined
  readonly logBytes?: number | undefined
}): HistoryLimits => ({
  logLimit: options.logLimit ?? 100_000,
  logBytes: options.logBytes ?? 32 * 1024 * 1024
})

/** What happens to the entries of a list that are too many or too large. */
interface Dropping<A> {
  /** Takes the body out of an entry. */
  readonly body: (entry: A, bytes: number) => void
  /** Called for an entry that leaves the list. */
  readonly entry: (entry: A) => void
}

/**
 * The newest entries of a list that grows, and the newest bodies of those. Old entries leave many at a time: one at a
 * time would move all others.
 *
 * @internal
 */
export class BoundedList<A> {
  private kept: Array<A> = []
  private sizes: Array<number> = []
  /** The index of the oldest entry that has its body. */
  private oldestBody = 0
  private bytes = 0

  constructor(
    private readonly limits: HistoryLimits,
    private readonly dropping: Dropping<A>
  ) {}

  push(entry: A, bytes: number): void {
    this.kept.push(entry)
    this.sizes.push(bytes)
    this.bytes += bytes
    while (this.bytes > this.limits.logBytes) this.dropBody()
    const { logLimit } = this.limits
    if (this.kept.length > logLimit + Math.max(64, logLimit / 4)) this.trim()
  }

  get all(): ReadonlyArray<A> {
    this.trim()
    return [...this.kept]
  }

  clear(): void {
    this.kept = []
    this.sizes = []
    this.oldestBody = 0
    this.bytes = 0
  }

  private dropBody(): void {
    const entry = this.kept[this.oldestBody]
    const bytes = this.sizes[this.oldestBody] ?? 0
    this.oldestBody++
    this.bytes -= bytes
    if (entry !== undefined && bytes > 0) this.dropping.body(entry, bytes)
  }

  private trim(): void {
    const excess = this.kept.length - this.limits.logLimit
    if (excess <= 0) return
    this.kept.slice(0, excess).forEach((entry) => this.dropping.entry(entry))
    this.bytes -= this.sizes.slice(this.oldestBody, excess).reduce((sum, bytes) => sum + bytes, 0)
    this.kept = this.kept.slice(excess)
    this.sizes = this.sizes.slice(excess)
    this.oldestBody = Math.max(0, this.oldestBody - excess)
  }
}
