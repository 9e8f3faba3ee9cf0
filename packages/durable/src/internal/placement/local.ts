import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { bucketCount } from "../store/jobStore.js"
import { makeRunningBuckets, type Placement } from "./placement.js"

/**
 * Runs every bucket in this process, until the scope closes.
 *
 * @internal
 */
export const placeHere = Effect.fnUntraced(function* <R>(
  run: (bucket: number) => Effect.Effect<never, never, R>
): Effect.fn.Return<Placement, never, R | Scope.Scope> {
  const buckets = makeRunningBuckets(run)
  yield* Effect.addFinalizer(() => buckets.allStopped)
  for (let bucket = 0; bucket < bucketCount; bucket++) yield* buckets.start(bucket)
  return buckets
})
