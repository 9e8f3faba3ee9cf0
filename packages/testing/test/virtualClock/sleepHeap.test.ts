import { assert, describe, it } from "@effect/vitest"
import { SleepHeap } from "../../src/internal/virtualClock/sleepHeap.js"

describe("sleepers that are due", () => {
  it("are removed in order, without those that are added meanwhile", () => {
    const heap = new SleepHeap<string>()
    for (const [due, name] of [
      [2, "b"],
      [1, "a"],
      [2, "c"],
      [3, "later"]
    ] as const) {
      heap.add(due, name)
    }
    const woken: Array<string> = []
    heap.takeDue(2, (name) => {
      woken.push(name)
      heap.add(2, `${name} again`)
    })
    assert.deepStrictEqual([woken, heap.size], [["a", "b", "c"], 4])
  })

  it("are not woken when an earlier one removes them", () => {
    const heap = new SleepHeap<string>()
    heap.add(1, "a")
    const other = heap.add(1, "b")
    const woken: Array<string> = []
    heap.takeDue(1, (name) => {
      woken.push(name)
      heap.remove(other)
    })
    assert.deepStrictEqual([woken, heap.size], [["a"], 0])
  })
})
