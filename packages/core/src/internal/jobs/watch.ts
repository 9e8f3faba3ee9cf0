import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { ReadError } from "../../ApiError.js"
import type { JobError } from "../../JobError.js"
import { Completed, type WatchEvent } from "../../Job.js"
import type { JobState } from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import * as Signal from "../runtime/signal.js"
import { reportFailed } from "./failures.js"
import type { JobTrace } from "./jobTrace.js"
import * as Mailbox from "./mailbox.js"
import { UnreadProgress } from "./progress.js"
import type { Tracker } from "./tracker/tracker.js"
import { type End, Watcher } from "./tracker/watcher.js"
import { type Decoder, firstDelayOf, type WatchPlan } from "./watchPlan.js"

class EndWatcher extends Watcher {
  readonly ended = Signal.make<JobState, JobError | ReadError>()

  override onEnd(end: End): void {
    Signal.end(this.ended, end)
  }
}

/**
 * Waits for a job's end. The tracker's callback belongs to one waiter: an interruption takes it back.
 *
 * @internal
 */
export const awaitEnd = (
  tracker: Tracker,
  plan: WatchPlan,
  ref: JobRef,
  isNew: boolean,
  trace: JobTrace | undefined
): Effect.Effect<JobState, JobError | ReadError> =>
  Effect.uninterruptibleMask((restore) => {
    const watcher = new EndWatcher(ref, plan, trace)
    return Effect.zipRight(
      tracker.subscribe(watcher, plan.deadlineAt, firstDelayOf(isNew)),
      Effect.onInterrupt(restore(Effect.tapError(Signal.wait(watcher.ended), reportFailed)), () =>
        Effect.sync(() => tracker.unsubscribe([watcher]))
      )
    )
  })

class EventWatcher extends Watcher {
  private readonly unread = new UnreadProgress()
  readonly mailbox = Mailbox.make<WatchEvent, JobError | ReadError>(() => {
    const progress = this.unread.take()
    return progress === undefined ? [] : [progress]
  })
  /** The last state, of a job that succeeded. */
  last: JobState | undefined = undefined

  override onProgress(state: JobState): void {
    this.unread.set(state)
    this.mailbox.wake()
  }

  override onEnd(end: End): void {
    if (Exit.isSuccess(end)) this.last = end.value
    this.mailbox.end(Exit.asVoid(end))
  }
}

/**
 * The states of a job as they change, then its result.
 *
 * @internal
 */
export const eventsOf = (
  tracker: Tracker,
  plan: WatchPlan,
  ref: JobRef,
  isNew: boolean,
  decode: Decoder,
  trace: JobTrace | undefined
): Stream.Stream<WatchEvent, ReadError | JobError> => {
  const watcher = new EventWatcher(ref, plan, trace)
  const completed = Stream.fromEffect(Effect.suspend(() => Effect.map(decode(watcher.last?.result, ref), Completed)))
  return Stream.unwrapScoped(
    Effect.as(
      Effect.acquireRelease(tracker.subscribe(watcher, plan.deadlineAt, firstDelayOf(isNew)), () =>
        Effect.sync(() => tracker.unsubscribe([watcher]))
      ),
      Stream.concat(Stream.tapError(watcher.mailbox.stream, reportFailed), completed)
    )
  )
}
