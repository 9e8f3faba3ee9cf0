import type { JobRef } from "./JobRef.js"
import type * as Schema from "effect/Schema"

declare const SubmissionUnknown_base: Schema.TaggedErrorClass<
  SubmissionUnknown,
  "SubmissionUnknown",
  {
    readonly _tag: Schema.tag<"SubmissionUnknown">
  } & {
    key: typeof Schema.String
    operation: Schema.optional<typeof Schema.String>
    connection: Schema.optional<typeof Schema.String>
    intendedAt: typeof Schema.Finite
    verifier: Schema.optional<Schema.Literal<["failed", "cannotTell"]>>
  }
>
export declare class SubmissionUnknown extends SubmissionUnknown_base {
  readonly retryable = false
  get message(): string
}
declare const AlreadyDone_base: Schema.TaggedErrorClass<
  AlreadyDone,
  "AlreadyDone",
  {
    readonly _tag: Schema.tag<"AlreadyDone">
  } & {
    key: typeof Schema.String
    operation: Schema.optional<typeof Schema.String>
    connection: Schema.optional<typeof Schema.String>
    doneAt: typeof Schema.Finite
    job: Schema.optional<typeof JobRef>
  }
>
export declare class AlreadyDone extends AlreadyDone_base {
  readonly retryable = false
  get message(): string
}
declare const KeyReused_base: Schema.TaggedErrorClass<
  KeyReused,
  "KeyReused",
  {
    readonly _tag: Schema.tag<"KeyReused">
  } & {
    key: typeof Schema.String
    operation: Schema.optional<typeof Schema.String>
    connection: Schema.optional<typeof Schema.String>
    digest: typeof Schema.String
    known: Schema.Struct<{
      operation: Schema.optional<typeof Schema.String>
      connection: Schema.optional<typeof Schema.String>
      digest: typeof Schema.String
      intendedAt: typeof Schema.Finite
      job: Schema.optional<typeof JobRef>
      failedAt: Schema.optional<typeof Schema.Finite>
      doneAt: Schema.optional<typeof Schema.Finite>
    }>
  }
>
export declare class KeyReused extends KeyReused_base {
  readonly retryable = false
  get message(): string
}
declare const SubmissionNotDone_base: Schema.TaggedErrorClass<
  SubmissionNotDone,
  "SubmissionNotDone",
  {
    readonly _tag: Schema.tag<"SubmissionNotDone">
  } & {
    key: typeof Schema.String
    operation: Schema.optional<typeof Schema.String>
    connection: Schema.optional<typeof Schema.String>
    intendedAt: typeof Schema.Finite
  }
>
export declare class SubmissionNotDone extends SubmissionNotDone_base {
  readonly retryable = true
  get message(): string
}
declare const LedgerFailed_base: Schema.TaggedErrorClass<
  LedgerFailed,
  "LedgerFailed",
  {
    readonly _tag: Schema.tag<"LedgerFailed">
  } & {
    step: Schema.Literal<["open", "read", "write"]>
    key: Schema.optional<typeof Schema.String>
    code: typeof Schema.String
  }
>
export declare class LedgerFailed extends LedgerFailed_base {
  readonly retryable: boolean
  get message(): string
}
export type LedgerError = SubmissionUnknown | AlreadyDone | LedgerFailed
