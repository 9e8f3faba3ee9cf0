import type * as Duration from "effect/Duration"
import type * as Exit from "effect/Exit"
import type * as Schedule from "effect/Schedule"
import type { ReadError } from "../../../ApiError.js"
import type { JobError } from "../../../JobError.js"
import type { JobState } from "../../../JobProtocol.js"
import type { JobRef } from "../../../JobRef.js"
import type { JobTrace } from "../jobTrace.js"
import type { Entry } from "./entry.js"
import * as Pace from "./pace.js"

/**
 * How a watch ends.
 *
 * @internal
 */
export type End = Exit.Exit<JobState, JobError | ReadError>

/**
 * The terms of a watch. Watchers share one object: with 100,000 of them each field counts.
 *
 * @internal
 */
export interface WatchTerms {
  /** What the deadline was, for the error. */
  readonly deadline: Duration.Duration
  readonly notFoundGraceMillis: number
  readonly maxConsecutivePollFailures: number
  readonly pace: Schedule.Schedule<unknown, JobState> | undefined
}

/** In the place of a schedule's state: it is done, and its last wait stays. */
const done = Symbol.for("@effect-connectors/core/internal/watcher/done")

/** In the place of a schedule's state: it was done before it gave a wait, and the default pace is in its place. */
const replaced = Symbol.for("@effect-connectors/core/internal/watcher/replaced")

/**
 * Who watches a job, with its state in the tracker: one object, whose callbacks are methods. A watch costs no closure.
 * Times are those of the tracker.
 *
 * @internal
 */
export abstract class Watcher {
  /** The job, as long as it is watched. */
  entry: Entry | undefined = undefined
  /** Its deadline has come, and the poll in flight is its last. */
  isLast = false
  endsAt = 0
  /** When it wants the next poll. */
  pollAt = 0
  /** The last wait, without jitter; 0 is none yet. */
  waited = 0
  /** Until when a 404 means "not yet"; no time before the first one, since no earlier poll could have seen the job. */
  graceUntil: number | undefined = undefined
  failures = 0
  /** How often the job had been polled when it came. */
  pollsBefore = 0
  private paceState: unknown

  /** Its polls are a part of `trace`. */
  constructor(
    readonly ref: JobRef,
    readonly terms: WatchTerms,
    readonly trace: JobTrace | undefined
  ) {
    this.paceState = terms.pace?.initial
  }

  /** Runs for each poll that does not show an end. */
  onProgress?(state: JobState): void

  /** Runs once; no callback runs after it. */
  abstract onEnd(end: End): void

  /** The schedule that is to be fed the next state, and where it is. */
  get schedule(): { readonly pace: Schedule.Schedule<unknown, JobState>; readonly state: unknown } | undefined {
    const { paceState, terms } = this
    if (terms.pace === undefined || paceState === done || paceState === replaced) return undefined
    return { pace: terms.pace, state: paceState }
  }

  /** What a step of the schedule gave; without a wait it is done. */
  stepped(state: unknown, waitMillis: number | undefined): void {
    if (waitMillis === undefined) {
      this.paceState = this.waited === 0 ? replaced : done
      return
    }
    this.paceState = state
    this.waited = Pace.kept(waitMillis, this.waited)
  }

  /** How long it waits after a poll. `random` from 0 to 1. */
  nextWait(random: number): number {
    if (this.terms.pace === undefined || this.paceState === replaced) {
      this.waited = Pace.next(this.waited)
      return Pace.jittered(this.waited, random)
    }
    return this.waited > 0 ? this.waited : Pace.jittered(Pace.firstMillis, random)
  }
}
