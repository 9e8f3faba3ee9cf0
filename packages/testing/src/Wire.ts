/**
 * Records the requests that go through an `HttpClient`, without changing them: when each was sent, and its response.
 *
 * @since 0.4.0
 */
import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

type Request = HttpClientRequest.HttpClientRequest
type Response = HttpClientResponse.HttpClientResponse

/**
 * A request that was sent.
 *
 * @since 0.4.0
 * @category models
 */
export interface WireRequest {
  /** When it was sent: milliseconds since the epoch, on the Clock. */
  readonly at: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The headers as they were sent. */
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  /** The status of its response; `open` while there is none, `lost` when the request failed, `interrupted` when the client left. */
  readonly status: number | "open" | "lost" | "interrupted"
  /** The text of its response, as far as it was read. */
  readonly answer: string | undefined
}

type MutableRequest = { -readonly [K in keyof WireRequest]: WireRequest[K] }

/**
 * The requests of an implementation. Put `Wire.layer` over the `HttpClient` that the implementation uses; for another
 * transport, provide this service yourself.
 *
 * @example
 * ```ts
 * import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
 * import { Wire } from "@effect-connectors/testing/Wire"
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = Effect.gen(function*() {
 *   const wire = yield* Wire
 *   yield* HttpClient.get("http://localhost/api/v1/connections")
 *   return (yield* wire.requests).length // 1
 * }).pipe(Effect.provide(Wire.layer.pipe(Layer.provide(ConnectionsTest.layer()))))
 * ```
 *
 * @since 0.4.0
 * @category services
 */
export class Wire extends Context.Tag("@effect-connectors/testing/Wire")<Wire, Wire.Service>() {
  /** The given `HttpClient`, and a record of its requests. */
  static readonly layer: Layer.Layer<Wire | HttpClient.HttpClient, never, HttpClient.HttpClient> = Layer.effectContext(
    Effect.map(HttpClient.HttpClient, (client) => {
      const { tapped, wire } = tap(client)
      return Context.make(Wire, wire).pipe(Context.add(HttpClient.HttpClient, tapped))
    })
  )
}

/**
 * The service that {@link Wire} gives.
 *
 * @since 0.4.0
 * @category services
 */
export declare namespace Wire {
  /**
   * The requests so far.
   *
   * @since 0.4.0
   * @category services
   */
  export interface Service {
    /** Every request so far, in the order they were sent. */
    readonly requests: Effect.Effect<ReadonlyArray<WireRequest>>
  }
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : url)

const keepText = (entry: MutableRequest) => (text: string) =>
  Effect.sync(() => {
    entry.answer = text
  })

const keepPiece = (entry: MutableRequest) => {
  const decoder = new TextDecoder()
  return (bytes: Uint8Array) =>
    Effect.sync(() => {
      entry.answer = (entry.answer ?? "") + decoder.decode(bytes, { stream: true })
    })
}

const bufferedText = (response: Response): string | undefined => {
  if (!Predicate.hasProperty(response, Transport.BufferedBodyTypeId)) return undefined
  const body = response[Transport.BufferedBodyTypeId]
  return Predicate.hasProperty(body, "text") && typeof body.text === "string" ? body.text : undefined
}

/** The same response; the text that is read from it is recorded. */
const observed = (response: Response, entry: MutableRequest): Response => {
  entry.answer = bufferedText(response)
  if (entry.answer !== undefined) return response
  return new Proxy(response, {
    get: (of, key): unknown => {
      if (key === "text") return Effect.tap(of.text, keepText(entry))
      if (key === "stream") return Stream.tap(of.stream, keepPiece(entry))
      return Reflect.get(of, key)
    }
  })
}

const statusOf = (exit: Exit.Exit<Response, unknown>): WireRequest["status"] => {
  if (Exit.isSuccess(exit)) return exit.value.status
  return Exit.isInterrupted(exit) ? "interrupted" : "lost"
}

const tap = (client: HttpClient.HttpClient) => {
  const entries: Array<MutableRequest> = []
  const wire: Wire.Service = { requests: Effect.sync(() => entries.map((entry) => ({ ...entry }))) }

  const recorded = (
    { headers, method, url }: Request,
    send: Effect.Effect<Response, HttpClientError.HttpClientError>
  ): Effect.Effect<Response, HttpClientError.HttpClientError> =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const kept = Redacted.make({ ...headers })
      const entry: MutableRequest = { at, method, path: pathOf(url), headers: kept, status: "open", answer: undefined }
      entries.push(entry)
      return send.pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            entry.status = statusOf(exit)
          })
        ),
        Effect.map((response) => observed(response, entry))
      )
    })

  const tapped = HttpClient.transform(client, (send, request) => recorded(request, send))
  const attempt = Transport.sendAttemptOf(client)
  return {
    wire,
    tapped:
      attempt === undefined
        ? tapped
        : Transport.keepsAttempt(tapped, (request, limits) => recorded(request, attempt(request, limits)))
  }
}
