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
import type { Subscription, Tracker } from "./tracker/engine.js"
import { type Decoder, subscriptionOf, type WatchPlan } from "./watchPlan.js"

/**
 * Waits for a job's end. The tracker's callback belongs to one waiter: an interruption takes it back.
 *
 * @internal
 */
export const awaitEnd = (
  tracker: Tracker,
  subscription: (onEnd: Subscription["onEnd"]) => Subscription
): Effect.Effect<JobState, JobError | ReadError> =>
  Effect.uninterruptibleMask((restore) => {
    const ended = Signal.make<JobState, JobError | ReadError>()
    return Effect.flatMap(tracker.subscribe(subscription((end) => Signal.end(ended, end))), (unsubscribe) =>
      Effect.onInterrupt(restore(Effect.tapError(Signal.wait(ended), reportFailed)), () => Effect.sync(unsubscribe))
    )
  })

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
  const unread = new UnreadProgress()
  let last: JobState | undefined
  const mailbox = Mailbox.make<WatchEvent, JobError | ReadError>(() => {
    const progress = unread.take()
    return progress === undefined ? [] : [progress]
  })
  const subscription = subscriptionOf(
    plan,
    ref,
    isNew,
    (end) => {
      if (Exit.isSuccess(end)) last = end.value
      mailbox.end(Exit.asVoid(end))
    },
    trace,
    (state) => {
      unread.set(state)
      mailbox.wake()
    }
  )
  const completed = Stream.fromEffect(Effect.suspend(() => Effect.map(decode(last?.result, ref), Completed)))
  return Stream.unwrapScoped(
    Effect.as(
      Effect.acquireRelease(tracker.subscribe(subscription), (unsubscribe) => Effect.sync(unsubscribe)),
      Stream.concat(Stream.tapError(mailbox.stream, reportFailed), completed)
    )
  )
}
