import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { ExecutorFailure, Json } from "../../Executor.js"
import type { JobPlan, JobState, JobStep } from "../../World.js"
import { isEnd, isSuccess, stateOf } from "./jobScript.js"

/** How work ended; `undefined` while it runs. @internal */
export interface WorkOutcome {
  exit: Exit.Exit<Json, ExecutorFailure> | undefined
  /** The job that the work has become, if any. */
  jobId: string | number | undefined
}

/** What decides the state of a job. */
interface PlannedJob {
  readonly createdAt: number
  readonly plan: JobPlan
  readonly outcome: WorkOutcome
}

/** The fields of a response to a poll. @internal */
export interface VisibleState {
  readonly status: string
  readonly progress?: Json | undefined
  readonly result?: Json | undefined
  readonly error?: Json | undefined
  readonly message?: string | undefined
}

/** How long work takes, in milliseconds. @internal */
export const durationOf = (plan: JobPlan): number => {
  if (plan.steps !== undefined) return plan.steps.find((step) => isEnd(step.status))?.atMillis ?? Infinity
  return plan.stays === undefined ? (plan.takesMillis ?? 0) : Infinity
}

/** The failure that the plan itself gives to work that is over. @internal */
export const failureOf = (
  plan: JobPlan
): { readonly status: number; readonly code: string; readonly message: string } | undefined => {
  if (plan.fails !== undefined) return { status: 422, code: "ACTION_FAILED", ...plan.fails }
  if (plan.cancelled === true) return { status: 409, code: "CANCELLED", message: "the work was cancelled" }
  const end = plan.steps?.find((step) => isEnd(step.status))
  if (end === undefined || isSuccess(end.status)) return undefined
  return { status: 422, code: "ACTION_FAILED", message: end.message ?? `the work ended as ${end.status}` }
}

const endState = (plan: JobPlan, exit: Exit.Exit<Json, ExecutorFailure>): VisibleState => {
  if (plan.cancelled === true) return { status: "cancelled" }
  if (plan.fails !== undefined) {
    const { code, message } = { code: "ACTION_FAILED", ...plan.fails }
    return { status: "failed", error: { code, message } }
  }
  if (Exit.isSuccess(exit))
    return { status: "completed", result: exit.value, progress: plan.progress === true ? 1 : undefined }
  const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
  return {
    status: "failed",
    error:
      failure === undefined
        ? { code: "INTERNAL", message: "the work broke" }
        : { code: failure.code, message: failure.message }
  }
}

const stepAt = (steps: ReadonlyArray<JobStep>, elapsed: number): JobState =>
  steps.reduce<JobState>((last, step) => (step.atMillis <= elapsed ? step : last), { status: "queued" })

/** A scripted state; the result or error of the work is added where the script has none. */
const scriptedState = (plan: JobPlan, state: JobState, exit: WorkOutcome["exit"]): VisibleState => {
  if (exit === undefined || !isSuccess(state.status)) return state
  return Exit.isSuccess(exit) ? { result: exit.value, ...state } : endState(plan, exit)
}

/** The state that a job shows to a poll after `polls` other polls. @internal */
export const stateAt = (job: PlannedJob, now: number, polls: number): VisibleState => {
  const { plan, outcome } = job
  const elapsed = now - job.createdAt
  const poll = plan.polls?.[Math.min(polls, plan.polls.length - 1)]
  if (poll !== undefined) return scriptedState(plan, stateOf(poll), outcome.exit)
  if (plan.steps !== undefined) return scriptedState(plan, stepAt(plan.steps, elapsed), outcome.exit)
  if (plan.stays !== undefined) return { status: plan.stays }
  if (elapsed < (plan.queuedMillis ?? 0)) return { status: "queued" }
  const takes = plan.takesMillis ?? 0
  if (elapsed >= takes && outcome.exit !== undefined) return endState(plan, outcome.exit)
  const fraction = takes > 0 ? Math.min(0.99, Math.floor((elapsed / takes) * 100) / 100) : 0
  return { status: "running", progress: plan.progress === true ? fraction : undefined }
}
