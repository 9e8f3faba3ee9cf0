import type { OutcomeUnknown } from "./ApiError.js"
import type { ApiResponse } from "./ApiResponse.js"
import type { RetryInput } from "./Retry.js"
import type { TransformClient } from "./Transport.js"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"

export interface CallSettings {
  readonly retry?: RetryInput | undefined
  readonly deadline?: Duration.Duration | undefined
  readonly deadlineAt?: number | undefined
  readonly jobDeadlineAt?: number | undefined
  readonly attemptTimeout?: Duration.Duration | undefined
  readonly transformClient?: TransformClient | undefined
  readonly integers?: "number" | "bigint" | undefined
  readonly onResponse?: ((response: ApiResponse) => void) | undefined
  readonly beforeWrite?: Effect.Effect<void> | undefined
  readonly onCall?: ((call: StartedCall) => void) | undefined
}
export interface StartedCall {
  readonly isWrite: boolean
  readonly attemptMillis: number
  readonly mayHaveHappened: () => boolean
  readonly interrupted: () => OutcomeUnknown | undefined
}
declare const Settings_base: Context.ReferenceClass<Settings, "@effect-connectors/core/Call/Settings", CallSettings>
export declare class Settings extends Settings_base {}
export declare const withRetry: {
  (retry: RetryInput): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, retry: RetryInput): Effect.Effect<A, E, R>
}
export declare const withDeadline: {
  (deadline: Duration.DurationInput): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, deadline: Duration.DurationInput): Effect.Effect<A, E, R>
}
export declare const withAttemptTimeout: {
  (timeout: Duration.DurationInput): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, timeout: Duration.DurationInput): Effect.Effect<A, E, R>
}
export declare const withIntegers: {
  (integers: "number" | "bigint"): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, integers: "number" | "bigint"): Effect.Effect<A, E, R>
}
export declare const withTransformClient: {
  (transform: TransformClient): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, transform: TransformClient): Effect.Effect<A, E, R>
}
export declare const withBeforeWrite: {
  (beforeWrite: Effect.Effect<void>): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, beforeWrite: Effect.Effect<void>): Effect.Effect<A, E, R>
}
export declare const withOnCall: {
  (onCall: (call: StartedCall) => void): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, onCall: (call: StartedCall) => void): Effect.Effect<A, E, R>
}
export declare const withResponse: <A, E, R>(
  self: Effect.Effect<A, E, R>
) => Effect.Effect<
  {
    readonly value: A
    readonly response: ApiResponse | undefined
  },
  E,
  R
>
