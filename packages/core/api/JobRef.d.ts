import type { InvalidRequest } from "./InvalidRequest.js"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"

declare const JobRef_base: Schema.Class<
  JobRef,
  {
    v: Schema.Literal<[1]>
    api: Schema.Literal<["connections"]>
    origin: typeof Schema.String
    jobId: Schema.filter<Schema.filter<typeof Schema.String>>
    operation: typeof Schema.String
    connection: Schema.optional<typeof Schema.String>
    submittedAt: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    deadlineAt: Schema.optional<typeof Schema.Finite>
  },
  Schema.Struct.Encoded<{
    v: Schema.Literal<[1]>
    api: Schema.Literal<["connections"]>
    origin: typeof Schema.String
    jobId: Schema.filter<Schema.filter<typeof Schema.String>>
    operation: typeof Schema.String
    connection: Schema.optional<typeof Schema.String>
    submittedAt: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    deadlineAt: Schema.optional<typeof Schema.Finite>
  }>,
  never,
  {
    readonly connection?: string | undefined
  } & {
    readonly deadlineAt?: number | undefined
  } & {
    readonly requestId?: string | undefined
  } & {
    readonly api: "connections"
  } & {
    readonly jobId: string
  } & {
    readonly operation: string
  } & {
    readonly origin: string
  } & {
    readonly submittedAt: number
  } & {
    readonly v: 1
  },
  {},
  {}
>
export declare class JobRef extends JobRef_base {
  static encode(ref: JobRef): JobRef.Encoded
  static decode(input: unknown): Effect.Effect<JobRef, InvalidRequest>
}
export declare namespace JobRef {
  type Encoded = Schema.Schema.Encoded<typeof JobRef>
}
