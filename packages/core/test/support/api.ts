import { Auth } from "@effect-connectors/core/Auth"
import type { ApiError } from "@effect-connectors/core/ApiError"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { make } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { RetryInput } from "@effect-connectors/core/Retry"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import { it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

export type Options = Partial<ConnectionsApi.Options>

export const baseUrl = "http://localhost:8081"

/** A client over a transport, without credentials unless some are given. */
export const apiOver = <E = never>(
  client: HttpClient.HttpClient,
  options: Options = {},
  auth: Layer.Layer<Auth, E> = Auth.none
): Effect.Effect<ConnectionsApi.Service, E | InvalidRequest, Scope.Scope> =>
  make({ baseUrl, ...options }).pipe(Effect.provide(auth), Effect.provideService(HttpClient.HttpClient, client))

/** A test under virtual time and a seeded Random. */
export const virtual = <A, E>(
  name: string,
  program: () => Effect.Effect<A, E, Scope.Scope | VirtualClock>,
  seed: string | number = 0
): void =>
  it(name, () =>
    Effect.runPromise(
      VirtualClock.run(Effect.scoped(Effect.suspend(program)), { seed, startMillis: 1_700_000_000_000 })
    )
  )

/** Milliseconds on the Clock that passed since some time, whatever the wall clock shows. */
export const passed: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos / 1_000_000n))

/** Sets the wall clock forward, or back when the milliseconds are negative. */
export const jumpWallTime = (millis: number): Effect.Effect<void, never, VirtualClock> =>
  Effect.flatMap(VirtualClock, (clock) => clock.jumpWallTime(millis))

/** How long an effect takes on the Clock, in milliseconds, and how it ends. */
export const timed = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const start = yield* passed
  const result = yield* Effect.either(effect)
  return { millis: (yield* passed) - start, result }
})

/** The calls that stand for the retry classes, on one connection. */
export const callsOn = (slug: string, widened: RetryInput = "idempotent") =>
  ({
    safe: (api) => api.get(slug),
    declared: (api) => api.sql.select(slug, { table: "t" }),
    idempotent: (api) => api.setActive(slug, true),
    widened: (api) => api.actions.execute(slug, "a", { input: {} }, { retry: widened }),
    unsafe: (api) => api.actions.execute(slug, "a", { input: {} }),
    submit: (api) => api.actions.execute(slug, "a", { input: {} }, { async: true })
  }) satisfies Record<string, (api: ConnectionsApi.Service) => Effect.Effect<unknown, ApiError>>

export const calls = callsOn("crm")

export type CallName = keyof typeof calls

export const callNames: ReadonlyArray<CallName> = ["safe", "declared", "idempotent", "widened", "unsafe", "submit"]

/** A response that each of the calls accepts. */
export const goodBody = { connection: { slug: "crm" }, result: 1 }
