/**
 * How the work of an action becomes a job, and which states the job shows: by poll, by time, or none that ends.
 *
 * @since 0.4.0
 */
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import type { Answer } from "./Answer.js"
import type { ActionContext, Json } from "./Executor.js"
import { knownOptions } from "./internal/knownOptions.js"
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
 * Work that takes time: the answer of an action instead of a value.
 *
 * @since 0.4.0
 * @category models
 */
export interface Job {
  readonly [TypeId]: typeof TypeId
  readonly plan: JobPlan
  /** The result of the work; `null` unless given. */
  readonly result: Answer<Json, ActionContext> | undefined
}

/**
 * The options that every job has.
 *
 * @since 0.4.0
 * @category models
 */
export interface JobOptions {
  /** The result of the work: a value, an Effect, or a function of the action's input. */
  readonly result?: Answer<Json, ActionContext>
  /** The work becomes a job also without `async=true`. */
  readonly alwaysJob?: boolean
}

/**
 * An invalid job: a script without a step, a step after an end, an invalid percentage. It is thrown where the job is
 * made, because that is a mistake in the test.
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

const jobTable = { result: true, alwaysJob: true } as const satisfies OptionNames.Table<JobOptions>
const jobNames = OptionNames.make<JobOptions>(jobTable)
const takesNames = OptionNames.make<NonNullable<Parameters<typeof takes>[1]>>({
  ...jobTable,
  queued: true,
  progress: true
})
const scriptNames = OptionNames.make<NonNullable<Parameters<typeof script>[1]>>({ result: true, error: true })

const make = (plan: JobPlan, { result, alwaysJob }: JobOptions = {}): Job => ({
  [TypeId]: TypeId,
  plan: alwaysJob === true ? { ...plan, alwaysJob } : plan,
  result
})

/**
 * A job that moves one step with each poll, whatever the time; the last step repeats. A text is a state word, a number
 * means `running` at so many percent, an object is sent as it is. A successful end (`done`, `completed`, ...) has the
 * `result`; `failed` and `cancelled` have the `error`. A script without an end never ends. The work always becomes a
 * job. Throws {@link JobInvalid} for an invalid script.
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
  const { error } = knownOptions("Job.script", scriptNames, options)
  const polls = steps.map((poll): JobPoll => {
    const state = stateOf(poll)
    return error === undefined || !isEnd(state.status) || isSuccess(state.status) ? poll : { error, ...state }
  })
  return make({ polls }, options)
}

/**
 * A job that takes this long: first `queued` for the time that is given, then `running`, with a fraction as its progress
 * if `progress` is set, then done. Without `async=true` the response comes after that time, or is a job when the work
 * takes longer than the platform waits. Throws {@link JobInvalid} when it is queued for longer than it takes.
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
  const queuedMillis = Duration.toMillis(knownOptions("Job.takes", takesNames, options).queued ?? 0)
  if (queuedMillis > takesMillis) {
    const reason = `it takes ${takesMillis} ms and cannot be queued for ${queuedMillis} ms of them`
    throw new JobInvalid({ path: "queued", reason })
  }
  return make({ takesMillis, queuedMillis, progress: options.progress ?? false }, options)
}

/**
 * A job that stays in one state forever; any state word is allowed.
 *
 * @since 0.4.0
 * @category constructors
 */
export const stays = (status: string, options?: JobOptions): Job =>
  make({ stays: status }, knownOptions("Job.stays", jobNames, options))

/**
 * A job that is `running` forever.
 *
 * @since 0.4.0
 * @category constructors
 */
export const never: Job = stays("running")

/**
 * Work that fails, at once or after a time: as a failed job, or as a response with this status (422 unless given) and
 * code when it did not become a job.
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
 * Work that ends as cancelled, at once or after a time.
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
