import type { JobState } from "@effect-connectors/core/JobProtocol"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type * as Schema from "effect/Schema"

export declare const State: Schema.Literal<
  ["new", "intended", "accepted", "unknown", "succeeded", "failed", "cancelled"]
>
export type State = typeof State.Type
export declare const Failure: Schema.Union<
  [
    Schema.Union<
      [
        typeof import("@effect-connectors/core/InvalidRequest").InvalidRequest,
        typeof import("@effect-connectors/core/ApiError").Unauthorized,
        typeof import("@effect-connectors/core/ApiError").Forbidden,
        typeof import("@effect-connectors/core/ApiError").NotFound,
        typeof import("@effect-connectors/core/ApiError").RateLimited,
        typeof import("@effect-connectors/core/ApiError").ApiRejected,
        typeof import("@effect-connectors/core/ApiError").ServerFailed,
        typeof import("@effect-connectors/core/ApiError").UnexpectedRedirect,
        typeof import("@effect-connectors/core/ApiError").UnexpectedBody,
        typeof import("@effect-connectors/core/ApiError").DeadlineExceeded,
        typeof import("@effect-connectors/core/ApiError").NotSent,
        typeof import("@effect-connectors/core/ApiError").OutcomeUnknown
      ]
    >,
    Schema.Union<
      [
        typeof import("@effect-connectors/core/InvalidRequest").InvalidRequest,
        typeof import("@effect-connectors/core/ApiError").Unauthorized,
        typeof import("@effect-connectors/core/ApiError").Forbidden,
        typeof import("@effect-connectors/core/ApiError").NotFound,
        typeof import("@effect-connectors/core/ApiError").RateLimited,
        typeof import("@effect-connectors/core/ApiError").ApiRejected,
        typeof import("@effect-connectors/core/ApiError").ServerFailed,
        typeof import("@effect-connectors/core/ApiError").UnexpectedRedirect,
        typeof import("@effect-connectors/core/ApiError").UnexpectedBody,
        typeof import("@effect-connectors/core/ApiError").Unreachable,
        typeof import("@effect-connectors/core/ApiError").DeadlineExceeded
      ]
    >,
    Schema.Union<
      [
        typeof import("@effect-connectors/core/JobError").JobFailed,
        typeof import("@effect-connectors/core/JobError").JobCancelled,
        typeof import("@effect-connectors/core/JobError").JobNotFound,
        typeof import("@effect-connectors/core/JobError").JobDeadlineExceeded
      ]
    >
  ]
>
export type Failure = typeof Failure.Type
declare const DurableJob_base: Schema.Class<
  DurableJob,
  {
    key: typeof Schema.String
    state: Schema.Literal<["new", "intended", "accepted", "unknown", "succeeded", "failed", "cancelled"]>
    work: Schema.optional<
      Schema.Union<
        [
          Schema.Struct<{
            platform: Schema.Literal<["connections"]>
            connection: Schema.filter<Schema.filter<typeof Schema.String>>
            operation: Schema.Literal<
              [
                "actions.execute",
                "http.get",
                "http.post",
                "http.put",
                "http.patch",
                "http.delete",
                "file.read",
                "file.upload",
                "file.append",
                "file.list",
                "file.rename",
                "file.move",
                "file.delete",
                "sql.query",
                "sql.select",
                "sql.insert",
                "sql.update",
                "sql.delete",
                "sql.execute"
              ]
            >
            action: Schema.optional<Schema.filter<Schema.filter<typeof Schema.String>>>
            input: Schema.Record$<typeof Schema.String, typeof Schema.Unknown>
            options: Schema.optional<
              Schema.Struct<{
                async: Schema.optional<typeof Schema.Boolean>
                timeoutMs: Schema.optional<typeof Schema.Positive>
                execution: Schema.optional<Schema.Record$<typeof Schema.String, typeof Schema.Unknown>>
              }>
            >
          }>,
          Schema.Struct<{
            platform: Schema.Literal<["bosa"]>
            connector: Schema.filter<Schema.filter<typeof Schema.String>>
            action: Schema.filter<Schema.filter<typeof Schema.String>>
            input: Schema.Record$<typeof Schema.String, typeof Schema.Unknown>
          }>
        ]
      >
    >
    ref: Schema.optional<typeof JobRef>
    progress: Schema.optional<
      Schema.Schema<
        JobState,
        {
          readonly createdAt?: string | undefined
          readonly finishedAt?: string | undefined
          readonly jobId: string
          readonly pollAfterMillis?: number | undefined
          readonly progress?: number | undefined
          readonly startedAt?: string | undefined
          readonly state: "cancelled" | "failed" | "queued" | "running" | "succeeded" | "unknown"
          readonly updatedAt?: string | undefined
          readonly word: string
        },
        never
      >
    >
    value: Schema.optional<typeof Schema.Unknown>
    failure: Schema.optional<
      Schema.Union<
        [
          Schema.Union<
            [
              typeof import("@effect-connectors/core/InvalidRequest").InvalidRequest,
              typeof import("@effect-connectors/core/ApiError").Unauthorized,
              typeof import("@effect-connectors/core/ApiError").Forbidden,
              typeof import("@effect-connectors/core/ApiError").NotFound,
              typeof import("@effect-connectors/core/ApiError").RateLimited,
              typeof import("@effect-connectors/core/ApiError").ApiRejected,
              typeof import("@effect-connectors/core/ApiError").ServerFailed,
              typeof import("@effect-connectors/core/ApiError").UnexpectedRedirect,
              typeof import("@effect-connectors/core/ApiError").UnexpectedBody,
              typeof import("@effect-connectors/core/ApiError").DeadlineExceeded,
              typeof import("@effect-connectors/core/ApiError").NotSent,
              typeof import("@effect-connectors/core/ApiError").OutcomeUnknown
            ]
          >,
          Schema.Union<
            [
              typeof import("@effect-connectors/core/InvalidRequest").InvalidRequest,
              typeof import("@effect-connectors/core/ApiError").Unauthorized,
              typeof import("@effect-connectors/core/ApiError").Forbidden,
              typeof import("@effect-connectors/core/ApiError").NotFound,
              typeof import("@effect-connectors/core/ApiError").RateLimited,
              typeof import("@effect-connectors/core/ApiError").ApiRejected,
              typeof import("@effect-connectors/core/ApiError").ServerFailed,
              typeof import("@effect-connectors/core/ApiError").UnexpectedRedirect,
              typeof import("@effect-connectors/core/ApiError").UnexpectedBody,
              typeof import("@effect-connectors/core/ApiError").Unreachable,
              typeof import("@effect-connectors/core/ApiError").DeadlineExceeded
            ]
          >,
          Schema.Union<
            [
              typeof import("@effect-connectors/core/JobError").JobFailed,
              typeof import("@effect-connectors/core/JobError").JobCancelled,
              typeof import("@effect-connectors/core/JobError").JobNotFound,
              typeof import("@effect-connectors/core/JobError").JobDeadlineExceeded
            ]
          >
        ]
      >
    >
    version: typeof Schema.Int
    createdAt: typeof Schema.Finite
    updatedAt: typeof Schema.Finite
  },
  Schema.Struct.Encoded<{
    key: typeof Schema.String
    state: Schema.Literal<["new", "intended", "accepted", "unknown", "succeeded", "failed", "cancelled"]>
    work: Schema.optional<
      Schema.Union<
        [
          Schema.Struct<{
            platform: Schema.Literal<["connections"]>
            connection: Schema.filter<Schema.filter<typeof Schema.String>>
            operation: Schema.Literal<
              [
                "actions.execute",
                "http.get",
                "http.post",
                "http.put",
                "http.patch",
                "http.delete",
                "file.read",
                "file.upload",
                "file.append",
                "file.list",
                "file.rename",
                "file.move",
                "file.delete",
                "sql.query",
                "sql.select",
                "sql.insert",
                "sql.update",
                "sql.delete",
                "sql.execute"
              ]
            >
            action: Schema.optional<Schema.filter<Schema.filter<typeof Schema.String>>>
            input: Schema.Record$<typeof Schema.String, typeof Schema.Unknown>
            options: Schema.optional<
              Schema.Struct<{
                async: Schema.optional<typeof Schema.Boolean>
                timeoutMs: Schema.optional<typeof Schema.Positive>
                execution: Schema.optional<Schema.Record$<typeof Schema.String, typeof Schema.Unknown>>
              }>
            >
          }>,
          Schema.Struct<{
            platform: Schema.Literal<["bosa"]>
            connector: Schema.filter<Schema.filter<typeof Schema.String>>
            action: Schema.filter<Schema.filter<typeof Schema.String>>
            input: Schema.Record$<typeof Schema.String, typeof Schema.Unknown>
          }>
        ]
      >
    >
    ref: Schema.optional<typeof JobRef>
    progress: Schema.optional<
      Schema.Schema<
        JobState,
        {
          readonly createdAt?: string | undefined
          readonly finishedAt?: string | undefined
          readonly jobId: string
          readonly pollAfterMillis?: number | undefined
          readonly progress?: number | undefined
          readonly startedAt?: string | undefined
          readonly state: "cancelled" | "failed" | "queued" | "running" | "succeeded" | "unknown"
          readonly updatedAt?: string | undefined
          readonly word: string
        },
        never
      >
    >
    value: Schema.optional<typeof Schema.Unknown>
    failure: Schema.optional<
      Schema.Union<
        [
          Schema.Union<
            [
              typeof import("@effect-connectors/core/InvalidRequest").InvalidRequest,
              typeof import("@effect-connectors/core/ApiError").Unauthorized,
              typeof import("@effect-connectors/core/ApiError").Forbidden,
              typeof import("@effect-connectors/core/ApiError").NotFound,
              typeof import("@effect-connectors/core/ApiError").RateLimited,
              typeof import("@effect-connectors/core/ApiError").ApiRejected,
              typeof import("@effect-connectors/core/ApiError").ServerFailed,
              typeof import("@effect-connectors/core/ApiError").UnexpectedRedirect,
              typeof import("@effect-connectors/core/ApiError").UnexpectedBody,
              typeof import("@effect-connectors/core/ApiError").DeadlineExceeded,
              typeof import("@effect-connectors/core/ApiError").NotSent,
              typeof import("@effect-connectors/core/ApiError").OutcomeUnknown
            ]
          >,
          Schema.Union<
            [
              typeof import("@effect-connectors/core/InvalidRequest").InvalidRequest,
              typeof import("@effect-connectors/core/ApiError").Unauthorized,
              typeof import("@effect-connectors/core/ApiError").Forbidden,
              typeof import("@effect-connectors/core/ApiError").NotFound,
              typeof import("@effect-connectors/core/ApiError").RateLimited,
              typeof import("@effect-connectors/core/ApiError").ApiRejected,
              typeof import("@effect-connectors/core/ApiError").ServerFailed,
              typeof import("@effect-connectors/core/ApiError").UnexpectedRedirect,
              typeof import("@effect-connectors/core/ApiError").UnexpectedBody,
              typeof import("@effect-connectors/core/ApiError").Unreachable,
              typeof import("@effect-connectors/core/ApiError").DeadlineExceeded
            ]
          >,
          Schema.Union<
            [
              typeof import("@effect-connectors/core/JobError").JobFailed,
              typeof import("@effect-connectors/core/JobError").JobCancelled,
              typeof import("@effect-connectors/core/JobError").JobNotFound,
              typeof import("@effect-connectors/core/JobError").JobDeadlineExceeded
            ]
          >
        ]
      >
    >
    version: typeof Schema.Int
    createdAt: typeof Schema.Finite
    updatedAt: typeof Schema.Finite
  }>,
  never,
  {
    readonly failure?:
      | import("@effect-connectors/core/ApiError").ApiRejected
      | import("@effect-connectors/core/ApiError").DeadlineExceeded
      | import("@effect-connectors/core/ApiError").Forbidden
      | import("@effect-connectors/core/InvalidRequest").InvalidRequest
      | import("@effect-connectors/core/JobError").JobCancelled
      | import("@effect-connectors/core/JobError").JobDeadlineExceeded
      | import("@effect-connectors/core/JobError").JobFailed
      | import("@effect-connectors/core/JobError").JobNotFound
      | import("@effect-connectors/core/ApiError").NotFound
      | import("@effect-connectors/core/ApiError").NotSent
      | import("@effect-connectors/core/ApiError").OutcomeUnknown
      | import("@effect-connectors/core/ApiError").RateLimited
      | import("@effect-connectors/core/ApiError").ServerFailed
      | import("@effect-connectors/core/ApiError").Unauthorized
      | import("@effect-connectors/core/ApiError").UnexpectedBody
      | import("@effect-connectors/core/ApiError").UnexpectedRedirect
      | import("@effect-connectors/core/ApiError").Unreachable
      | undefined
  } & {
    readonly progress?: JobState | undefined
  } & {
    readonly ref?: JobRef | undefined
  } & {
    readonly value?: unknown
  } & {
    readonly work?:
      | {
          readonly platform: "connections"
          readonly connection: string
          readonly operation:
            | "actions.execute"
            | "file.append"
            | "file.delete"
            | "file.list"
            | "file.move"
            | "file.read"
            | "file.rename"
            | "file.upload"
            | "http.delete"
            | "http.get"
            | "http.patch"
            | "http.post"
            | "http.put"
            | "sql.delete"
            | "sql.execute"
            | "sql.insert"
            | "sql.query"
            | "sql.select"
            | "sql.update"
          readonly action?: string | undefined
          readonly input: {
            readonly [x: string]: unknown
          }
          readonly options?:
            | {
                readonly async?: boolean | undefined
                readonly timeoutMs?: number | undefined
                readonly execution?:
                  | {
                      readonly [x: string]: unknown
                    }
                  | undefined
              }
            | undefined
        }
      | {
          readonly platform: "bosa"
          readonly connector: string
          readonly action: string
          readonly input: {
            readonly [x: string]: unknown
          }
        }
      | undefined
  } & {
    readonly createdAt: number
  } & {
    readonly key: string
  } & {
    readonly state: "accepted" | "cancelled" | "failed" | "intended" | "new" | "succeeded" | "unknown"
  } & {
    readonly updatedAt: number
  } & {
    readonly version: number
  },
  {},
  {}
>
export declare class DurableJob extends DurableJob_base {}
