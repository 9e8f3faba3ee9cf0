/**
 * Follows many jobs with one timer: one entry and one poll per job however many
 * watch it, and no fiber, timer or promise for a job that only waits.
 *
 * @internal
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import { constVoid } from "effect/Function"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { PCGRandom } from "effect/Utils"
import { type ReadError } from "../../../ApiError.js"
import { JobDeadlineExceeded } from "../../../JobError.js"
import { isEnd, type JobState } from "../../../JobProtocol.js"
import type { JobRef } from "../../../JobRef.js"
import { Budget } from "./budget.js"
import { Heap } from "./heap.js"
import * as Fork from "../../runtime/fork.js"
import { endOf, failureOf } from "../outcome.js"
import * as OwnPace from "./schedulePace.js"
import * as Pace from "./pace.js"
import { RecentEnds } from "./recentEnds.js"
import { Timer } from "./timer.js"
import * as Entries from "./entry.js"
import type { End, Entry, Subscription, Watcher } from "./entry.js"

export type { End, Subscription } from "./entry.js"

/** @internal */
export interface TrackerOptions {
  /** Polls in flight at most. */
  readonly concurrency: number
  /** Polls that leave in any window of time at most. */
  readonly budget: { readonly requests: number; readonly perMillis: number } | undefined
  /** The longest server hint that is obeyed. */
  readonly maxHintMillis: number
  /** Wake-ups of the timer are at least this far apart. */
  readonly coalesceMillis: number
  /** How many ends are kept for late watchers; 128 unless given. */
  readonly maxEnds?: number
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
   * Watches a job, on the clock and random of the calling fiber. Gives a function that stops it: at once, and as often
   * as one likes. An end that is known already, or a deadline that is over while no poll may leave, is told within
   * this effect; everything else after it.
   */
  readonly subscribe: (subscription: Subscription) => Effect.Effect<() => void>
  /** Jobs that are watched. */
  readonly size: number
  /** Polls under way, with those that are being interrupted. */
  readonly inFlight: number
  /** 1 while something is waited for. */
  readonly timers: number
}

type Poll = (ref: JobRef) => Effect.Effect<JobState, ReadError>
type Flight = Fiber.RuntimeFiber<JobState, ReadError>

// a last look leaves at the deadline itself, and may take this long
const lastLookMillis = 1_000
const toleratedMissing = 3

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
  private readonly flights = new Set<Flight>()
  private readonly recent: RecentEnds
  private readonly budget: Budget | undefined
  private readonly timer: Timer
  private readonly concurrency: number
  private readonly poll: Poll
  private readonly options: TrackerOptions
  private readonly home: Runtime.Runtime<never>
  private fork: Fork.Fork
  private random = new PCGRandom(0)
  private pausedUntil = -Infinity
  private pauses = 0
  /** Pauses in a row for which the server gave no hint. */
  private unhinted = 0
  private pumping = false
  /** Polls start later then: nobody is called back from within their own subscribe by a poll that needs no time. */
  private subscribing = false
  private closed = false

  constructor(poll: Poll, options: TrackerOptions, home: Runtime.Runtime<never>) {
    this.poll = poll
    this.options = options
    this.home = home
    this.fork = Fork.make(home)
    this.concurrency = Math.max(1, options.concurrency)
    this.budget = options.budget && new Budget(options.budget.requests, options.budget.perMillis)
    this.recent = new RecentEnds(options.maxEnds ?? 128, options.keepEndsMillis ?? 300_000)
    this.timer = new Timer(() => this.pump(), options.coalesceMillis)
  }

  get size(): number {
    return this.entries.size
  }

  get inFlight(): number {
    return this.flights.size
  }

  get timers(): number {
    return this.timer.alive ? 1 : 0
  }

  readonly subscribe = (subscription: Subscription): Effect.Effect<() => void> =>
    Effect.withFiberRuntime<() => void>((fiber) => {
      if (this.entries.size > 0) return Effect.succeed(this.add(subscription))
      const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
      const random = Context.get(fiber.currentDefaultServices, Random.Random)
      return Effect.map(random.nextIntBetween(0, 2 ** 31 - 1), (seed) => {
        if (this.entries.size === 0) this.begin(clock, random, seed)
        return this.add(subscription)
      })
    })

  readonly close = Effect.suspend(() => {
    this.closed = true
    const entries = [...this.entries.values()]
    this.timer.cancel()
    for (const entry of entries) this.endAll(entry, () => Exit.interrupt(FiberId.none))
    this.recent.clear()
    return Fiber.interruptAll([...this.flights])
  })

  private begin(clock: Clock.Clock, random: Random.Random, seed: number): void {
    const services = FiberRefs.getOrDefault(this.home.fiberRefs, DefaultServices.currentServices).pipe(
      Context.add(Clock.Clock, clock),
      Context.add(Random.Random, random)
    )
    const runtime = Runtime.setFiberRef(this.home, DefaultServices.currentServices, services)
    this.fork = Fork.make(runtime)
    this.random = new PCGRandom(seed)
    if (!this.timer.use(clock, runtime)) return
    this.budget?.clear()
    this.recent.clear()
    this.pausedUntil = -Infinity
  }

  private add(subscription: Subscription): () => void {
    if (this.closed) {
      this.tell(() => subscription.onEnd(Exit.interrupt(FiberId.none)))
      return constVoid
    }
    const now = this.timer.now()
    const { jobId } = subscription.ref
    const state = this.recent.get(jobId, now)
    if (state !== undefined) {
      this.tell(() => subscription.onEnd(endOf(state, subscription.ref)))
      return constVoid
    }
    const entry = this.entries.get(jobId) ?? this.open(subscription.ref)
    const watcher = Entries.join(entry, subscription, now)
    if (!entry.busy && watcher.wantsAt < this.due.keyOf(entry)) this.due.set(entry, watcher.wantsAt)
    if (watcher.endsAt < this.ends.keyOf(entry)) this.ends.set(entry, watcher.endsAt)
    const nested = this.subscribing
    this.subscribing = true
    this.pump()
    this.subscribing = nested
    return () => this.drop(watcher)
  }

  private open(ref: JobRef): Entry {
    const entry = Entries.makeEntry(ref)
    this.entries.set(ref.jobId, entry)
    return entry
  }

  private drop(watcher: Watcher): void {
    if (!watcher.live) return
    this.part(watcher)
    this.pump()
  }

  /** The callbacks are not ours: what they throw must not reach the other watchers. */
  private tell(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      Runtime.runFork(this.home)(Effect.logError("A callback of a job's watcher threw", Cause.die(error)))
    }
  }

  private part(watcher: Watcher): void {
    Entries.leave(watcher)
    if (watcher.entry.first === undefined) this.detach(watcher.entry)
  }

  private detach(entry: Entry): void {
    if (!entry.live) return
    entry.live = false
    this.entries.delete(entry.ref.jobId)
    this.due.remove(entry)
    this.ends.remove(entry)
    entry.fiber?.unsafeInterruptAsFork(FiberId.none)
    entry.fiber = undefined
  }

  private end(watcher: Watcher, end: End): void {
    if (!watcher.live) return
    this.part(watcher)
    this.tell(() => watcher.subscription.onEnd(end))
  }

  /** The entry goes first: who watches this job again from within a callback starts anew. */
  private endAll(entry: Entry, end: (watcher: Watcher) => End): void {
    this.detach(entry)
    for (const watcher of Entries.watchers(entry)) this.end(watcher, end(watcher))
  }

  private endLate(watcher: Watcher): void {
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

  private mayLeave(now: number): boolean {
    return this.flights.size < this.concurrency && this.slotAt() <= now
  }

  private slotAt(): number {
    return Math.max(this.pausedUntil, this.budget?.freeAt() ?? -Infinity)
  }

  /** Does what is due and sets the alarm for what is not. */
  private pump(): void {
    if (this.pumping || this.closed) return
    this.pumping = true
    const now = this.timer.now()
    this.expire(now)
    while (this.mayLeave(now)) {
      const entry = this.due.peek()
      if (entry === undefined || this.due.peekKey() > now) break
      // who wanted it this early may have left
      const wish = Entries.earliestWish(entry)
      if (wish > now) this.due.set(entry, wish)
      else this.send(entry, now)
    }
    this.pumping = false
    this.setAlarm(now)
  }

  private setAlarm(now: number): void {
    const due = this.flights.size < this.concurrency ? this.due.peekKey() : Infinity
    this.timer.wake(Math.min(Math.max(due, this.slotAt()), this.ends.peekKey()), now)
  }

  /** Counted once: a callback may subscribe with a deadline that is over, and so on for ever. */
  private expire(now: number): void {
    for (let count = this.ends.size; count > 0; count--) {
      const entry = this.ends.peek()
      if (entry === undefined || this.ends.peekKey() > now) return
      const late = Entries.watchers(entry).filter((watcher) => watcher.endsAt <= now)
      if (!entry.busy && late.length > 0 && this.mayLeave(now)) this.send(entry, now)
      for (const watcher of late) if (watcher.endsAt <= now) this.endLate(watcher)
      if (entry.live) this.ends.set(entry, Entries.earliestEnd(entry))
    }
  }

  private send(entry: Entry, now: number): void {
    this.due.remove(entry)
    this.budget?.charge(now)
    entry.busy = true
    entry.pauses = this.pauses
    entry.polls++
    for (let watcher = entry.first; watcher !== undefined; watcher = watcher.after) {
      if (watcher.endsAt > now) continue
      watcher.last = true
      watcher.endsAt = now + lastLookMillis
    }
    const fiber = this.fork(this.look(entry), this.subscribing)
    entry.fiber = fiber
    this.flights.add(fiber)
    // it ran up to its first wait already, and may have made the last watcher leave
    if (!entry.live) fiber.unsafeInterruptAsFork(FiberId.none)
    fiber.addObserver((exit) => this.landed(entry, fiber, exit))
  }

  private look(entry: Entry): Effect.Effect<JobState, ReadError> {
    return Effect.flatMap(
      Effect.suspend(() => this.poll(entry.ref)),
      (state) => {
        if (isEnd(state.state) || !OwnPace.isIn(entry)) return Effect.succeed(state)
        const onDefect = (watcher: Watcher, cause: Cause.Cause<never>) => this.end(watcher, Exit.failCause(cause))
        return OwnPace.step(entry, state, this.timer.now(), onDefect)
      }
    )
  }

  private landed(entry: Entry, fiber: Flight, exit: Exit.Exit<JobState, ReadError>): void {
    this.flights.delete(fiber)
    if (entry.live) {
      const now = this.timer.now()
      entry.fiber = undefined
      entry.notBefore = now + Pace.firstMillis
      if (Exit.isSuccess(exit)) this.saw(entry, exit.value, now)
      else this.failed(entry, exit.cause, now)
    }
    if (entry.live) {
      entry.busy = false
      this.due.set(entry, Entries.earliestWish(entry))
    }
    this.pump()
  }

  private saw(entry: Entry, state: JobState, now: number): void {
    entry.seen = true
    entry.missing = 0
    entry.word = state.word
    if (entry.pauses === this.pauses) this.unhinted = 0
    if (isEnd(state.state)) {
      this.recent.add(entry.ref.jobId, state, now)
      return this.endAll(entry, (watcher) => endOf(state, watcher.subscription.ref))
    }
    const hint = Pace.hint(state.pollAfterMillis, this.options.maxHintMillis)
    const list = this.plan(entry, now, hint)
    for (const watcher of list) {
      const { onProgress } = watcher.subscription
      watcher.failures = 0
      if (watcher.live && onProgress !== undefined) this.tell(() => onProgress(state))
      if (watcher.last) this.endLate(watcher)
    }
  }

  /** When each watcher wants the next look; one draw for all, or many watchers would make it early. */
  private plan(entry: Entry, now: number, hint: number): ReadonlyArray<Watcher> {
    const list = Entries.watchers(entry)
    const random = this.random.number()
    for (const watcher of list) watcher.wantsAt = now + Math.max(Entries.waitOf(watcher, random), hint)
    entry.notBefore = Math.max(entry.notBefore, now + hint)
    return list
  }

  private failed(entry: Entry, cause: Cause.Cause<ReadError>, now: number): void {
    const failure = failureOf(cause)
    if (failure._tag === "Final") {
      return this.endAll(entry, (watcher) => failure.end(watcher.subscription.ref, entry.seen))
    }
    if (failure._tag === "Limited") return this.limited(entry, this.hintOf(failure.retryAfter), now)
    const missing = failure._tag === "Missing"
    entry.missing = missing && entry.seen ? entry.missing + 1 : 0
    for (const watcher of this.plan(entry, now, this.hintOf(failure.retryAfter))) {
      const tooMany =
        missing && !entry.seen
          ? now >= watcher.graceUntil
          : ++watcher.failures > watcher.subscription.maxConsecutivePollFailures || entry.missing > toleratedMissing
      if (tooMany) this.end(watcher, failure.end(watcher.subscription.ref, entry.seen))
      else if (watcher.last) this.endLate(watcher)
    }
  }

  private hintOf(retryAfter: Duration.Duration | undefined): number {
    return Pace.hint(retryAfter && Duration.toMillis(retryAfter), this.options.maxHintMillis)
  }

  /** Nobody looks until the pause is over; what was in flight when it began does not make it longer by itself. */
  private limited(entry: Entry, hint: number, now: number): void {
    const isNew = entry.pauses === this.pauses
    if (isNew) this.pauses++
    if (hint > 0) this.pausedUntil = Math.max(this.pausedUntil, now + hint)
    else if (isNew) this.pausedUntil = now + Pace.pause(this.unhinted++)
    for (const watcher of Entries.watchers(entry)) {
      watcher.wantsAt = this.pausedUntil
      if (watcher.last) this.endLate(watcher)
    }
  }
}

/**
 * A tracker that looks at jobs with `poll`. Polls run with the context of this effect's fiber, never with that of who
 * watches. When the scope closes, whoever still watches is told of an interruption.
 *
 * @internal
 */
export const make = (poll: Poll, options: TrackerOptions): Effect.Effect<Tracker, never, Scope.Scope> =>
  Effect.flatMap(Effect.runtime(), (runtime) =>
    Effect.acquireRelease(
      Effect.sync(() => new Engine(poll, options, homeOf(runtime))),
      (engine) => engine.close
    )
  )

// the span of whoever built the client has ended long before most polls, and a poll that fails is told to its watchers
const homeOf = (runtime: Runtime.Runtime<never>): Runtime.Runtime<never> =>
  runtime.pipe(
    Runtime.updateContext(Context.omit(Tracer.ParentSpan)),
    Runtime.setFiberRef(FiberRef.unhandledErrorLogLevel, Option.none())
  )
