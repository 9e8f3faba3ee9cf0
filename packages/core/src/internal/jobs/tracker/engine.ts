/**
 * Follows many jobs with one timer: one entry and one poll per job however many
 * watch it, and no fiber, timer or promise for a job that only waits.
 *
 * @internal
 */
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { constVoid } from "effect/Function"
import type * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { type ReadError } from "../../../ApiError.js"
import { JobDeadlineExceeded } from "../../../JobError.js"
import { isOver, type JobState } from "../../../JobProtocol.js"
import type { JobRef } from "../../../JobRef.js"
import { Budget } from "../../data/budget.js"
import type { Metrics } from "../../http/metrics.js"
import { Heap } from "./heap.js"
import * as Background from "../../runtime/background.js"
import * as Fork from "../../runtime/fork.js"
import { interrupt, interrupted } from "../../runtime/interruption.js"
import { seeded, type SeededRandom } from "../../runtime/random.js"
import * as JobTrace from "../jobTrace.js"
import { endOf, failureOf } from "../outcome.js"
import * as SchedulePace from "./schedulePace.js"
import * as Pace from "./pace.js"
import { RecentEnds } from "./recentEnds.js"
import { Timer } from "../../runtime/timer.js"
import * as Entries from "./entry.js"
import type { End, Entry, Subscription, Watcher } from "./entry.js"

export type { End, Subscription } from "./entry.js"

/** @internal */
export interface TrackerOptions {
  /** Polls in flight at most. */
  readonly concurrency: number
  /** Polls that start in any window of time at most. */
  readonly budget: { readonly requests: number; readonly perMillis: number } | undefined
  /** The longest server hint that is obeyed. */
  readonly maxHintMillis: number
  /** Wake-ups of the timer are at least this far apart. */
  readonly coalesceMillis: number
  /** How many ends are kept for late watchers; 128 unless given. */
  readonly maxEnds?: number
  readonly metrics?: Metrics | undefined
  /** How long an end is kept for late watchers; 5 minutes unless given. */
  readonly keepEndsMillis?: number
}

/** @internal */
export const defaultOptions: TrackerOptions = {
  concurrency: 16,
  budget: { requests: 50, perMillis: 1_000 },
  maxHintMillis: 64_000,
  coalesceMillis: 10
}

/** @internal */
export interface Tracker {
  /**
   * Watches a job, on the clock and random of the calling fiber. Gives a function that stops it at once; more calls of
   * that function do nothing. An end that is known already, or a deadline that is over while no poll may start, is
   * reported within this effect; everything else after it.
   */
  readonly subscribe: (subscription: Subscription) => Effect.Effect<() => void>
  /** Jobs that are watched. */
  readonly size: number
  /** Polls under way, with those that are being interrupted. */
  readonly inFlight: number
  /** 1 while a poll or a deadline is ahead. */
  readonly timers: number
}

type PollJob = (ref: JobRef) => Effect.Effect<JobState, ReadError>
type PollFiber = Fiber.RuntimeFiber<JobState, ReadError>

// a last poll starts at the deadline itself, and may take this long
const lastPollMillis = 1_000
const toleratedMissing = 3

/**
 * State is complete before anything else may run: a callback, the interruption of a poll and the start of one may each
 * call back into the tracker.
 *
 * A watcher goes in one of four ways, all through `remove`:
 *
 * | method | reports | removes |
 * | --- | --- | --- |
 * | `unsubscribe` | nothing | a watcher that called its unsubscribe |
 * | `end` | its end | one watcher |
 * | `endAtDeadline` | `JobDeadlineExceeded` | one watcher |
 * | `endAll` | each its end | all watchers of a job, which is closed first |
 */
class Engine implements Tracker {
  private readonly entries = new Map<string, Entry>()
  private readonly due = new Heap<Entry>(
    (entry) => entry.duePlace,
    (entry, place) => {
      entry.duePlace = place
    }
  )
  private readonly ends = new Heap<Entry>(
    (entry) => entry.endPlace,
    (entry, place) => {
      entry.endPlace = place
    }
  )
  private readonly polls = new Set<PollFiber>()
  private readonly recent: RecentEnds
  private readonly budget: Budget | undefined
  private readonly timer: Timer
  private readonly concurrency: number
  private readonly poll: PollJob
  private readonly options: TrackerOptions
  private readonly background: Background.Background
  private fork: Fork.Fork
  private random: SeededRandom = seeded(0)
  private pausedUntil = -Infinity
  private pauses = 0
  /** Pauses in a row for which the server gave no hint. */
  private unhinted = 0
  private pumping = false
  /** Polls start later then: a poll that needs no time does not report within the subscribe that started it. */
  private subscribing = false
  private closed = false

  constructor(poll: PollJob, options: TrackerOptions, background: Background.Background) {
    this.poll = poll
    this.options = options
    this.background = background
    this.fork = Fork.make(background)
    this.concurrency = Math.max(1, options.concurrency)
    this.budget = options.budget && new Budget(options.budget.requests, options.budget.perMillis)
    this.recent = new RecentEnds(options.maxEnds ?? 128, options.keepEndsMillis ?? 300_000)
    this.timer = new Timer(() => this.pump(), options.coalesceMillis)
  }

  get size(): number {
    return this.entries.size
  }

  get inFlight(): number {
    return this.polls.size
  }

  get timers(): number {
    return this.timer.alive ? 1 : 0
  }

  readonly subscribe = (subscription: Subscription): Effect.Effect<() => void> =>
    Effect.suspend(() =>
      this.entries.size > 0
        ? Effect.succeed(this.add(subscription))
        : Effect.flatMap(Effect.zip(Effect.clock, Effect.random), ([clock, random]) =>
            Effect.map(random.nextIntBetween(0, 2 ** 31 - 1), (seed) => {
              if (this.entries.size === 0) this.useServices(clock, random, seed)
              return this.add(subscription)
            })
          )
    )

  readonly close = Effect.suspend(() => {
    this.closed = true
    const entries = [...this.entries.values()]
    this.timer.cancel()
    for (const entry of entries) this.endAll(entry, () => interrupted)
    this.recent.clear()
    return Fiber.interruptAll([...this.polls])
  })

  private useServices(clock: Clock.Clock, random: Random.Random, seed: number): void {
    const background = Background.withServices(this.background, clock, random)
    this.fork = Fork.make(background)
    this.random = seeded(seed)
    if (!this.timer.use(clock, background)) return
    this.budget?.clear()
    this.recent.clear()
    this.pausedUntil = -Infinity
  }

  private add(subscription: Subscription): () => void {
    if (this.closed) {
      this.notify(() => subscription.onEnd(interrupted))
      return constVoid
    }
    const now = this.timer.now()
    const { jobId } = subscription.ref
    const state = this.recent.get(jobId, now)
    if (state !== undefined) {
      this.report(subscription, endOf(state, subscription.ref))
      return constVoid
    }
    const entry = this.entries.get(jobId) ?? this.openEntry(subscription.ref)
    const watcher = Entries.link(entry, subscription, now)
    if (!entry.busy && watcher.pollAt < this.due.keyOf(entry)) this.due.set(entry, watcher.pollAt)
    if (watcher.endsAt < this.ends.keyOf(entry)) this.ends.set(entry, watcher.endsAt)
    const nested = this.subscribing
    this.subscribing = true
    this.pump()
    this.subscribing = nested
    return () => this.unsubscribe(watcher)
  }

  private openEntry(ref: JobRef): Entry {
    const entry = Entries.makeEntry(ref)
    this.entries.set(ref.jobId, entry)
    this.options.metrics?.watched(this.entries.size)
    return entry
  }

  private closeEntry(entry: Entry): void {
    if (!entry.live) return
    const { fiber } = entry
    entry.live = false
    entry.fiber = undefined
    this.entries.delete(entry.ref.jobId)
    this.options.metrics?.watched(this.entries.size)
    this.due.remove(entry)
    this.ends.remove(entry)
    if (fiber !== undefined) interrupt(fiber)
  }

  /** A job without watchers is closed. */
  private remove(watcher: Watcher): void {
    Entries.unlink(watcher)
    if (watcher.entry.first === undefined) this.closeEntry(watcher.entry)
  }

  private unsubscribe(watcher: Watcher): void {
    if (!watcher.live) return
    this.remove(watcher)
    this.pump()
  }

  private end(watcher: Watcher, end: End): void {
    if (!watcher.live) return
    this.remove(watcher)
    this.report(watcher.subscription, end)
  }

  private report({ onEnd, ref }: Subscription, end: End): void {
    const kind = JobTrace.kindOf(end)
    this.options.metrics?.ended(kind)
    Background.debug(this.background, () => `job ${ref.jobId}: the watch ended (${kind})`)
    this.notify(() => onEnd(end))
  }

  private endAtDeadline(watcher: Watcher): void {
    const { entry, subscription } = watcher
    if (!watcher.live) return
    this.end(
      watcher,
      Exit.fail(
        new JobDeadlineExceeded({
          job: subscription.ref,
          deadline: subscription.deadline,
          polls: entry.polls - watcher.pollsBefore,
          word: entry.word
        })
      )
    )
  }

  /** The entry is closed first: a callback that watches this job again gets a new one. */
  private endAll(entry: Entry, end: (watcher: Watcher) => End): void {
    this.closeEntry(entry)
    for (const watcher of Entries.watchers(entry)) this.end(watcher, end(watcher))
  }

  /** The callback is the watcher's own code: what it throws must not reach the other watchers. */
  private notify(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      Background.run(this.background, Effect.logError("A callback of a job's watcher threw", Cause.die(error)))
    }
  }

  private mayPoll(now: number): boolean {
    return this.polls.size < this.concurrency && this.freeAt() <= now
  }

  private freeAt(): number {
    return Math.max(this.pausedUntil, this.budget?.freeAt() ?? -Infinity)
  }

  /** Does what is due and sets the alarm for what is not. */
  private pump(): void {
    if (this.pumping || this.closed) return
    this.pumping = true
    const now = this.timer.now()
    this.expire(now)
    while (this.mayPoll(now)) {
      const entry = this.due.peek()
      if (entry === undefined || this.due.peekKey() > now) break
      // the watcher that wanted it this early may have left
      const at = Entries.earliestPoll(entry)
      if (at > now) this.due.set(entry, at)
      else this.startPoll(entry, now)
    }
    this.pumping = false
    this.setAlarm(now)
  }

  private setAlarm(now: number): void {
    const due = this.polls.size < this.concurrency ? this.due.peekKey() : Infinity
    this.timer.wake(Math.min(Math.max(due, this.freeAt()), this.ends.peekKey()), now)
  }

  /** Counted once: a callback may subscribe with a deadline that is over, and so on for ever. */
  private expire(now: number): void {
    for (let count = this.ends.size; count > 0; count--) {
      const entry = this.ends.peek()
      if (entry === undefined || this.ends.peekKey() > now) return
      const late = Entries.watchers(entry).filter((watcher) => watcher.endsAt <= now)
      if (!entry.busy && late.length > 0 && this.mayPoll(now)) this.startPoll(entry, now)
      for (const watcher of late) if (watcher.endsAt <= now) this.endAtDeadline(watcher)
      if (entry.live) this.ends.set(entry, Entries.earliestEnd(entry))
    }
  }

  private startPoll(entry: Entry, now: number): void {
    this.options.metrics?.polled(Math.max(0, now - this.due.keyOf(entry)))
    this.due.remove(entry)
    this.budget?.charge(now)
    entry.busy = true
    entry.pauses = this.pauses
    entry.polls++
    for (let watcher = entry.first; watcher !== undefined; watcher = watcher.after) {
      if (watcher.endsAt > now) continue
      watcher.last = true
      watcher.endsAt = now + lastPollMillis
    }
    const fiber = this.fork(this.polled(entry), this.subscribing)
    entry.fiber = fiber
    this.polls.add(fiber)
    // it ran up to its first wait already, and may have made the last watcher leave
    if (!entry.live) interrupt(fiber)
    fiber.addObserver((exit) => this.pollEnded(entry, fiber, exit))
  }

  private polled(entry: Entry): Effect.Effect<JobState, ReadError> {
    return Effect.flatMap(
      Effect.suspend(() => JobTrace.poll(Entries.traceOf(entry), this.poll(entry.ref))),
      (state) => {
        if (isOver(state) || !SchedulePace.isIn(entry)) return Effect.succeed(state)
        const onDefect = (watcher: Watcher, cause: Cause.Cause<never>) => this.end(watcher, Exit.failCause(cause))
        return SchedulePace.step(entry, state, this.timer.now(), onDefect)
      }
    )
  }

  private pollEnded(entry: Entry, fiber: PollFiber, exit: Exit.Exit<JobState, ReadError>): void {
    this.polls.delete(fiber)
    if (entry.live) {
      const now = this.timer.now()
      entry.fiber = undefined
      entry.notBefore = now + Pace.firstMillis
      if (Exit.isSuccess(exit)) this.onState(entry, exit.value, now)
      else this.onFailure(entry, exit.cause, now)
    }
    if (entry.live) {
      entry.busy = false
      this.due.set(entry, Entries.earliestPoll(entry))
    }
    this.pump()
  }

  private onState(entry: Entry, state: JobState, now: number): void {
    entry.seen = true
    entry.missing = 0
    entry.word = state.word
    if (entry.pauses === this.pauses) this.unhinted = 0
    if (isOver(state)) {
      this.recent.add(entry.ref.jobId, state, now)
      return this.endAll(entry, (watcher) => endOf(state, watcher.subscription.ref))
    }
    const hint = Pace.hint(state.pollAfterMillis, this.options.maxHintMillis)
    const list = this.planNext(entry, now, hint)
    for (const watcher of list) {
      const { onProgress } = watcher.subscription
      watcher.failures = 0
      if (watcher.live && onProgress !== undefined) this.notify(() => onProgress(state))
      if (watcher.last) this.endAtDeadline(watcher)
    }
  }

  /** When each watcher wants the next poll; one draw for all, or many watchers would make it early. */
  private planNext(entry: Entry, now: number, hint: number): ReadonlyArray<Watcher> {
    const list = Entries.watchers(entry)
    const random = this.random.number()
    for (const watcher of list) watcher.pollAt = now + Math.max(Entries.waitOf(watcher, random), hint)
    entry.notBefore = Math.max(entry.notBefore, now + hint)
    return list
  }

  private onFailure(entry: Entry, cause: Cause.Cause<ReadError>, now: number): void {
    const failure = failureOf(cause)
    if (failure._tag === "Final") {
      return this.endAll(entry, (watcher) => failure.end(watcher.subscription.ref, entry.seen))
    }
    if (failure._tag === "Limited") return this.pause(entry, this.hintOf(failure.retryAfter), now)
    const missing = failure._tag === "Missing"
    entry.missing = missing && entry.seen ? entry.missing + 1 : 0
    for (const watcher of this.planNext(entry, now, this.hintOf(failure.retryAfter))) {
      const tooMany =
        missing && !entry.seen
          ? now >= (watcher.graceUntil ??= now + watcher.subscription.notFoundGraceMillis)
          : ++watcher.failures > watcher.subscription.maxConsecutivePollFailures || entry.missing > toleratedMissing
      if (tooMany) this.end(watcher, failure.end(watcher.subscription.ref, entry.seen))
      else if (watcher.last) this.endAtDeadline(watcher)
    }
  }

  private hintOf(retryAfter: Duration.Duration | undefined): number {
    return Pace.hint(retryAfter && Duration.toMillis(retryAfter), this.options.maxHintMillis)
  }

  /** No job is polled until the pause is over; a poll that was in flight when it started does not make it longer by itself. */
  private pause(entry: Entry, hint: number, now: number): void {
    const isNew = entry.pauses === this.pauses
    if (isNew) this.pauses++
    if (isNew) this.options.metrics?.paused("polls")
    if (hint > 0) this.pausedUntil = Math.max(this.pausedUntil, now + hint)
    else if (isNew) this.pausedUntil = now + Pace.pause(this.unhinted++)
    const wait = this.pausedUntil - now
    if (isNew) Background.debug(this.background, () => `jobs.get: 429, all polls wait ${wait} ms`)
    for (const watcher of Entries.watchers(entry)) {
      watcher.pollAt = this.pausedUntil
      if (watcher.last) this.endAtDeadline(watcher)
    }
  }
}

/**
 * A tracker that polls jobs with `poll`. Polls run with the context of this effect's fiber, never with that of a
 * watcher. When the scope closes, every watch ends with an interruption.
 *
 * @internal
 */
export const make = (poll: PollJob, options: TrackerOptions): Effect.Effect<Tracker, never, Scope.Scope> =>
  Effect.flatMap(Background.current, (background) =>
    Effect.acquireRelease(
      Effect.sync(() => new Engine(poll, options, background)),
      (engine) => engine.close
    )
  )
