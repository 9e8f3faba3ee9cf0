/**
 * Sees the requests that go through an `HttpClient`, without changing them: who leaves, when, and with what answer.
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
 * A request that has left.
 *
 * @since 0.4.0
 * @category models
 */
export interface WireRequest {
  /** When it left: milliseconds since the epoch, on the Clock. */
  readonly at: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Everything that was sent before the body. */
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  /** The status of its answer; `open` while there is none, `lost` when none came, `interrupted` when nobody waited for it. */
  readonly status: number | "open" | "lost" | "interrupted"
  /** The text of its answer, as far as somebody has read it. */
  readonly answer: string | undefined
}

type MutableRequest = { -readonly [K in keyof WireRequest]: WireRequest[K] }

/**
 * Tells of the requests of an implementation. `Wire.layer` is put over the `HttpClient` that the implementation uses;
 * whoever has another transport gives this service of its own.
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
  /** The `HttpClient` it is given, and what goes through it. */
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
   * What has been sent.
   *
   * @since 0.4.0
   * @category services
   */
  export interface Service {
    /** Every request so far, in the order they left. */
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

/** The same response; what is read of it is kept as it passes. */
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

  const seen = (
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

  const tapped = HttpClient.transform(client, (send, request) => seen(request, send))
  const attempt = Transport.sendAttemptOf(client)
  return {
    wire,
    tapped:
      attempt === undefined
        ? tapped
        : Transport.keepsAttempt(tapped, (request, limits) => seen(request, attempt(request, limits)))
  }
}
