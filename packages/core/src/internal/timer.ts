import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"

// a timer of the platform is 31 bits wide, and a longer sleep never ends
const longestSleep = 2 ** 30

/**
 * One alarm on a `Clock`: at most one fiber, and none when nothing is waited for.
 *
 * @internal
 */
export class Timer {
  private fiber: Fiber.RuntimeFiber<void> | undefined
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
    return this.fiber !== undefined
  }

  /** Goes on with this clock; `true` when it is another one than before, and older times mean nothing any more. */
  use(clock: Clock.Clock, runtime: Runtime.Runtime<never>): boolean {
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
    if (this.fiber !== undefined && this.alarmAt < alarmAt + this.coalesceMillis) return
    this.cancel()
    this.alarmAt = alarmAt
    const sleep = this.clock.sleep(Duration.millis(Math.min(Math.ceil(alarmAt - now), longestSleep)))
    const fiber = Runtime.runFork(this.runtime)(sleep)
    this.fiber = fiber
    fiber.addObserver((exit) => this.ended(fiber, exit))
  }

  cancel(): void {
    const fiber = this.fiber
    this.fiber = undefined
    this.alarmAt = Infinity
    fiber?.unsafeInterruptAsFork(FiberId.none)
  }

  private ended(fiber: Fiber.RuntimeFiber<void>, exit: Exit.Exit<void>): void {
    if (this.fiber !== fiber) return
    const now = this.now()
    // platform timers may fire a moment early: that one does not count as a wake-up
    this.firedAt = now >= this.alarmAt ? now : -Infinity
    this.fiber = undefined
    this.alarmAt = Infinity
    if (Exit.isFailure(exit)) return
    this.onAlarm()
  }
}
