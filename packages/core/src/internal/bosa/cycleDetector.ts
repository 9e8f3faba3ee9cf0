import type { PositionInput } from "../../Page.js"

// exact for as many, so that no page is given twice; a longer cycle is found later
const remembered = 4096

/**
 * Finds out when a walk through pages comes back to one it has read, in memory that does not grow.
 *
 * @internal
 */
export class CycleDetector {
  private readonly seen = new Set<string>()
  private anchor: string | undefined = undefined
  private steps = 0
  private lap = 1
  private page: number | undefined

  constructor(
    start: PositionInput,
    private readonly direction: 1 | -1
  ) {
    this.page = start.page
    if (start.cursor !== undefined) this.seen.add(String(start.cursor))
  }

  /** Whether the walk has been there, or turns back. */
  isRepeated({ cursor, page }: PositionInput): boolean {
    return cursor === undefined ? this.turnsBack(page) : this.returnsTo(String(cursor))
  }

  private turnsBack(page: number | undefined): boolean {
    const before = this.page
    this.page = page
    return page !== undefined && before !== undefined && (page - before) * this.direction <= 0
  }

  private returnsTo(cursor: string): boolean {
    if (this.seen.has(cursor) || cursor === this.anchor) return true
    this.seen.add(cursor)
    const oldest = this.seen.size > remembered ? this.seen.values().next() : undefined
    if (oldest !== undefined && oldest.done !== true) this.seen.delete(oldest.value)
    // a mark that is set again after twice as many steps lies in any round sooner or later
    if (++this.steps === this.lap) {
      this.anchor = cursor
      this.lap *= 2
      this.steps = 0
    }
    return false
  }
}
