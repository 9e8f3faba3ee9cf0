import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import type { JobState } from "../../../JobProtocol.js"
import * as ScheduleStep from "../../runtime/scheduleStep.js"
import * as Pace from "./pace.js"
import { type Entry, type Watcher, watchers } from "./entry.js"

type WatcherPace = Schedule.Schedule<unknown, JobState>

/** In the place of a schedule's state: it is done, and its last wait stays. */
const done = Symbol.for("@effect-connectors/core/internal/schedulePace/done")

const isLive = (watcher: Watcher): boolean => watcher.pace !== undefined && watcher.paceState !== done

/**
 * Whether a watcher brought a schedule that is not done.
 *
 * @internal
 */
export const isIn = (entry: Entry): boolean => {
  for (let watcher = entry.first; watcher !== undefined; watcher = watcher.after) if (isLive(watcher)) return true
  return false
}

const stepOne = (
  watcher: Watcher,
  pace: WatcherPace,
  state: JobState,
  now: number,
  onDefect: (watcher: Watcher, cause: Cause.Cause<never>) => void
): Effect.Effect<JobState> =>
  Effect.matchCause(
    Effect.suspend(() => ScheduleStep.step(pace, now, state, watcher.paceState)),
    {
      onFailure: (cause) => {
        onDefect(watcher, cause)
        return state
      },
      onSuccess: (step) => {
        if (step.waitMillis !== undefined) {
          watcher.paceState = step.state
          watcher.waited = Pace.kept(step.waitMillis, watcher.waited)
          return state
        }
        watcher.paceState = done
        // it never gave a wait
        if (watcher.waited === 0) watcher.pace = undefined
        return state
      }
    }
  )

/**
 * Feeds a state to the schedules of all watchers that brought one, and gives it back. A schedule
 * that dies concerns its own watcher alone.
 *
 * @internal
 */
export const step = (
  entry: Entry,
  state: JobState,
  now: number,
  onDefect: (watcher: Watcher, cause: Cause.Cause<never>) => void
): Effect.Effect<JobState> => {
  let steps: Effect.Effect<JobState> | undefined
  for (const watcher of watchers(entry)) {
    if (watcher.pace === undefined || !isLive(watcher)) continue
    const one = stepOne(watcher, watcher.pace, state, now, onDefect)
    // most jobs have one watcher
    steps = steps === undefined ? one : Effect.zipRight(steps, one)
  }
  return steps ?? Effect.succeed(state)
}
