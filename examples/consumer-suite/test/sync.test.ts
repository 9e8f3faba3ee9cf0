/** Jobs: one by script, one of six hours, one that the test changes. */
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Job from "@effect-connectors/testing/Job"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { Deals, Done, Running, Started, SyncFailed } from "../src/Deals.ts"
import { inMemory } from "./support/app.ts"
import { crm, world } from "./support/world.ts"

const sync = Stream.unwrap(Effect.map(Deals, (deals) => deals.sync))
const steps = Effect.map(Stream.runCollect(sync), Chunk.toReadonlyArray)

describe("a sync", () => {
  it.effect("reports its progress step by step", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* steps, [
        Started({ job: "job-1" }),
        Running({ percent: 0 }),
        Running({ percent: 0 }),
        Running({ percent: 40 }),
        Done({ synced: 2 })
      ])
    }).pipe(inMemory(world))
  )

  it.effect("that fails is SyncFailed with its job", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(steps)
      assert.instanceOf(error, SyncFailed)
      assert.strictEqual(error.job, "job-1")
    }).pipe(
      inMemory(
        World.make(world, crm.action("sync", Job.fails("the CRM is down", { after: "2 seconds", code: "DOWN" })))
      )
    )
  )

  it.effect("of six hours is followed to its end under virtual time", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* steps).at(-1), Done({ synced: 2000 }))
      const clock = yield* VirtualClock
      const hours = (yield* clock.currentTimeMillis) / 3_600_000
      assert.isTrue(hours >= 6 && hours < 6.01, `it took ${hours} hours`)

      const { jobs } = yield* ConnectionsTest
      const [job] = yield* jobs
      assert.isAbove(job?.polls ?? 0, 2000)
      assert.strictEqual(job?.pollsAfterEnd, 0)
    }).pipe(
      inMemory(
        World.make(world, crm.action("sync", Job.takes("6 hours", { progress: true, result: { synced: 2000 } })))
      )
    )
  )

  it.effect("that is stuck continues when the test sets its job", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const clock = yield* VirtualClock
      const running = yield* Effect.fork(steps)
      yield* clock.adjust("1 hour")

      const [job] = yield* platform.jobs
      assert.deepInclude(job, { id: "job-1", connection: "crm", name: "sync", status: "running", ended: false })
      yield* platform.setJob("job-1", { status: "completed", result: { synced: 3 } })
      assert.deepStrictEqual((yield* Fiber.join(running)).at(-1), Done({ synced: 3 }))
    }).pipe(inMemory(World.make(world, crm.action("sync", Job.never))))
  )
})
