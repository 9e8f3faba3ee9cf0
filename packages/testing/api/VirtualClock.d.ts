import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"

export interface VirtualClockOptions {
  readonly startMillis?: number
  readonly autoAdvance?: boolean
  readonly maxAdvances?: number
}
export interface RunOptions extends VirtualClockOptions {
  readonly seed?: string | number
  readonly deadlockTurns?: number | false
}
declare const VirtualClock_base: Context.TagClass<
  VirtualClock,
  "@effect-connectors/testing/VirtualClock",
  VirtualClock.Service
>
export declare class VirtualClock extends VirtualClock_base {
  static readonly make: (options?: VirtualClockOptions) => Effect.Effect<VirtualClock.Service, never, Scope.Scope>
  static readonly layerWith: (options?: VirtualClockOptions) => Layer.Layer<VirtualClock>
  static readonly layer: Layer.Layer<VirtualClock>
  static readonly run: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    options?: RunOptions
  ) => Effect.Effect<A, E, Exclude<R, VirtualClock>>
  static readonly provide: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, Exclude<R, VirtualClock>>
}
export declare namespace VirtualClock {
  interface Service {
    readonly clock: Clock.Clock
    readonly scheduler: Scheduler.Scheduler
    readonly currentTimeMillis: Effect.Effect<number>
    readonly adjust: (duration: Duration.DurationInput) => Effect.Effect<void>
    readonly jumpWallTime: (millis: number) => Effect.Effect<void>
    readonly hold: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    readonly pending: Effect.Effect<number>
    readonly maxPending: Effect.Effect<number>
    readonly advances: Effect.Effect<number>
  }
}
