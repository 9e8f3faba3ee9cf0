import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ReadError } from "../../ApiError.js"
import type { JobError } from "../../JobError.js"
import type { JobRef } from "../../JobRef.js"
import { callback } from "../runtime/callback.js"
import * as Mailbox from "./mailbox.js"

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

/** @internal */
export interface Limits {
  readonly concurrency: number
  readonly submitConcurrency: number
  /** Results in the order of the source. */
  readonly inOrder: boolean
  /** The first failure ends the stream. */
  readonly endsOnFailure: boolean
}

/**
 * What is under way in one stream of results. An execute counts as under way until the reader has its result, so that a
 * slow reader holds back the source.
 *
 * @internal
 */
export class ResultsState<XE, E> {
  readonly mailbox: Mailbox.Mailbox<Ended<XE>, E>
  private readonly ended = new Map<number, Ended<XE>>()
  private readonly unsubscribes = new Set<() => void>()
  private started = 0
  private taken = 0
  private underWay = 0
  private submitting = 0
  /** The reader has left. */
  isClosed = false
  /** A failure is to end the stream: nothing more is started, but submits that were sent are waited for, so that their references are reported. */
  private isEnding = false
  private sourceEnd: Exit.Exit<void, E> | undefined
  private resumeSource: (() => void) | undefined

  constructor(private readonly limits: Limits) {
    this.mailbox = Mailbox.make(() => this.take())
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

  deliver(ended: Ended<XE>): void {
    if (this.limits.endsOnFailure && Exit.isFailure(ended.outcome)) this.isEnding = true
    this.ended.set(ended.index, ended)
    this.mailbox.wake()
  }

  /** A defect or an interruption: no result takes it. */
  stop(cause: Cause.Cause<never>): void {
    this.mailbox.end(Exit.failCause(cause))
  }

  endSource(exit: Exit.Exit<void, E>): void {
    this.sourceEnd = exit
    if (this.underWay === 0) this.mailbox.end(exit)
  }

  /** The reader has left: no job is watched any longer. */
  close(): void {
    this.isClosed = true
    for (const unsubscribe of this.unsubscribes) unsubscribe()
  }

  /** What stops the watch of a job when the reader leaves. */
  keep(unsubscribe: () => void): void {
    this.unsubscribes.add(unsubscribe)
  }

  forget(unsubscribe: () => void): void {
    this.unsubscribes.delete(unsubscribe)
  }

  private hasRoom(): boolean {
    return !this.isEnding && this.underWay < this.limits.concurrency && this.submitting < this.limits.submitConcurrency
  }

  private wakeSource(): void {
    const resume = this.resumeSource
    if (resume === undefined || !this.hasRoom()) return
    this.resumeSource = undefined
    resume()
  }

  // one at a time: a result that is taken along with another is neither under way nor with the reader
  private take(): ReadonlyArray<Ended<XE>> {
    if (this.isEnding && this.submitting > 0) return []
    const [index] = this.limits.inOrder ? [this.taken] : this.ended.keys()
    const ended = index === undefined ? undefined : this.ended.get(index)
    if (ended !== undefined) {
      this.ended.delete(ended.index)
      this.taken++
      this.underWay--
      this.wakeSource()
    }
    if (this.sourceEnd !== undefined && this.underWay === 0) this.mailbox.end(this.sourceEnd)
    return ended === undefined ? [] : [ended]
  }
}
