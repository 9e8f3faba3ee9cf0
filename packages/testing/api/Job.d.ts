import type { Answer } from "./Answer.js"
import type { ActionContext, Json } from "./Executor.js"
import type { JobPlan, JobPoll } from "./World.js"
import type * as Duration from "effect/Duration"

export declare const TypeId: unique symbol
export interface Job {
  readonly [TypeId]: typeof TypeId
  readonly plan: JobPlan
  readonly result: Answer<Json, ActionContext> | undefined
}
export interface JobOptions {
  readonly result?: Answer<Json, ActionContext>
  readonly alwaysJob?: boolean
}
declare const JobInvalid_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "JobInvalid"
} & Readonly<A>
export declare class JobInvalid extends JobInvalid_base<{
  readonly path: string
  readonly reason: string
}> {
  get message(): string
}
export declare const script: (
  steps: readonly [JobPoll, ...Array<JobPoll>],
  options?: Pick<JobOptions, "result"> & {
    readonly error?: Json
  }
) => Job
export declare const takes: (
  duration: Duration.DurationInput,
  options?: JobOptions & {
    readonly queued?: Duration.DurationInput
    readonly progress?: boolean
  }
) => Job
export declare const stays: (status: string, options?: JobOptions) => Job
export declare const never: Job
export declare const fails: (
  message: string,
  options?: {
    readonly after?: Duration.DurationInput
    readonly status?: number
    readonly code?: string
    readonly alwaysJob?: boolean
  }
) => Job
export declare const cancelled: (options?: {
  readonly after?: Duration.DurationInput
  readonly alwaysJob?: boolean
}) => Job
export declare const isJob: (value: unknown) => value is Job
