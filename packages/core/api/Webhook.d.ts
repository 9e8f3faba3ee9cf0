import type { DeliveryStore } from "./DeliveryStore.js"
import type { InvalidRequest } from "./InvalidRequest.js"
import type { WebhookSignature } from "./WebhookSignature.js"
import type * as HttpApp from "@effect/platform/HttpApp"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface Delivery {
  readonly id: string | undefined
  readonly signedAtMillis: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly text: string
}
export interface WebhookOptions<E, R> {
  readonly signature: WebhookSignature
  readonly handler: (delivery: Delivery) => Effect.Effect<void, E, R>
  readonly store?: DeliveryStore | undefined
  readonly tolerance?: Duration.DurationInput | undefined
  readonly maxBytes?: number | undefined
  readonly bodyTimeout?: Duration.DurationInput | undefined
}
export declare const app: <E, R>(
  options: WebhookOptions<E, R>
) => Effect.Effect<HttpApp.Default<never, R>, InvalidRequest, Scope.Scope>
export declare const webHandler: <E, R>(
  options: WebhookOptions<E, R>
) => Effect.Effect<(request: Request) => Promise<Response>, InvalidRequest, R | Scope.Scope>
