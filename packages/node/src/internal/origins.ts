/**
 * One record per origin: how many requests are in flight, and the queue of those that wait for a connection.
 */

/** Something that waits for its turn; the links belong to {@link Origin}. */
export interface Queued {
  queuedPrevious: Queued | undefined
  queuedNext: Queued | undefined
  isQueued: boolean
  readonly begin: () => void
}

/**
 * The queue is ours and not undici's, because a request that waits there can neither be withdrawn nor run out of time,
 * and opens a connection for nothing when its turn comes.
 */
export class Origin {
  private head: Queued | undefined = undefined
  private tail: Queued | undefined = undefined
  private inFlight = 0
  private draining = false

  constructor(
    readonly origin: string,
    private readonly limit: number
  ) {}

  get isIdle(): boolean {
    return this.inFlight === 0 && this.head === undefined
  }

  submit(item: Queued): void {
    if (this.inFlight < this.limit && this.head === undefined) {
      this.inFlight++
      item.begin()
      return
    }
    item.isQueued = true
    item.queuedPrevious = this.tail
    if (this.tail === undefined) this.head = item
    else this.tail.queuedNext = item
    this.tail = item
  }

  withdraw(item: Queued): void {
    if (!item.isQueued) return
    const { queuedNext, queuedPrevious } = item
    if (queuedPrevious === undefined) this.head = queuedNext
    else queuedPrevious.queuedNext = queuedNext
    if (queuedNext === undefined) this.tail = queuedPrevious
    else queuedNext.queuedPrevious = queuedPrevious
    item.queuedPrevious = undefined
    item.queuedNext = undefined
    item.isQueued = false
  }

  release(): void {
    this.inFlight--
    // A request may end inside of `begin`; the flag keeps that from recursing once per queued request.
    if (this.draining || this.head === undefined) return
    this.draining = true
    while (this.head !== undefined && this.inFlight < this.limit) {
      const item = this.head
      this.withdraw(item)
      this.inFlight++
      item.begin()
    }
    this.draining = false
  }
}
