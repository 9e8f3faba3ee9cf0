import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Platforms from "@effect-connectors/testing/Platforms"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call, run } from "./support/bosa.ts"
import { get } from "./support/call.ts"

describe("Platforms", () => {
  it.effect("routes the requests of one client to both platforms by their paths", () =>
    Effect.gen(function* () {
      const connections = yield* ConnectionsTest
      const bosa = yield* BosaTest
      assert.strictEqual((yield* get("/connections/crm"))[0], 200)
      assert.strictEqual((yield* run("demo/ping"))[0], 200)
      assert.strictEqual((yield* call("GET", "/api/v1")).status, 404)
      assert.strictEqual((yield* call("GET", "/api/skills")).status, 401)
      const paths = (requests: ReadonlyArray<{ readonly path: string }>) => requests.map(({ path }) => path)
      assert.deepStrictEqual(paths(yield* connections.requests), ["/api/v1/connections/crm", "/api/v1"])
      assert.deepStrictEqual(paths(yield* bosa.requests), ["/demo/ping", "/api/skills"])
      assert.strictEqual(connections.client, bosa.client)
    }).pipe(Effect.provide(Platforms.layer()))
  )

  it.effect("has the given world", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get("/connections/only"))[0], 200)
      assert.deepStrictEqual((yield* call("GET", "/connectors/names")).body, ["c"])
    }).pipe(
      Effect.provide(
        Platforms.layer(World.make({ connections: [{ slug: "only" }], bosa: { connectors: [{ name: "c" }] } }))
      )
    )
  )
})
