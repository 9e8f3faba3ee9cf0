import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { ConnectionsTest, Job, VirtualClock, World } from "@effect-connectors/testing"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const world = World.make(
  World.connection("crm").action("sync", Job.takes("6 hours", { queued: "5 minutes", progress: true, result: 7 }))
)

const clients = ConnectionsApi.layer({ baseUrl: "http://localhost:8081" }).pipe(
  Layer.provide(Auth.none),
  Layer.provideMerge(ConnectionsTest.layer(world))
)

/** Every request with its time, and every event. */
const trace = (seed: number) =>
  VirtualClock.run(
    Effect.gen(function* () {
      const { connection, jobs } = yield* ConnectionsApi
      const { requests } = yield* ConnectionsTest
      const submit = connection("crm").actions.execute("sync", { input: {} }, { async: true })
      const events = yield* Stream.runCollect(jobs.follow(submit))
      return { requests: yield* requests, events: Chunk.toReadonlyArray(events) }
    }).pipe(Effect.provide(clients)),
    { seed }
  )

describe("a job of six hours", () => {
  it.effect("is followed to its end at the times of the server", () =>
    Effect.gen(function* () {
      const { events, requests } = yield* trace(1)
      assert.deepStrictEqual(
        [events[0]?._tag, events.at(-1)?._tag, events.filter(({ _tag }) => _tag === "Completed").length],
        ["Submitted", "Completed", 1]
      )
      const polls = requests.filter(({ operation }) => operation === "jobs.get")
      const last = polls.at(-1)?.at ?? 0
      assert.isAtLeast(last, 6 * 3_600_000)
      assert.isBelow(polls.at(-2)?.at ?? 0, 6 * 3_600_000)
    })
  )

  it.effect("gives the same trace for the same seed, and a different one for another seed", () =>
    Effect.gen(function* () {
      const [first, again, other] = [yield* trace(7), yield* trace(7), yield* trace(8)]
      assert.strictEqual(JSON.stringify(again), JSON.stringify(first))
      const times = ({ requests }: typeof first) => requests.map(({ at }) => at)
      assert.notDeepEqual(times(other), times(first))
    })
  )
})
