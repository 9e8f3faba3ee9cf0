/**
 * How many requests may start in any window of time: the last start times are
 * kept, so that the limit holds for every window and not only for those that
 * start on a boundary. Times in milliseconds.
 *
 * @internal
 */
export class Budget {
  private readonly starts: Array<number> = []
  private oldest = 0
  private readonly requests: number
  private readonly perMillis: number

  constructor(requests: number, perMillis: number) {
    this.requests = Math.max(1, Math.floor(requests))
    this.perMillis = perMillis
  }

  /** When the next request may start. */
  freeAt(): number {
    if (this.starts.length < this.requests) return -Infinity
    // one more, since the clock counts whole milliseconds and both ends of the window may be cut
    return (this.starts[this.oldest] ?? -Infinity) + this.perMillis + 1
  }

  /** Counts a request that starts now. Gives its place, for `started`. */
  charge(now: number): number {
    if (this.starts.length < this.requests) return this.starts.push(now) - 1
    const place = this.oldest
    this.starts[place] = now
    this.oldest = (place + 1) % this.requests
    return place
  }

  /** A request that was counted started later than that: on a busy machine by as much as its fiber waited for its turn. */
  started(place: number, now: number): void {
    this.starts[place] = Math.max(this.starts[place] ?? now, now)
  }

  clear(): void {
    this.starts.length = 0
    this.oldest = 0
  }
}
