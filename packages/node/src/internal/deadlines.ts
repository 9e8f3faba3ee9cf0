/**
 * The time limits of all attempts of one client, kept by one fiber that runs only while there is something to keep.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"

const tickMillis = 50
const slotCount = 1024

/** Something that may run out of time; the links belong to {@link Deadlines}. */
export abstract class Timed {
  timedPrevious: Timed | undefined = undefined
  timedNext: Timed | undefined = undefined
  /** Absolute time in ticks; negative when no deadline is kept. */
  due = -1
  /** Called at most once, never before the time and about 50 ms after it at the latest. */
  abstract expire(): void
}

/**
 * A timer wheel. Adding and removing cost a few assignments, however many attempts there are.
 *
 * Sockets live in real time, so this takes the live clock and not the one of the fiber that sends.
 */
export class Deadlines {
  private readonly heads: Array<Timed | undefined> = new Array<Timed | undefined>(slotCount).fill(undefined)
  private readonly clock = Clock.make()
  private readonly origin = this.clock.unsafeCurrentTimeNanos()
  private size = 0
  private tick = 0
  private running = false

  constructor(private readonly runtime: Runtime.Runtime<never>) {}

  // Monotonic, so that a step of the wall clock ends nothing.
  private nowMillis(): number {
    return Number(this.clock.unsafeCurrentTimeNanos() - this.origin) / 1e6
  }

  add(timed: Timed, millis: number): void {
    const due = Math.ceil((this.nowMillis() + millis) / tickMillis)
    timed.due = due
    const slot = due % slotCount
    const head = this.heads[slot]
    timed.timedNext = head
    if (head !== undefined) head.timedPrevious = timed
    this.heads[slot] = timed
    this.size++
    if (!this.running) this.start()
  }

  remove(timed: Timed): void {
    if (timed.due < 0) return
    const { timedNext, timedPrevious } = timed
    if (timedPrevious === undefined) this.heads[timed.due % slotCount] = timedNext
    else timedPrevious.timedNext = timedNext
    if (timedNext !== undefined) timedNext.timedPrevious = timedPrevious
    timed.timedPrevious = undefined
    timed.timedNext = undefined
    timed.due = -1
    this.size--
  }

  private start(): void {
    this.running = true
    this.tick = Math.floor(this.nowMillis() / tickMillis)
    Runtime.runFork(this.runtime)(this.loop)
  }

  private readonly loop = Effect.sync(() => this.turn()).pipe(
    Effect.delay(tickMillis),
    Effect.repeat({ while: (live) => live }),
    Effect.withClock(this.clock)
  )

  private turn(): boolean {
    const now = Math.floor(this.nowMillis() / tickMillis)
    const first = Math.max(this.tick + 1, now - slotCount + 1)
    for (let tick = first; tick <= now; tick++) this.expireSlot(tick % slotCount, now)
    this.tick = now
    if (this.size > 0) return true
    this.running = false
    return false
  }

  private expireSlot(slot: number, now: number): void {
    // Collected before any is called: what a caller does on expiry may add and remove entries.
    const expired: Array<Timed> = []
    for (let timed = this.heads[slot]; timed !== undefined; timed = timed.timedNext) {
      if (timed.due <= now) expired.push(timed)
    }
    for (const timed of expired) {
      if (timed.due < 0) continue
      this.remove(timed)
      timed.expire()
    }
  }
}
