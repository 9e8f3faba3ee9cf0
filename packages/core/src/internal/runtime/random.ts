import { PCGRandom } from "effect/Utils"

/**
 * Numbers from 0 to 1 that follow from a seed, without an effect for each.
 *
 * @internal
 */
export interface SeededRandom {
  readonly number: () => number
}

/** @internal */
export const seeded = (seed: number): SeededRandom => new PCGRandom(seed)
