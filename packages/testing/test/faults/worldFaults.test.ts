import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

const world = (faults: World.WorldFaults) =>
  World.make({
    connections: [{ slug: "crm", actions: [{ slug: "act", result: 1 }] }],
    bosa: { connectors: [] },
    faults
  })

/** The outcomes of so many requests, and the number of executions. */
const endings = (faults: World.WorldFaults, count: number) =>
  Effect.gen(function* () {
    const platform = yield* ConnectionsTest.make(world(faults))
    const ends = yield* Effect.forEach(Array.from({ length: count }), () =>
      platform.client.post("http://any.example/api/v1/connections/crm/actions/act/execute").pipe(
        Effect.flatMap((response) => Effect.as(response.text, String(response.status))),
        Effect.catchAll((error) => Effect.succeed(error._tag))
      )
    )
    return ends.join(" ")
  }).pipe(Effect.scoped, VirtualClock.provide)

describe("the faults of a world", () => {
  it.effect("are given to about their share of requests, the same ones for the same seed", () =>
    Effect.gen(function* () {
      const first = yield* endings({ share: 0.2, seed: 7 }, 500)
      const good = first.split(" ").filter((end) => end === "200" || end === "400").length
      assert.isAtLeast(good, 350)
      assert.isAtMost(good, 450)
      assert.strictEqual(yield* endings({ share: 0.2, seed: 7 }, 500), first)
      assert.notStrictEqual(yield* endings({ share: 0.2, seed: 8 }, 500), first)
    })
  )

  it.effect("are of the given kinds", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* endings({ share: 1, kinds: ["unavailable"] }, 3), "503 503 503")
      assert.strictEqual(yield* endings({ share: 1, kinds: ["limited"] }, 2), "429 429")
      assert.strictEqual(yield* endings({ share: 1, kinds: ["reset", "lost"] }, 2), "RequestError RequestError")
      const all = yield* endings({ share: 1 }, 200)
      for (const end of ["503", "429", "RequestError", "ResponseError"]) assert.include(all, end)
    })
  )

  it.effect("also apply to BOSA / GL Connectors, but not to scripted answers", () =>
    Effect.gen(function* () {
      const platform = yield* BosaTest.make(world({ share: 1, kinds: ["unavailable"] }))
      yield* platform.respondNext({}, [{ status: 418, json: {} }])
      const statuses = yield* Effect.forEach([1, 2], () =>
        Effect.map(platform.client.get("http://any.example/connectors"), ({ status }) => status)
      )
      assert.deepStrictEqual(statuses, [418, 503])
    }).pipe(VirtualClock.provide)
  )

  it.effect("are read from a world file, and refused when they are invalid", () =>
    Effect.gen(function* () {
      const json = { connections: [], faults: { share: 0.01, seed: 3, kinds: ["cut"] } }
      assert.deepStrictEqual((yield* World.fromJson(json)).faults, { share: 0.01, seed: 3, kinds: ["cut"] })
      for (const faults of [{ share: 2 }, { share: -1 }, {}, { share: 0.1, kinds: [] }, { share: 0.1, kinds: ["x"] }]) {
        const error = yield* Effect.flip(World.fromJson({ connections: [], faults }))
        assert.match(error.path, /^faults/)
      }
    })
  )
})
