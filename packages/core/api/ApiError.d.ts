import type { ApiResponse } from "./ApiResponse.js"
import type { InvalidRequest, Issue } from "./InvalidRequest.js"
import type { JobRef } from "./JobRef.js"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"

export { InvalidRequest, Issue }
export declare const responseOf: (error: ApiError) => ApiResponse | undefined
export interface CallContext {
  readonly operation: string
  readonly method: string
  readonly route: string
  readonly url: string
  readonly attempts: number
  readonly requestId?: string | undefined
  readonly retryable: boolean
  readonly retryBudgetExhausted?: boolean | undefined
  readonly mayHaveHappened?: boolean | undefined
  readonly job?: JobRef | undefined
}
declare const Unauthorized_base: Schema.TaggedErrorClass<
  Unauthorized,
  "Unauthorized",
  {
    readonly _tag: Schema.tag<"Unauthorized">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    status: typeof Schema.Finite
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
  }
>
export declare class Unauthorized extends Unauthorized_base {
  get body(): unknown
  get reason(): Redacted.Redacted<unknown> | undefined
  get message(): string
}
declare const Forbidden_base: Schema.TaggedErrorClass<
  Forbidden,
  "Forbidden",
  {
    readonly _tag: Schema.tag<"Forbidden">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    status: typeof Schema.Finite
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
  }
>
export declare class Forbidden extends Forbidden_base {
  get body(): unknown
  get message(): string
}
declare const NotFound_base: Schema.TaggedErrorClass<
  NotFound,
  "NotFound",
  {
    readonly _tag: Schema.tag<"NotFound">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    status: typeof Schema.Finite
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
    requested: Schema.optional<Schema.Record$<typeof Schema.String, typeof Schema.String>>
    missing: Schema.optional<typeof Schema.String>
  }
>
export declare class NotFound extends NotFound_base {
  get body(): unknown
  get message(): string
}
declare const RateLimited_base: Schema.TaggedErrorClass<
  RateLimited,
  "RateLimited",
  {
    readonly _tag: Schema.tag<"RateLimited">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    status: typeof Schema.Finite
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
    retryAfter: Schema.optional<
      Schema.Union<
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
    >
  }
>
export declare class RateLimited extends RateLimited_base {
  get body(): unknown
  get message(): string
}
declare const ApiRejected_base: Schema.TaggedErrorClass<
  ApiRejected,
  "ApiRejected",
  {
    readonly _tag: Schema.tag<"ApiRejected">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    status: typeof Schema.Finite
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
    retryAfter: Schema.optional<
      Schema.Union<
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
    >
  }
>
export declare class ApiRejected extends ApiRejected_base {
  get body(): unknown
  get message(): string
}
declare const ServerFailed_base: Schema.TaggedErrorClass<
  ServerFailed,
  "ServerFailed",
  {
    readonly _tag: Schema.tag<"ServerFailed">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    status: typeof Schema.Finite
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
    retryAfter: Schema.optional<
      Schema.Union<
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
    >
  }
>
export declare class ServerFailed extends ServerFailed_base {
  get body(): unknown
  get message(): string
}
declare const UnexpectedRedirect_base: Schema.TaggedErrorClass<
  UnexpectedRedirect,
  "UnexpectedRedirect",
  {
    readonly _tag: Schema.tag<"UnexpectedRedirect">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    status: typeof Schema.Finite
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
    location: Schema.optional<typeof Schema.String>
    sameOrigin: Schema.optional<typeof Schema.Boolean>
  }
>
export declare class UnexpectedRedirect extends UnexpectedRedirect_base {
  get message(): string
}
declare const UnexpectedBody_base: Schema.TaggedErrorClass<
  UnexpectedBody,
  "UnexpectedBody",
  {
    readonly _tag: Schema.tag<"UnexpectedBody">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    status: typeof Schema.Finite
    serverCode: Schema.optional<typeof Schema.String>
    serverReason: Schema.optional<typeof Schema.String>
    reason: Schema.Literal<["invalid", "empty", "too large", "too deep", "truncated", "wrong type", "ended"]>
    contentType: Schema.optional<typeof Schema.String>
    expected: Schema.optional<Schema.Array$<typeof Schema.String>>
    word: Schema.optional<typeof Schema.String>
  }
>
export declare class UnexpectedBody extends UnexpectedBody_base {
  get body(): unknown
  get message(): string
}
declare const Unreachable_base: Schema.TaggedErrorClass<
  Unreachable,
  "Unreachable",
  {
    readonly _tag: Schema.tag<"Unreachable">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    code: typeof Schema.String
    phase: Schema.Literal<["connect", "request", "response", "body"]>
    timedOut: typeof Schema.Boolean
    detail: Schema.optional<typeof Schema.String>
  }
>
export declare class Unreachable extends Unreachable_base {
  get message(): string
}
declare const NotSent_base: Schema.TaggedErrorClass<
  NotSent,
  "NotSent",
  {
    readonly _tag: Schema.tag<"NotSent">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    code: typeof Schema.String
    detail: Schema.optional<typeof Schema.String>
  }
>
export declare class NotSent extends NotSent_base {
  get message(): string
}
declare const OutcomeUnknown_base: Schema.TaggedErrorClass<
  OutcomeUnknown,
  "OutcomeUnknown",
  {
    readonly _tag: Schema.tag<"OutcomeUnknown">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
    phase: Schema.Literal<["connect", "request", "response", "body"]>
    code: typeof Schema.String
    status: Schema.optional<typeof Schema.Finite>
    detail: Schema.optional<typeof Schema.String>
  }
>
export declare class OutcomeUnknown extends OutcomeUnknown_base {
  get body(): unknown
  get message(): string
}
declare const DeadlineExceeded_base: Schema.TaggedErrorClass<
  DeadlineExceeded,
  "DeadlineExceeded",
  {
    readonly _tag: Schema.tag<"DeadlineExceeded">
  } & {
    operation: typeof Schema.String
    method: typeof Schema.String
    route: typeof Schema.String
    url: typeof Schema.String
    attempts: typeof Schema.Finite
    requestId: Schema.optional<typeof Schema.String>
    retryable: typeof Schema.Boolean
    retryBudgetExhausted: Schema.optional<typeof Schema.Boolean>
    mayHaveHappened: Schema.optional<typeof Schema.Boolean>
    job: Schema.optional<typeof JobRef>
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
  }
>
export declare class DeadlineExceeded extends DeadlineExceeded_base {
  get message(): string
}
export type ReadError =
  | InvalidRequest
  | Unauthorized
  | Forbidden
  | NotFound
  | RateLimited
  | ApiRejected
  | ServerFailed
  | UnexpectedRedirect
  | UnexpectedBody
  | Unreachable
  | DeadlineExceeded
export type WriteError = Exclude<ReadError, Unreachable> | NotSent | OutcomeUnknown
export type ApiError = ReadError | WriteError
export declare const ReadError: Schema.Union<
  [
    typeof InvalidRequest,
    typeof Unauthorized,
    typeof Forbidden,
    typeof NotFound,
    typeof RateLimited,
    typeof ApiRejected,
    typeof ServerFailed,
    typeof UnexpectedRedirect,
    typeof UnexpectedBody,
    typeof Unreachable,
    typeof DeadlineExceeded
  ]
>
export declare const WriteError: Schema.Union<
  [
    typeof InvalidRequest,
    typeof Unauthorized,
    typeof Forbidden,
    typeof NotFound,
    typeof RateLimited,
    typeof ApiRejected,
    typeof ServerFailed,
    typeof UnexpectedRedirect,
    typeof UnexpectedBody,
    typeof DeadlineExceeded,
    typeof NotSent,
    typeof OutcomeUnknown
  ]
>
export declare const ApiError: Schema.Union<
  [
    typeof InvalidRequest,
    typeof Unauthorized,
    typeof Forbidden,
    typeof NotFound,
    typeof RateLimited,
    typeof ApiRejected,
    typeof ServerFailed,
    typeof UnexpectedRedirect,
    typeof UnexpectedBody,
    typeof Unreachable,
    typeof DeadlineExceeded,
    typeof NotSent,
    typeof OutcomeUnknown
  ]
>
