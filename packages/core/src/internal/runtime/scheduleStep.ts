import * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"

/**
 * What one step of a schedule gives.
 *
 * @internal
 */
export interface Step {
  /** For the next step. */
  readonly state: unknown
  /** How long to wait; `undefined` when the schedule is done. */
  readonly waitMillis: number | undefined
}

/**
 * Feeds an input to a schedule. `now` is epoch milliseconds, `state` is `schedule.initial` or that of the last step.
 *
 * @internal
 */
export const step = <Input, R>(
  schedule: Schedule.Schedule<unknown, Input, R>,
  now: number,
  input: Input,
  state: unknown
): Effect.Effect<Step, never, R> =>
  Effect.map(schedule.step(now, input, state), ([next, , decision]) => ({
    state: next,
    waitMillis: ScheduleDecision.isContinue(decision) ? ScheduleIntervals.start(decision.intervals) - now : undefined
  }))
