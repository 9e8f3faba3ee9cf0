import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/**
 * The fiber that an effect runs in, as {@link withCaller} gives it.
 *
 * @internal
 */
export type Caller = Fiber.RuntimeFiber<unknown, unknown>

/**
 * Makes an effect from what is set where it runs. One step, where reading each setting as an effect is several.
 *
 * @internal
 */
export const withCaller = <A, E, R>(f: (caller: Caller) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime<A, E, R>(f)

/** @internal */
export const settingOf = <Id, A>(caller: Caller, reference: Context.Reference<Id, A>): A =>
  Context.get(caller.currentContext, reference)

/** @internal */
export const clockOf = (caller: Caller): Clock.Clock => Context.get(caller.currentDefaultServices, Clock.Clock)
