import * as FastCheck from "effect/FastCheck"
import type { ArbitraryOptions, Plan, Rule } from "../../Faults.js"
import { allKinds, kinds } from "./kinds.js"

const single = allKinds.filter((kind) => kind !== "duplicate")

/** @internal */
export const arbitrary = (options: ArbitraryOptions): FastCheck.Arbitrary<Plan> => {
  const { matchers = [{}], maxFaults = 6, maxFrom = 5 } = options
  // one rule a fault: each can go by itself. Both lists and the count shrink towards their beginning.
  const rule = FastCheck.record({
    kind: FastCheck.constantFrom(...(options.kinds ?? single)),
    matcher: FastCheck.constantFrom(...matchers),
    from: FastCheck.integer({ min: 1, max: maxFrom })
  }).map(({ from, kind, matcher }): Rule => ({
    _tag: "Next",
    matcher: from === 1 ? matcher : { ...matcher, from },
    faults: [kinds[kind]]
  }))
  return FastCheck.array(rule, { maxLength: maxFaults }).map((rules) => ({ rules }))
}
