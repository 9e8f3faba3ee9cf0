/**
 * How many requests may leave in any window of time: the last times at which one left are kept, so that the limit holds
 * for every window and not only for those that start on a boundary. A request has its part of the budget from its turn
 * on, and its window is counted from when it leaves. Times in milliseconds.
 *
 * @internal
 */
export class Budget {
  /** When the last ones left, in a ring. */
  private readonly left: Array<number> = []
  private oldest = 0
  private size = 0
  /** Those that have had their turn and have not left. */
  private pending = 0
  private readonly requests: number
  private readonly perMillis: number

  constructor(requests: number, perMillis: number) {
    this.requests = Math.max(1, Math.floor(requests))
    this.perMillis = perMillis
  }

  /** When the next request may have its turn; `Infinity` while that depends on one that has not left. */
  freeAt(): number {
    if (this.size + this.pending < this.requests) return -Infinity
    // one more, since the clock counts whole milliseconds and both ends of the window may be cut
    return this.size === 0 ? Infinity : (this.left[this.oldest] ?? -Infinity) + this.perMillis + 1
  }

  /** Counts a request whose turn it is: it may have it by {@link freeAt}. */
  take(): void {
    if (this.size > 0 && this.size + this.pending >= this.requests) {
      this.oldest = (this.oldest + 1) % this.requests
      this.size--
    }
    this.pending++
  }

  /** One that was counted leaves. */
  leaves(now: number): void {
    this.pending--
    this.left[(this.oldest + this.size) % this.requests] = now
    this.size++
  }

  /** One that was counted never leaves. */
  giveBack(): void {
    this.pending--
  }

  /** Forgets those that left, whose times mean nothing any more. */
  clear(): void {
    this.left.length = 0
    this.oldest = 0
    this.size = 0
  }
}
