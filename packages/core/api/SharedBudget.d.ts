import type { InvalidRequest } from "./InvalidRequest.js"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"

declare const BudgetUnavailable_base: Schema.TaggedErrorClass<
  BudgetUnavailable,
  "BudgetUnavailable",
  {
    readonly _tag: Schema.tag<"BudgetUnavailable">
  } & {
    reason: typeof Schema.String
  }
>
export declare class BudgetUnavailable extends BudgetUnavailable_base {
  readonly retryable = true
  get message(): string
}
export interface Reservation {
  readonly requests: number
  readonly startsInMillis: number
  readonly everyMillis: number
}
export interface SharedBudgetOptions {
  readonly requests: number
  readonly per?: Duration.DurationInput | undefined
  readonly batch?: number | undefined
}
export interface Pace {
  readonly everyMillis: number
  readonly batch: number
}
export declare const pace: (operation: string, options: SharedBudgetOptions) => Effect.Effect<Pace, InvalidRequest>
declare const SharedBudget_base: Context.TagClass<
  SharedBudget,
  "@effect-connectors/core/SharedBudget",
  SharedBudget.Service
>
export declare class SharedBudget extends SharedBudget_base {
  static layer(options: SharedBudgetOptions): Layer.Layer<SharedBudget, InvalidRequest>
  static clients<A, E, R>(
    build: (shared: SharedBudget.Service) => Layer.Layer<A, E, R>
  ): Layer.Layer<A, E, R | SharedBudget>
}
export declare namespace SharedBudget {
  interface Service {
    readonly reserve: (most: number) => Effect.Effect<Reservation, BudgetUnavailable>
    readonly pause: (millis: number) => Effect.Effect<void, BudgetUnavailable>
    readonly pausedFor: Effect.Effect<number>
  }
}
export declare const make: (options: SharedBudgetOptions) => Effect.Effect<SharedBudget.Service, InvalidRequest>
