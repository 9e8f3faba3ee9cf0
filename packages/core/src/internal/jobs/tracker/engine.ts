/**
 * Follows many jobs with one timer: one entry and one poll per job however many
 * watch it, and no fiber, timer, promise or closure for a job that only waits.
 *
 * @internal
 */
import type * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { type ReadError } from "../../../ApiError.js"
import { JobDeadlineExceeded } from "../../../JobError.js"
import { isOver, type JobState } from "../../../JobProtocol.js"
import type { JobRef } from "../../../JobRef.js"
import { Budget } from "../../data/budget.js"
import * as Background from "../../runtime/background.js"
import * as Fork from "../../runtime/fork.js"
import { interrupt, interrupted } from "../../runtime/interruption.js"
import { seeded, type SeededRandom } from "../../runtime/random.js"
import { Timer } from "../../runtime/timer.js"
import * as JobTrace from "../jobTrace.js"
import { endOf, failureOf } from "../outcome.js"
import { Callbacks } from "./callbacks.js"
import type { Entry } from "./entry.js"
import * as Pace from "./pace.js"
import { Pause } from "./pause.js"
import { RecentEnds } from "./recentEnds.js"
import * as SchedulePace from "./schedulePace.js"
import type { Tracker } from "./tracker.js"
import type { TrackerOptions } from "./trackerOptions.js"
import { WatchedJobs } from "./watchedJobs.js"
import type { End, Watcher } from "./watcher.js"

type PollJob = (ref: JobRef) => Effect.Effect<JobState, ReadError>
type PollFiber = Fiber.RuntimeFiber<JobState, ReadError>

// a last poll starts at the deadline itself, and may take this long
const lastPollMillis = 1_000
const toleratedMissing = 3

// polls that need no time would otherwise run for as long as any is due, and nothing else would
const mostPollsAtOnce = 512

/**
 * State is complete before anything else may run: a callback, the interruption of a poll and the start of one may each
 * call back into the tracker.
 *
 * A watcher goes in one of four ways, all through `remove`:
 *
 * | method | reports | removes |
 * | --- | --- | --- |
 * | `unsubscribe` | nothing | watchers that called it |
 * | `end` | its end | one watcher |
 * | `endAtDeadline` | `JobDeadlineExceeded` | one watcher |
 * | `endAll` | each its end | all watchers of jobs, which are closed first |
 */
class Engine implements Tracker {
  private readonly jobs: WatchedJobs
  private readonly polls = new Set<PollFiber>()
  private readonly recent: RecentEnds
  private readonly budget: Budget | undefined
  private readonly pause: Pause
  private readonly callbacks: Callbacks
  private readonly timer: Timer
  private readonly concurrency: number
  private fork: Fork.Fork
  private random: SeededRandom = seeded(0)
  /** Where the times of watchers and jobs count from: small integers, where others would each cost memory of their own. */
  private origin = 0
  private pumping = false
  /** Polls start later then: a poll that needs no time does not report within the subscribe that started it. */
  private subscribing = false
  private closed = false

  constructor(
    private readonly poll: PollJob,
    private readonly options: TrackerOptions,
    private readonly background: Background.Background
  ) {
    this.fork = Fork.make(background)
    this.concurrency = Math.max(1, options.concurrency)
    this.budget = options.budget && new Budget(options.budget.requests, options.budget.perMillis)
    this.recent = new RecentEnds(options.maxEnds ?? 128, options.keepEndsMillis ?? 300_000)
    this.jobs = new WatchedJobs(options.metrics)
    this.pause = new Pause(options.metrics)
    this.callbacks = new Callbacks(background, options.metrics)
    this.timer = new Timer(() => this.pump(), options.coalesceMillis)
  }

  get size(): number {
    return this.jobs.size
  }

  get inFlight(): number {
    return this.polls.size
  }

  get timers(): number {
    return this.timer.alive ? 1 : 0
  }

  readonly subscribe: Tracker["subscribe"] = (watcher, deadlineAt, firstDelayMillis = 0) =>
    Effect.suspend(() =>
      this.jobs.size > 0
        ? Effect.succeed(this.add(watcher, deadlineAt, firstDelayMillis))
        : Effect.flatMap(Effect.zip(Effect.clock, Effect.random), ([clock, random]) =>
            Effect.map(random.nextIntBetween(0, 2 ** 31 - 1), (seed) => {
              if (this.jobs.size === 0) this.useServices(clock, random, seed)
              this.add(watcher, deadlineAt, firstDelayMillis)
            })
          )
    )

  readonly unsubscribe: Tracker["unsubscribe"] = (watchers) => {
    const unwatched: Array<Entry> = []
    for (const watcher of watchers) {
      const { entry } = watcher
      entry?.delete(watcher)
      if (entry?.isWatched === false) unwatched.push(entry)
    }
    this.jobs.close(unwatched)
    this.pump()
  }

  readonly wake: Tracker["wake"] = (jobId) => {
    const entry = this.jobs.get(jobId)
    if (entry === undefined) return false
    // a job that changes often is woken often, and may have many watchers
    if (entry.woken) return true
    entry.woken = true
    if (!entry.busy) {
      this.jobs.due.set(entry, entry.earliestPoll)
      this.pump()
    }
    return true
  }

  readonly close = Effect.suspend(() => {
    this.closed = true
    this.timer.cancel()
    this.endAll(this.jobs.all, () => interrupted)
    this.recent.clear()
    return Fiber.interruptAll([...this.polls])
  })

  private useServices(clock: Clock.Clock, random: Random.Random, seed: number): void {
    const background = Background.withServices(this.background, clock, random)
    this.fork = Fork.make(background)
    this.random = seeded(seed)
    const now = this.timeOf(this.timer.now())
    if (!this.timer.use(clock, background)) return
    // a callback that brings another clock may run in the middle of a step: its time goes on
    this.origin = this.timer.now() - now
    this.budget?.clear()
    this.recent.clear()
    this.pause.clear()
  }

  private timeOf(clockTime: number): number {
    return Math.ceil(clockTime - this.origin)
  }

  private add(watcher: Watcher, deadlineAt: number, firstDelayMillis: number): void {
    if (this.closed) return this.callbacks.closed(watcher, interrupted)
    const now = this.timeOf(this.timer.now())
    const state = this.recent.get(watcher.ref.jobId, now)
    if (state !== undefined) return this.callbacks.ended(watcher, endOf(state, watcher.ref))
    const entry = this.jobs.open(watcher.ref)
    const { due, ends } = this.jobs
    watcher.endsAt = Number.isNaN(deadlineAt) ? now : this.timeOf(deadlineAt)
    watcher.pollAt = Math.max(now + Math.max(0, firstDelayMillis), entry.notBefore)
    entry.add(watcher)
    if (!entry.busy && watcher.pollAt < due.keyOf(entry)) due.set(entry, watcher.pollAt)
    if (watcher.endsAt < ends.keyOf(entry)) ends.set(entry, watcher.endsAt)
    const nested = this.subscribing
    this.subscribing = true
    this.pump()
    this.subscribing = nested
  }

  /** A job without watchers is closed. */
  private remove(watcher: Watcher): void {
    const { entry } = watcher
    if (entry === undefined) return
    entry.delete(watcher)
    if (!entry.isWatched) this.jobs.close([entry])
  }

  private end(watcher: Watcher, end: End): void {
    if (watcher.entry === undefined) return
    this.remove(watcher)
    this.callbacks.ended(watcher, end)
  }

  private endAtDeadline(watcher: Watcher): void {
    const { entry, pollsBefore, ref, terms } = watcher
    if (entry === undefined) return
    this.end(
      watcher,
      Exit.fail(
        new JobDeadlineExceeded({
          job: ref,
          deadline: terms.deadline,
          polls: entry.polls - pollsBefore,
          word: entry.word
        })
      )
    )
  }

  /** The entries are closed first: a callback that watches one of their jobs again gets a new one. */
  private endAll(entries: ReadonlyArray<Entry>, end: (watcher: Watcher) => End): void {
    this.jobs.close(entries)
    for (const { watchers } of entries) for (const watcher of watchers) this.end(watcher, end(watcher))
  }

  private mayPoll(now: number): boolean {
    return this.polls.size < this.concurrency && this.freeAt() <= now
  }

  private freeAt(): number {
    return Math.max(this.pause.until, this.budget?.freeAt() ?? -Infinity)
  }

  /** Does what is due and sets the alarm for what is not. */
  private pump(): void {
    if (this.pumping || this.closed) return
    this.pumping = true
    const { due } = this.jobs
    const now = this.timeOf(this.timer.now())
    this.expire(now)
    for (let started = 0; started < mostPollsAtOnce && this.mayPoll(now);) {
      const entry = due.peek()
      if (entry === undefined || due.peekKey() > now) break
      // the watcher that wanted it this early may have left
      const at = entry.earliestPoll
      if (at > now) due.set(entry, at)
      else {
        this.startPoll(entry, now)
        started++
      }
    }
    this.pumping = false
    this.setAlarm(now)
  }

  private setAlarm(now: number): void {
    const due = this.polls.size < this.concurrency ? this.jobs.due.peekKey() : Infinity
    const at = Math.min(Math.max(due, this.freeAt()), this.jobs.ends.peekKey())
    this.timer.wake(at + this.origin, now + this.origin)
  }

  /** Counted once: a callback may subscribe with a deadline that is over, and so on for ever. */
  private expire(now: number): void {
    const { ends } = this.jobs
    for (let count = ends.size; count > 0; count--) {
      const entry = ends.peek()
      if (entry === undefined || ends.peekKey() > now) return
      const late = entry.watchers.filter((watcher) => watcher.endsAt <= now)
      if (!entry.busy && late.length > 0 && this.mayPoll(now)) this.startPoll(entry, now)
      for (const watcher of late) if (watcher.endsAt <= now) this.endAtDeadline(watcher)
      if (entry.live) ends.set(entry, entry.earliestEnd)
    }
  }

  private startPoll(entry: Entry, now: number): void {
    const { due } = this.jobs
    this.options.metrics?.polled(Math.max(0, now - due.keyOf(entry)))
    due.remove(entry)
    this.budget?.take()
    let hasStarted = false
    entry.busy = true
    entry.woken = false
    entry.pauses = this.pause.count
    entry.polls++
    for (const watcher of entry.watchers) {
      if (watcher.endsAt > now) continue
      watcher.isLast = true
      watcher.endsAt = now + lastPollMillis
    }
    const onStart = (): void => {
      hasStarted = true
      this.budget?.leaves(this.timeOf(this.timer.now()))
      // the next poll may have waited for this one to start
      if (!this.pumping && !this.closed) this.setAlarm(this.timeOf(this.timer.now()))
    }
    const fiber = this.subscribing
      ? this.fork(Effect.zipRight(Effect.sync(onStart), this.polled(entry)), true)
      : this.fork(this.polled(entry), false)
    // it has sent its request by now, if it could
    if (!this.subscribing) onStart()
    entry.fiber = fiber
    this.polls.add(fiber)
    // it ran up to its first wait already, and may have made the last watcher leave
    if (!entry.live) interrupt(fiber)
    fiber.addObserver((exit) => {
      if (!hasStarted) this.budget?.giveBack()
      this.pollEnded(entry, fiber, exit)
    })
  }

  private polled(entry: Entry): Effect.Effect<JobState, ReadError> {
    return Effect.flatMap(
      Effect.suspend(() => JobTrace.poll(entry.trace, this.poll(entry.ref))),
      (state) => {
        if (isOver(state)) return Effect.succeed(state)
        const onDefect = (watcher: Watcher, cause: Cause.Cause<never>) => this.end(watcher, Exit.failCause(cause))
        return SchedulePace.step(entry, state, this.timer, onDefect) ?? Effect.succeed(state)
      }
    )
  }

  private pollEnded(entry: Entry, fiber: PollFiber, exit: Exit.Exit<JobState, ReadError>): void {
    this.polls.delete(fiber)
    if (entry.live) {
      const now = this.timeOf(this.timer.now())
      entry.fiber = undefined
      entry.notBefore = now + Pace.firstMillis
      if (Exit.isSuccess(exit)) this.onState(entry, exit.value, now)
      else this.onFailure(entry, exit.cause, now)
    }
    if (entry.live) {
      entry.busy = false
      this.jobs.due.set(entry, entry.earliestPoll)
    }
    this.pump()
  }

  private onState(entry: Entry, state: JobState, now: number): void {
    entry.seen = true
    entry.missing = 0
    entry.word = state.word
    this.pause.succeeded(entry.pauses)
    if (isOver(state)) {
      this.recent.add(entry.ref.jobId, state, now)
      return this.endAll([entry], (watcher) => endOf(state, watcher.ref))
    }
    const hint = Pace.hint(state.pollAfterMillis, this.options.maxHintMillis)
    for (const watcher of this.planNext(entry, now, hint)) {
      watcher.failures = 0
      if (watcher.entry !== undefined) this.callbacks.progressed(watcher, state)
      if (watcher.isLast) this.endAtDeadline(watcher)
    }
  }

  /** When each watcher wants the next poll; one draw for all, or many watchers would make it early. */
  private planNext(entry: Entry, now: number, hint: number): ReadonlyArray<Watcher> {
    const { watchers } = entry
    const random = this.random.number()
    for (const watcher of watchers) watcher.pollAt = now + Math.max(watcher.nextWait(random), hint)
    entry.notBefore = Math.max(entry.notBefore, now + hint)
    return watchers
  }

  private onFailure(entry: Entry, cause: Cause.Cause<ReadError>, now: number): void {
    const failure = failureOf(cause)
    if (failure._tag === "Final") return this.endAll([entry], (watcher) => failure.end(watcher.ref, entry.seen))
    if (failure._tag === "Limited") return this.onLimit(entry, this.hintOf(failure.retryAfter), now)
    const missing = failure._tag === "Missing"
    entry.missing = missing && entry.seen ? entry.missing + 1 : 0
    for (const watcher of this.planNext(entry, now, this.hintOf(failure.retryAfter))) {
      const tooMany =
        missing && !entry.seen
          ? now >= (watcher.graceUntil ??= now + watcher.terms.notFoundGraceMillis)
          : ++watcher.failures > watcher.terms.maxConsecutivePollFailures || entry.missing > toleratedMissing
      if (tooMany) this.end(watcher, failure.end(watcher.ref, entry.seen))
      else if (watcher.isLast) this.endAtDeadline(watcher)
    }
  }

  private hintOf(retryAfter: Duration.Duration | undefined): number {
    return Pace.hint(retryAfter && Duration.toMillis(retryAfter), this.options.maxHintMillis)
  }

  private onLimit(entry: Entry, hint: number, now: number): void {
    const isNew = this.pause.begin(entry.pauses, hint, now)
    const { until } = this.pause
    if (isNew) Background.debug(this.background, () => `jobs.get: 429, all polls wait ${until - now} ms`)
    for (const watcher of entry.watchers) {
      watcher.pollAt = until
      if (watcher.isLast) this.endAtDeadline(watcher)
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
