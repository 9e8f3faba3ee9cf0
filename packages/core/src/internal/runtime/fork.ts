import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"
import type { Background } from "./background.js"

/**
 * Starts fibers: at once, or by the scheduler, which costs more than a short fiber.
 *
 * @internal
 */
export type Fork = <A, E>(effect: Effect.Effect<A, E>, byScheduler: boolean) => Fiber.RuntimeFiber<A, E>

/**
 * Starts fibers as the runtime does. What they see at their start is made once and not for each: that is
 * a third of what a short fiber costs.
 *
 * @internal
 */
export const make = (background: Background): Fork => {
  const refs = FiberRefs.updateAs(FiberRefs.forkAs(background.fiberRefs, FiberId.none), {
    fiberId: FiberId.none,
    fiberRef: FiberRef.currentContext,
    value: background.context
  })
  const { context, runtimeFlags } = background
  const fork = Runtime.runFork(Runtime.make({ context, runtimeFlags, fiberRefs: FiberRefs.empty() }))
  const now = { updateRefs: () => refs }
  const byScheduler = { ...now, immediate: false }
  return (effect, isLater) => fork(effect, isLater ? byScheduler : now)
}
