import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as World from "@effect-connectors/testing/World"
import { assert, it } from "@effect/vitest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"

it.effect("a fake whose scope is closed responds, and says so", () =>
  Effect.gen(function* () {
    const world = World.make(World.connection("crm").action("sync", { synced: 2 }))
    const platform = yield* Effect.scoped(ConnectionsTest.make(world))
    const { actions } = yield* ConnectionsApi.make({ baseUrl: "http://localhost" }).pipe(
      Effect.provide(Auth.none),
      Effect.provideService(HttpClient.HttpClient, platform.client)
    )
    const error = yield* Effect.flip(actions.execute("crm", "sync"))
    assert.strictEqual(error._tag, "ServerFailed")
    assert.include(error.message, "FAKE_ENDED")
    assert.include(error.message, "the scope of this fake is closed")
  }).pipe(Effect.scoped)
)
