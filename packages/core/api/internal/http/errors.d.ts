import type {
  ApiRejected,
  Forbidden,
  NotFound,
  RateLimited,
  ServerFailed,
  Unauthorized,
  UnexpectedRedirect
} from "../../ApiError.js"

export type StatusError =
  | Unauthorized
  | Forbidden
  | NotFound
  | RateLimited
  | ApiRejected
  | ServerFailed
  | UnexpectedRedirect
