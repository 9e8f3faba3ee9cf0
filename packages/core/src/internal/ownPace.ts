import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import type { JobState } from "../JobProtocol.js"
import * as Pace from "./pace.js"
import { type Entry, type Watcher, watchers } from "./trackerEntry.js"

type OwnPace = Schedule.Schedule<unknown, JobState>

/** In the place of a schedule's state: it is done, and its last wait stays. */
const done = Symbol.for("@effect-connectors/core/internal/ownPace/done")

const isLive = (watcher: Watcher): boolean => watcher.pace !== undefined && watcher.paceState !== done

/**
 * Whether some watcher brought a schedule that wants to be fed.
 *
 * @internal
 */
export const isIn = (entry: Entry): boolean => {
  for (let watcher = entry.first; watcher !== undefined; watcher = watcher.after) if (isLive(watcher)) return true
  return false
}

const stepOne = (watcher: Watcher, pace: OwnPace, state: JobState, now: number): Effect.Effect<void> =>
  Effect.map(
    Effect.suspend(() => pace.step(now, state, watcher.paceState)),
    ([next, , decision]) => {
      if (ScheduleDecision.isContinue(decision)) {
        watcher.paceState = next
        watcher.waited = Pace.kept(ScheduleIntervals.start(decision.intervals) - now, watcher.waited)
        return
      }
      watcher.paceState = done
      // it never asked for a wait
      if (watcher.waited === 0) watcher.pace = undefined
    }
  )

/**
 * Feeds a state to the schedules of all watchers that brought one. A schedule
 * that dies concerns its own watcher alone.
 *
 * @internal
 */
export const step = (
  entry: Entry,
  state: JobState,
  now: number,
  onDefect: (watcher: Watcher, cause: Cause.Cause<never>) => void
): Effect.Effect<void> =>
  Effect.forEach(
    watchers(entry),
    (watcher) =>
      watcher.pace === undefined || !isLive(watcher)
        ? Effect.void
        : Effect.catchAllCause(stepOne(watcher, watcher.pace, state, now), (cause) =>
            Effect.sync(() => onDefect(watcher, cause))
          ),
    { discard: true }
  )
