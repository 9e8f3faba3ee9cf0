import type { BosaFailure } from "../../BosaWorld.js"
import type { ModelRequest } from "../../ConnectionsModel.js"
import type { Json, JsonObject } from "../../Executor.js"
import { type FakeResponse, json } from "../fakeServer/response.js"
import { compact } from "../fakeServer/json.js"
import { tooLargeText } from "../fakeServer/requestBody.js"
import type { Route } from "./routes.js"

/** A request in progress. @internal */
export interface Call {
  readonly request: ModelRequest
  readonly route: Route
  readonly requestId: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

const errorTypes: Readonly<Record<number, readonly [type: string, code: string]>> = {
  400: ["BadRequestError", "BAD_REQUEST"],
  401: ["AuthenticationError", "UNAUTHORIZED"],
  403: ["PermissionError", "FORBIDDEN"],
  404: ["NotFoundError", "NOT_FOUND"],
  405: ["MethodNotAllowedError", "METHOD_NOT_ALLOWED"],
  409: ["ConflictError", "CONFLICT"],
  413: ["PayloadTooLargeError", "BODY_TOO_LARGE"],
  422: ["ValidationError", "VALIDATION_ERROR"],
  429: ["RateLimitError", "RATE_LIMITED"],
  500: ["InternalError", "INTERNAL_ERROR"],
  502: ["UpstreamError", "UPSTREAM_ERROR"],
  503: ["UnavailableError", "SERVICE_UNAVAILABLE"],
  504: ["UpstreamError", "UPSTREAM_TIMEOUT"]
}

/** An error in the envelope of the platform. @internal */
export const refuse = (requestId: string, failure: BosaFailure): FakeResponse => {
  const [type, code] =
    errorTypes[failure.status] ?? (failure.status < 500 ? ["RequestError", "REFUSED"] : ["ServerError", "FAILED"])
  const error: JsonObject = compact({
    type,
    code: failure.code ?? code,
    message: failure.message ?? "the request was refused",
    request_id: requestId,
    recovery: compact({ retryable: failure.retryable ?? false, retry_after_seconds: failure.retryAfterSeconds }),
    details: failure.details
  })
  return json(failure.status, { error }, failure.headers)
}

/** @internal */
export const refusal = (
  call: Call,
  status: number,
  code: string,
  message: string,
  details?: JsonObject
): FakeResponse =>
  refuse(call.requestId, details === undefined ? { status, code, message } : { status, code, message, details })

/** @internal */
export const data = (value: Json, meta: JsonObject | null = null): FakeResponse => json(200, { data: value, meta })

/** @internal */
export const tooLarge = (requestId: string, limit: number): FakeResponse =>
  refuse(requestId, { status: 413, message: tooLargeText(limit) })

/** Whether a check of a request gave a response: then the request is refused. @internal */
export const isResponse = (value: object): value is FakeResponse => "_tag" in value && value._tag === "Answer"
