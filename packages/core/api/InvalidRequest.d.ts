import type * as Schema from "effect/Schema"

export declare const Issue: Schema.Struct<{
  path: Schema.Array$<typeof Schema.String>
  message: typeof Schema.String
  fix: Schema.optional<typeof Schema.String>
}>
export type Issue = typeof Issue.Type
declare const InvalidRequest_base: Schema.TaggedErrorClass<
  InvalidRequest,
  "InvalidRequest",
  {
    readonly _tag: Schema.tag<"InvalidRequest">
  } & {
    operation: typeof Schema.String
    issues: Schema.Array$<
      Schema.Struct<{
        path: Schema.Array$<typeof Schema.String>
        message: typeof Schema.String
        fix: Schema.optional<typeof Schema.String>
      }>
    >
  }
>
export declare class InvalidRequest extends InvalidRequest_base {
  constructor(
    props: {
      readonly operation: string
      readonly issues: ReadonlyArray<Issue>
    },
    options?: Schema.MakeOptions
  )
  readonly retryable = false
  get message(): string
}
