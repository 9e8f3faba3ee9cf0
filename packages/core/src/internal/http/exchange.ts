import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Transport from "../../Transport.js"
import { withCaller } from "../runtime/callContext.js"
import { childScope } from "../runtime/childScope.js"
import { idleLimit } from "../runtime/idleLimit.js"
import { local, timeLimit } from "../runtime/timeLimit.js"
import { asOpenSpan, openSpan } from "../runtime/tracing.js"
import { directFetchOf, initFor } from "./directFetch.js"
import { fetched } from "./fetched.js"
import { peeked } from "./peekedBody.js"
import {
  type Body,
  bodyWithin,
  contentOf,
  cutBy,
  fail,
  fromBytes,
  hasNoContent,
  isJsonType,
  isOk,
  late,
  type Lost,
  lostBy,
  mayBeJson,
  type Origin,
  ownTransport,
  type Reading,
  timedOut,
  type TransportResponse
} from "./transport.js"

// for the runtime's fetch alone: it follows redirects, and decodes a file without saying whether it was whole
const withFetchOptions = (context: Context.Context<never>, reading: Reading, origin: Origin): Context.Context<never> =>
  Context.add(context, FetchHttpClient.RequestInit, {
    ...initFor(context, reading !== "text"),
    // only who calls fetch reads it. A fetch of ours that watches would hide the one that a layer was given.
    get redirect(): RequestRedirect {
      origin.isFetched = true
      return "manual"
    }
  })

// a stream has no end in time, as long as something comes
const unreadBody = (
  response: HttpClientResponse.HttpClientResponse,
  stream: Body,
  limits: Transport.Attempt
): Stream.Stream<Uint8Array, Lost> =>
  idleLimit(
    Stream.catchAll(stream, (error) => {
      const cut = cutBy(error)
      return cut.isEmpty ? Stream.empty : Stream.fail(fail(response, cut.code))
    }),
    limits.idleMillis,
    () => timedOut(response)
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
  const { headers, unpacked } = contentOf(response, response.headers, true, origin)
  const unread = unreadBody(response, unpacked ?? response.stream, limits)
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
  const direct = directFetchOf(client)
  if (direct === undefined) return timed(client.execute(request), limits, reading)
  return withCaller((caller) => {
    const fetching = direct(request, caller, reading === "bytes")
    return fetching === undefined
      ? timed(client.execute(request), limits, reading)
      : fetched(fetching, caller, limits, reading === "bytes")
  })
}

const timed = (
  sent: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>,
  limits: Transport.Attempt,
  reading: Reading
): Effect.Effect<TransportResponse, Lost> =>
  withCaller((caller) => {
    let head: HttpClientResponse.HttpClientResponse | undefined
    const origin: Origin = { isFetched: false }
    const attempt = readResponse(sent, limits, reading, origin, (response) => {
      head = response
    })
    const span = openSpan(caller)
    return timeLimit(span === undefined ? attempt : asOpenSpan(caller, span, attempt), {
      millis: limits.timeoutMillis,
      onLate: () => late(head),
      context: withFetchOptions(caller.currentContext, reading, origin),
      locals: [
        ...(typeof reading === "string" ? [local(Transport.currentAttempt, limits)] : []),
        // the platform's own span would show our headers
        ...(span === undefined ? [local(HttpClient.currentTracerDisabledWhen, () => true)] : [])
      ]
    })
  })

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
