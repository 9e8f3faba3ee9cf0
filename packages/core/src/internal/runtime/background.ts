import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Runtime from "effect/Runtime"
import * as Tracer from "effect/Tracer"

/**
 * What a client's own fibers start with.
 *
 * @internal
 */
export type Background = Runtime.Runtime<never>

/**
 * The defaults of Effect.
 *
 * @internal
 */
export const defaults: Background = Runtime.defaultRuntime

/**
 * What the calling fiber has, for fibers that outlive it. They have no parent span, since that one ends long before
 * they do. A failure of theirs is not logged: it goes to the fiber that waits for it.
 *
 * @internal
 */
export const current: Effect.Effect<Background> = Effect.map(Effect.runtime(), (runtime) =>
  runtime.pipe(
    Runtime.updateContext(Context.omit(Tracer.ParentSpan)),
    Runtime.setFiberRef(FiberRef.unhandledErrorLogLevel, Option.none()),
    // what runs for a caller is traced with the caller's own tracer
    Runtime.setFiberRef(FiberRef.currentTracerEnabled, false)
  )
)

/**
 * The same with another clock and another source of random numbers.
 *
 * @internal
 */
export const withServices = (background: Background, clock: Clock.Clock, random: Random.Random): Background =>
  Runtime.setFiberRef(
    background,
    DefaultServices.currentServices,
    FiberRefs.getOrDefault(background.fiberRefs, DefaultServices.currentServices).pipe(
      Context.add(Clock.Clock, clock),
      Context.add(Random.Random, random)
    )
  )

/**
 * Writes a debug log, where somebody sees it.
 *
 * @internal
 */
export const debug = (background: Background, message: () => string): void => {
  const level = FiberRefs.getOrDefault(background.fiberRefs, FiberRef.currentMinimumLogLevel)
  if (LogLevel.lessThanEqual(level, LogLevel.Debug)) run(background, Effect.logDebug(message()))
}

/**
 * Starts a fiber, which runs within this call up to its first wait.
 *
 * @internal
 */
export const run = <A, E>(background: Background, effect: Effect.Effect<A, E>): Fiber.RuntimeFiber<A, E> =>
  Runtime.runFork(background)(effect)
