import type { ApiError } from "../../ApiError.js"
import type { ApiResponse } from "../../ApiResponse.js"
import { isFields } from "../data/fields.js"
import { parse } from "../data/json.js"
import * as Result from "../data/result.js"
import type { CallState } from "./callState.js"
import type { Endpoint } from "./endpoint.js"
import type { BadBody } from "./errors.js"
import { receivedFile, unreadFile } from "./receivedFile.js"
import { withoutSecrets } from "./secrets.js"
import { isJsonType, isOk, isRequestId, requestIdOf, type TransportResponse } from "./transport.js"

/**
 * A 2xx response whose body could be read.
 *
 * @internal
 */
export interface ParsedResponse {
  readonly body: unknown
  readonly response: TransportResponse
  readonly now: () => number
}

/**
 * Turns a response into a value; what does not fit is a list of "what was expected where".
 *
 * @internal
 */
export type Decode<A> = (received: ParsedResponse) => Result.Result<A, ReadonlyArray<string>>

/**
 * Why a response has no value.
 *
 * @internal
 */
export type NoValue =
  | { readonly _tag: "Status" }
  | { readonly _tag: "Unreadable"; readonly reason: BadBody; readonly body: string }
  | { readonly _tag: "Unfit"; readonly body: unknown; readonly expected: ReadonlyArray<string> }

const isJson = (contentType: string | undefined): boolean =>
  contentType === undefined || contentType.startsWith("application/json") || /json/i.test(contentType)

const notJson = { _tag: "Bad", reason: "wrong type" } as const
const noStatus: Result.Result<never, NoValue> = Result.fail({ _tag: "Status" })

/**
 * The body of a response that has no value: a file, parsed where it is JSON, else its text.
 *
 * @internal
 */
export const bodyOf = (response: TransportResponse): unknown => {
  if (response.bytes !== undefined && !isJsonType(response.headers["content-type"])) {
    return receivedFile(response.headers, response.bytes)
  }
  const parsed = isJson(response.headers["content-type"]) ? parse(response.text) : undefined
  return parsed?._tag === "Value" ? parsed.value : response.text
}

const responseOf = (response: TransportResponse, body: unknown): ApiResponse => ({
  status: response.status,
  headers: response.headers,
  requestId: requestIdOf(response.headers) ?? requestIdIn(body),
  body
})

// some servers name the request in what they say of its failure only
const requestIdIn = (body: unknown): string | undefined => {
  const error = isFields(body) && isFields(body["error"]) ? body["error"] : {}
  return isRequestId(error["request_id"]) ? error["request_id"] : undefined
}

/**
 * A response as it is kept with a value or an error: without what the value holds as redacted.
 *
 * @internal
 */
export const keptResponse = (operation: Endpoint, response: TransportResponse, body: unknown): ApiResponse =>
  responseOf(response, operation.secret ? withoutSecrets(body) : body)

/**
 * The value of a response, or why there is none.
 *
 * @internal
 */
export const decodeResponse = <A, E extends ApiError>(
  { now, operation, settings }: CallState<E>,
  response: TransportResponse,
  decode: Decode<A>
): Result.Result<A, NoValue> => {
  if (!isOk(response.status)) return noStatus
  const file = operation.files ? fileIn(response) : undefined
  if (file !== undefined) {
    settings.onResponse?.(responseOf(response, file))
    return Result.mapFailure(decode({ body: file, response, now }), (expected) => unfit(file, expected))
  }
  const parsed = response.text === "" || isJson(response.headers["content-type"]) ? parse(response.text) : notJson
  // 204 is the server's word that it did the work and has nothing to say
  const mayBeEmpty = operation.mayBeEmpty || (response.status === 204 && operation.retry !== "safe")
  if (parsed._tag === "Bad" && !(parsed.reason === "empty" && mayBeEmpty)) {
    return Result.fail({ _tag: "Unreadable", reason: parsed.reason, body: response.text })
  }
  const body = parsed._tag === "Value" ? parsed.value : null
  const decoded = decode({ body, response, now })
  if (decoded._tag === "Failure") return Result.fail(unfit(body, decoded.failure))
  settings.onResponse?.(keptResponse(operation, response, body))
  return decoded
}

const unfit = (body: unknown, expected: ReadonlyArray<string>): NoValue => ({ _tag: "Unfit", body, expected })

// 204 has no file to give
const fileIn = (response: TransportResponse): unknown => {
  if (response.status === 204 || isJsonType(response.headers["content-type"])) return undefined
  if (response.unread !== undefined) return unreadFile(response.headers, response.unread)
  return response.bytes === undefined ? undefined : receivedFile(response.headers, response.bytes)
}
