import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Engine } from "../engine/engine.js"
import { bucketCount } from "../store/jobStore.js"
import { background } from "../engine/background.js"

/**
 * The placement of a process that is alone: it runs all buckets.
 *
 * @internal
 */
export const runAll = ({ runBucket }: Engine): Effect.Effect<void, never, Scope.Scope> =>
  background(
    // one fiber, so that all of them drain at the same time
    Effect.forEach(Array.from({ length: bucketCount }).keys(), runBucket, { concurrency: "unbounded", discard: true })
  )
