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
import * as ConnectionsModel from "./ConnectionsModel.js"
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

const clientOf = (model: ConnectionsModel.ConnectionsModel): HttpClient.HttpClient =>
  HttpClient.make(
    Effect.fnUntraced(function* (request, url) {
      const response = yield* model.handle({
        method: request.method,
        path: url.pathname,
        query: Array.from(url.searchParams.entries()),
        headers: request.headers,
        body: yield* textOf(request)
      })
      switch (response._tag) {
        case "Reset":
          return yield* failed(request, "request", "ECONNRESET")
        case "Refused":
          return yield* failed(request, "connect", "ECONNREFUSED")
        case "CutBody": {
          const { status } = response
          const headers = { ...response.headers, "content-length": String(response.contentLength) }
          return HttpClientResponse.fromWeb(request, new Response(cutBody(response.body, status), { status, headers }))
        }
        case "Answer": {
          const { status, headers } = response
          return HttpClientResponse.fromWeb(
            request,
            new Response(bodiless.has(status) ? null : response.body, { status, headers: { ...headers } })
          )
        }
      }
    })
  )

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
    Effect.map(ConnectionsModel.make(world, options), (model) => ({ ...model, client: clientOf(model) }))

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
