import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"

// a timer of the platform is 31 bits wide, and a longer sleep never ends
const longestSleep = 2 ** 30

/** A fiber that sleeps, rings and sleeps again: one for each sleep costs as much as the rest of a wake-up. */
interface Loop {
  fiber: Fiber.RuntimeFiber<void> | undefined
  ringing: boolean
}

/**
 * One alarm on a `Clock`: at most one fiber, and none when nothing is waited for.
 *
 * @internal
 */
export class Timer {
  private loop: Loop | undefined
  private alarmAt = Infinity
  private firedAt = -Infinity
  private latest = -Infinity
  private skew = 0
  private clock: Clock.Clock | undefined
  private runtime: Runtime.Runtime<never> = Runtime.defaultRuntime
  private readonly onAlarm: () => void
  private readonly coalesceMillis: number

  constructor(onAlarm: () => void, coalesceMillis: number) {
    this.onAlarm = onAlarm
    this.coalesceMillis = Math.max(1, coalesceMillis)
  }

  get alive(): boolean {
    return this.alarmAt !== Infinity
  }

  /** Goes on with this clock; `true` when it is another one than before, and older times mean nothing any more. */
  use(clock: Clock.Clock, runtime: Runtime.Runtime<never>): boolean {
    this.stop()
    this.runtime = runtime
    if (this.clock === clock) return false
    this.clock = clock
    this.firedAt = this.latest = -Infinity
    this.skew = 0
    return true
  }

  /** Milliseconds on the clock, except that it never goes back: a wall clock that is set back must not stop everything. */
  now(): number {
    if (this.clock === undefined) return 0
    const now = this.clock.unsafeCurrentTimeMillis() + this.skew
    if (now < this.latest) {
      this.skew += this.latest - now
      return this.latest
    }
    this.latest = now
    return now
  }

  /** Sees to it that the alarm goes off at this time, or up to the coalescing time later. */
  wake(at: number, now: number): void {
    if (at === Infinity || this.clock === undefined) return this.cancel()
    const alarmAt = Math.max(at, this.firedAt + this.coalesceMillis, now + 1)
    // an alarm that goes off too early costs less than a new one
    if (this.alarmAt < alarmAt + this.coalesceMillis) return
    this.cancel()
    this.alarmAt = alarmAt
    if (this.loop === undefined) this.start(this.clock)
  }

  cancel(): void {
    // one that rings looks for the next alarm by itself
    if (this.loop?.ringing === true) this.alarmAt = Infinity
    else this.stop()
  }

  private start(clock: Clock.Clock): void {
    const loop: Loop = { fiber: undefined, ringing: false }
    this.loop = loop
    loop.fiber = Runtime.runFork(this.runtime)(
      Effect.whileLoop({
        while: () => this.loop === loop && this.alarmAt !== Infinity,
        body: () => clock.sleep(Duration.millis(Math.min(Math.ceil(this.alarmAt - this.now()), longestSleep))),
        step: () => this.ring(loop)
      })
    )
    loop.fiber.addObserver(() => {
      if (this.loop === loop) this.stop()
    })
  }

  private stop(): void {
    const { loop } = this
    this.loop = undefined
    this.alarmAt = Infinity
    loop?.fiber?.unsafeInterruptAsFork(FiberId.none)
  }

  private ring(loop: Loop): void {
    if (this.loop !== loop) return
    const now = this.now()
    // platform timers may fire a moment early: that one does not count as a wake-up
    this.firedAt = now >= this.alarmAt ? now : -Infinity
    this.alarmAt = Infinity
    loop.ringing = true
    this.onAlarm()
    loop.ringing = false
  }
}
