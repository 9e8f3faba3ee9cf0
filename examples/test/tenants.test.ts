import { Ledger } from "@effect-connectors/core"
import { Calls, ConnectionsTest, Faults, Job, VirtualClock, World } from "@effect-connectors/testing"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { client, place, type TenantName, Tenants } from "../src/support/tenants.js"

// what the test looks into: the fake platform of each tenant
class Shops extends Context.Tag("test/Shops")<Shops, Readonly<Record<TenantName, ConnectionsTest.Service>>>() {}

const shopOf = (tenant: TenantName) =>
  World.connection("shop").action("place-order", Job.takes("1 minute", { result: { tenant } }))

const shops = (faults: Faults.Plan) =>
  Layer.scoped(
    Shops,
    Effect.all({
      north: ConnectionsTest.make(World.make(shopOf("north")), { faults }),
      south: ConnectionsTest.make(World.make(shopOf("south")))
    })
  )

// the client of the program over the transport of a fake
const clientOf = (platform: ConnectionsTest.Service) =>
  client({ baseUrl: "http://localhost", token: Redacted.make("any") }).pipe(
    Effect.provideService(HttpClient.HttpClient, platform.client)
  )

const tenants = Layer.scoped(
  Tenants,
  Effect.flatMap(Shops, ({ north, south }) => Effect.all({ north: clientOf(north), south: clientOf(south) }))
)

const program = (faults: Faults.Plan = Faults.none) =>
  Layer.merge(tenants, Ledger.layerMemory).pipe(Layer.provideMerge(shops(faults)))

it.effect("each tenant places its own order 7", () =>
  Effect.gen(function* () {
    const { north, south } = yield* Shops
    assert.deepStrictEqual(yield* place("north", "7"), { tenant: "north" })
    assert.deepStrictEqual(yield* place("south", "7"), { tenant: "south" })
    yield* Calls.assertExecuted(north, "shop", "place-order", { input: { orderId: "7" }, times: 1 })
    yield* Calls.assertExecuted(south, "shop", "place-order", { input: { orderId: "7" }, times: 1 })
  }).pipe(Effect.provide(program()), VirtualClock.provide)
)

it.effect("a fault of one tenant does not touch the other", () =>
  Effect.gen(function* () {
    const lost = yield* Effect.flip(place("north", "7"))
    assert.strictEqual(lost._tag, "OutcomeUnknown")
    assert.deepStrictEqual(yield* place("south", "7"), { tenant: "south" })
  }).pipe(Effect.provide(program(Faults.next(Faults.lostAnswer))), VirtualClock.provide)
)
