/**
 * What a receiver of webhooks remembers of the deliveries it had, so that none is handled twice.
 *
 * @since 0.5.0
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { InvalidRequest } from "./InvalidRequest.js"
import * as memoryStore from "./internal/webhooks/memoryStore.js"

/**
 * A store could not be read or written.
 *
 * @since 0.5.0
 * @category errors
 */
export class DeliveryStoreFailed extends Data.TaggedError("DeliveryStoreFailed")<{ readonly cause: unknown }> {
  /** What happened and what to do. */
  override get message(): string {
    return "the store of deliveries failed: its own error is the cause"
  }
}

/**
 * What is known of a delivery: it is `new` and yours to handle, it was `handled`, or it is `underWay` in another request.
 *
 * @since 0.5.0
 * @category models
 */
export type DeliveryState = "new" | "handled" | "underWay"

/**
 * Remembers deliveries by their ids.
 *
 * In a store that outlives the process, a delivery that was begun and never came to `complete` or `forget` must become
 * `new` again after a while, since its process may have ended. It is handled again then.
 *
 * @since 0.5.0
 * @category models
 */
export interface DeliveryStore {
  /** Takes a delivery. Of many that begin at once, one gets `new`. */
  readonly begin: (id: string) => Effect.Effect<DeliveryState, DeliveryStoreFailed>
  /** Its handler is done: it is `handled` from now on. */
  readonly complete: (id: string) => Effect.Effect<void, DeliveryStoreFailed>
  /** Its handler failed: the next delivery of this id is `new`. */
  readonly forget: (id: string) => Effect.Effect<void, DeliveryStoreFailed>
}

/**
 * What a store in memory keeps.
 *
 * @since 0.5.0
 * @category models
 */
export interface MemoryOptions {
  /** How long a delivery that was handled is remembered: as long as its sender may repeat it. Default 3 days. */
  readonly rememberFor?: Duration.DurationInput | undefined
  /** The most deliveries that are remembered: of those that were handled the oldest is forgotten first. Default 100,000. */
  readonly capacity?: number | undefined
}

/**
 * A store in memory. It is empty after a restart: what its sender repeats then is handled again. Fails with `InvalidRequest`
 * for options that cannot be used.
 *
 * @example
 * ```ts
 * import * as DeliveryStore from "@effect-connectors/core/DeliveryStore"
 *
 * export const store = DeliveryStore.memory({ rememberFor: "1 day" })
 * ```
 *
 * @since 0.5.0
 * @category constructors
 */
export const memory = (options: MemoryOptions = {}): Effect.Effect<DeliveryStore, InvalidRequest> =>
  memoryStore.make(options)
