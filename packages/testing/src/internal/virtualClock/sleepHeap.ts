/**
 * A sleeper in the heap; `slot` is its place, -1 when it is not in the heap. A class, because V8 may allocate object
 * literals of one place directly in the old generation, and with them everything that they refer to.
 */
export class Sleeper<A> {
  constructor(
    readonly due: number,
    readonly order: number,
    readonly value: A,
    public slot: number
  ) {}
}

const before = <A>(a: Sleeper<A>, b: Sleeper<A>): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

/**
 * A binary heap of sleepers by due time, then by order of arrival. Each knows its slot, so that an interrupted one is
 * removed in logarithmic time.
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
    const sleeper = new Sleeper(due, this.arrivals++, value, this.slots.length)
    this.slots.push(sleeper)
    this.up(sleeper)
    return sleeper
  }

  /** Removes a sleeper; false when it was not in the heap. */
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

  /** Removes all sleepers that are due at `now`, in order, except those that are added meanwhile. */
  takeDue(now: number, each: (value: A) => void): void {
    const { arrivals } = this
    for (let { first } = this; first !== undefined && first.due <= now && first.order < arrivals; first = this.first) {
      this.remove(first)
      each(first.value)
    }
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
