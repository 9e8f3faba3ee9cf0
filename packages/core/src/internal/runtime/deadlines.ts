import type * as Clock from "effect/Clock"
import * as Background from "./background.js"
import { monotonicMillis } from "./monotonic.js"
import { Timer } from "./timer.js"

interface Deadline {
  readonly at: number
  readonly onDue: () => void
}

/**
 * Deadlines on one `Clock`, with one timer for all of them.
 *
 * @internal
 */
export class Deadlines {
  private readonly open = new Set<Deadline>()
  private readonly clock: Clock.Clock
  private readonly timer = new Timer(() => this.ring(), 1)

  constructor(clock: Clock.Clock) {
    this.clock = clock
    this.timer.use(clock, Background.defaults)
  }

  /** Calls `onDue` after this time, unless what it returns is called before. */
  add(millis: number, onDue: () => void): () => void {
    const now = monotonicMillis(this.clock)
    const deadline: Deadline = { at: now + millis, onDue }
    this.open.add(deadline)
    this.timer.wake(deadline.at, now)
    return () => {
      if (this.open.delete(deadline) && this.open.size === 0) this.timer.cancel()
    }
  }

  private ring(): void {
    const now = this.timer.now()
    let next = Infinity
    for (const deadline of this.open) {
      if (deadline.at > now) next = Math.min(next, deadline.at)
      else if (this.open.delete(deadline)) deadline.onDue()
    }
    this.timer.wake(next, now)
  }
}

const ofClocks = new WeakMap<Clock.Clock, Deadlines>()

/**
 * The deadlines of all fibers that have this clock.
 *
 * @internal
 */
export const deadlinesOf = (clock: Clock.Clock): Deadlines => {
  const known = ofClocks.get(clock)
  if (known !== undefined) return known
  const made = new Deadlines(clock)
  ofClocks.set(clock, made)
  return made
}
