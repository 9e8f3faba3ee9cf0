import * as Deferred from "effect/Deferred"
import type * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"

/**
 * Something that fibers wait for and that a callback ends.
 *
 * @internal
 */
export type Signal<A, E = never> = Deferred.Deferred<A, E>

/** @internal */
export const make = <A, E = never>(): Signal<A, E> => Deferred.unsafeMake(FiberId.none)

/**
 * Ends the signal, unless it has ended. A fiber that waits may go on within this call: the caller's own state must be complete
 * before.
 *
 * @internal
 */
export const end = <A, E>(signal: Signal<A, E>, exit: Exit.Exit<A, E>): void => Deferred.unsafeDone(signal, exit)

/** @internal */
export const wait = <A, E>(signal: Signal<A, E>): Effect.Effect<A, E> => Deferred.await(signal)
