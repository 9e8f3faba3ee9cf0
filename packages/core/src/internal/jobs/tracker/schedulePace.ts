import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { JobState } from "../../../JobProtocol.js"
import * as ScheduleStep from "../../runtime/scheduleStep.js"
import type { Timer } from "../../runtime/timer.js"
import type { Entry } from "./entry.js"
import type { Watcher } from "./watcher.js"

const stepOne = (
  watcher: Watcher,
  { pace, state: paceState }: NonNullable<Watcher["schedule"]>,
  state: JobState,
  now: number,
  onDefect: (watcher: Watcher, cause: Cause.Cause<never>) => void
): Effect.Effect<JobState> =>
  Effect.matchCause(
    Effect.suspend(() => ScheduleStep.step(pace, now, state, paceState)),
    {
      onFailure: (cause) => {
        onDefect(watcher, cause)
        return state
      },
      onSuccess: (step) => {
        watcher.stepped(step.state, step.waitMillis)
        return state
      }
    }
  )

/**
 * Feeds a state to the schedules of all watchers that brought one, and gives it back. A schedule
 * that dies concerns its own watcher alone. `undefined` when there is none. It sees
 * the monotonic time of the clock.
 *
 * @internal
 */
export const step = (
  entry: Entry,
  state: JobState,
  timer: Timer,
  onDefect: (watcher: Watcher, cause: Cause.Cause<never>) => void
): Effect.Effect<JobState> | undefined => {
  let steps: Effect.Effect<JobState> | undefined
  for (const watcher of entry.watchers) {
    const { schedule } = watcher
    if (schedule === undefined) continue
    const one = stepOne(watcher, schedule, state, timer.now(), onDefect)
    // most jobs have one watcher
    steps = steps === undefined ? one : Effect.zipRight(steps, one)
  }
  return steps
}
