import type * as Duration from "effect/Duration"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Schedule from "effect/Schedule"
import type { ReadError } from "../../../ApiError.js"
import type { JobError } from "../../../JobError.js"
import type { JobState } from "../../../JobProtocol.js"
import type { JobRef } from "../../../JobRef.js"
import type { JobTrace } from "../jobTrace.js"
import * as Pace from "./pace.js"

/**
 * How a watch ends.
 *
 * @internal
 */
export type End = Exit.Exit<JobState, JobError | ReadError>

/**
 * What a watcher wants. Times are milliseconds on the monotonic time of the clock of the fiber that subscribes.
 *
 * @internal
 */
export interface Subscription {
  readonly ref: JobRef
  readonly deadlineAt: number
  /** What the deadline was, for the error. */
  readonly deadline: Duration.Duration
  /** From now to the first poll; none by default. */
  readonly firstDelayMillis?: number | undefined
  readonly notFoundGraceMillis: number
  readonly maxConsecutivePollFailures: number
  /** The trace that its polls are a part of. */
  readonly trace?: JobTrace | undefined
  readonly pace: Schedule.Schedule<unknown, JobState> | undefined
  /** Runs for each poll that does not show an end. */
  readonly onProgress: ((state: JobState) => void) | undefined
  /** Runs once; no callback runs after it. */
  readonly onEnd: (end: End) => void
}

/**
 * A subscription and its state; a link in its entry's list.
 *
 * @internal
 */
export interface Watcher {
  readonly subscription: Subscription
  readonly entry: Entry
  before: Watcher | undefined
  after: Watcher | undefined
  live: boolean
  /** Its deadline has come, and the poll in flight is its last. */
  last: boolean
  endsAt: number
  /** When it wants the next poll. */
  pollAt: number
  /** The last wait, without jitter; 0 is none yet. */
  waited: number
  /** Until when a 404 means "not yet"; no time before the first one, since no earlier poll could have seen the job. */
  graceUntil: number | undefined
  failures: number
  readonly pollsBefore: number
  pace: Schedule.Schedule<unknown, JobState> | undefined
  paceState: unknown
}

/**
 * A job that is watched.
 *
 * @internal
 */
export interface Entry {
  readonly ref: JobRef
  first: Watcher | undefined
  last: Watcher | undefined
  live: boolean
  /** A poll is in flight, or its state is being reported. */
  busy: boolean
  fiber: Fiber.RuntimeFiber<JobState, ReadError> | undefined
  duePlace: number
  endPlace: number
  /** How many pauses there had been when its last poll started. */
  pauses: number
  /** A new watcher causes no poll before this. */
  notBefore: number
  polls: number
  seen: boolean
  /** 404s in a row since a poll found the job. */
  missing: number
  word: string | undefined
}

/** @internal */
export const makeEntry = (ref: JobRef): Entry => ({
  ref,
  first: undefined,
  last: undefined,
  live: true,
  busy: false,
  fiber: undefined,
  duePlace: -1,
  endPlace: -1,
  pauses: 0,
  notBefore: -Infinity,
  polls: 0,
  seen: false,
  missing: 0,
  word: undefined
})

/** @internal */
export const link = (entry: Entry, subscription: Subscription, now: number): Watcher => {
  const watcher: Watcher = {
    subscription,
    entry,
    before: entry.last,
    after: undefined,
    live: true,
    last: false,
    endsAt: Number.isNaN(subscription.deadlineAt) ? now : subscription.deadlineAt,
    pollAt: Math.max(now + Math.max(0, subscription.firstDelayMillis ?? 0), entry.notBefore),
    waited: 0,
    graceUntil: undefined,
    failures: 0,
    pollsBefore: entry.polls,
    pace: subscription.pace,
    paceState: subscription.pace?.initial
  }
  if (entry.last === undefined) entry.first = watcher
  else entry.last.after = watcher
  entry.last = watcher
  return watcher
}

/** @internal */
export const unlink = (watcher: Watcher): void => {
  const { after, before, entry } = watcher
  watcher.live = false
  watcher.before = watcher.after = undefined
  if (before === undefined) entry.first = after
  else before.after = after
  if (after === undefined) entry.last = before
  else after.before = before
}

/**
 * The watchers as they are now: their callbacks may make some come and go.
 *
 * @internal
 */
export const watchers = (entry: Entry): ReadonlyArray<Watcher> => {
  const list: Array<Watcher> = []
  for (let watcher = entry.first; watcher !== undefined; watcher = watcher.after) list.push(watcher)
  return list
}

/** @internal */
export const earliestPoll = (entry: Entry): number => {
  let at = Infinity
  for (let watcher = entry.first; watcher !== undefined; watcher = watcher.after) at = Math.min(at, watcher.pollAt)
  return at
}

/** @internal */
export const earliestEnd = (entry: Entry): number => {
  let at = Infinity
  for (let watcher = entry.first; watcher !== undefined; watcher = watcher.after) at = Math.min(at, watcher.endsAt)
  return at
}

/**
 * How long this watcher waits after a poll. `random` from 0 to 1.
 *
 * @internal
 */
export const waitOf = (watcher: Watcher, random: number): number => {
  if (watcher.pace === undefined) {
    watcher.waited = Pace.next(watcher.waited)
    return Pace.jittered(watcher.waited, random)
  }
  return watcher.waited > 0 ? watcher.waited : Pace.jittered(Pace.firstMillis, random)
}

/**
 * The trace that the next poll is a part of: that of the watcher that came first of those that have one.
 *
 * @internal
 */
export const traceOf = (entry: Entry): JobTrace | undefined => {
  for (let watcher = entry.first; watcher !== undefined; watcher = watcher.after) {
    if (watcher.subscription.trace !== undefined) return watcher.subscription.trace
  }
  return undefined
}
