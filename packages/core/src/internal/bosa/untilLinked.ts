import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { DeadlineExceeded, type ReadError } from "../../ApiError.js"
import { Linked, type UntilLinkedOptions, Waiting } from "../../Integrations.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import { milliseconds } from "../data/checks.js"
import type { Endpoint } from "../http/endpoint.js"
import * as Pace from "../jobs/tracker/pace.js"
import { monotonicTime } from "../runtime/monotonic.js"
import { timeLimit } from "../runtime/timeLimit.js"
import * as ScheduleStep from "../runtime/scheduleStep.js"

type Pacing = Schedule.Schedule<unknown, number>

const defaultSchedule: Pacing = Schedule.exponential("1 second", 1.5).pipe(
  Schedule.either(Schedule.spaced("10 seconds"))
)

const optionNames = OptionNames.make<UntilLinkedOptions>({ deadline: true, schedule: true })

interface At {
  /** How often it was checked. */
  readonly checks: number
  /** Of the schedule; `undefined` when it is done. */
  readonly pace: Option.Option<unknown>
  readonly waitMillis: number
}

const stepped = (schedule: Pacing, at: At, now: number): Effect.Effect<At> =>
  Option.match(at.pace, {
    onNone: () => Effect.succeed(at),
    onSome: (state) =>
      Effect.map(ScheduleStep.step(schedule, now, at.checks, state), (step) =>
        step.waitMillis === undefined
          ? { ...at, pace: Option.none() }
          : { ...at, pace: Option.some(step.state), waitMillis: Pace.kept(step.waitMillis, at.waitMillis) }
      )
  })

/**
 * Checks until the connector is linked, or until the deadline.
 *
 * @internal
 */
export const untilLinked = (
  url: string,
  operation: Endpoint<ReadError>,
  check: Effect.Effect<boolean, ReadError>,
  options: UntilLinkedOptions
): Stream.Stream<Waiting | Linked, ReadError> =>
  Stream.unwrap(
    Effect.flatMap(
      monotonicTime,
      (start): Effect.Effect<Stream.Stream<Waiting | Linked, ReadError>, InvalidRequest> => {
        const { deadline = "10 minutes", schedule = defaultSchedule }: UntilLinkedOptions = { ...options }
        const issues: Array<Issue> = [...OptionNames.issues(optionNames, options)]
        const limit = milliseconds("deadline", deadline, issues)
        if (issues.length > 0) {
          return Effect.fail(new InvalidRequest({ operation: "integrations.untilLinked", issues }))
        }
        const deadlineAt = start + limit

        const late = (checks: number): DeadlineExceeded =>
          new DeadlineExceeded({
            operation: "integrations.untilLinked",
            method: operation.method,
            route: operation.path.route,
            url,
            attempts: checks,
            retryable: true,
            deadline: Duration.millis(limit)
          })

        const waited = (at: At): Effect.Effect<void, ReadError> =>
          Effect.flatMap(monotonicTime, (now) => {
            const left = deadlineAt - now
            if (left > at.waitMillis) return Effect.sleep(at.waitMillis)
            return Effect.zipRight(Effect.sleep(Math.max(left, 0)), Effect.fail(late(at.checks)))
          })

        // a check that is under way at the deadline is late too, whatever it would have found
        const checkedInTime = (checks: number): Effect.Effect<boolean, ReadError> =>
          Effect.flatMap(monotonicTime, (now) => {
            const left = deadlineAt - now
            if (left <= 0) return Effect.fail(late(checks))
            return left === Infinity
              ? check
              : timeLimit(check, { millis: left, onLate: () => Effect.fail(late(checks + 1)) })
          })

        const next = (at: At): Effect.Effect<readonly [Waiting | Linked, Option.Option<At>], ReadError> =>
          Effect.gen(function* () {
            if (at.checks > 0) yield* waited(at)
            if (yield* checkedInTime(at.checks)) return [Linked, Option.none()] as const
            const checks = at.checks + 1
            const now = yield* monotonicTime
            const paced = yield* stepped(schedule, { ...at, checks: checks }, now)
            return [Waiting(checks), Option.some(paced)] as const
          })

        const first: At = { checks: 0, pace: Option.some(schedule.initial), waitMillis: 1000 }
        return Effect.succeed(Stream.paginateEffect(first, next))
      }
    )
  )
