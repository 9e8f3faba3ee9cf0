/** A sleeper in the heap; `slot` is where it stands, -1 when it is not in. */
export interface Sleeper<A> {
  readonly due: number
  readonly order: number
  readonly value: A
  slot: number
}

const before = <A>(a: Sleeper<A>, b: Sleeper<A>): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

/**
 * A binary heap of sleepers by due time, then by order of arrival. Each knows its
 * slot, so that one that is interrupted leaves in logarithmic time.
 *
 * @internal
 */
export class SleepHeap<A> {
  private readonly slots: Array<Sleeper<A>> = []
  private arrivals = 0

  get size(): number {
    return this.slots.length
  }

  get first(): Sleeper<A> | undefined {
    return this.slots[0]
  }

  add(due: number, value: A): Sleeper<A> {
    const sleeper: Sleeper<A> = { due, order: this.arrivals++, value, slot: this.slots.length }
    this.slots.push(sleeper)
    this.up(sleeper)
    return sleeper
  }

  /** Whether it was still in. */
  remove(sleeper: Sleeper<A>): boolean {
    const slot = sleeper.slot
    if (slot < 0) return false
    sleeper.slot = -1
    const last = this.slots.pop()
    if (last !== undefined && last !== sleeper) {
      this.put(last, slot)
      this.up(last)
      this.down(last)
    }
    return true
  }

  /** Takes out all that are due at `now`, in order. */
  takeDue(now: number): ReadonlyArray<Sleeper<A>> {
    const due: Array<Sleeper<A>> = []
    for (let first = this.first; first !== undefined && first.due <= now; first = this.first) {
      this.remove(first)
      due.push(first)
    }
    return due
  }

  private put(sleeper: Sleeper<A>, slot: number): void {
    this.slots[slot] = sleeper
    sleeper.slot = slot
  }

  private up(sleeper: Sleeper<A>): void {
    while (sleeper.slot > 0) {
      const slot = sleeper.slot
      const above = (slot - 1) >> 1
      const parent = this.slots[above]
      if (parent === undefined || !before(sleeper, parent)) return
      this.put(parent, slot)
      this.put(sleeper, above)
    }
  }

  private down(sleeper: Sleeper<A>): void {
    while (true) {
      const slot = sleeper.slot
      const left = this.slots[2 * slot + 1]
      const right = this.slots[2 * slot + 2]
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left
      if (child === undefined || !before(child, sleeper)) return
      const below = child.slot
      this.put(child, slot)
      this.put(sleeper, below)
    }
  }
}
