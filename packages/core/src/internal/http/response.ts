import type * as Clock from "effect/Clock"
import type { ApiError } from "../../ApiError.js"
import type { ApiResponse } from "../../ApiResponse.js"
import { isFields } from "../data/fields.js"
import { parse, type Parsed } from "../data/json.js"
import * as Result from "../data/result.js"
import type { CallState } from "./callState.js"
import type { Endpoint } from "./endpoint.js"
import type { BadBody } from "./errors.js"
import type { FileReader } from "./receivedFile.js"
import { withoutSecrets } from "./secrets.js"
import type { SentCall } from "./sentSecrets.js"
import {
  hasNoContent,
  isJsonType,
  isOk,
  isRequestId,
  mayBeJson,
  requestIdOf,
  type TransportResponse
} from "./transport.js"

/**
 * A 2xx response whose body could be read.
 *
 * @internal
 */
export interface ParsedResponse {
  readonly body: unknown
  /** The body with all digits of its numbers: what names a thing is read here. */
  readonly exact: unknown
  readonly response: TransportResponse
  readonly clock: Clock.Clock
  /** What it is the response to. */
  readonly call: SentCall
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
 * The body of a response that has no value: parsed where it is JSON by any name, else a file or its text.
 *
 * @internal
 */
export const bodyOf = <E extends ApiError>(call: CallState<E>, response: TransportResponse): unknown => {
  const type = response.headers["content-type"]
  const parsed = isJson(type) || startsAsJson(response.text) ? parse(response.text, call.integers) : undefined
  const { files } = call.operation
  if (
    files !== undefined &&
    response.bytes !== undefined &&
    !isJsonType(type) &&
    !isFields(parsed?._tag === "Value" ? parsed.value : undefined)
  ) {
    return files.received(call, response.headers, response.bytes)
  }
  return parsed?._tag === "Value" ? parsed.value : response.text
}

const startsAsJson = (text: string): boolean => /^[\ufeff\s]*[[{]/.test(text)

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
  call: CallState<E>,
  response: TransportResponse,
  decode: Decode<A>
): Result.Result<A, NoValue> => {
  if (!isOk(response.status)) return noStatus
  const { clock, integers, operation, settings } = call
  const file = operation.files && fileIn(operation.files, call, response)
  if (file !== undefined) {
    settings.onResponse?.(responseOf(response, file))
    return Result.mapFailure(decode({ body: file, exact: file, response, clock, call }), (expected) =>
      unfit(file, expected)
    )
  }
  const type = response.headers["content-type"]
  const read = parse(response.text, integers)
  // JSON is JSON by any name; what is not is named by its type
  const parsed = isJsonText(read) || response.text === "" || isJson(type) ? read : notJson
  // 204 is the server's word that it did the work and has nothing to say
  const mayBeEmpty = operation.mayBeEmpty || (hasNoContent(response.status) && operation.retry !== "safe")
  if (parsed._tag === "Bad" && !(parsed.reason === "empty" && mayBeEmpty)) {
    return Result.fail({ _tag: "Unreadable", reason: parsed.reason, body: response.text })
  }
  const { exact, value: body } = parsed._tag === "Value" ? parsed : noContent
  const decoded = decode({ body, exact, response, clock, call })
  if (decoded._tag === "Failure") return Result.fail(unfit(body, decoded.failure))
  settings.onResponse?.(keptResponse(operation, response, body))
  return decoded
}

const unfit = (body: unknown, expected: ReadonlyArray<string>): NoValue => ({ _tag: "Unfit", body, expected })

const noContent = { value: null, exact: null }

const isJsonText = (parsed: Parsed): boolean => parsed._tag === "Value" || parsed.rounded !== undefined

// an object without data is a file of its own
const isData = (parsed: Parsed): boolean => {
  const value = parsed._tag === "Value" ? parsed.value : parsed.rounded
  return isFields(value) && "data" in value
}

// 204 has no file to give
const fileIn = (files: FileReader, call: SentCall, response: TransportResponse): unknown => {
  const type = response.headers["content-type"]
  if (hasNoContent(response.status) || isJsonType(type)) return undefined
  if (response.unread === undefined && mayBeJson(type) && isData(parse(response.text))) return undefined
  if (response.unread !== undefined) return files.unread(call, response.headers, response.unread)
  return response.bytes === undefined ? undefined : files.received(call, response.headers, response.bytes)
}
