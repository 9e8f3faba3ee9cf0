import { it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as ApiError from "../../src/ApiError.js"
import { decode, defaultProtocol, type JobState } from "../../src/JobProtocol.js"
import { JobRef } from "../../src/JobRef.js"
import * as Engine from "../../src/internal/jobs/tracker/engine.js"
import type { Tracker } from "../../src/internal/jobs/tracker/tracker.js"
import { defaultOptions, type TrackerOptions } from "../../src/internal/jobs/tracker/trackerOptions.js"
import { type End, Watcher, type WatchTerms } from "../../src/internal/jobs/tracker/watcher.js"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"

export type PollEffect = Effect.Effect<JobState, ApiError.ReadError>

interface PollAt {
  readonly jobId: string
  readonly at: number
}

interface Ended {
  readonly at: number
  readonly end: End
}

export interface Watch {
  readonly progress: Array<string>
  readonly ends: Array<Ended>
  readonly stop: () => void
}

/** What a watcher wants. Times in milliseconds. */
interface Wanted extends WatchTerms {
  readonly ref: JobRef
  /** On the clock. */
  readonly deadlineAt: number
  readonly firstDelayMillis?: number
  readonly onProgress: ((state: JobState) => void) | undefined
  readonly onEnd: (end: End) => void
}

/** Watches by functions. */
class FunctionWatcher extends Watcher {
  constructor(private readonly wanted: Wanted) {
    super(wanted.ref, wanted, undefined)
  }

  override onProgress(state: JobState): void {
    this.wanted.onProgress?.(state)
  }

  override onEnd(end: End): void {
    this.wanted.onEnd(end)
  }
}

export interface Kit {
  readonly tracker: Tracker
  readonly polls: Array<PollAt>
  readonly watch: (jobId: string, parts?: Partial<Wanted>) => Effect.Effect<Watch>
  /** Stops the watches of these jobs, all at once. */
  readonly stopAll: (isStopped: (jobId: string) => boolean) => Effect.Effect<void>
  /** When the job was polled, in milliseconds since the start. */
  readonly times: (jobId?: string) => ReadonlyArray<number>
}

const ref = (jobId: string): JobRef =>
  new JobRef({
    v: 1,
    api: "connections",
    origin: "http://localhost",
    jobId,
    operation: "actions.execute",
    submittedAt: 0
  })

/** Watches a job without a deadline and tolerates no failure, for a tracker without a kit. */
export const watchEnd = (tracker: Tracker, jobId: string, onEnd: (end: End) => void): Effect.Effect<void> =>
  tracker.subscribe(
    new FunctionWatcher({
      ref: ref(jobId),
      deadlineAt: Infinity,
      deadline: Duration.infinity,
      notFoundGraceMillis: 0,
      maxConsecutivePollFailures: 0,
      pace: undefined,
      onProgress: undefined,
      onEnd
    }),
    Infinity
  )

/** A state as the server words it. */
export const word = (status: string, more: Record<string, unknown> = {}, pollAfterMillis?: number): PollEffect =>
  Effect.suspend(() => {
    const state = decode(defaultProtocol, "job", { status, ...more }, pollAfterMillis)
    return state === undefined ? Effect.dieMessage("a word that is none") : Effect.succeed(state)
  })

export const call = {
  operation: "jobs.get",
  method: "GET",
  route: "/jobs/{jobId}",
  url: "http://localhost/api/v1/jobs/j",
  attempts: 1,
  retryable: true
}

export const failed = {
  badGateway: Effect.fail(new ApiError.ServerFailed({ ...call, status: 502 })),
  busy: (millis: number) =>
    Effect.fail(new ApiError.ServerFailed({ ...call, status: 503, retryAfter: Duration.millis(millis) })),
  limited: (millis?: number) =>
    Effect.fail(
      new ApiError.RateLimited({
        ...call,
        status: 429,
        ...(millis === undefined ? {} : { retryAfter: Duration.millis(millis) })
      })
    ),
  notFound: Effect.fail(new ApiError.NotFound({ ...call, status: 404 })),
  gone: Effect.fail(new ApiError.ApiRejected({ ...call, status: 410 })),
  unauthorized: Effect.fail(new ApiError.Unauthorized({ ...call, status: 401 })),
  forbidden: Effect.fail(new ApiError.Forbidden({ ...call, status: 403 })),
  invalid: Effect.fail(new ApiError.InvalidRequest({ operation: "jobs.get", issues: [] })),
  unreachable: Effect.fail(new ApiError.Unreachable({ ...call, code: "ECONNRESET", phase: "request", timedOut: false }))
}

/** A clock with some of its parts replaced. */
export const clockLike = (inner: Clock.Clock, parts: Partial<Clock.Clock>): Clock.Clock => ({
  ...inner,
  [Clock.ClockTypeId]: Clock.ClockTypeId,
  unsafeCurrentTimeMillis: () => inner.unsafeCurrentTimeMillis(),
  unsafeCurrentTimeNanos: () => inner.unsafeCurrentTimeNanos(),
  sleep: (duration) => inner.sleep(duration),
  ...parts
})

/** The clock in use, with its sleeps counted and changed. */
export const watchedClock = (change: (millis: number) => number = (millis) => millis) =>
  Effect.map(Effect.clock, (inner) => {
    const sleeps: Array<number> = []
    const clock = clockLike(inner, {
      sleep: (duration) => {
        const millis = Duration.toMillis(duration)
        sleeps.push(millis)
        return inner.sleep(Duration.millis(change(millis)))
      }
    })
    return { clock, sleeps }
  })

/** One outcome after the other; the last one stays. */
export const script =
  (...outcomes: ReadonlyArray<PollEffect>): ((poll: number) => PollEffect) =>
  (poll) =>
    outcomes[Math.min(poll, outcomes.length - 1)] ?? Effect.dieMessage("an empty script")

export const make = (
  outcomeOf: (jobId: string, poll: number) => PollEffect,
  options: Partial<TrackerOptions> = {}
): Effect.Effect<Kit, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const start = clock.unsafeCurrentTimeMillis()
    const polls: Array<PollAt> = []
    const counts = new Map<string, number>()
    const watchers: Array<FunctionWatcher> = []
    const tracker = yield* Engine.make(
      ({ jobId }) =>
        Effect.suspend(() => {
          const poll = counts.get(jobId) ?? 0
          counts.set(jobId, poll + 1)
          polls.push({ jobId, at: clock.unsafeCurrentTimeMillis() - start })
          return outcomeOf(jobId, poll)
        }),
      { ...defaultOptions, ...options }
    )
    const watch: Kit["watch"] = (jobId, parts) =>
      Effect.suspend(() => {
        const now = clock.unsafeCurrentTimeMillis()
        const progress: Array<string> = []
        const ends: Array<Ended> = []
        const deadline = parts?.deadline ?? Duration.hours(24)
        const wanted: Wanted = {
          ref: ref(jobId),
          deadlineAt: now + Duration.toMillis(deadline),
          deadline,
          notFoundGraceMillis: 30_000,
          maxConsecutivePollFailures: 20,
          pace: undefined,
          onProgress: (state) => progress.push(state.word),
          onEnd: (end) => ends.push({ at: clock.unsafeCurrentTimeMillis() - start, end }),
          ...parts
        }
        const watcher = new FunctionWatcher(wanted)
        watchers.push(watcher)
        const stop = () => tracker.unsubscribe([watcher])
        return Effect.as(tracker.subscribe(watcher, wanted.deadlineAt, wanted.firstDelayMillis), {
          progress,
          ends,
          stop
        })
      })
    const times = (jobId?: string) =>
      polls.filter((poll) => jobId === undefined || poll.jobId === jobId).map((poll) => poll.at)
    const stopAll: Kit["stopAll"] = (isStopped) =>
      Effect.sync(() => tracker.unsubscribe(watchers.filter(({ ref }) => isStopped(ref.jobId))))
    return { tracker, polls, watch, stopAll, times }
  })

/** How a watch ended: the value's word, the error's tag, or what else. */
export const endOf = (watch: Watch): string => {
  if (watch.ends.length !== 1) return `${watch.ends.length} ends`
  return watch.ends
    .map(({ end }) =>
      Exit.match(end, {
        onSuccess: (state) => state.word,
        onFailure: (cause) => (cause._tag === "Fail" ? cause.error._tag : cause._tag)
      })
    )
    .join()
}

export const errorOf = (watch: Watch): unknown => {
  const end = watch.ends[0]?.end
  return end !== undefined && Exit.isFailure(end) ? Cause.squash(end.cause) : undefined
}

/** A test whose time passes by itself when nothing else is left to do. */
export const virtual = (
  name: string,
  test: () => Effect.Effect<void, never, Scope.Scope | VirtualClock>,
  seed = 1
): void => it.scoped(name, () => VirtualClock.run(Effect.scoped(test()), { seed }))

/** Nothing is left: no job, no timer, no poll. */
export const rest = (kit: Kit): ReadonlyArray<number> => [kit.tracker.size, kit.tracker.timers, kit.tracker.inFlight]
