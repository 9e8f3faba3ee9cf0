import type * as Schema from "effect/Schema"

declare const PaginationLoop_base: Schema.TaggedErrorClass<
  PaginationLoop,
  "PaginationLoop",
  {
    readonly _tag: Schema.tag<"PaginationLoop">
  } & {
    connector: typeof Schema.String
    action: typeof Schema.String
    reason: Schema.Literal<["repeated", "stuck", "undeclared", "cap"]>
    pages: typeof Schema.Finite
    cursor: Schema.optional<typeof Schema.String>
    page: Schema.optional<typeof Schema.Finite>
  }
>
export declare class PaginationLoop extends PaginationLoop_base {
  readonly retryable = false
  get message(): string
}
declare const IntegrationRequired_base: Schema.TaggedErrorClass<
  IntegrationRequired,
  "IntegrationRequired",
  {
    readonly _tag: Schema.tag<"IntegrationRequired">
  } & {
    connector: typeof Schema.String
    url: Schema.optional<typeof Schema.String>
  }
>
export declare class IntegrationRequired extends IntegrationRequired_base {
  readonly retryable = false
  get message(): string
}
declare const SkillRejected_base: Schema.TaggedErrorClass<
  SkillRejected,
  "SkillRejected",
  {
    readonly _tag: Schema.tag<"SkillRejected">
  } & {
    skill: typeof Schema.String
    reason: Schema.Literal<
      [
        "checksum mismatch",
        "unsafe path",
        "not a zip",
        "too large",
        "exists",
        "no download url",
        "unknown source",
        "snapshot pending",
        "corrupt"
      ]
    >
    at: Schema.optional<typeof Schema.String>
    detail: Schema.optional<typeof Schema.String>
    expected: Schema.optional<typeof Schema.String>
    actual: Schema.optional<typeof Schema.String>
  }
>
export declare class SkillRejected extends SkillRejected_base {
  readonly retryable = false
  get message(): string
}
export type BosaError = PaginationLoop | IntegrationRequired | SkillRejected
