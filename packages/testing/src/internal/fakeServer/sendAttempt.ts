import type * as Transport from "@effect-connectors/core/Transport"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { ModelResponse } from "../../ConnectionsModel.js"
import { BufferedResponse } from "./bufferedResponse.js"
import { bytesOf, deliver, type DeliveredResponse } from "./deliver.js"
import { encodeBody, type EncodedBody, noBytes } from "./encodeBody.js"
import type { FakeServer } from "./fakeServer.js"
import * as MaybeDone from "./maybeDone.js"
import { parseTarget, toModelRequest } from "./modelRequest.js"
import { lengthMillis } from "./pacedBody.js"
import { serverMillis } from "./serverClock.js"
import { notSent, requestFailed } from "./transportFailure.js"

type Request = HttpClientRequest.HttpClientRequest

const decoder = new TextDecoder()

const isJson = (headers: Readonly<Record<string, string>>): boolean =>
  headers["content-type"]?.includes("application/json") === true

const bufferBody = ({ body, headers }: DeliveredResponse, maxBytes: number): Transport.BufferedBody => {
  // a character takes three bytes at most
  if (typeof body === "string" && isJson(headers) && body.length * 3 <= maxBytes) {
    return { text: body, byteLength: Buffer.byteLength(body), truncated: false }
  }
  const awaitBody = bytesOf(body)
  const { byteLength } = awaitBody
  const truncated = byteLength > maxBytes
  const bytes = truncated ? awaitBody.subarray(0, maxBytes) : awaitBody
  const text = typeof body === "string" && !truncated ? body : decoder.decode(bytes)
  return isJson(headers) ? { text, byteLength, truncated } : { text, byteLength, truncated, bytes }
}

const isOk = ({ status }: DeliveredResponse): boolean => status >= 200 && status < 300

const readWithin = (
  request: Request,
  limits: Transport.Attempt,
  response: DeliveredResponse
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> => {
  const { status } = response
  if (response._tag === "CutBody" && isOk(response)) {
    return Effect.fail(requestFailed(request, { phase: "body", code: "ECONNRESET", status }))
  }
  const body = bufferBody(response, isOk(response) ? limits.maxBodyBytes : limits.maxErrorBodyBytes)
  return isOk(response) && body.truncated
    ? Effect.fail(requestFailed(request, { phase: "body", code: "BODY_TOO_LARGE", status, permanent: true }))
    : Effect.succeed(new BufferedResponse(request, response, body))
}

/** The response once its body is complete; none when a pause in the body is longer than the client waits. */
const whole = (response: DeliveredResponse, idleMillis: number): Effect.Effect<Option.Option<DeliveredResponse>> => {
  if (response._tag === "CutBody" || response.pace === undefined) return Effect.succeedSome(response)
  const { body, pace } = response
  const millis = lengthMillis(bytesOf(body).byteLength, pace)
  if (millis === 0) return Effect.succeedSome(response)
  return pace.everyMillis > idleMillis
    ? Effect.as(Effect.sleep(idleMillis), Option.none())
    : Effect.as(Effect.sleep(millis), Option.some(response))
}

type AttemptResult = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError>

// the head of an error is a response, whatever happens to its body
const withLimits = (
  request: Request,
  limits: Transport.Attempt,
  received: Effect.Effect<ModelResponse>
): AttemptResult => {
  let head: DeliveredResponse | undefined
  const timedOut = Effect.suspend(() => {
    if (head !== undefined && !isOk(head)) return readWithin(request, limits, { ...head, body: "" })
    const phase = head === undefined ? "request" : "body"
    const status = head === undefined ? {} : { status: head.status }
    return Effect.fail(requestFailed(request, { phase, code: "ATTEMPT_TIMEOUT", timedOut: true, ...status }))
  })
  return Effect.flatMap(received, (response) => deliver(request, response)).pipe(
    Effect.flatMap((response) => {
      head = response
      return whole(response, limits.idleMillis)
    }),
    Effect.timeoutOption(limits.timeoutMillis),
    Effect.map(Option.flatten),
    Effect.flatMap(
      Option.match({ onNone: () => timedOut, onSome: (response) => readWithin(request, limits, response) })
    )
  )
}

/**
 * Sends a request for a client that keeps the limits of an attempt itself. It makes no stream and no AbortController
 * for a response, and no timer for a response that is there at once.
 *
 * @internal
 */
export const sendAttempt =
  (server: FakeServer): Transport.SendAttempt =>
  (request, limits) => {
    const target = parseTarget(request.url)
    if (target === undefined) {
      return Effect.fail(requestFailed(request, { ...notSent, code: "ERR_INVALID_URL", permanent: true }))
    }
    const send = (body: EncodedBody) =>
      Effect.clockWith((clock): AttemptResult => {
        const received = server.receive(toModelRequest(request, body, target), serverMillis(clock))
        const response = MaybeDone.isDone(received) && Exit.isSuccess(received) ? received.value : undefined
        return response?._tag === "Answer" && response.pace === undefined
          ? readWithin(request, limits, response)
          : withLimits(request, limits, received)
      })
    return request.body._tag === "Empty" ? send({ bytes: noBytes }) : Effect.flatMap(encodeBody(request), send)
  }
