/**
 * Receives what a platform sends when a trigger fires: as a route of `@effect/platform`, or as a function from a `Request`
 * to a `Response`.
 *
 * @since 0.5.0
 */
import * as HttpApp from "@effect/platform/HttpApp"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { DeliveryStore } from "./DeliveryStore.js"
import type { InvalidRequest } from "./InvalidRequest.js"
import * as receiver from "./internal/webhooks/receiver.js"
import type { WebhookSignature } from "./WebhookSignature.js"

/**
 * A delivery whose signature is right.
 *
 * @since 0.5.0
 * @category models
 */
export interface Delivery {
  /** The same when it is sent again; `undefined` where its sender gives none. */
  readonly id: string | undefined
  /** When it was signed, in milliseconds since 1970, where that is proved. */
  readonly signedAtMillis: number | undefined
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The bytes that were signed. */
  readonly body: Uint8Array
  /** The body as UTF-8. Decode it with `Schema.parseJson`. */
  readonly text: string
}

/**
 * How deliveries are received.
 *
 * @since 0.5.0
 * @category models
 */
export interface WebhookOptions<E, R> {
  readonly signature: WebhookSignature
  /**
   * What is done for a delivery, before the sender gets its response. When it fails, the sender gets 500 and sends again.
   * It goes on when the sender hangs up, and is interrupted when the scope closes. Many run at once, and in any order.
   */
  readonly handler: (delivery: Delivery) => Effect.Effect<void, E, R>
  /** Remembers what was handled. Default `DeliveryStore.memory()`. */
  readonly store?: DeliveryStore | undefined
  /** How far the signed time may be from now. Default 5 minutes. */
  readonly tolerance?: Duration.DurationInput | undefined
  /** The largest body, in bytes. Default 1 MiB. */
  readonly maxBytes?: number | undefined
  /** How long its sender has for the body. Default 30 seconds. */
  readonly bodyTimeout?: Duration.DurationInput | undefined
}

/**
 * The deliveries as an app of `@effect/platform`, for `HttpRouter.post` or `HttpRouter.all`. Fails with `InvalidRequest` for
 * options that cannot be used.
 *
 * | response | when                                                                      |
 * | -------- | ------------------------------------------------------------------------- |
 * | 204      | its handler is done, now or before                                        |
 * | 400      | its signed time is outside of `tolerance`, or its body cannot be read     |
 * | 401      | its signature is missing or wrong                                         |
 * | 405      | it is not a POST                                                          |
 * | 408      | its body did not come within `bodyTimeout`                                |
 * | 413      | its body is over `maxBytes`                                               |
 * | 500      | its handler failed, or its signature could not be checked: send it again  |
 * | 503      | it is being handled, or the store failed: send it again                   |
 *
 * A delivery whose handler completed is not handled again while the store remembers it. When the process ends between the
 * two, it is handled again: at least once.
 *
 * @example
 * ```ts
 * import * as Webhook from "@effect-connectors/core/Webhook"
 * import * as WebhookSignature from "@effect-connectors/core/WebhookSignature"
 * import * as HttpRouter from "@effect/platform/HttpRouter"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * export const router = Effect.gen(function* () {
 *   const signature = yield* WebhookSignature.standard(Redacted.make("whsec_c2VjcmV0"))
 *   const hooks = yield* Webhook.app({ signature, handler: ({ text }) => Effect.log(text) })
 *   return HttpRouter.empty.pipe(HttpRouter.post("/hooks", hooks))
 * })
 * ```
 *
 * @since 0.5.0
 * @category constructors
 */
export const app = <E, R>(
  options: WebhookOptions<E, R>
): Effect.Effect<HttpApp.Default<never, R>, InvalidRequest, Scope.Scope> => receiver.make(options)

/**
 * The same as a function from a `Request` to a `Response`, for whatever serves those. The handler gets what it needs from
 * the effect that makes the function. Fails with `InvalidRequest` as {@link app} does.
 *
 * @example
 * ```ts
 * import * as Webhook from "@effect-connectors/core/Webhook"
 * import * as WebhookSignature from "@effect-connectors/core/WebhookSignature"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as ManagedRuntime from "effect/ManagedRuntime"
 * import * as Redacted from "effect/Redacted"
 *
 * const runtime = ManagedRuntime.make(Layer.scope)
 *
 * export const POST = runtime.runPromise(
 *   Effect.gen(function* () {
 *     const signature = yield* WebhookSignature.sharedHeader({ secrets: Redacted.make("secret") })
 *     return yield* Webhook.webHandler({ signature, handler: ({ text }) => Effect.log(text) })
 *   })
 * )
 * ```
 *
 * @since 0.5.0
 * @category constructors
 */
export const webHandler = <E, R>(
  options: WebhookOptions<E, R>
): Effect.Effect<(request: Request) => Promise<Response>, InvalidRequest, R | Scope.Scope> =>
  Effect.flatMap(receiver.make(options), (receive) =>
    Effect.map(Effect.runtime<R>(), (runtime) => HttpApp.toWebHandlerRuntime(runtime)(receive))
  )
