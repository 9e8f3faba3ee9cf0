import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Call from "../../Call.js"
import { InvalidRequest } from "../../InvalidRequest.js"
import type { Execution } from "../../Job.js"
import { JobRef } from "../../JobRef.js"
import type { Target } from "../../Jobs.js"
import type { WatchPlan } from "./watchPlan.js"

/**
 * Refuses a job of another client.
 *
 * @internal
 */
export const checkOrigin = (operation: string, ref: JobRef, origin: string): Effect.Effect<JobRef, InvalidRequest> =>
  ref.origin === origin
    ? Effect.succeed(ref)
    : Effect.fail(
        new InvalidRequest({
          operation,
          issues: [
            {
              path: ["job", "origin"],
              message: "the job was submitted to another origin than this client's",
              fix: "use the client of the origin it was submitted to"
            }
          ]
        })
      )

/** @internal */
export const refOf = (
  operation: string,
  input: JobRef | JobRef.Encoded,
  origin: string
): Effect.Effect<JobRef, InvalidRequest> =>
  Effect.flatMap(input instanceof JobRef ? Effect.succeed(input) : JobRef.decode(input), (ref) =>
    checkOrigin(operation, ref, origin)
  )

/**
 * A submit under the deadline of its watch: that one also bounds each call of the submit, and makes none longer.
 *
 * @internal
 */
export const submit = <A, E, R>(
  effect: Effect.Effect<Execution<A>, E, R>,
  plan: WatchPlan
): Effect.Effect<Execution<A>, E, R> =>
  plan.isDeadlineGiven
    ? Effect.flatMap(Call.Settings, (outer) =>
        Effect.provideService(effect, Call.Settings, {
          ...outer,
          deadlineAt: Math.min(outer.deadlineAt ?? Infinity, plan.deadlineAt),
          jobDeadlineAt: plan.deadlineAt
        })
      )
    : effect

/**
 * Hands out the reference of a job that was submitted just now.
 *
 * @internal
 */
export const accepted = <E, R>(plan: WatchPlan<E, R>, ref: JobRef): Effect.Effect<void, E, R> =>
  Effect.zipRight(
    Effect.logDebug(`${ref.operation}: accepted as job ${ref.jobId}`),
    plan.onSubmitted?.(ref) ?? Effect.void
  )

/**
 * An execution to follow, and whether it was submitted just now.
 *
 * @internal
 */
export interface Found<A> {
  readonly execution: Execution<A>
  readonly isNew: boolean
}

/** @internal */
export const executionOf = <A, E, R>(
  operation: string,
  target: Target<A, E, R>,
  plan: WatchPlan,
  origin: string
): Effect.Effect<Found<A>, E | InvalidRequest, R> => {
  const found = (execution: Execution<A>): Effect.Effect<Found<A>, InvalidRequest> =>
    Effect.as(execution._tag === "Accepted" ? checkOrigin(operation, execution.job, origin) : Effect.void, {
      execution,
      isNew: true
    })
  if (Effect.isEffect(target)) return Effect.flatMap(submit(target, plan), found)
  if (Predicate.hasProperty(target, "_tag")) return found(target)
  return Effect.map(refOf(operation, target, origin), (job) => ({ execution: { _tag: "Accepted", job }, isNew: false }))
}
