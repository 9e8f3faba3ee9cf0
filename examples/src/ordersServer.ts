/**
 * A shop to try `orders.js` on: an emulator on the port of `PORT` (8081) whose actions keep state, and which has faults.
 */
import * as Answer from "@effect-connectors/testing/Answer"
import { Emulator } from "@effect-connectors/testing/Emulator"
import * as Faults from "@effect-connectors/testing/Faults"
import * as Job from "@effect-connectors/testing/Job"
import * as World from "@effect-connectors/testing/World"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const OrderId = Schema.Struct({ orderId: Schema.String })
const Order = Schema.Struct({ ...OrderId.fields, sku: Schema.String, quantity: Schema.Number })
const Placed = Schema.Struct({ ...OrderId.fields, number: Schema.Number })
const Found = Schema.Struct({ order: Schema.NullOr(Placed) })

const placed = new Map<string, typeof Placed.Type>()

// runs when the job is submitted: from then on find-order finds the order. Its value is the result that the job ends with
const place = Answer.typed({ input: Order, output: Placed }, ({ orderId }) => {
  const order = { orderId, number: placed.size + 1 }
  placed.set(orderId, order)
  return order
})

const find = Answer.typed({ input: OrderId, output: Found }, ({ orderId }) => ({ order: placed.get(orderId) ?? null }))

const world = World.make(
  World.connection("shop")
    .action("place-order", Job.takes("2 seconds", { progress: true, result: place }))
    .action("find-order", find)
)

const faults = Faults.seeded(1, { rateLimited: 0.05, lostAnswer: 0.03, reset: 0.02 })

const emulator = Layer.unwrapEffect(
  Effect.map(Config.withDefault(Config.integer("PORT"), 8081), (port) =>
    Emulator.layer({ world, port, faults, executors: "memory" })
  )
)

const listening = Layer.effectDiscard(Effect.flatMap(Emulator, ({ url }) => Console.log(`listening on ${url}`)))

NodeRuntime.runMain(Layer.launch(Layer.provide(listening, emulator)))
