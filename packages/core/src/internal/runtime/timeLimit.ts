import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import { type Caller, clockOf } from "./callContext.js"
import { deadlinesOf } from "./deadlines.js"
import { interrupt } from "./interruption.js"

/**
 * A value that a fiber has in place of the one of its caller.
 *
 * @internal
 */
export type Local = Parameters<typeof FiberRefs.updateManyAs>[1]["entries"][number]

/** @internal */
export const local = <A>(reference: FiberRef.FiberRef<A>, value: A): Local => [reference, [[FiberId.none, value]]]

const silent = local(FiberRef.unhandledErrorLogLevel, Option.none())

// what an effect has set in its fiber is then set for its caller, as if it had run there
const inherited = (given: FiberRefs.FiberRefs, left: FiberRefs.FiberRefs): Effect.Effect<void> | undefined => {
  if (left === given) return undefined
  const changed = [...left.locals].filter(([reference, [[, value]]]) => value !== given.locals.get(reference)?.[0][1])
  return changed.length === 0 ? undefined : Effect.inheritFiberRefs(FiberRefs.unsafeMake(new Map(changed)))
}

/** @internal */
export interface TimeLimit<A, E> {
  readonly millis: number
  readonly onLate: () => Effect.Effect<A, E>
  /** In place of the caller's own. */
  readonly context?: Context.Context<never>
  readonly locals?: ReadonlyArray<Local>
}

/**
 * Runs an effect in a fiber of its own, which starts within this call, for so long at most. The fiber ends before this
 * effect does, also when it is interrupted. How it or a fiber of it failed is not logged.
 *
 * @internal
 */
export const timeLimit = <A, E>(
  self: Effect.Effect<A, E>,
  { context: given, locals = [], millis, onLate }: TimeLimit<A, E>
): Effect.Effect<A, E> =>
  Effect.withFiberRuntime<A, E>((caller: Caller, { runtimeFlags }) =>
    Effect.async((resume) => {
      const context = given ?? caller.currentContext
      const refs = FiberRefs.updateManyAs(caller.getFiberRefs(), {
        forkAs: FiberId.none,
        entries: [local(FiberRef.currentContext, context), silent, ...locals]
      })
      const runtime = Runtime.make({ context, runtimeFlags, fiberRefs: FiberRefs.empty() })
      const fiber = Runtime.runFork(runtime)(self, { updateRefs: () => refs })
      let isLate = false
      const release =
        fiber.unsafePoll() === null
          ? deadlinesOf(clockOf(caller)).add(millis, () => {
              isLate = true
              interrupt(fiber)
            })
          : undefined
      fiber.addObserver((exit) => {
        release?.()
        if (isLate) return resume(onLate())
        const changes = Exit.isSuccess(exit) ? inherited(refs, fiber.getFiberRefs()) : undefined
        resume(changes === undefined ? exit : Effect.zipRight(changes, exit))
      })
      return Fiber.interruptAs(fiber, caller.id())
    })
  )
