import type * as Fiber from "effect/Fiber"
import type { ReadError } from "../../../ApiError.js"
import type { JobState } from "../../../JobProtocol.js"
import type { JobRef } from "../../../JobRef.js"
import type { JobTrace } from "../jobTrace.js"
import type { Watcher } from "./watcher.js"

/**
 * A job that is watched. Most have one watcher, so that only the others cost a set.
 *
 * @internal
 */
export class Entry {
  private first: Watcher | undefined = undefined
  /** Those that came after the first, as they came. */
  private others: Set<Watcher> | undefined = undefined
  live = true
  /** A poll is in flight, or its state is being reported. */
  busy = false
  /** Something says that it changed after its last poll started: its next poll is as soon as one may be. */
  woken = false
  fiber: Fiber.RuntimeFiber<JobState, ReadError> | undefined = undefined
  duePlace = -1
  endPlace = -1
  /** How many pauses there had been when its last poll started. */
  pauses = 0
  /** A new watcher causes no poll before this. */
  notBefore = 0
  polls = 0
  seen = false
  /** 404s in a row since a poll found the job. */
  missing = 0
  word: string | undefined = undefined

  constructor(readonly ref: JobRef) {}

  get isWatched(): boolean {
    return this.first !== undefined || this.others !== undefined
  }

  /** The watchers as they are now: their callbacks may make some come and go. */
  get watchers(): ReadonlyArray<Watcher> {
    const { first, others } = this
    if (others === undefined) return first === undefined ? [] : [first]
    return first === undefined ? [...others] : [first, ...others]
  }

  add(watcher: Watcher): void {
    watcher.entry = this
    watcher.pollsBefore = this.polls
    if (!this.isWatched) this.first = watcher
    else this.others = (this.others ?? new Set()).add(watcher)
  }

  delete(watcher: Watcher): void {
    watcher.entry = undefined
    if (this.first === watcher) this.first = undefined
    else if (this.others?.delete(watcher) === true && this.others.size === 0) this.others = undefined
  }

  get earliestPoll(): number {
    let at = this.woken ? this.notBefore : (this.first?.pollAt ?? Infinity)
    if (this.others !== undefined) for (const { pollAt } of this.others) at = Math.min(at, pollAt)
    return at
  }

  get earliestEnd(): number {
    let at = this.first?.endsAt ?? Infinity
    if (this.others !== undefined) for (const { endsAt } of this.others) at = Math.min(at, endsAt)
    return at
  }

  /** The trace that the next poll is a part of: that of the watcher that came first of those that have one. */
  get trace(): JobTrace | undefined {
    if (this.others === undefined) return this.first?.trace
    return this.watchers.find(({ trace }) => trace !== undefined)?.trace
  }
}
