import * as FastCheck from "effect/FastCheck"
import type { ArbitraryOptions, Plan, Rule } from "../../Faults.js"
import { allKinds, kinds } from "./kinds.js"

const single = allKinds.filter((kind) => kind !== "duplicate")

// a number shrinks through all smaller ones, a member of a list only to the first
const indexOf = (list: ReadonlyArray<unknown>): FastCheck.Arbitrary<number> =>
  FastCheck.integer({ min: 0, max: Math.max(0, list.length - 1) })

/** @internal */
export const arbitrary = (options: ArbitraryOptions): FastCheck.Arbitrary<Plan> => {
  const { kinds: allowed = single, matchers = [{}], maxFaults = 6, maxFrom = 5 } = options
  // one rule for each fault: each can be removed by itself
  const rule = FastCheck.record({
    kind: indexOf(allowed),
    matcher: indexOf(matchers),
    from: FastCheck.integer({ min: 1, max: maxFrom })
  }).map(({ from, kind, matcher }): Rule => ({
    _tag: "Next",
    matcher: { ...matchers[matcher], ...(from > 1 && { from }) },
    faults: allowed.slice(kind, kind + 1).map((name) => kinds[name])
  }))
  return FastCheck.array(rule, { maxLength: maxFaults }).map((rules) => ({ rules }))
}
