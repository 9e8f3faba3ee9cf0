import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"
import { nextTick } from "node:process"
import { setImmediate } from "node:timers"
import { type Sleeper, SleepHeap } from "./sleepHeap.js"

/** Turns of the event loop without work after which all fibers count as idle. */
const quietTurns = 1

/** Microtask rounds in a row before the event loop gets a turn, so that a busy program cannot starve it. */
const roundsPerTurn = 2048

type Resume = (effect: Effect.Effect<void>) => void

interface Adjustment {
  readonly millis: number
  readonly resume: Resume
  target: number | undefined
}

/** @internal */
export interface VirtualTimeOptions {
  readonly startMillis: number
  readonly autoAdvance: boolean
  readonly maxAdvances: number
}

/** Why a run cannot continue. */
export type StuckReason =
  | { readonly _tag: "Deadlock"; readonly turns: number }
  | { readonly _tag: "TooManyAdvances"; readonly advances: number }

/**
 * Virtual time: a heap of sleepers, a scheduler that knows whether fibers have work left, and a check in each turn of the
 * event loop that moves time when they have none. The checks run only after some activity, so that idle time costs
 * nothing.
 *
 * @internal
 */
export class VirtualTime {
  readonly scheduler: Scheduler.Scheduler
  readonly clock: Clock.Clock
  advances = 0
  maxPending = 0
  /** The time that passes: sleepers and nanoseconds count on it. */
  private now: number
  /** How far the wall clock was moved from it. */
  private wallOffset = 0
  private readonly sleepers = new SleepHeap<Resume>()
  private readonly adjustments: Array<Adjustment> = []
  private readonly runner: Scheduler.SchedulerRunner
  private activity = 0
  private lastActivity = -1
  private quiet = 0
  private holds = 0
  private turning = false
  private closed = false
  private exhausted: Error | undefined
  private watch: { readonly turns: number; readonly stuck: (reason: StuckReason) => void } | undefined

  constructor(private readonly options: VirtualTimeOptions) {
    this.now = options.startMillis
    this.runner = new Scheduler.SchedulerRunner((depth, drain) => {
      this.touch()
      if (depth >= roundsPerTurn) setImmediate(() => drain(0))
      else Promise.resolve().then(() => drain(depth + 1))
    })
    this.scheduler = Scheduler.make((task, priority) => this.runner.scheduleTask(task, priority))
    const nanos = () => BigInt(this.now) * 1_000_000n
    this.clock = {
      [Clock.ClockTypeId]: Clock.ClockTypeId,
      unsafeCurrentTimeMillis: () => this.wallMillis,
      unsafeCurrentTimeNanos: nanos,
      currentTimeMillis: Effect.sync(() => this.wallMillis),
      currentTimeNanos: Effect.sync(nanos),
      sleep: (duration) => this.sleep(duration)
    }
  }

  get wallMillis(): number {
    return this.now + this.wallOffset
  }

  get pending(): number {
    return this.sleepers.size
  }

  adjust(duration: Duration.DurationInput): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const adjustment: Adjustment = {
        millis: Math.min(Math.ceil(Duration.toMillis(duration)), Number.MAX_SAFE_INTEGER),
        resume,
        target: undefined
      }
      this.adjustments.push(adjustment)
      this.touch()
      return Effect.sync(() => {
        const index = this.adjustments.indexOf(adjustment)
        if (index >= 0) this.adjustments.splice(index, 1)
      })
    })
  }

  jumpWall(millis: number): void {
    this.wallOffset += Math.trunc(millis)
  }

  hold<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.acquireUseRelease(
      Effect.sync(() => {
        this.holds++
      }),
      () => effect,
      () =>
        Effect.sync(() => {
          this.holds--
          this.touch()
        })
    )
  }

  onStuck(turns: number, stuck: (reason: StuckReason) => void): void {
    this.watch = { turns, stuck }
    this.touch()
  }

  close(): void {
    this.closed = true
  }

  private sleep(duration: Duration.Duration): Effect.Effect<void> {
    // whole milliseconds, never early: like a timer of Node
    const millis = Math.max(0, Math.ceil(Duration.toMillis(duration)))
    if (millis === Infinity) return Effect.never
    // like `Effect.async` with a canceler, in half the steps: sleeping is what tests do most
    return Effect.uninterruptibleMask((restore) => {
      let sleeper: Sleeper<Resume> | undefined
      const asleep = Effect.async<void>((resume) => {
        if (this.exhausted !== undefined) return resume(Effect.die(this.exhausted))
        sleeper = this.sleepers.add(this.now + millis, resume)
        this.maxPending = Math.max(this.maxPending, this.sleepers.size)
        this.touch()
      })
      return Effect.catchAllCause(restore(asleep), (cause) => {
        if (sleeper !== undefined && this.sleepers.remove(sleeper)) this.touch()
        return Effect.failCause(cause)
      })
    })
  }

  private touch(): void {
    this.activity++
    if (this.turning || this.closed) return
    this.turning = true
    this.quiet = 0
    this.settle()
  }

  private readonly turn = (): void => {
    if (this.closed) {
      this.turning = false
      return
    }
    this.quiet = this.activity === this.lastActivity ? this.quiet + 1 : 0
    this.turning = this.quiet < quietTurns || this.move()
    if (this.turning) this.settle()
  }

  /** Schedules the next check in a turn of the loop, after the turns that the program itself requests while its promises settle. */
  private settle(): void {
    Promise.resolve().then(this.promised)
  }

  private readonly promised = (): void => nextTick(this.settled)

  private readonly settled = (): void => {
    this.lastActivity = this.activity
    setImmediate(this.turn)
  }

  /** All fibers are idle: moves time if possible. True when another turn is needed. */
  private move(): boolean {
    const adjustment = this.adjustments[0]
    if (adjustment !== undefined) return this.moveTowards(adjustment)
    if (this.holds > 0) return false
    const first = this.sleepers.first
    if (first !== undefined) return this.options.autoAdvance && this.moveTo(first.due)
    if (this.watch === undefined || this.watch.turns === Infinity) return false
    if (this.quiet < this.watch.turns) return true
    this.watch.stuck({ _tag: "Deadlock", turns: this.quiet })
    return false
  }

  private moveTowards(adjustment: Adjustment): boolean {
    const target = (adjustment.target ??= this.now + adjustment.millis)
    const first = this.sleepers.first
    if (first !== undefined && first.due <= target) return this.moveTo(first.due)
    this.now = Math.max(this.now, target)
    this.adjustments.shift()
    this.activity++
    adjustment.resume(Effect.void)
    return true
  }

  private moveTo(due: number): boolean {
    if (this.advances >= this.options.maxAdvances) return this.exhaust()
    this.advances++
    this.activity++
    this.now = Math.max(this.now, due)
    this.sleepers.takeDue(this.now, (resume) => resume(Effect.void))
    return true
  }

  private exhaust(): boolean {
    this.exhausted = new Error(
      `VirtualClock: time moved ${this.advances} times and something still sleeps (maxAdvances)`
    )
    this.watch?.stuck({ _tag: "TooManyAdvances", advances: this.advances })
    const died = Effect.die(this.exhausted)
    this.sleepers.takeDue(Infinity, (resume) => resume(died))
    return true
  }
}
