import * as DateTime from "effect/DateTime"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { JobChange, JobView } from "../../ConnectionsModel.js"
import type { ExecutorFailure, Json } from "../../Executor.js"
import type { JobLook, JobStep, Plan } from "../../World.js"
import { type Answer, notFound, ok } from "./responses.js"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import { compact } from "../fakeServer/json.js"
import { isEnd, isSuccess, lookOf } from "./jobScript.js"

/** How work has ended, once it has. @internal */
export interface Outcome {
  exit: Exit.Exit<Json, ExecutorFailure> | undefined
}

interface Job {
  readonly id: string | number
  readonly connection: string
  readonly name: string
  readonly createdAt: number
  /** As it is sent. */
  readonly createdAtText: string
  readonly plan: Plan
  readonly outcome: Outcome
  change: JobChange
  /** The last answer, which is given again while it would be the same. */
  said: Said | undefined
  polls: number
  pollsAfterEnd: number
  endTold: boolean
}

interface Shown {
  readonly status: string
  readonly progress?: Json | undefined
  readonly result?: Json | undefined
  readonly error?: Json | undefined
  readonly message?: string | undefined
}

interface Said {
  readonly look: Shown
  readonly answer: Answer
  readonly isEnd: boolean
}

/** How long after its start work is over, in milliseconds. @internal */
export const lengthOf = (plan: Plan): number => {
  if (plan.steps !== undefined) return plan.steps.find((step) => isEnd(step.status))?.atMillis ?? Infinity
  return plan.stays === undefined ? (plan.takesMillis ?? 0) : Infinity
}

/** What the plan alone makes of work that is over: its own failure, or nothing. @internal */
export const failureOf = (
  plan: Plan
): { readonly status: number; readonly code: string; readonly message: string } | undefined => {
  if (plan.fails !== undefined) return { status: 422, code: "ACTION_FAILED", ...plan.fails }
  if (plan.cancelled === true) return { status: 409, code: "CANCELLED", message: "the work was cancelled" }
  const end = plan.steps?.find((step) => isEnd(step.status))
  if (end === undefined || isSuccess(end.status)) return undefined
  return { status: 422, code: "ACTION_FAILED", message: end.message ?? `the work ended as ${end.status}` }
}

const ended = (plan: Plan, exit: Exit.Exit<Json, ExecutorFailure>): Shown => {
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

const stepAt = (steps: ReadonlyArray<JobStep>, elapsed: number): JobLook =>
  steps.reduce<JobLook>((last, step) => (step.atMillis <= elapsed ? step : last), { status: "queued" })

/** A scripted look; what the work came to is in it where the script leaves that open. */
const played = (plan: Plan, look: JobLook, exit: Outcome["exit"]): Shown => {
  if (exit === undefined || !isSuccess(look.status)) return look
  return Exit.isSuccess(exit) ? { result: exit.value, ...look } : ended(plan, exit)
}

/** What a job shows to a poll that `polls` others came before. */
const show = (job: Job, now: number, polls: number): Shown => {
  const { plan, outcome } = job
  const elapsed = now - job.createdAt
  const mark = plan.polls?.[Math.min(polls, plan.polls.length - 1)]
  if (mark !== undefined) return played(plan, lookOf(mark), outcome.exit)
  if (plan.steps !== undefined) return played(plan, stepAt(plan.steps, elapsed), outcome.exit)
  if (plan.stays !== undefined) return { status: plan.stays }
  if (elapsed < (plan.queuedMillis ?? 0)) return { status: "queued" }
  const takes = plan.takesMillis ?? 0
  if (elapsed >= takes && outcome.exit !== undefined) return ended(plan, outcome.exit)
  const fraction = takes > 0 ? Math.min(0.99, Math.floor((elapsed / takes) * 100) / 100) : 0
  return { status: "running", progress: plan.progress === true ? fraction : undefined }
}

const unchanged: JobChange = {}

const shown = (job: Job, now: number): Shown => {
  const look = show(job, now, job.polls)
  if (job.change === unchanged) return look
  const { gone: _, raw: __, ...change } = job.change
  return { ...look, ...change }
}

const isSame = (a: Shown, b: Shown): boolean =>
  a.status === b.status &&
  a.progress === b.progress &&
  a.result === b.result &&
  a.error === b.error &&
  a.message === b.message

const say = (job: Job, now: number): Said => {
  const look = shown(job, now)
  if (job.said !== undefined && isSame(job.said.look, look)) return job.said
  const { error, message, progress, result, status } = look
  const body = compact({ job_id: job.id, status, progress, result, error, message, created_at: job.createdAtText })
  job.said = { look, answer: ok(body), isEnd: isEnd(status) }
  return job.said
}

const sayRaw = (raw: Json): Pick<Said, "answer" | "isEnd"> => {
  const state = JobProtocol.decode(JobProtocol.defaultProtocol, "", raw)
  return { answer: ok(raw), isEnd: state !== undefined && JobProtocol.isOver(state) }
}

const fresh = { change: unchanged, said: undefined, polls: 0, pollsAfterEnd: 0, endTold: false }

/**
 * The jobs of a platform. A job is never advanced: what it shows is worked out from its
 * plan and the time of the question, or the number of questions before it, so that ten thousand of them need no timer.
 *
 * @internal
 */
export class Jobs {
  private readonly jobs = new Map<string, Job>()
  private created = 0

  constructor(private readonly ids: "text" | "number") {}

  create(start: Pick<Job, "connection" | "name" | "createdAt" | "plan" | "outcome">): string | number {
    let id: string | number
    do {
      this.created++
      id = this.ids === "number" ? this.created : `job-${this.created}`
    } while (this.jobs.has(String(id)))
    this.put(id, start)
    return id
  }

  get(id: string, now: number): Answer {
    const job = this.jobs.get(id)
    if (job === undefined || job.change.gone === true) return notFound(`the job ${id}`)
    const { raw } = job.change
    const said = raw === undefined || raw === null ? say(job, now) : sayRaw(raw)
    job.polls++
    if (job.endTold) job.pollsAfterEnd++
    if (said.isEnd) job.endTold = true
    return said.answer
  }

  change(id: string | number, change: JobChange, now: number): void {
    const plan = { stays: "running" }
    const job =
      this.jobs.get(String(id)) ??
      this.put(id, { connection: "", name: "", createdAt: now, plan, outcome: { exit: undefined } })
    job.change = { ...job.change, ...change }
  }

  views(now: number): ReadonlyArray<JobView> {
    return Array.from(this.jobs.values(), (job) => {
      const { status, progress } = { progress: undefined, ...show(job, now, job.polls), ...job.change }
      const { id, connection, name, createdAt, polls, pollsAfterEnd } = job
      return { id, connection, name, createdAt, status, progress, ended: isEnd(status), polls, pollsAfterEnd }
    })
  }

  private put(id: string | number, start: Pick<Job, "connection" | "name" | "createdAt" | "plan" | "outcome">): Job {
    const createdAtText = DateTime.formatIso(DateTime.unsafeMake(start.createdAt))
    const job: Job = { ...start, createdAtText, id, ...fresh }
    this.jobs.set(String(id), job)
    return job
  }
}
