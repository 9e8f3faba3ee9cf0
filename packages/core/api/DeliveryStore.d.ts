import type { InvalidRequest } from "./InvalidRequest.js"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"

declare const DeliveryStoreFailed_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "DeliveryStoreFailed"
} & Readonly<A>
export declare class DeliveryStoreFailed extends DeliveryStoreFailed_base<{
  readonly cause: unknown
}> {
  get message(): string
}
export type DeliveryState = "new" | "handled" | "underWay"
export interface DeliveryStore {
  readonly begin: (id: string) => Effect.Effect<DeliveryState, DeliveryStoreFailed>
  readonly complete: (id: string) => Effect.Effect<void, DeliveryStoreFailed>
  readonly forget: (id: string) => Effect.Effect<void, DeliveryStoreFailed>
}
export interface MemoryOptions {
  readonly rememberFor?: Duration.DurationInput | undefined
  readonly capacity?: number | undefined
}
export declare const memory: (options?: MemoryOptions) => Effect.Effect<DeliveryStore, InvalidRequest>
