import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { UnexpectedBody } from "../../ApiError.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import type { WatchOptions } from "../../Job.js"
import type { JobRef } from "../../JobRef.js"
import * as OptionNames from "../../OptionNames.js"
import type { FollowOptions } from "../../Jobs.js"
import { milliseconds, waitMilliseconds, wholeIssues } from "../data/checks.js"
import { expectations } from "../http/outputSchema.js"
import { monotonicMillis } from "../runtime/monotonic.js"
import { unexpectedValue } from "./outcome.js"
import type { WatchTerms } from "./tracker/watcher.js"

/**
 * A watch with its defaults filled in and its deadline at a fixed time.
 *
 * @internal
 */
export interface WatchPlan<out E = unknown, out R = unknown> extends WatchTerms {
  /** Only a deadline that the caller gave also limits the submit. */
  readonly isDeadlineGiven: boolean
  /** The caller of this watch gave it, and not the layer. */
  readonly isDeadlineOwn: boolean
  /** On the monotonic time of the clock. */
  readonly deadlineAt: number
  readonly onSubmitted: WatchOptions<E, R>["onSubmitted"]
}

/**
 * From now to the first poll: one right after the submit rarely finds the end.
 *
 * @internal
 */
export const firstDelayOf = (isNew: boolean): number => (isNew ? 500 : 0)

/**
 * The names of what a watch takes.
 *
 * @internal
 */
export const watchNames = {
  deadline: true,
  pace: true,
  notFoundGrace: true,
  maxConsecutivePollFailures: true,
  onSubmitted: true
} as const satisfies OptionNames.Table<WatchOptions>

/**
 * The names of what following one job takes.
 *
 * @internal
 */
export const followNames = { ...watchNames, output: true } as const

const followOptions = OptionNames.make<FollowOptions<unknown, unknown>>(followNames)

/** @internal */
export const planOf = <E, R>(
  operation: string,
  given: WatchOptions<E, R>,
  defaults: WatchOptions,
  names: OptionNames.OptionNames = followOptions
): Effect.Effect<WatchPlan<E, R>, InvalidRequest> =>
  Effect.flatMap(Effect.clock, (clock) => {
    const issues: Array<Issue> = [...OptionNames.issues(names, given)]
    const options: WatchOptions<E, R> = { ...given }
    const deadline = options.deadline ?? defaults.deadline
    const millis = milliseconds("deadline", deadline ?? "24 hours", issues)
    const failures = options.maxConsecutivePollFailures ?? defaults.maxConsecutivePollFailures ?? 20
    issues.push(...wholeIssues("maxConsecutivePollFailures", failures, 0, undefined, "give a count"))
    const grace = options.notFoundGrace ?? defaults.notFoundGrace ?? "30 seconds"
    const notFoundGraceMillis = waitMilliseconds("notFoundGrace", grace, issues)
    return issues.length > 0
      ? Effect.fail(new InvalidRequest({ operation, issues }))
      : Effect.succeed({
          deadline: Duration.millis(millis),
          isDeadlineGiven: deadline !== undefined,
          isDeadlineOwn: options.deadline !== undefined,
          deadlineAt: monotonicMillis(clock) + millis,
          notFoundGraceMillis,
          maxConsecutivePollFailures: failures,
          pace: options.pace ?? defaults.pace,
          onSubmitted: options.onSubmitted ?? defaults.onSubmitted
        })
  })

/**
 * A watch of a job under the deadline that its reference carries, unless the caller gave another.
 *
 * @internal
 */
export const resumed = <E, R>(plan: WatchPlan<E, R>, ref: JobRef): Effect.Effect<WatchPlan<E, R>> =>
  ref.deadlineAt === undefined || plan.isDeadlineOwn
    ? Effect.succeed(plan)
    : underDeadline(plan, ref.deadlineAt, ref.submittedAt)

const underDeadline = <E, R>(
  plan: WatchPlan<E, R>,
  endsAt: number,
  submittedAt: number
): Effect.Effect<WatchPlan<E, R>> =>
  Effect.map(Effect.clock, (clock) => {
    const leftMillis = endsAt - clock.unsafeCurrentTimeMillis()
    // who goes on with a job after its deadline wants to know its end
    if (leftMillis <= 0) return plan
    const deadline = Duration.millis(Math.max(leftMillis, endsAt - submittedAt))
    return { ...plan, deadline, deadlineAt: monotonicMillis(clock) + leftMillis }
  })

/** @internal */
export type Decoder = (value: unknown, ref: JobRef | undefined) => Effect.Effect<unknown, UnexpectedBody>

/** @internal */
export const decoderOf = <B, I>(output: Schema.Schema<B, I> | undefined): Decoder => {
  if (output === undefined) return Effect.succeed
  const decode = Schema.decodeUnknown(output, { errors: "all" })
  return (value, job) =>
    Effect.mapError(decode(value), (error) =>
      unexpectedValue(job, value, { reason: "invalid", expected: expectations("result", error) })
    )
}
