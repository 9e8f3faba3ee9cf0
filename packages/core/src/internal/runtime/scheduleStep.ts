import * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"

/**
 * Where a schedule is, and how long it waits next.
 *
 * @internal
 */
export interface ScheduleStep {
  readonly state: unknown
  /** From now; `undefined` when the schedule is done. */
  readonly waitMillis: number | undefined
}

/**
 * The state of a schedule before its first step.
 *
 * @internal
 */
export const initialState = (schedule: Schedule.Schedule<unknown, never, unknown>): unknown => schedule.initial

/**
 * Takes one step of a schedule.
 *
 * @internal
 */
export const step = <In, R>(
  schedule: Schedule.Schedule<unknown, In, R>,
  now: number,
  input: In,
  state: unknown
): Effect.Effect<ScheduleStep, never, R> =>
  Effect.map(schedule.step(now, input, state), ([next, , decision]) => ({
    state: next,
    waitMillis: ScheduleDecision.isDone(decision)
      ? undefined
      : Math.max(ScheduleIntervals.start(decision.intervals) - now, 0)
  }))
