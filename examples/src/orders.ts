/**
 * `orders.js [ORDERS.csv] [LEDGER.jsonl]`: places each order of a file once, also when requests are lost and when the program
 * is killed and started again.
 */
import { Auth, ConnectionsApi, Job, Ledger } from "@effect-connectors/core"
import { NodeConnectors, NodeLedger } from "@effect-connectors/node"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Array from "effect/Array"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Record from "effect/Record"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { parse } from "csv-parse/sync"

const [file = "orders.csv", journal = "orders.ledger.jsonl"] = process.argv.slice(2)

const Order = Schema.Struct({ id: Schema.String, sku: Schema.String, quantity: Schema.NumberFromString })
const Placed = Schema.Struct({ orderId: Schema.String, number: Schema.Number })
const Found = Schema.Struct({ order: Schema.NullOr(Placed) })

const readOrders = Effect.gen(function* () {
  const text = yield* (yield* FileSystem.FileSystem).readFileString(file)
  const rows = yield* Effect.try(() => parse(text, { columns: true }))
  return yield* Schema.decodeUnknown(Schema.Array(Order))(rows)
})

const later = Schedule.exponential("200 millis").pipe(
  Schedule.either(Schedule.spaced("5 seconds")),
  Schedule.jittered,
  Schedule.upTo("10 minutes")
)

const place = Effect.fnUntraced(function* (order: typeof Order.Type) {
  const { connection, jobs } = yield* ConnectionsApi
  const ledger = yield* Ledger
  const { actions } = connection("shop")

  const input = { orderId: order.id, sku: order.sku, quantity: order.quantity }
  const find = actions.execute("find-order", { input: { orderId: order.id } }, { retry: "idempotent" })
  const verify = Effect.map(jobs.result(find, { output: Found }), ({ order }) =>
    order === null ? Ledger.notDone : Job.Completed(order)
  )
  const submitted = ledger
    .submit(order.id, actions.execute("place-order", { input }, { async: true }), {
      operation: "place-order",
      connection: "shop",
      input,
      verify,
      // a job that failed in an earlier run is submitted again, also with corrected data
      resubmit: "failed"
    })
    .pipe(Effect.retry({ while: Ledger.maySubmitAgain, schedule: later }))

  const placed = yield* jobs.result(submitted, { output: Placed, deadline: "1 hour" })
  yield* Console.log(`${placed.orderId}: number ${placed.number}`)
  // after the result is where you need it: from now on the key is done
  yield* ledger.finish(order.id)
  return "placed"
})

const program = Effect.gen(function* () {
  const ledger = yield* Ledger
  const before = yield* ledger.pending
  yield* Console.log(`${before.accepted.length} jobs to go on with, ${before.unknown.length} orders to find out about`)

  const outcomes = yield* Effect.forEach(
    yield* readOrders,
    (order) =>
      place(order).pipe(
        Effect.catchTag("AlreadyDone", () => Effect.succeed("done before")),
        Effect.catchAll((error) => Effect.as(Console.error(`${order.id}: ${error.message}`), error._tag))
      ),
    { concurrency: 20 }
  )
  yield* Console.log(
    Record.map(
      Array.groupBy(outcomes, (outcome) => outcome),
      Array.length
    )
  )

  // what a person has to find out: call ledger.finish(key) if it was done, ledger.forget(key) if it was not
  const { unknown } = yield* ledger.pending
  yield* Effect.forEach(unknown, ({ key }) => Console.error(`find out how ${key} ended`))
})

const connections = ConnectionsApi.layerConfig(
  Config.all({
    baseUrl: Config.string("CONNECTIONS_BASE_URL"),
    // the ledger waits twice as long before it believes that a lost order was not placed
    attemptTimeout: Config.withDefault(Config.integer("CONNECTIONS_TIMEOUT_MS"), 5_000)
  }),
  // for a server that takes 20
  { limits: { requests: 16, per: "1 second" } }
).pipe(Layer.provide(Auth.layerConfig()), Layer.provide(NodeConnectors.layer))

program.pipe(
  Effect.provide(Layer.mergeAll(connections, NodeLedger.layer(journal), NodeContext.layer)),
  NodeRuntime.runMain
)
