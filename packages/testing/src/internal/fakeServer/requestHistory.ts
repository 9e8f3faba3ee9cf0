type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** The newest entries of a list that grows. Old ones are dropped many at a time: one at a time would move all others. */
class BoundedList<A> {
  private kept: Array<A> = []

  constructor(private readonly limit: number) {}

  push(value: A): void {
    this.kept.push(value)
    if (this.kept.length >= 2 * this.limit + 1_000) this.kept = this.all
  }

  get all(): Array<A> {
    return this.kept.length > this.limit ? this.kept.slice(this.kept.length - this.limit) : [...this.kept]
  }

  clear(): void {
    this.kept = []
  }
}

/** Requests and executions in the order they came, the oldest dropped once there are too many. @internal */
export class RequestHistory<R extends object, E extends object> {
  private readonly keptRequests: BoundedList<Mutable<R>>
  private readonly keptExecutions: BoundedList<Mutable<E>>
  private counts = new Map<string, number>()
  private received = 0

  constructor(limit: number) {
    this.keptRequests = new BoundedList(limit)
    this.keptExecutions = new BoundedList(limit)
  }

  get requests(): ReadonlyArray<Mutable<R>> {
    return this.keptRequests.all
  }

  get executions(): ReadonlyArray<Mutable<E>> {
    return this.keptExecutions.all
  }

  /** The index of the next request. */
  nextIndex(): number {
    return this.received++
  }

  record(record: Mutable<R>): Mutable<R> {
    this.keptRequests.push(record)
    return record
  }

  execute(key: string, execution: Mutable<E>): Mutable<E> {
    this.keptExecutions.push(execution)
    this.counts.set(key, this.executionsOf(key) + 1)
    return execution
  }

  executionsOf(key: string): number {
    return this.counts.get(key) ?? 0
  }

  clear(): void {
    this.keptRequests.clear()
    this.keptExecutions.clear()
    this.counts = new Map()
    this.received = 0
  }
}
