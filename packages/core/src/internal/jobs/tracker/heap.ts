/**
 * A heap whose items know their own place, so that one can be moved or taken
 * out without a search. Equal keys come out in the order they went in.
 *
 * Four children each, and the keys in an array of their own: with 100,000 jobs what
 * costs is the memory that is touched, not what is compared.
 *
 * @internal
 */
export class Heap<T> {
  private readonly items: Array<T> = []
  private readonly keys: Array<number> = []
  private readonly turns: Array<number> = []
  private turn = 0
  private readonly placeOf: (item: T) => number
  private readonly setPlace: (item: T, place: number) => void

  /** `placeOf` must give -1 for an item that is not in the heap. */
  constructor(placeOf: (item: T) => number, setPlace: (item: T, place: number) => void) {
    this.placeOf = placeOf
    this.setPlace = setPlace
  }

  get size(): number {
    return this.items.length
  }

  peek(): T | undefined {
    return this.items[0]
  }

  /** The key of the first item; `Infinity` when there is none. */
  peekKey(): number {
    return this.keys[0] ?? Infinity
  }

  /** `Infinity` for an item that is not in. */
  keyOf(item: T): number {
    return this.keys[this.placeOf(item)] ?? Infinity
  }

  /** Puts an item in, or moves it. */
  set(item: T, key: number): void {
    const place = this.placeOf(item)
    if (place >= 0) return this.settle(place, item, key, this.turn++)
    this.up(this.items.length, item, key, this.turn++)
  }

  /** Takes an item out; nothing happens when it is not in. */
  remove(item: T): void {
    const place = this.placeOf(item)
    if (place < 0) return
    this.setPlace(item, -1)
    const last = this.items.pop()
    const key = this.keys.pop()
    const turn = this.turns.pop()
    if (last === undefined || key === undefined || turn === undefined || place >= this.items.length) return
    this.settle(place, last, key, turn)
  }

  /** Takes out all items but these, in one go: one by one each would cost a search for the place of another. */
  retain(isKept: (item: T) => boolean): void {
    let size = 0
    for (const [place, item] of this.items.entries()) {
      if (isKept(item)) this.copy(place, size++)
      else this.setPlace(item, -1)
    }
    this.items.length = this.keys.length = this.turns.length = size
    for (let place = (size - 2) >> 2; place >= 0; place--) {
      const item = this.items[place]
      if (item !== undefined) this.down(place, item, this.keys[place] ?? Infinity, this.turns[place] ?? 0)
    }
  }

  private isBefore(place: number, key: number, turn: number): boolean {
    const other = this.keys[place] ?? Infinity
    return other < key || (other === key && (this.turns[place] ?? 0) < turn)
  }

  private put(place: number, item: T, key: number, turn: number): void {
    this.items[place] = item
    this.keys[place] = key
    this.turns[place] = turn
    this.setPlace(item, place)
  }

  private copy(from: number, to: number): void {
    const item = this.items[from]
    if (item !== undefined) this.put(to, item, this.keys[from] ?? Infinity, this.turns[from] ?? 0)
  }

  private settle(place: number, item: T, key: number, turn: number): void {
    if (place > 0 && !this.isBefore((place - 1) >> 2, key, turn)) this.up(place, item, key, turn)
    else this.down(place, item, key, turn)
  }

  private up(start: number, item: T, key: number, turn: number): void {
    let place = start
    while (place > 0) {
      const parent = (place - 1) >> 2
      if (this.isBefore(parent, key, turn)) break
      this.copy(parent, place)
      place = parent
    }
    this.put(place, item, key, turn)
  }

  private down(start: number, item: T, key: number, turn: number): void {
    const size = this.items.length
    let place = start
    for (;;) {
      const child = place * 4 + 1
      let least = -1
      let leastKey = key
      let leastTurn = turn
      for (let at = child; at < child + 4 && at < size; at++) {
        if (!this.isBefore(at, leastKey, leastTurn)) continue
        least = at
        leastKey = this.keys[at] ?? Infinity
        leastTurn = this.turns[at] ?? 0
      }
      if (least < 0) break
      this.copy(least, place)
      place = least
    }
    this.put(place, item, key, turn)
  }
}
