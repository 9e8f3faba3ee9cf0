import type { ApiError } from "@effect-connectors/core/ApiError"

/** The errors that a call can end in, on both platforms. */
export const callTags: ReadonlyArray<ApiError["_tag"]> = [
  "InvalidRequest",
  "Unauthorized",
  "Forbidden",
  "NotFound",
  "RateLimited",
  "ApiRejected",
  "ServerFailed",
  "UnexpectedRedirect",
  "UnexpectedBody",
  "Unreachable",
  "NotSent",
  "OutcomeUnknown",
  "DeadlineExceeded"
]
