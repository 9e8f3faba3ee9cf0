import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"

/**
 * The exit of an interruption by no fiber in particular.
 *
 * @internal
 */
export const interrupted: Exit.Exit<never> = Exit.interrupt(FiberId.none)

/**
 * Interrupts a fiber and does not wait for it. Its finalizers and observers may run within this call: the caller's own
 * state must be complete before.
 *
 * @internal
 */
export const interrupt = (fiber: Fiber.RuntimeFiber<unknown, unknown>): void =>
  fiber.unsafeInterruptAsFork(FiberId.none)
