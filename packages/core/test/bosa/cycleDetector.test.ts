import { assert, describe, it } from "@effect/vitest"
import { CycleDetector } from "../../src/internal/bosa/cycleDetector.js"

describe("the cycle detector", () => {
  const roundOf = (size: number, before: number): number => {
    const detector = new CycleDetector({}, 1)
    for (let step = 0; step < 1_000_000; step++) {
      const at = step < before ? `before-${step}` : `c${(step - before) % size}`
      if (detector.isRepeated({ cursor: at })) return step
    }
    throw new Error("never found")
  }

  it("a round of cursors is found, and soon, however long it is and whatever came before it", () => {
    for (const size of [1, 2, 3, 100, 4_095, 4_096]) {
      for (const before of [0, 1, 5_000]) assert.strictEqual(roundOf(size, before), before + size, `${size}, ${before}`)
    }
    for (const size of [4_097, 5_000, 20_000, 70_000]) {
      for (const before of [0, 1, 5_000]) {
        const at = roundOf(size, before)
        assert.isAtLeast(at, before + size)
        assert.isAtMost(at, 4 * (before + size), `${size}, ${before}`)
      }
    }
  })

  it("200,000 cursors that all differ are not a cycle", () => {
    const detector = new CycleDetector({ cursor: "start" }, 1)
    for (let step = 0; step < 200_000; step++) assert.isFalse(detector.isRepeated({ cursor: `c${step}` }))
    assert.isTrue(detector.isRepeated({ cursor: "c199999" }))
  })

  it("pages that grow are not a cycle; the same page or one before it is, in either direction", () => {
    for (const direction of [1, -1] as const) {
      const detector = new CycleDetector({ page: 500 }, direction)
      for (let step = 1; step < 400; step++) assert.isFalse(detector.isRepeated({ page: 500 + step * direction }))
      assert.isTrue(detector.isRepeated({ page: 500 + 399 * direction }))
      assert.isTrue(new CycleDetector({ page: 5 }, direction).isRepeated({ page: 5 }))
      assert.isTrue(new CycleDetector({ page: 5 }, direction).isRepeated({ page: 5 - direction }))
    }
  })
})
