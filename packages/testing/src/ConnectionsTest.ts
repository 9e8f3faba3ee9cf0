/**
 * The Connections platform as a Layer: an `HttpClient` that answers from a model
 * in memory, and the service with which a test looks into it.
 *
 * @since 0.1.0
 */
import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as ConnectionsModel from "./ConnectionsModel.js"
import { make as makeModel } from "./internal/model/model.js"
import * as World from "./World.js"

const unsent = { sent: false, phase: "connect", timedOut: false } as const

const textOf = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<string, HttpClientError.RequestError> => {
  const body = request.body
  switch (body._tag) {
    case "Empty":
      return Effect.succeed("")
    case "Uint8Array":
      return Effect.succeed(new TextDecoder().decode(body.body))
    case "Raw":
      return typeof body.body === "string"
        ? Effect.succeed(body.body)
        : Effect.fail(Transport.failure(request, { ...unsent, code: "UNSUPPORTED_BODY", permanent: true }))
    case "Stream":
      return Stream.decodeText(body.stream).pipe(
        Stream.mkString,
        Effect.mapError(() => failed(request, "request", "BODY_FAILED"))
      )
    case "FormData":
      return Effect.promise(() => new Response(body.formData).text())
  }
}

const failed = (
  request: HttpClientRequest.HttpClientRequest,
  phase: Transport.Phase,
  code: string
): HttpClientError.RequestError =>
  Transport.failure(request, { sent: phase !== "connect", phase, code, permanent: false, timedOut: false })

/** A body that ends too early; the evidence is on the error that reading it gives. */
const cutBody = (text: string, status: number): ReadableStream<Uint8Array> => {
  let sent = false
  return new ReadableStream({
    pull: (controller) => {
      if (!sent && text !== "") {
        sent = true
        return controller.enqueue(new TextEncoder().encode(text))
      }
      const evidence: Transport.Evidence = {
        sent: true,
        phase: "body",
        code: "ECONNRESET",
        permanent: false,
        timedOut: false,
        status
      }
      controller.error(
        Object.assign(new Error("the connection ended inside of the body"), { [Transport.EvidenceTypeId]: evidence })
      )
    }
  })
}

/** Statuses whose answer has no body: `Response` refuses one. */
const bodiless: ReadonlySet<number> = new Set([101, 204, 205, 304])

type Request = HttpClientRequest.HttpClientRequest
type Model = ConnectionsModel.ConnectionsModel
type Answered = Extract<ConnectionsModel.ModelResponse, { readonly status: number }>

// what happened on the way is the same however the body is read
const answered = Effect.fnUntraced(function* (
  model: Model,
  request: Request,
  url: URL
): Effect.fn.Return<Answered, HttpClientError.RequestError> {
  const response = yield* model.handle({
    method: request.method,
    path: url.pathname,
    query: Array.from(url.searchParams.entries()),
    headers: request.headers,
    body: yield* textOf(request)
  })
  if (response._tag === "Reset") return yield* failed(request, "request", "ECONNRESET")
  if (response._tag === "Refused") return yield* failed(request, "connect", "ECONNREFUSED")
  return response
})

const webResponse = (request: Request, { body, headers, status }: Extract<Answered, { readonly _tag: "Answer" }>) =>
  HttpClientResponse.fromWeb(
    request,
    new Response(bodiless.has(status) ? null : body, { status, headers: { ...headers } })
  )

const streamed =
  (model: Model) =>
  (request: Request, url: URL): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> =>
    Effect.map(answered(model, request, url), (response) => {
      if (response._tag === "Answer") return webResponse(request, response)
      const { status } = response
      const headers = { ...response.headers, "content-length": String(response.contentLength) }
      return HttpClientResponse.fromWeb(request, new Response(cutBody(response.body, status), { status, headers }))
    })

const cutTo = (text: string, maxBytes: number): Transport.BufferedBody => {
  const bytes = new TextEncoder().encode(text)
  return bytes.byteLength <= maxBytes
    ? { text, byteLength: bytes.byteLength, truncated: false }
    : { text: new TextDecoder().decode(bytes.subarray(0, maxBytes)), byteLength: bytes.byteLength, truncated: true }
}

// the way of a client that keeps the limits of an attempt itself: no stream and no AbortController for each answer
const attempted =
  (model: Model): Transport.SendAttempt =>
  (request, limits) => {
    const lost = (evidence: Pick<Transport.Evidence, "phase" | "code"> & Partial<Transport.Evidence>) =>
      Transport.failure(request, { sent: true, permanent: false, timedOut: false, ...evidence })
    if (!URL.canParse(request.url)) {
      return Effect.fail(lost({ ...unsent, code: "ERR_INVALID_URL", permanent: true }))
    }
    return answered(model, request, new URL(request.url)).pipe(
      Effect.timeoutFail({
        duration: limits.timeoutMillis,
        onTimeout: () => lost({ phase: "request", code: "ATTEMPT_TIMEOUT", timedOut: true })
      }),
      Effect.flatMap((response) => {
        const { status } = response
        const isOk = status >= 200 && status < 300
        if (response._tag === "CutBody" && isOk) {
          return Effect.fail(lost({ phase: "body", code: "ECONNRESET", status }))
        }
        const body = cutTo(response.body, isOk ? limits.maxBodyBytes : limits.maxErrorBodyBytes)
        return isOk && body.truncated
          ? Effect.fail(lost({ phase: "body", code: "BODY_TOO_LARGE", status, permanent: true }))
          : Effect.succeed(
              Object.assign(webResponse(request, { ...response, _tag: "Answer" }), {
                [Transport.BufferedBodyTypeId]: body
              })
            )
      })
    )
  }

const clientOf = (model: Model): HttpClient.HttpClient =>
  Transport.keepsAttempt(HttpClient.make(streamed(model)), attempted(model))

/**
 * Looks into the platform that a program talks to, and turns it.
 *
 * @example
 * ```ts
 * import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function*() {
 *   const platform = yield* ConnectionsTest
 *   yield* platform.respondNext({ operation: "connections.list" }, [{ status: 503 }, { _tag: "Reset" }])
 *   const response = yield* HttpClient.get("http://localhost/api/v1/connections")
 *   return [response.status, yield* platform.requests]
 * }).pipe(Effect.provide(ConnectionsTest.layer()))
 * ```
 *
 * @since 0.1.0
 * @category services
 */
export class ConnectionsTest extends Context.Tag("@effect-connectors/testing/ConnectionsTest")<
  ConnectionsTest,
  ConnectionsTest.Service
>() {
  /** The service itself, for a program that holds more than one platform. */
  static readonly make = (
    world: World.World = World.demo,
    options?: ConnectionsModel.Options
  ): Effect.Effect<ConnectionsTest.Service, never, Scope.Scope> =>
    Effect.map(makeModel(world, options), (model) => ({ ...model, client: clientOf(model) }))

  /**
   * An `HttpClient` over the platform in memory, for any origin, and the service that looks
   * into it. `World.demo` unless another world is given. Time is the Clock of whoever asks.
   */
  static readonly layer = (
    world?: World.World,
    options?: ConnectionsModel.Options
  ): Layer.Layer<ConnectionsTest | HttpClient.HttpClient> =>
    Layer.scopedContext(
      Effect.map(ConnectionsTest.make(world, options), (service) =>
        Context.make(ConnectionsTest, service).pipe(Context.add(HttpClient.HttpClient, service.client))
      )
    )
}

/**
 * The service that {@link ConnectionsTest} gives.
 *
 * @since 0.1.0
 * @category services
 */
export declare namespace ConnectionsTest {
  /**
   * The state of the platform and the client that reaches it.
   *
   * @since 0.1.0
   * @category services
   */
  export interface Service extends ConnectionsModel.ConnectionsModel {
    readonly client: HttpClient.HttpClient
  }
}
