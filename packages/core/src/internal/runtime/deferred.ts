import * as Deferred from "effect/Deferred"
import * as FiberId from "effect/FiberId"

/**
 * A Deferred that is made outside of an effect.
 *
 * @internal
 */
export const makeDeferred = <A, E = never>(): Deferred.Deferred<A, E> => Deferred.unsafeMake<A, E>(FiberId.none)
