import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Background from "./background.js"
import { interrupt } from "./interruption.js"
import { monotonicMillis } from "./monotonic.js"

// a timer of the platform is 31 bits wide, and a longer sleep never ends
const longestSleep = 2 ** 30

/** A fiber that sleeps, rings and sleeps again: one for each sleep costs as much as the rest of a wake-up. */
interface Loop {
  fiber: Fiber.RuntimeFiber<void> | undefined
  ringing: boolean
}

/**
 * One alarm on a `Clock`: at most one fiber, and none while there is no alarm to wait for.
 *
 * @internal
 */
export class Timer {
  private loop: Loop | undefined
  private alarmAt = Infinity
  private firedAt = -Infinity
  private clock: Clock.Clock | undefined
  private background = Background.defaults
  private readonly onAlarm: () => void
  private readonly coalesceMillis: number

  constructor(onAlarm: () => void, coalesceMillis: number) {
    this.onAlarm = onAlarm
    this.coalesceMillis = Math.max(1, coalesceMillis)
  }

  get alive(): boolean {
    return this.alarmAt !== Infinity
  }

  /** Uses this clock from now on; `true` when it is another one than before, so that older times mean nothing any more. */
  use(clock: Clock.Clock, background: Background.Background): boolean {
    this.stop()
    this.background = background
    if (this.clock === clock) return false
    this.clock = clock
    this.firedAt = -Infinity
    return true
  }

  /** Milliseconds on the monotonic time of the clock. */
  now(): number {
    return this.clock === undefined ? 0 : monotonicMillis(this.clock)
  }

  /** Sets the alarm to this time; it goes off then, or up to the coalescing time later. */
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
    // a loop that rings reads the next alarm by itself
    if (this.loop?.ringing === true) this.alarmAt = Infinity
    else this.stop()
  }

  private start(clock: Clock.Clock): void {
    const loop: Loop = { fiber: undefined, ringing: false }
    this.loop = loop
    loop.fiber = Background.run(
      this.background,
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
    if (loop?.fiber !== undefined) interrupt(loop.fiber)
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
