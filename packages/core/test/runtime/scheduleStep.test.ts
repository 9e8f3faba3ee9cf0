import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { step } from "../../src/internal/runtime/scheduleStep.js"

describe("scheduleStep", () => {
  it.effect("step gives the wait of each step, then none", () =>
    Effect.gen(function* () {
      const schedule = Schedule.intersect(Schedule.exponential("100 millis"), Schedule.recurs(3))
      const waits: Array<number | undefined> = []
      let state: unknown = schedule.initial
      for (let at = 0; at < 4; at++) {
        const next = yield* step(schedule, 1_000 + at, undefined, state)
        state = next.state
        waits.push(next.waitMillis)
      }
      assert.deepStrictEqual(waits, [100, 200, 400, undefined])
    })
  )
})
