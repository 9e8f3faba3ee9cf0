/**
 * How the work of an action becomes a job, and what its job shows: by poll, by time, never, or as a failure.
 *
 * @since 0.4.0
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import type { Answer } from "./Answer.js"
import type { ActionContext, Json } from "./Executor.js"
import { isEnd, isSuccess, issueOf, stateOf } from "./internal/connections/jobScript.js"
import type { JobPoll, JobPlan } from "./World.js"

/**
 * Marks a {@link Job}.
 *
 * @since 0.4.0
 * @category symbols
 */
export const TypeId: unique symbol = Symbol.for("@effect-connectors/testing/Job")

/**
 * Work that takes its time. An action answers with it in place of a value.
 *
 * @since 0.4.0
 * @category models
 */
export interface Job {
  readonly [TypeId]: typeof TypeId
  readonly plan: JobPlan
  /** What the work comes to; `null` unless given. */
  readonly result: Answer<Json, ActionContext> | undefined
}

/**
 * What every job can have.
 *
 * @since 0.4.0
 * @category models
 */
export interface JobOptions {
  /** What the work comes to: a value, an Effect, or a function of the action's input. */
  readonly result?: Answer<Json, ActionContext>
  /** It becomes a job even when nobody asked for one. */
  readonly alwaysJob?: boolean
}

/**
 * A job that cannot be: a script without a step, a step after an end, a percentage that is none. It is thrown where
 * the job is made, as that is a mistake in the test.
 *
 * @since 0.4.0
 * @category errors
 */
export class JobInvalid extends Data.TaggedError("JobInvalid")<{
  /** E.g. `steps[2]`. */
  readonly path: string
  readonly reason: string
}> {
  override get message(): string {
    return `the job is invalid at ${this.path}: ${this.reason}`
  }
}

const make = (plan: JobPlan, { result, alwaysJob }: JobOptions = {}): Job => ({
  [TypeId]: TypeId,
  plan: alwaysJob === true ? { ...plan, alwaysJob } : plan,
  result
})

/**
 * A job that moves by being asked: each poll sees the next step, the last one stays, whatever the time. A text is a
 * state word, a number means `running` at so many percent, an object is sent as it is. A successful end (`done`,
 * `completed`, ...) has the `result`, `failed` and `cancelled` the `error`. A script without an end never ends. Such
 * work always becomes a job. Throws {@link JobInvalid} for a script that cannot be.
 *
 * @example
 * ```ts
 * import * as Job from "@effect-connectors/testing/Job"
 * import * as World from "@effect-connectors/testing/World"
 *
 * const world = World.make(
 *   World.connection("crm")
 *     .action("sync", Job.script(["queued", "running", 40, "done"], { result: { synced: 2 } }))
 *     .action("import", Job.script(["queued", "failed"], { error: { code: "DOWN", message: "the CRM is down" } }))
 * )
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const script = (
  steps: readonly [JobPoll, ...Array<JobPoll>],
  options: Pick<JobOptions, "result"> & { readonly error?: Json } = {}
): Job => {
  const issue = issueOf(steps)
  if (issue !== undefined) throw new JobInvalid({ path: `steps[${issue.index}]`, reason: issue.reason })
  const { error } = options
  const polls = steps.map((mark): JobPoll => {
    const look = stateOf(mark)
    return error === undefined || !isEnd(look.status) || isSuccess(look.status) ? mark : { error, ...look }
  })
  return make({ polls }, options)
}

/**
 * A job that is done after a while: `queued` for some of it if wanted, then `running`, with a fraction as its progress
 * if wanted, then done. Asked for without `async` the answer comes after that time, or a job when it is longer than
 * the platform waits. Throws {@link JobInvalid} when it would be queued for longer than it takes.
 *
 * @example
 * ```ts
 * import * as Job from "@effect-connectors/testing/Job"
 * import * as World from "@effect-connectors/testing/World"
 *
 * const world = World.make(
 *   World.connection("crm").action("sync", Job.takes("6 hours", { queued: "1 minute", progress: true, result: 42 }))
 * )
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const takes = (
  duration: Duration.DurationInput,
  options: JobOptions & { readonly queued?: Duration.DurationInput; readonly progress?: boolean } = {}
): Job => {
  const takesMillis = Duration.toMillis(duration)
  const queuedMillis = Duration.toMillis(options.queued ?? 0)
  if (queuedMillis > takesMillis) {
    const reason = `it takes ${takesMillis} ms and cannot be queued for ${queuedMillis} ms of them`
    throw new JobInvalid({ path: "queued", reason })
  }
  return make({ takesMillis, queuedMillis, progress: options.progress ?? false }, options)
}

/**
 * A job that stays in one state for ever; any word will do.
 *
 * @since 0.4.0
 * @category constructors
 */
export const stays = (status: string, options?: JobOptions): Job => make({ stays: status }, options)

/**
 * A job that is `running` for ever.
 *
 * @since 0.4.0
 * @category constructors
 */
export const never: Job = stays("running")

/**
 * Work that fails, after a while if wanted: as a failed job, or as an answer with this status (422 unless given) and
 * code where no job was made of it.
 *
 * @since 0.4.0
 * @category constructors
 */
export const fails = (
  message: string,
  options: {
    readonly after?: Duration.DurationInput
    readonly status?: number
    readonly code?: string
    readonly alwaysJob?: boolean
  } = {}
): Job => {
  const { after = 0, alwaysJob: _, ...failure } = options
  return make({ takesMillis: Duration.toMillis(after), fails: { ...failure, message } }, options)
}

/**
 * Work that ends by being cancelled, after a while if wanted.
 *
 * @since 0.4.0
 * @category constructors
 */
export const cancelled = (
  options: { readonly after?: Duration.DurationInput; readonly alwaysJob?: boolean } = {}
): Job => make({ takesMillis: Duration.toMillis(options.after ?? 0), cancelled: true }, options)

/**
 * Whether a value is a {@link Job}.
 *
 * @since 0.4.0
 * @category guards
 */
export const isJob = (value: unknown): value is Job => typeof value === "object" && value !== null && TypeId in value
