import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Headers from "@effect/platform/Headers"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ApiResponse } from "../../ApiResponse.js"
import * as Transport from "../../Transport.js"
import { concat } from "../data/concat.js"
import { bodyTooLarge } from "./errors.js"
import * as ContentEncoding from "./contentEncoding.js"
import { readWebBody, sourceOf, type WebBody, webBodyOf } from "./webBody.js"
import { errorCodeIn, evidenceIn, isProxyRefusal } from "./evidence.js"

/**
 * A response: its body read to its end as text, or, where it may be a file, as bytes or not yet.
 *
 * @internal
 */
export interface TransportResponse {
  readonly status: number
  readonly headers: ApiResponse["headers"]
  readonly text: string
  /** The body as it came, of an operation that may respond with a file. */
  readonly bytes?: Uint8Array
  /** What is still to be read, of an operation whose file is read as a stream. */
  readonly unread?: Stream.Stream<Uint8Array, Lost>
}

/**
 * How the body of a response is taken. With a scope it is only opened, and ends with it at the latest.
 *
 * @internal
 */
export type Reading = "text" | "bytes" | Scope.Scope

/**
 * Whether a type of content is that of JSON, in any case and with any suffix.
 *
 * @internal
 */
export const isJsonType = (contentType: string | undefined): boolean =>
  contentType !== undefined && /application\/json|\+json/i.test(contentType)

/**
 * Whether a content may be JSON by another name, or by none: only its text can say.
 *
 * @internal
 */
export const mayBeJson = (contentType: string | undefined): boolean =>
  contentType === undefined || /^\s*(?:text\/json|[\w.+-]+\/x-json)\s*(?:;|$)/i.test(contentType)

/**
 * No complete response; `response` when its head was read.
 *
 * @internal
 */
export interface Lost {
  readonly _tag: "Lost"
  readonly evidence: Transport.Evidence
  readonly response: ApiResponse | undefined
}

/** @internal */
export const isOk = (status: number): boolean => status >= 200 && status < 300

/**
 * Whether a status says that there is no content: whatever comes with it is ignored.
 *
 * @internal
 */
export const hasNoContent = (status: number): boolean => status === 204 || status === 205

const lost = (evidence: Transport.Evidence, response?: ApiResponse): Lost => ({ _tag: "Lost", evidence, response })

const requestIds = ["x-request-id", "x-correlation-id", "request-id", "x-amzn-requestid", "x-trace-id"]
const requestIdShape = /^[A-Za-z0-9._:-]{1,128}$/

/** @internal */
export const isRequestId = (u: unknown): u is string => typeof u === "string" && requestIdShape.test(u)

/** @internal */
export const requestIdOf = (headers: ApiResponse["headers"]): string | undefined => {
  for (const name of requestIds) {
    const value = headers[name]
    if (isRequestId(value)) return value
  }
  return undefined
}

type Head = Pick<HttpClientResponse.HttpClientResponse, "status" | "headers">

const headOnly = (response: HttpClientResponse.HttpClientResponse): ApiResponse => ({
  status: response.status,
  headers: response.headers,
  requestId: requestIdOf(response.headers),
  body: undefined
})

const isBuffered = (u: unknown): u is Transport.BufferedBody => typeof u === "object" && u !== null && "text" in u

/** @internal */
export const fail = (response: HttpClientResponse.HttpClientResponse, code: string): Lost =>
  lost(
    {
      sent: true,
      phase: "body",
      code,
      permanent: code === bodyTooLarge || ContentEncoding.isEncodingPermanent(code),
      timedOut: false,
      status: response.status
    },
    headOnly(response)
  )

/** @internal */
export interface Cut {
  readonly isEmpty: boolean
  readonly code: string
}

// the status of an error response counts even if its body is cut
const ended = (
  response: HttpClientResponse.HttpClientResponse,
  { code, isEmpty }: Cut,
  received: () => Effect.Effect<TransportResponse, Lost>
): Effect.Effect<TransportResponse, Lost> =>
  isEmpty || !isOk(response.status) ? received() : Effect.fail(fail(response, code))

/** @internal */
export const cutBy = (error: HttpClientError.ResponseError | ContentEncoding.EncodingFailed): Cut =>
  error._tag === "EncodingFailed"
    ? { isEmpty: false, code: error.code }
    : { isEmpty: error.reason === "EmptyBody", code: cutCode(error.cause) }

/** @internal */
export const cutCode = (cause: unknown): string => errorCodeIn(cause) ?? "BODY_CUT"

/**
 * Whether a request went to the runtime's `fetch`: it decodes what it can, keeps the header that says otherwise, and
 * does not mind a body that is cut.
 *
 * @internal
 */
export interface Origin {
  isFetched: boolean
}

/** @internal */
export const ownTransport: Origin = Object.freeze({ isFetched: false })

// a response that a program made in place of fetch has no address, and its body is as the header says
const isHandMade = (response: HttpClientResponse.HttpClientResponse): boolean => {
  const source = sourceOf(response)
  return Predicate.hasProperty(source, "url") && source.url === ""
}

/** @internal */
export type Body = Stream.Stream<Uint8Array, HttpClientError.ResponseError | ContentEncoding.EncodingFailed>

/**
 * What a response holds, once nothing of it is packed.
 *
 * @internal
 */
export interface Content {
  readonly headers: ApiResponse["headers"]
  /** In place of the body that the response gives. */
  readonly unpacked: Body | undefined
  /** The runtime has decoded it, and does not say whether it was whole. */
  readonly isUnverified: boolean
}

/** @internal */
export const contentOf = (
  response: HttpClientResponse.HttpClientResponse,
  sent: ApiResponse["headers"],
  asBytes: boolean,
  origin: Origin
): Content => {
  const encodings = ContentEncoding.encodingsOf(sent)
  if (encodings.length === 0) return { headers: sent, unpacked: undefined, isUnverified: false }
  const isFile = asBytes && !isJsonType(sent["content-type"])
  const headers = ContentEncoding.decodedHeaders(sent)
  if (!origin.isFetched || isHandMade(response)) {
    return {
      headers,
      unpacked: ContentEncoding.decoded(response.stream, encodings, !isFile),
      isUnverified: false
    }
  }
  const code = isFile && isOk(response.status) ? ContentEncoding.fetchedFileIssue(encodings) : undefined
  if (code === undefined) return { headers, unpacked: undefined, isUnverified: true }
  // its first piece is taken, and the rest let go: a response that nobody reads keeps its connection
  const refused = Stream.fail(new ContentEncoding.EncodingFailed({ code }))
  return {
    headers,
    unpacked: Stream.concat(Stream.drain(Stream.take(response.stream, 1)), refused),
    isUnverified: true
  }
}

// packed to this length a body may have been empty
const packedEmptyLength = 20

// JSON shows by itself that it is whole, but for a number, and for nothing at all
const mayBeCut = (text: string, packedLength: number): boolean =>
  /^\s*-?\d/.test(text) || (packedLength > packedEmptyLength && text.trim() === "")

// as a stream only where the platform does not give the body of a web response: a stream costs more than the call
const readWhile = (
  response: HttpClientResponse.HttpClientResponse,
  body: WebBody | undefined,
  unpacked: Body | undefined,
  keep: (chunk: Uint8Array) => boolean
): Effect.Effect<void, Cut> => {
  if (body === undefined) {
    return (unpacked ?? response.stream).pipe(
      Stream.mapError(cutBy),
      Stream.runForEachWhile((chunk) => Effect.sync(() => keep(chunk)))
    )
  }
  return body === null
    ? Effect.void
    : Effect.mapError(readWebBody(body, keep), (cause) => ({ isEmpty: false, code: cutCode(cause) }))
}

const utf8 = new TextDecoder()

/**
 * A body as its chunks come, within its limit, and the response once it ended.
 *
 * @internal
 */
export interface BoundedBody {
  /** Whether more of it is wanted. */
  readonly keep: (chunk: Uint8Array) => boolean
  readonly whole: () => Effect.Effect<TransportResponse, Lost>
  readonly cut: (cut: Cut) => Effect.Effect<TransportResponse, Lost>
}

const limitOf = ({ status }: Head, limits: Transport.Attempt): number =>
  isOk(status) ? limits.maxBodyBytes : limits.maxErrorBodyBytes

/** @internal */
export const boundedBody = (
  response: HttpClientResponse.HttpClientResponse,
  sent: ApiResponse["headers"],
  limits: Transport.Attempt,
  asBytes: boolean,
  { headers, isUnverified }: Content
): BoundedBody => {
  const { status } = response
  const isError = !isOk(status)
  const limit = limitOf(response, limits)
  const declared = Number(sent["content-length"] ?? NaN)
  const chunks: Array<Uint8Array> = []
  // what is announced as too long is let go at its first chunk: a response that nobody reads keeps its socket
  let size = !isError && declared > limit ? declared : 0
  const whole = (): Effect.Effect<TransportResponse, Lost> => {
    if (size > limit && !isError) return Effect.fail(fail(response, bodyTooLarge))
    if (asBytes) return Effect.succeed(fromBytes(status, headers, concat(chunks)))
    const [first] = chunks
    const text = utf8.decode(chunks.length === 1 ? first : concat(chunks))
    return isUnverified && !isError && mayBeCut(text, declared)
      ? Effect.fail(fail(response, ContentEncoding.encodingUnverified))
      : Effect.succeed({ status, headers, text })
  }
  return {
    keep: (chunk) => {
      size += chunk.byteLength
      const within = size <= limit
      if (within || isError) chunks.push(within ? chunk : chunk.subarray(0, limit - size))
      return within
    },
    whole,
    cut: (cut) => ended(response, cut, whole)
  }
}

// the platform's own limit on body size is kept by one of its clients only
const readBounded = (
  response: HttpClientResponse.HttpClientResponse,
  limits: Transport.Attempt,
  asBytes: boolean,
  origin: Origin
): Effect.Effect<TransportResponse, Lost> => {
  const { headers: sent, status } = response
  const content = contentOf(response, sent, asBytes, origin)
  const { headers, unpacked } = content
  const body = unpacked === undefined ? webBodyOf(response) : undefined
  const isShort = Number(sent["content-length"] ?? NaN) <= limitOf(response, limits)
  // HTTP itself keeps a length that is announced
  if (body === undefined && isShort && !asBytes && sent["content-encoding"] === undefined) {
    return Effect.matchEffect(response.text, {
      onFailure: (error) => ended(response, cutBy(error), () => Effect.succeed({ status, headers, text: "" })),
      onSuccess: (text) => Effect.succeed({ status, headers, text })
    })
  }
  const bounded = boundedBody(response, sent, limits, asBytes, content)
  return Effect.matchEffect(readWhile(response, body, unpacked, bounded.keep), {
    onFailure: bounded.cut,
    onSuccess: bounded.whole
  })
}

/**
 * A file has no text: it is only made of what is JSON.
 *
 * @internal
 */
export const fromBytes = (status: number, headers: ApiResponse["headers"], bytes: Uint8Array): TransportResponse => ({
  status,
  headers,
  bytes,
  text: isJsonType(headers["content-type"]) || mayBeJson(headers["content-type"]) ? new TextDecoder().decode(bytes) : ""
})

const bufferedResponse = (
  { headers, status }: HttpClientResponse.HttpClientResponse,
  body: Transport.BufferedBody,
  asBytes: boolean
): TransportResponse =>
  asBytes
    ? fromBytes(status, headers, body.bytes ?? new TextEncoder().encode(body.text))
    : { status, headers, text: body.text }

/** @internal */
export const bodyWithin = (
  response: HttpClientResponse.HttpClientResponse,
  limits: Transport.Attempt,
  asBytes: boolean,
  origin: Origin
): Effect.Effect<TransportResponse, Lost> => {
  if (Transport.BufferedBodyTypeId in response) {
    const body = response[Transport.BufferedBodyTypeId]
    if (isBuffered(body)) {
      return Effect.succeed(
        hasNoContent(response.status) ? bodiless(response) : bufferedResponse(response, body, asBytes)
      )
    }
  }
  return hasNoContent(response.status) ? ignored(response) : readBounded(response, limits, asBytes, origin)
}

// the rest is let go at its first chunk: a response that nobody reads keeps its socket
const ignored = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<TransportResponse> =>
  Effect.as(Effect.ignore(readWhile(response, webBodyOf(response), undefined, () => false)), bodiless(response))

/** @internal */
export const lostBy = (cause: Cause.Cause<unknown>): Effect.Effect<TransportResponse, Lost> => {
  if (Cause.isInterruptedOnly(cause)) return Effect.failCause(Cause.map(cause, () => lost(evidenceIn(undefined))))
  const error = Option.getOrUndefined(Cause.failureOption(cause)) ?? Option.getOrUndefined(Cause.dieOption(cause))
  if (Predicate.hasProperty(error, "_tag") && error._tag === "ResponseError") {
    const response = Predicate.hasProperty(error, "response") ? error.response : undefined
    const status =
      Predicate.hasProperty(response, "status") && Predicate.isNumber(response.status) ? response.status : undefined
    return Effect.fail(
      lost({ sent: true, phase: "response", code: "NO_ANSWER", permanent: false, timedOut: false, status })
    )
  }
  return isProxyRefusal(error)
    ? Effect.succeed({ status: 407, headers: Headers.empty, text: "" })
    : Effect.fail(lost(evidenceIn(error)))
}

/** @internal */
export const timedOut = (response: HttpClientResponse.HttpClientResponse | undefined): Lost =>
  lost(
    {
      sent: true,
      phase: response === undefined ? "request" : "body",
      code: "ATTEMPT_TIMEOUT",
      permanent: false,
      timedOut: true,
      status: response?.status
    },
    response === undefined ? undefined : headOnly(response)
  )

// its status says all there is to say
const isDecided = (head: Head | undefined): head is Head =>
  head !== undefined && (!isOk(head.status) || hasNoContent(head.status))

// the status of an error response counts even if its body never ends
const bodiless = ({ headers, status }: Head): TransportResponse => ({ status, headers, text: "" })

/**
 * The end of an attempt whose time is over.
 *
 * @internal
 */
export const late = (head: HttpClientResponse.HttpClientResponse | undefined): Effect.Effect<TransportResponse, Lost> =>
  isDecided(head) ? Effect.succeed(bodiless(head)) : Effect.fail(timedOut(head))
