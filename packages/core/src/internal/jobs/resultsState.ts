import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ReadError } from "../../ApiError.js"
import { type Progress, Submitted } from "../../Job.js"
import type { JobError } from "../../JobError.js"
import type { JobState } from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import type { IndexedEvent } from "../../Jobs.js"
import { callback } from "../runtime/callback.js"
import * as Mailbox from "./mailbox.js"
import { UnreadProgress } from "./progress.js"
import type { ResultWatcher } from "./resultWatcher.js"

/** @internal */
export type ResultError<XE> = XE | ReadError | JobError

/**
 * How one execute ended. Its failure is one error; a defect or an interruption ends the whole stream instead.
 *
 * @internal
 */
export interface Ended<XE> {
  readonly index: number
  readonly job: JobRef | undefined
  readonly outcome: Exit.Exit<unknown, ResultError<XE>>
}

/**
 * What the reader takes: an event of a job under way, or how an execute ended.
 *
 * @internal
 */
export type Taken<XE> = IndexedEvent<Submitted | Progress> | Ended<XE>

/** @internal */
export interface Limits {
  readonly concurrency: number
  readonly submitConcurrency: number
  /** Results in the order of the source. */
  readonly inOrder: boolean
  /** The first failure ends the stream. */
  readonly endsOnFailure: boolean
  /** The reader wants what happens before the ends too. */
  readonly events: boolean
}

/** What a job did before its end, as far as the reader has not taken it. */
class UnreadEvents {
  readonly progress = new UnreadProgress()

  constructor(private submitted: Submitted | undefined) {}

  take(): Submitted | Progress | undefined {
    const { submitted } = this
    this.submitted = undefined
    return submitted ?? this.progress.take()
  }
}

/**
 * What is under way in one stream of results. An execute counts as under way until the reader has its result, so that a
 * slow reader holds back the source.
 *
 * @internal
 */
export class ResultsState<XE, E> {
  readonly mailbox: Mailbox.Mailbox<Taken<XE>, E>
  /** The places of what the reader has not taken, in the order in which it came, with the end if that came too. */
  private readonly unread = new Map<number, Ended<XE> | undefined>()
  /** Of the jobs under way; empty unless the reader wants events. */
  private readonly events = new Map<number, UnreadEvents>()
  /** The first of those that wait for the end of a job. */
  private waiting: ResultWatcher<XE, E> | undefined
  private started = 0
  private taken = 0
  private underWay = 0
  private submitting = 0
  /** The reader has left. */
  isClosed = false
  /** A failure is to end the stream: nothing more is started, but submits that were sent are waited for, so that their references are reported. */
  private isEnding = false
  /** A defect or an interruption is to end the stream: nothing more is started, and progress no longer delays it. */
  private isStopped = false
  private sourceEnd: Exit.Exit<void, E> | undefined
  private resumeSource: (() => void) | undefined

  constructor(private readonly limits: Limits) {
    this.mailbox = Mailbox.make(() => this.take())
  }

  get wantsEvents(): boolean {
    return this.limits.events
  }

  /** Waits until one more execute may start. */
  readonly room = callback<void>((resume) => {
    if (this.hasRoom()) {
      resume(Effect.void)
      return undefined
    }
    this.resumeSource = () => resume(Effect.void)
    return () => {
      this.resumeSource = undefined
    }
  })

  /** Counts an execute that starts, and gives its place in the source. */
  start(): number {
    this.underWay++
    this.submitting++
    return this.started++
  }

  submitEnded(): void {
    this.submitting--
    this.wakeSource()
    if (this.isEnding) this.mailbox.wake()
  }

  accepted(index: number, job: JobRef): void {
    if (!this.limits.events) return
    this.events.set(index, new UnreadEvents(Submitted(job)))
    this.unread.set(index, undefined)
    this.mailbox.wake()
  }

  /** A job that was accepted progressed. */
  progressed(index: number, state: JobState): void {
    if (this.isStopped) return
    this.events.get(index)?.progress.set(state)
    this.unread.set(index, undefined)
    this.mailbox.wake()
  }

  deliver(ended: Ended<XE>): void {
    if (this.limits.endsOnFailure && Exit.isFailure(ended.outcome)) this.isEnding = true
    this.unread.set(ended.index, ended)
    this.mailbox.wake()
  }

  /** A defect or an interruption: no result takes it. */
  stop(cause: Cause.Cause<never>): void {
    this.isStopped = true
    this.mailbox.end(Exit.failCause(cause))
  }

  endSource(exit: Exit.Exit<void, E>): void {
    this.sourceEnd = exit
    if (this.underWay === 0) this.mailbox.end(exit)
  }

  /** The reader has left. Gives those that still wait for the end of a job. */
  close(): ReadonlyArray<ResultWatcher<XE, E>> {
    this.isClosed = true
    const watchers: Array<ResultWatcher<XE, E>> = []
    for (let watcher = this.waiting; watcher !== undefined; watcher = watcher.after) watchers.push(watcher)
    this.waiting = undefined
    return watchers
  }

  /** A job is waited for until the reader leaves. */
  keep(watcher: ResultWatcher<XE, E>): void {
    watcher.after = this.waiting
    if (this.waiting !== undefined) this.waiting.before = watcher
    this.waiting = watcher
  }

  forget(watcher: ResultWatcher<XE, E>): void {
    const { after, before } = watcher
    watcher.before = watcher.after = undefined
    if (after !== undefined) after.before = before
    if (before !== undefined) before.after = after
    else if (this.waiting === watcher) this.waiting = after
  }

  private hasRoom(): boolean {
    if (this.isEnding || this.isStopped) return false
    return this.underWay < this.limits.concurrency && this.submitting < this.limits.submitConcurrency
  }

  private wakeSource(): void {
    const resume = this.resumeSource
    if (resume === undefined || !this.hasRoom()) return
    this.resumeSource = undefined
    resume()
  }

  private next(): number | undefined {
    if (this.limits.inOrder) return this.unread.has(this.taken) ? this.taken : undefined
    const [first] = this.unread.keys()
    return first
  }

  // one at a time: a result that is taken along with another is neither under way nor with the reader
  private take(): ReadonlyArray<Taken<XE>> {
    if (this.isEnding && this.submitting > 0) return []
    for (let index = this.next(); index !== undefined; index = this.next()) {
      const taken = this.takeOf(index)
      if (taken !== undefined) return [taken]
    }
    return []
  }

  private takeOf(index: number): Taken<XE> | undefined {
    const ended = this.unread.get(index)
    this.unread.delete(index)
    const event = this.events.get(index)?.take()
    if (event !== undefined) {
      // the rest waits behind the other jobs: one that progresses all the time does not hold them up
      this.unread.set(index, ended)
      return { index, event }
    }
    if (ended === undefined) return undefined
    this.events.delete(index)
    this.taken++
    this.underWay--
    this.wakeSource()
    if (this.sourceEnd !== undefined && this.underWay === 0) this.mailbox.end(this.sourceEnd)
    return ended
  }
}
