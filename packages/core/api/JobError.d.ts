import type { JobRef } from "./JobRef.js"
import type * as Schema from "effect/Schema"

declare const JobFailed_base: Schema.TaggedErrorClass<
  JobFailed,
  "JobFailed",
  {
    readonly _tag: Schema.tag<"JobFailed">
  } & {
    job: typeof JobRef
    word: Schema.optional<typeof Schema.String>
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
  }
>
export declare class JobFailed extends JobFailed_base {
  readonly retryable = false
  get error(): unknown
  get message(): string
}
declare const JobCancelled_base: Schema.TaggedErrorClass<
  JobCancelled,
  "JobCancelled",
  {
    readonly _tag: Schema.tag<"JobCancelled">
  } & {
    job: typeof JobRef
    word: Schema.optional<typeof Schema.String>
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
  }
>
export declare class JobCancelled extends JobCancelled_base {
  readonly retryable = false
  get error(): unknown
  get message(): string
}
declare const JobNotFound_base: Schema.TaggedErrorClass<
  JobNotFound,
  "JobNotFound",
  {
    readonly _tag: Schema.tag<"JobNotFound">
  } & {
    job: typeof JobRef
    seen: typeof Schema.Boolean
    status: typeof Schema.Finite
    serverReason: Schema.optional<typeof Schema.String>
  }
>
export declare class JobNotFound extends JobNotFound_base {
  readonly retryable = false
  get message(): string
}
declare const JobDeadlineExceeded_base: Schema.TaggedErrorClass<
  JobDeadlineExceeded,
  "JobDeadlineExceeded",
  {
    readonly _tag: Schema.tag<"JobDeadlineExceeded">
  } & {
    job: typeof JobRef
    deadline: Schema.Union<
      [
        typeof Schema.Duration,
        Schema.transform<
          Schema.Struct<{
            _tag: Schema.Literal<["Nanos"]>
            hrtime: Schema.Tuple2<Schema.filter<typeof Schema.NonNegative>, Schema.filter<typeof Schema.NonNegative>>
          }>,
          typeof Schema.DurationFromSelf
        >
      ]
    >
    polls: typeof Schema.Finite
    word: Schema.optional<typeof Schema.String>
  }
>
export declare class JobDeadlineExceeded extends JobDeadlineExceeded_base {
  readonly retryable = true
  get message(): string
}
export type JobError = JobFailed | JobCancelled | JobNotFound | JobDeadlineExceeded
export declare const JobError: Schema.Union<
  [typeof JobFailed, typeof JobCancelled, typeof JobNotFound, typeof JobDeadlineExceeded]
>
