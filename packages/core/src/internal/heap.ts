/**
 * A binary heap whose items know their own place, so that one can be moved or
 * taken out without a search.
 *
 * @internal
 */
export class Heap<T> {
  private readonly items: Array<T> = []
  private readonly before: (a: T, b: T) => boolean
  private readonly placeOf: (item: T) => number
  private readonly setPlace: (item: T, place: number) => void

  /** `placeOf` must give -1 for an item that is not in the heap. */
  constructor(
    before: (a: T, b: T) => boolean,
    placeOf: (item: T) => number,
    setPlace: (item: T, place: number) => void
  ) {
    this.before = before
    this.placeOf = placeOf
    this.setPlace = setPlace
  }

  get size(): number {
    return this.items.length
  }

  peek(): T | undefined {
    return this.items[0]
  }

  /** Puts an item in, or moves it after its order changed. */
  update(item: T): void {
    const place = this.placeOf(item)
    if (place >= 0) {
      if (!this.up(place, item)) this.down(place, item)
      return
    }
    this.items.push(item)
    this.up(this.items.length - 1, item)
  }

  /** Takes an item out; nothing happens when it is not in. */
  remove(item: T): void {
    const place = this.placeOf(item)
    if (place < 0) return
    this.setPlace(item, -1)
    const last = this.items.pop()
    if (last === undefined || place >= this.items.length) return
    if (!this.up(place, last)) this.down(place, last)
  }

  private put(place: number, item: T): void {
    this.items[place] = item
    this.setPlace(item, place)
  }

  private up(start: number, item: T): boolean {
    let place = start
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.items[above]
      if (parent === undefined || !this.before(item, parent)) break
      this.put(place, parent)
      place = above
    }
    this.put(place, item)
    return place !== start
  }

  private down(start: number, item: T): void {
    let place = start
    for (;;) {
      let below = place * 2 + 1
      let child = this.items[below]
      if (child === undefined) break
      const right = this.items[below + 1]
      if (right !== undefined && this.before(right, child)) {
        below += 1
        child = right
      }
      if (!this.before(child, item)) break
      this.put(place, child)
      place = below
    }
    this.put(place, item)
  }
}
