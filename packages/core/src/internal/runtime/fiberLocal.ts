import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as GlobalValue from "effect/GlobalValue"
import * as Option from "effect/Option"

/**
 * A value of the running fiber, the same in every copy of this package.
 *
 * @internal
 */
export const makeFiberLocal = <A>(key: symbol, initial: A): FiberRef.FiberRef<A> =>
  GlobalValue.globalValue(key, () => FiberRef.unsafeMake(initial))

/**
 * Runs an effect with another value.
 *
 * @internal
 */
export const locally: {
  <A>(local: FiberRef.FiberRef<A>, value: A): <B, E, R>(self: Effect.Effect<B, E, R>) => Effect.Effect<B, E, R>
} = Effect.locally

/**
 * Keeps the fibers that are forked in an effect from logging how they failed.
 *
 * @internal
 */
export const withoutFailureLogs: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> =
  Effect.withUnhandledErrorLogLevel(Option.none())

/** @internal */
export const readFiberLocal: <A>(local: FiberRef.FiberRef<A>) => Effect.Effect<A> = FiberRef.get
