/**
 * Settings of single calls: any operation takes them, since they travel with
 * the effect and not with its arguments. In `jobs.result` and `jobs.follow` they
 * reach the submit alone: polls of a job are shared by all who follow it, and
 * have the settings of the client.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import type { OutcomeUnknown } from "./ApiError.js"
import type { ApiResponse } from "./ApiResponse.js"
import { composed as composedClients } from "./internal/http/transformClient.js"
import type { RetryInput } from "./Retry.js"
import type { TransformClient } from "./Transport.js"

/**
 * What can be set for a single call.
 *
 * @since 0.1.0
 * @category models
 */
export interface CallSettings {
  readonly retry?: RetryInput | undefined
  readonly deadline?: Duration.Duration | undefined
  /**
   * The same as a time, in milliseconds on the monotonic time of the Clock (`Clock.currentTimeNanos` / 1,000,000): for
   * calls that share one deadline.
   */
  readonly deadlineAt?: number | undefined
  /** The deadline of the watch that submits, on the same time: the reference of its job carries it. */
  readonly jobDeadlineAt?: number | undefined
  readonly attemptTimeout?: Duration.Duration | undefined
  readonly transformClient?: TransformClient | undefined
  /** See {@link withIntegers}. */
  readonly integers?: "number" | "bigint" | undefined
  readonly onResponse?: ((response: ApiResponse) => void) | undefined
  /** Runs before each attempt of a call that changes something. Nothing is sent unless it succeeds. */
  readonly beforeWrite?: Effect.Effect<void> | undefined
  /** Gets each call as it starts. */
  readonly onCall?: ((call: StartedCall) => void) | undefined
}

/**
 * A call under way, as {@link withOnCall} shows it.
 *
 * @since 0.5.0
 * @category models
 */
export interface StartedCall {
  /** Whether it is a call that changes something. */
  readonly isWrite: boolean
  /** How long one attempt of it may take, in milliseconds. */
  readonly attemptMillis: number
  /** Whether one of its attempts so far, also one in flight, may have done the work. */
  readonly mayHaveHappened: () => boolean
  /**
   * What to report when it was interrupted: `OutcomeUnknown` with the code `INTERRUPTED` for a call that changes something and
   * may have done so.
   */
  readonly interrupted: () => OutcomeUnknown | undefined
}

/**
 * The settings of the calls in an effect.
 *
 * @since 0.1.0
 * @category references
 */
export class Settings extends Context.Reference<Settings>()("@effect-connectors/core/Call/Settings", {
  defaultValue: (): CallSettings => ({})
}) {}

// what observes or changes calls adds to what is set further out, and does not replace it
const composed = (outer: CallSettings, inner: CallSettings): CallSettings => {
  const { beforeWrite, onCall, onResponse, transformClient } = outer
  const {
    beforeWrite: innerBeforeWrite,
    onCall: innerOnCall,
    onResponse: innerOnResponse,
    transformClient: innerTransform
  } = inner
  return {
    ...(onResponse === undefined || innerOnResponse === undefined
      ? {}
      : {
          onResponse: (response: ApiResponse): void => {
            innerOnResponse(response)
            onResponse(response)
          }
        }),
    ...(transformClient === undefined || innerTransform === undefined
      ? {}
      : {
          transformClient: composedClients(transformClient, innerTransform)
        }),
    ...(beforeWrite === undefined || innerBeforeWrite === undefined
      ? {}
      : { beforeWrite: Effect.zipRight(beforeWrite, innerBeforeWrite) }),
    ...(onCall === undefined || innerOnCall === undefined
      ? {}
      : {
          onCall: (call: StartedCall): void => {
            innerOnCall(call)
            onCall(call)
          }
        })
  }
}

// what is not a duration becomes zero, which the call refuses
const durationOf = (input: Duration.DurationInput): Duration.Duration =>
  Option.getOrElse(Duration.decodeUnknown(input), () => Duration.zero)

const locally = <A, E, R>(self: Effect.Effect<A, E, R>, settings: CallSettings): Effect.Effect<A, E, R> =>
  Effect.flatMap(Settings, (outer) =>
    Effect.provideService(self, Settings, { ...outer, ...settings, ...composed(outer, settings) })
  )

/**
 * Sets when the calls in an effect are tried again.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withRetry: {
  (retry: RetryInput): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, retry: RetryInput): Effect.Effect<A, E, R>
} = /* @__PURE__ */ dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, retry: RetryInput) => locally(self, { retry }))

/**
 * Gives each call in an effect one deadline over attempts, waits and the response. A read
 * that misses it is `DeadlineExceeded`; a call that changes something and was sent is `OutcomeUnknown`.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withDeadline: {
  (deadline: Duration.DurationInput): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, deadline: Duration.DurationInput): Effect.Effect<A, E, R>
} = /* @__PURE__ */ dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, deadline: Duration.DurationInput) =>
  locally(self, { deadline: durationOf(deadline) })
)

/**
 * Sets how long one attempt of the calls in an effect may take. Default 30 seconds.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withAttemptTimeout: {
  (timeout: Duration.DurationInput): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, timeout: Duration.DurationInput): Effect.Effect<A, E, R>
} = /* @__PURE__ */ dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, timeout: Duration.DurationInput) =>
  locally(self, { attemptTimeout: durationOf(timeout) })
)

/**
 * Sets how the calls in an effect read whole numbers outside of +-(2^53 - 1): as `"number"`, which rounds them and is
 * the default, or as `"bigint"`, with all their digits. A number with a fraction or an exponent stays a number.
 *
 * @example
 * ```ts
 * import * as Call from "@effect-connectors/core/Call"
 * import type { ConnectionsApi } from "@effect-connectors/core"
 *
 * export const exact = (api: ConnectionsApi.Service) =>
 *   api.actions.execute("crm", "fetch-deal", { input: { id: 1234567890123456789n } }).pipe(Call.withIntegers("bigint"))
 * ```
 *
 * @since 0.5.0
 * @category combinators
 */
export const withIntegers: {
  (integers: "number" | "bigint"): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, integers: "number" | "bigint"): Effect.Effect<A, E, R>
} = /* @__PURE__ */ dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, integers: "number" | "bigint") =>
  locally(self, { integers })
)

/**
 * Changes the `HttpClient` that the calls in an effect go through, after the layer's own `transformClient`.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withTransformClient: {
  (transform: TransformClient): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, transform: TransformClient): Effect.Effect<A, E, R>
} = /* @__PURE__ */ dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, transformClient: TransformClient) =>
  locally(self, { transformClient })
)

/**
 * Runs an effect before each attempt of the calls in another that change something, such as a check that this process may
 * still send. Nothing is sent unless it succeeds.
 *
 * @since 0.5.0
 * @category combinators
 */
export const withBeforeWrite: {
  (beforeWrite: Effect.Effect<void>): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, beforeWrite: Effect.Effect<void>): Effect.Effect<A, E, R>
} = /* @__PURE__ */ dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, beforeWrite: Effect.Effect<void>) =>
  locally(self, { beforeWrite })
)

/**
 * Gives each call in an effect to a function as it starts, such as to know later whether it may have done something.
 *
 * @since 0.5.0
 * @category combinators
 */
export const withOnCall: {
  (onCall: (call: StartedCall) => void): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, onCall: (call: StartedCall) => void): Effect.Effect<A, E, R>
} = /* @__PURE__ */ dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, onCall: (call: StartedCall) => void) =>
  locally(self, { onCall })
)

/**
 * The value of an operation and the response it was read from. Of several calls in the
 * effect it is the last response.
 *
 * @example
 * ```ts
 * import * as Call from "@effect-connectors/core/Call"
 * import type { ConnectionsApi } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 *
 * export const limits = (api: ConnectionsApi.Service) =>
 *   Effect.map(Call.withResponse(api.list()), ({ response }) => response?.headers["x-ratelimit-remaining"])
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withResponse = <A, E, R>(
  self: Effect.Effect<A, E, R>
): Effect.Effect<{ readonly value: A; readonly response: ApiResponse | undefined }, E, R> =>
  Effect.suspend(() => {
    let last: ApiResponse | undefined
    const onResponse = (response: ApiResponse): void => {
      last = response
    }
    return Effect.map(locally(self, { onResponse }), (value) => ({ value, response: last }))
  })
