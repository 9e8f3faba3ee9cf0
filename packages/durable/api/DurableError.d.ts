import type { DurableJob } from "./DurableJob.js"
import type * as Schema from "effect/Schema"

declare const WorkKeyReused_base: Schema.TaggedErrorClass<
  WorkKeyReused,
  "WorkKeyReused",
  {
    readonly _tag: Schema.tag<"WorkKeyReused">
  } & {
    key: typeof Schema.String
    digest: typeof Schema.String
    known: typeof Schema.String
  }
>
export declare class WorkKeyReused extends WorkKeyReused_base {
  readonly retryable = false
  get message(): string
}
declare const WorkNotFound_base: Schema.TaggedErrorClass<
  WorkNotFound,
  "WorkNotFound",
  {
    readonly _tag: Schema.tag<"WorkNotFound">
  } & {
    key: typeof Schema.String
  }
>
export declare class WorkNotFound extends WorkNotFound_base {
  readonly retryable = false
  get message(): string
}
declare const WorkUnknown_base: Schema.TaggedErrorClass<
  WorkUnknown,
  "WorkUnknown",
  {
    readonly _tag: Schema.tag<"WorkUnknown">
  } & {
    job: typeof DurableJob
  }
>
export declare class WorkUnknown extends WorkUnknown_base {
  readonly retryable = false
  get message(): string
}
declare const WorkNotUnknown_base: Schema.TaggedErrorClass<
  WorkNotUnknown,
  "WorkNotUnknown",
  {
    readonly _tag: Schema.tag<"WorkNotUnknown">
  } & {
    job: typeof DurableJob
  }
>
export declare class WorkNotUnknown extends WorkNotUnknown_base {
  readonly retryable = false
  get message(): string
}
declare const StoreFailed_base: Schema.TaggedErrorClass<
  StoreFailed,
  "StoreFailed",
  {
    readonly _tag: Schema.tag<"StoreFailed">
  } & {
    step: Schema.Literal<["open", "migrate", "read", "write"]>
    code: Schema.optional<typeof Schema.String>
    database: Schema.optional<Schema.Literal<["sqlite", "postgres"]>>
  }
>
export declare class StoreFailed extends StoreFailed_base {
  get retryable(): boolean
  get message(): string
}
export type DurableError = WorkKeyReused | WorkNotFound | WorkUnknown | WorkNotUnknown | StoreFailed
