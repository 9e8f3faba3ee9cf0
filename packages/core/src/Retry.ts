/**
 * When a call that failed is tried again.
 *
 * A policy has two parts. Its schedule says how often and at what distance; it is
 * entered only after a failure and fed with the error. What may be replayed at
 * all is not the schedule's to say: it follows from the operation and from what
 * is known of the failure. A read is replayed after a lost or a transient
 * response. A call that changes something is replayed only on proof that it was
 * not done, unless the caller widens that in so many words.
 *
 * Whatever the schedule says, the server's `Retry-After` is waited for, a wait that
 * would end after the deadline does not start, 10 attempts are the most, and a
 * budget bounds the load on an origin that fails.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import type { ApiError } from "./ApiError.js"

/**
 * When and what to try again.
 *
 * @since 0.1.0
 * @category models
 */
export interface Retry {
  readonly schedule: Schedule.Schedule<unknown, ApiError>
  /**
   * `proof`: a call that changes something is replayed only if it was not done.
   * `declared`: the caller has declared that doing it twice is harmless.
   */
  readonly replay: "proof" | "declared"
}

/**
 * What every option named `retry` takes: a policy, a schedule for the default
 * policy, `"idempotent"`, which declares that this call may be done twice, or `"none"` for one attempt.
 *
 * @since 0.1.0
 * @category models
 */
export type RetryInput = Retry | Schedule.Schedule<unknown, ApiError> | "idempotent" | "none"

/**
 * Exponential from 100 ms, doubled each time, 20 s at most, with full jitter;
 * three attempts in all.
 *
 * @since 0.1.0
 * @category schedules
 */
export const defaultSchedule: Schedule.Schedule<unknown, ApiError> = Schedule.exponential("100 millis").pipe(
  Schedule.either(Schedule.spaced("20 seconds")),
  Schedule.jitteredWith({ min: 0, max: 1 }),
  Schedule.intersect(Schedule.recurs(2))
)

/**
 * The policy of every layer and call that names no other.
 *
 * @since 0.1.0
 * @category policies
 */
export const defaultPolicy: Retry = { schedule: defaultSchedule, replay: "proof" }

/**
 * One attempt, whatever happens.
 *
 * @since 0.1.0
 * @category policies
 */
export const none: Retry = { schedule: Schedule.stop, replay: "proof" }

/**
 * A policy with a schedule of your own.
 *
 * @example
 * ```ts
 * import * as Call from "@effect-connectors/core/Call"
 * import * as Retry from "@effect-connectors/core/Retry"
 * import type { ConnectionsApi } from "@effect-connectors/core"
 * import * as Schedule from "effect/Schedule"
 *
 * const patient = Retry.make(Schedule.exponential("1 second").pipe(Schedule.intersect(Schedule.recurs(5))))
 * export const list = (api: ConnectionsApi.Service) => api.list().pipe(Call.withRetry(patient))
 * ```
 *
 * @since 0.1.0
 * @category policies
 */
export const make = (schedule: Schedule.Schedule<unknown, ApiError>): Retry => ({ schedule, replay: "proof" })

/**
 * Declares that doing the call twice is the same as doing it once. It may then be replayed
 * after a lost response and after a transient status, as a read is.
 *
 * Your promise: a repetition is harmless. It is true of many `http.put`, `file.upload` and
 * `file.delete`. The same as the option `retry: "idempotent"`. What is known of the outcome does
 * not change: if no response can be read, the call still ends with `OutcomeUnknown`. The policy is the same
 * as that of {@link replayUnsafe}; the two names keep the two promises visible in your code.
 *
 * @since 0.1.0
 * @category policies
 */
export const idempotent = (input: RetryInput = defaultPolicy): Retry => ({ ...resolve(input), replay: "declared" })

/**
 * Replays a call that changes something even if it may have happened: the work can be done
 * more than once.
 *
 * Your promise: you accept repeated work, and find or undo it yourself. Use it where no response is
 * worse than two executions. For work that is harmless to repeat use {@link idempotent}. Neither is
 * applied to a call by default, and neither has effect on a read.
 *
 * @since 0.1.0
 * @category policies
 */
export const replayUnsafe: (input?: RetryInput) => Retry = idempotent

/**
 * The policy that an option stands for.
 *
 * @since 0.1.0
 * @category policies
 */
export const resolve = (input: RetryInput): Retry => {
  if (input === "none") return none
  if (input === "idempotent") return { ...defaultPolicy, replay: "declared" }
  return Predicate.hasProperty(input, Schedule.ScheduleTypeId) ? make(input) : input
}
