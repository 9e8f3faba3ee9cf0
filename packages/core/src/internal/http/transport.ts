import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Headers from "@effect/platform/Headers"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ApiResponse } from "../../ApiResponse.js"
import * as Transport from "../../Transport.js"
import { concat } from "../data/concat.js"
import { childScope } from "../runtime/childScope.js"
import { withCaller } from "../runtime/callContext.js"
import { locally, withoutFailureLogs } from "../runtime/fiberLocal.js"
import { asOpenSpan, openSpan } from "../runtime/tracing.js"
import { bodyTooLarge } from "./errors.js"
import * as ContentEncoding from "./contentEncoding.js"
import { peeked } from "./peekedBody.js"
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

const headOnly = (response: HttpClientResponse.HttpClientResponse): ApiResponse => ({
  status: response.status,
  headers: response.headers,
  requestId: requestIdOf(response.headers),
  body: undefined
})

const isBuffered = (u: unknown): u is Transport.BufferedBody => typeof u === "object" && u !== null && "text" in u

const fail = (response: HttpClientResponse.HttpClientResponse, code: string): Lost =>
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

interface Cut {
  readonly isEmpty: boolean
  readonly code: string
}

// the status of an error response counts even if its body is cut
const cutBody =
  (response: HttpClientResponse.HttpClientResponse, isError: boolean) =>
  ({ code, isEmpty }: Cut): Effect.Effect<void, Lost> =>
    isError || isEmpty ? Effect.void : Effect.fail(fail(response, code))

const cutBy = (error: HttpClientError.ResponseError | ContentEncoding.EncodingFailed): Cut =>
  error._tag === "EncodingFailed"
    ? { isEmpty: false, code: error.code }
    : { isEmpty: error.reason === "EmptyBody", code: errorCodeIn(error.cause) ?? "BODY_CUT" }

/**
 * Whether a request went to the runtime's `fetch`: it decodes what it can, keeps the header that says otherwise, and
 * does not mind a body that is cut.
 */
interface Origin {
  isFetched: boolean
}

const ownTransport: Origin = Object.freeze({ isFetched: false })

// a response that a program made in place of fetch has no address, and its body is as the header says
const isHandMade = (response: HttpClientResponse.HttpClientResponse): boolean => {
  const original = Predicate.hasProperty(response, "original") ? response.original : response
  const source = Predicate.hasProperty(original, "source") ? original.source : undefined
  return Predicate.hasProperty(source, "url") && source.url === ""
}

/** What a response holds, once nothing of it is packed. */
interface Content {
  readonly headers: ApiResponse["headers"]
  readonly stream: Stream.Stream<Uint8Array, HttpClientError.ResponseError | ContentEncoding.EncodingFailed>
  /** The runtime has decoded it, and does not say whether it was whole. */
  readonly isUnverified: boolean
}

const contentOf = (response: HttpClientResponse.HttpClientResponse, isFile: boolean, origin: Origin): Content => {
  const { stream } = response
  const encodings = ContentEncoding.encodingsOf(response.headers)
  if (encodings.length === 0) return { headers: response.headers, stream, isUnverified: false }
  const headers = ContentEncoding.decodedHeaders(response.headers)
  if (!origin.isFetched || isHandMade(response)) {
    return { headers, stream: ContentEncoding.decoded(stream, encodings, !isFile), isUnverified: false }
  }
  if (!isFile || !isOk(response.status)) return { headers, stream, isUnverified: true }
  const code = ContentEncoding.fetchedFileIssue(encodings)
  if (code === undefined) return { headers, stream, isUnverified: true }
  // its first piece is taken, and the rest let go: a response that nobody reads keeps its connection
  const refused = Stream.fail(new ContentEncoding.EncodingFailed({ code }))
  return { headers, stream: Stream.concat(Stream.drain(Stream.take(stream, 1)), refused), isUnverified: true }
}

// packed to this length a body may have been empty
const packedEmptyLength = 20

// JSON shows by itself that it is whole, but for a number, and for nothing at all
const mayBeCut = (text: string, packedLength: number): boolean =>
  /^\s*-?\d/.test(text) || (packedLength > packedEmptyLength && text.trim() === "")

// the platform's own limit on body size is kept by one of its clients only
const readBounded = (
  response: HttpClientResponse.HttpClientResponse,
  limits: Transport.Attempt,
  asBytes: boolean,
  origin: Origin
): Effect.Effect<TransportResponse, Lost> =>
  Effect.suspend(() => {
    const { status } = response
    const isError = !isOk(status)
    const limit = isError ? limits.maxErrorBodyBytes : limits.maxBodyBytes
    const declared = Number(response.headers["content-length"] ?? NaN)
    // a length that is announced is kept by HTTP itself; without one, and where it is that of packed bytes, we count
    if (!asBytes && declared <= limit && response.headers["content-encoding"] === undefined) {
      const { headers } = response
      return Effect.matchEffect(response.text, {
        onFailure: (error) => Effect.as(cutBody(response, isError)(cutBy(error)), { status, headers, text: "" }),
        onSuccess: (text) => Effect.succeed({ status, headers, text })
      })
    }
    const { headers, isUnverified, stream } = contentOf(
      response,
      asBytes && !isJsonType(response.headers["content-type"]),
      origin
    )
    const decoder = new TextDecoder()
    let text = ""
    const chunks: Array<Uint8Array> = []
    // what is announced as too long is let go at its first chunk: a response that nobody reads keeps its socket
    let size = !isError && declared > limit ? declared : 0
    const keep = (chunk: Uint8Array): boolean => {
      size += chunk.byteLength
      const within = size <= limit
      if (within || isError) {
        const kept = within ? chunk : chunk.subarray(0, limit - size)
        if (asBytes) chunks.push(kept)
        else text += decoder.decode(kept, { stream: true })
      }
      return within
    }
    return stream.pipe(
      Stream.mapError(cutBy),
      Stream.runForEachWhile((chunk) => Effect.sync(() => keep(chunk))),
      Effect.catchAll(cutBody(response, isError)),
      Effect.flatMap(() =>
        size > limit && !isError
          ? Effect.fail(fail(response, bodyTooLarge))
          : Effect.succeed(
              asBytes ? fromBytes(status, headers, concat(chunks)) : { status, headers, text: text + decoder.decode() }
            )
      ),
      Effect.filterOrFail(
        (received) => !isUnverified || isError || received.bytes !== undefined || !mayBeCut(received.text, declared),
        () => fail(response, ContentEncoding.encodingUnverified)
      )
    )
  })

// a file has no text: it is only made of what is JSON
const fromBytes = (status: number, headers: ApiResponse["headers"], bytes: Uint8Array): TransportResponse => ({
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

const bodyWithin = (
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
  response.stream.pipe(
    Stream.runForEachWhile(() => Effect.succeed(false)),
    Effect.ignore,
    Effect.as(bodiless(response))
  )

const lostBy = (cause: Cause.Cause<unknown>): Effect.Effect<TransportResponse, Lost> => {
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

// for the runtime's fetch alone: it follows redirects, and decodes a file without saying whether it was whole
const withFetchOptions = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  reading: Reading,
  origin: Origin
): Effect.Effect<A, E, R> =>
  Effect.mapInputContext(effect, (context: Context.Context<R>) => {
    const given = Option.getOrElse(Context.getOption(context, FetchHttpClient.RequestInit), (): RequestInit => ({}))
    const asked =
      reading === "text"
        ? given
        : {
            ...given,
            headers: { "accept-encoding": "identity", ...Headers.fromInput(new globalThis.Headers(given.headers)) }
          }
    return Context.add(context, FetchHttpClient.RequestInit, {
      ...asked,
      // only who calls fetch reads it. A fetch of ours that watches would hide the one that a layer was given.
      get redirect(): RequestRedirect {
        origin.isFetched = true
        return "manual"
      }
    })
  })

// the platform's own span would show our headers
const withCallSpan = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  withCaller((caller) => {
    const span = openSpan(caller)
    return span === undefined
      ? locally(HttpClient.currentTracerDisabledWhen, () => true)(effect)
      : asOpenSpan(caller, span, effect)
  })

type Head = Pick<HttpClientResponse.HttpClientResponse, "status" | "headers">

// its status says all there is to say
const isDecided = (head: Head | undefined): head is Head =>
  head !== undefined && (!isOk(head.status) || hasNoContent(head.status))

// the status of an error response counts even if its body never ends
const bodiless = ({ headers, status }: Head): TransportResponse => ({ status, headers, text: "" })

// a stream has no end in time, as long as something comes
const unreadBody = (
  response: HttpClientResponse.HttpClientResponse,
  stream: Content["stream"],
  limits: Transport.Attempt
): Stream.Stream<Uint8Array, Lost> =>
  stream.pipe(
    Stream.catchAll((error) => {
      const cut = cutBy(error)
      return cut.isEmpty ? Stream.empty : Stream.fail(fail(response, cut.code))
    }),
    Stream.timeoutFail(() => timedOut(response), limits.idleMillis)
  )

const opens = (response: HttpClientResponse.HttpClientResponse): boolean => {
  const type = response.headers["content-type"]
  return (
    isOk(response.status) &&
    !hasNoContent(response.status) &&
    !isJsonType(type) &&
    (type === undefined || !mayBeJson(type))
  )
}

const open = (
  response: HttpClientResponse.HttpClientResponse,
  limits: Transport.Attempt,
  scope: Scope.Scope,
  origin: Origin
): Effect.Effect<TransportResponse> => {
  const { status } = response
  const { headers, stream } = contentOf(response, true, origin)
  const unread = unreadBody(response, stream, limits)
  return headers["content-type"] === undefined
    ? Effect.map(peeked(unread, limits.maxBodyBytes, scope), (body) =>
        body instanceof Uint8Array ? fromBytes(status, headers, body) : { status, headers, text: "", unread: body }
      )
    : Effect.succeed({ status, headers, text: "", unread })
}

const readResponse = (
  sent: Effect.Effect<HttpClientResponse.HttpClientResponse, unknown>,
  limits: Transport.Attempt,
  reading: Reading,
  origin: Origin,
  onHead?: (response: HttpClientResponse.HttpClientResponse) => void
): Effect.Effect<TransportResponse, Lost> =>
  Effect.matchCauseEffect(sent, {
    onFailure: lostBy,
    onSuccess: (response) => {
      onHead?.(response)
      return typeof reading !== "string" && opens(response)
        ? open(response, limits, reading, origin)
        : bodyWithin(response, limits, reading !== "text", origin)
    }
  })

/**
 * Sends one request through any `HttpClient` and reads its response within the
 * limits. A client that keeps the limits itself is spared the timer, the
 * bounded read and the platform's span, which would show our headers.
 *
 * @internal
 */
export const exchange = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  limits: Transport.Attempt,
  reading: Reading
): Effect.Effect<TransportResponse, Lost> => {
  if (typeof reading !== "string") return opened(client, request, limits, reading)
  const send = Transport.sendAttemptOf(client)
  if (send !== undefined) return readResponse(send(request, limits), limits, reading, ownTransport)
  return timed(client.execute(request), limits, reading).pipe(locally(Transport.currentAttempt, limits))
}

const timed = (
  sent: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>,
  limits: Transport.Attempt,
  reading: Reading
): Effect.Effect<TransportResponse, Lost> => {
  let head: HttpClientResponse.HttpClientResponse | undefined
  const origin: Origin = { isFetched: false }
  return readResponse(sent, limits, reading, origin, (response) => {
    head = response
  }).pipe(
    Effect.timeoutFail({ duration: limits.timeoutMillis, onTimeout: () => timedOut(head) }),
    Effect.catchAll((lost) =>
      lost.evidence.timedOut && isDecided(head) ? Effect.succeed(bodiless(head)) : Effect.fail(lost)
    ),
    withCallSpan,
    // fibers that are forked below would log how they failed, with the platform's errors in it
    withoutFailureLogs,
    (effect) => withFetchOptions(effect, reading, origin)
  )
}

// the request lives as long as its body is read: an attempt that gave nothing to read is ended at once
const opened = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  limits: Transport.Attempt,
  scope: Scope.Scope
): Effect.Effect<TransportResponse, Lost> =>
  Effect.flatMap(childScope(scope), (own) =>
    timed(Scope.extend(HttpClient.withScope(client).execute(request), own), limits, own).pipe(
      Effect.onExit((exit) =>
        Exit.isSuccess(exit) && exit.value.unread !== undefined ? Effect.void : Scope.close(own, Exit.void)
      )
    )
  )
