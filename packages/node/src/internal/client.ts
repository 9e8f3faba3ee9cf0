/**
 * The `HttpClient` over one dispatcher.
 */
import * as Transport from "@effect-connectors/core/Transport"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Runtime from "effect/Runtime"
import { BufferedExchange } from "./bufferedExchange.js"
import { ERR_INVALID_HEADER, ERR_INVALID_URL, REQUEST_BODY_UNSUPPORTED } from "./errorCodes.js"
import { Deadlines } from "./deadlines.js"
import type { Wire } from "./exchange.js"
import { areValidHeaders, toWireRequest } from "./requestBody.js"
import { StreamedExchange } from "./streamedExchange.js"
import { Targets } from "./targets.js"

type ResponseEffect = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>
type Sender = Fiber.RuntimeFiber<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

export interface ClientOptions extends Wire {
  readonly connections: number
  /** The dispatcher is ours: a piece of a body is written before the next one is taken. */
  readonly isOwnDispatcher: boolean
}

const refuse = (request: HttpClientRequest.HttpClientRequest, code: string) =>
  Effect.fail(Transport.failure(request, { sent: false, phase: "connect", code, permanent: true, timedOut: false }))

// as the clients of the platform do, and by the same setting
const headersOf = (request: HttpClientRequest.HttpClientRequest, fiber: Sender): Headers.Headers => {
  const span = fiber.currentSpan
  return span?._tag !== "Span" ||
    "traceparent" in request.headers ||
    !fiber.getFiberRef(HttpClient.currentTracerPropagation) ||
    !fiber.getFiberRef(FiberRef.currentTracerEnabled)
    ? request.headers
    : Headers.setAll(request.headers, HttpTraceContext.toHeaders(span))
}

const runtimeOf = (fiber: Sender) => (): Runtime.Runtime<never> =>
  Runtime.make({
    context: fiber.currentContext,
    runtimeFlags: Runtime.defaultRuntimeFlags,
    fiberRefs: fiber.getFiberRefs()
  })

export const makeClient = Effect.fnUntraced(function* (options: ClientOptions) {
  const deadlines = new Deadlines(yield* Effect.runtime<never>())
  const targets = new Targets(options.connections)

  const general = HttpClient.make((request, url, signal, fiber) => {
    const target = targets.fromUrl(url)
    if (target === undefined) return refuse(request, ERR_INVALID_URL)
    if (!areValidHeaders(request.headers)) return refuse(request, ERR_INVALID_HEADER)
    const wireRequest = toWireRequest(request.headers, request.body, runtimeOf(fiber), options.isOwnDispatcher)
    if (wireRequest === undefined) return refuse(request, REQUEST_BODY_UNSUPPORTED)
    return Effect.async((resume) => {
      const exchange = new StreamedExchange(options, request, target, wireRequest, resume)
      const cancel = () => exchange.cancel()
      signal.addEventListener("abort", cancel, { once: true })
      exchange.submit()
      return Effect.sync(cancel)
    })
  })

  const attempt = (
    request: HttpClientRequest.HttpClientRequest,
    limits: Transport.Attempt,
    fiber: Sender
  ): ResponseEffect => {
    const target = targets.resolve(request)
    if (target === undefined) return refuse(request, ERR_INVALID_URL)
    const headers = headersOf(request, fiber)
    if (!areValidHeaders(headers)) return refuse(request, ERR_INVALID_HEADER)
    const wireRequest = toWireRequest(headers, request.body, runtimeOf(fiber), options.isOwnDispatcher)
    if (wireRequest === undefined) return refuse(request, REQUEST_BODY_UNSUPPORTED)
    const exchange = new BufferedExchange(options, request, target, wireRequest, limits, deadlines)
    return Effect.async((resume) => exchange.start(resume))
  }

  const sendAttempt: Transport.SendAttempt = (request, limits) =>
    Effect.withFiberRuntime((fiber: Sender) => attempt(request, limits, fiber))

  const send = (request: HttpClientRequest.HttpClientRequest): ResponseEffect =>
    Effect.withFiberRuntime((fiber: Sender) => {
      const limits = fiber.getFiberRef(Transport.currentAttempt)
      return limits === undefined ? general.execute(request) : attempt(request, limits, fiber)
    })

  const client: HttpClient.HttpClient = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    (request) => Effect.flatMap(request, send),
    Effect.succeed
  )
  return Transport.keepsAttempt(client, sendAttempt)
})
