/**
 * Calls with generated types. `connectors types pull --out examples/typed/src/connectors-types` wrote them, with the
 * environment of the emulator. Nothing here imports them, and a field that an action does not have does not compile: see
 * wrong.ts.
 */
import { Action, Auth, BosaApi, ConnectionsApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const program = Effect.gen(function* () {
  const connections = yield* ConnectionsApi
  const bosa = yield* BosaApi

  const deal = yield* connections.jobs.result(
    connections.connection("crm").actions.execute("fetch-deal", { input: { id: 7 } })
  )
  yield* Console.log(`deal ${JSON.stringify(deal)}`)

  const demo = bosa.connect("demo")
  const item = yield* demo.run("get_item", { id: 3 })
  yield* Console.log(`item ${JSON.stringify(item.data)}`)

  const owned = yield* demo
    .action("list_items")
    .pipe(Action.params({ owner: "ann" }), Action.params({ per_page: 5 }), Action.items, Stream.runCount)
  yield* Console.log(`${owned} items`)
})

const clients = Layer.merge(
  ConnectionsApi.layerConfig().pipe(Layer.provide(Auth.layerConfig())),
  BosaApi.layerConfig().pipe(Layer.provide(Auth.bosaConfig()))
)

program.pipe(Effect.provide(Layer.provide(clients, NodeConnectors.layer)), NodeRuntime.runMain)
