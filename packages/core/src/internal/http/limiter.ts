import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SharedBudget } from "../../SharedBudget.js"
import { Budget } from "../data/budget.js"
import { callback } from "../runtime/callback.js"
import { monotonicMillis } from "../runtime/monotonic.js"
import { Reservations } from "./reservations.js"
import type { Lost } from "./transport.js"

/**
 * The bounds of a limiter; times in milliseconds.
 *
 * @internal
 */
export interface Bounds {
  /** The requests that may leave in any window. */
  readonly window: { readonly requests: number; readonly perMillis: number } | undefined
  /** The budget that this client shares with others, in place of a window of its own. */
  readonly shared: SharedBudget.Service | undefined
  readonly concurrency: number
  /** The longest pause that a 429 may ask for. */
  readonly maxPauseMillis: number
}

/**
 * What a request is sent for: the two take turns.
 *
 * @internal
 */
export type Source = "call" | "poll"

/** A request that has to wait. */
interface Waiter {
  readonly source: Source
  /** Wakes it. */
  resume: (() => void) | undefined
}

const firstPauseMillis = 1_000
const longestPauseMillis = 30_000

/**
 * Lets requests start within bounds. Those that wait stand in two lines; only the next one of them is awake, and
 * it wakes the one after it when it goes: at most two wake-ups for each request, however many wait.
 *
 * @internal
 */
export class Limiter {
  private readonly lines: Readonly<Record<Source, Set<Waiter>>> = { call: new Set(), poll: new Set() }
  private readonly budget: Budget | undefined
  private readonly reservations: Reservations | undefined
  private readonly bounds: Bounds
  /** The one whose turn it is. */
  private next: Waiter | undefined
  private lastSource: Source = "poll"
  private running = 0
  private pausedUntil = -Infinity
  /** Pauses in a row for which the server gave no hint. */
  private unhinted = 0
  private onChange: (() => void) | undefined

  constructor(bounds: Bounds) {
    this.bounds = bounds
    this.budget = bounds.window && new Budget(bounds.window.requests, bounds.window.perMillis)
    this.reservations = bounds.shared && new Reservations(bounds.shared)
  }

  /**
   * Runs an effect that sends one request, and calls `leaves` when it does: the window counts from there. What it does before
   * it is run is not bounded. `Lost` when it may not run.
   */
  run<A, E, R>(
    source: Source,
    clock: Clock.Clock,
    request: (leaves: () => void) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E | Lost, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(restore(this.enter(source, clock)), () => {
        let hasLeft = false
        const leaves = (): void => {
          if (hasLeft) return
          hasLeft = true
          this.budget?.leaves(monotonicMillis(clock))
          this.changed()
        }
        return Effect.ensuring(
          restore(Effect.suspend(() => request(leaves))),
          Effect.sync(() => {
            if (!hasLeft) this.budget?.giveBack()
            // what it still starts is no request of this turn
            hasLeft = true
            this.running--
            this.changed()
          })
        )
      })
    )
  }

  /** The server refused a request for its rate: all wait, for as long as it says or else longer each time. */
  pause(now: number, hintMillis: number | undefined): Effect.Effect<void> {
    const asked = hintMillis ?? Math.min(firstPauseMillis * 2 ** this.unhinted++, longestPauseMillis)
    const millis = Math.min(asked, this.bounds.maxPauseMillis)
    this.pausedUntil = Math.max(this.pausedUntil, now + millis)
    return this.reservations === undefined ? Effect.void : this.reservations.pause(millis)
  }

  /** The server took a request: the next pause without a hint is short again. */
  accepted(): void {
    this.unhinted = 0
  }

  private enter(source: Source, clock: Clock.Clock): Effect.Effect<void, Lost> {
    return Effect.suspend(() => {
      if (
        this.next === undefined &&
        this.reservations === undefined &&
        this.running < this.bounds.concurrency &&
        this.freeAt() <= monotonicMillis(clock)
      ) {
        this.start()
        return Effect.void
      }
      const waiter: Waiter = { source, resume: undefined }
      return Effect.onInterrupt(
        Effect.zipRight(
          callback<void>((resume) => {
            waiter.resume = () => resume(Effect.void)
            this.lines[source].add(waiter)
            if (this.next === undefined) this.callNext()
            return undefined
          }),
          this.turn(waiter, clock)
        ),
        () => Effect.sync(() => this.leave(waiter))
      )
    })
  }

  /** Waits until the one whose turn it is may start, and starts it. */
  private turn(waiter: Waiter, clock: Clock.Clock): Effect.Effect<void, Lost> {
    return Effect.suspend(() => {
      if (this.isFull()) return Effect.flatMap(this.change, () => this.turn(waiter, clock))
      const wait = this.freeAt() - monotonicMillis(clock)
      if (wait > 0) return Effect.flatMap(Effect.sleep(wait), () => this.turn(waiter, clock))
      if (this.reservations !== undefined) return this.reservedTurn(this.reservations, waiter, clock)
      this.start()
      this.leave(waiter)
      return Effect.void
    })
  }

  /** The same, where a request also needs a part of a shared budget. */
  private reservedTurn(reservations: Reservations, waiter: Waiter, clock: Clock.Clock): Effect.Effect<void, Lost> {
    return Effect.flatMap(reservations.pausedFor, (pausedMillis) => {
      const now = monotonicMillis(clock)
      if (pausedMillis > 0) this.pausedUntil = Math.max(this.pausedUntil, now + Math.ceil(pausedMillis))
      if (this.freeAt() > now) return this.turn(waiter, clock)
      const { call, poll } = this.lines
      const most = Math.min(call.size + poll.size + 1, this.bounds.concurrency - this.running)
      const blocker = reservations.blocker(clock, most, this.pausedUntil)
      if (blocker !== undefined) {
        return Effect.flatMap(
          Effect.tapError(blocker, () => Effect.sync(() => this.leave(waiter))),
          () => this.turn(waiter, clock)
        )
      }
      reservations.charge()
      this.start()
      this.leave(waiter)
      return Effect.void
    })
  }

  /** Waits for one that runs to leave or to end. */
  private readonly change = callback<void>((resume) => {
    // the fiber may have yielded since it looked
    if (!this.isFull()) {
      resume(Effect.void)
      return undefined
    }
    this.onChange = () => resume(Effect.void)
    return () => {
      this.onChange = undefined
    }
  })

  /** Only one that runs can make a place. */
  private isFull(): boolean {
    return this.running >= this.bounds.concurrency || this.freeAt() === Infinity
  }

  private freeAt(): number {
    return Math.max(this.pausedUntil, this.budget?.freeAt() ?? -Infinity)
  }

  private start(): void {
    this.running++
    this.budget?.take()
  }

  private changed(): void {
    const { onChange } = this
    if (onChange === undefined || this.isFull()) return
    this.onChange = undefined
    onChange()
  }

  private leave(waiter: Waiter): void {
    this.lines[waiter.source].delete(waiter)
    if (this.next === waiter) this.callNext()
  }

  private callNext(): void {
    const { call, poll } = this.lines
    const [first, second] = this.lastSource === "poll" ? [call, poll] : [poll, call]
    const [waiter] = first.size > 0 ? first : second
    this.next = waiter
    if (waiter === undefined) return
    this.lines[waiter.source].delete(waiter)
    this.lastSource = waiter.source
    waiter.resume?.()
  }
}
