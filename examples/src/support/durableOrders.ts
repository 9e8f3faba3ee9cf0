/** What the processes of `npm run demo:durable` have in common: the orders of the CSV file, as work, and where it is done. */
import { Auth, ConnectionsApi, Job, Ledger, SharedBudget } from "@effect-connectors/core"
import { Budget, DurableJobs, type Work } from "@effect-connectors/durable"
import { NodeConnectors } from "@effect-connectors/node"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { parse } from "csv-parse/sync"
import { readFileSync } from "node:fs"

const Row = Schema.Struct({ product: Schema.String, quantity: Schema.NumberFromString })

const rows = Schema.decodeUnknownSync(Schema.NonEmptyArray(Row))(
  parse(readFileSync(new URL("../../data/orders.csv", import.meta.url)), { columns: true })
)

const Order = Schema.Struct({ orderId: Schema.String, product: Schema.String, quantity: Schema.Number })

/** The first rows of the file. Where there are not as many, it is read again. */
export const ordersOf = (count: number): ReadonlyArray<typeof Order.Type> =>
  Array.from({ length: count }, (_, index) => ({
    ...(rows[index % rows.length] ?? rows[0]),
    orderId: `${10_001 + index}`
  }))

/** What the server says of an order that was placed. */
export const Placed = Schema.Struct({ orderId: Schema.String, number: Schema.Number })
const Found = Schema.Struct({ order: Schema.NullOr(Placed) })

/** The settings of a worker, which are its environment. */
export const Settings = Config.all({
  serverUrl: Config.string("DEMO_SERVER_URL"),
  /** Begins the keys of this run. */
  run: Config.string("DEMO_RUN"),
  rows: Config.integer("DEMO_ROWS"),
  /** Which worker it is, from 0, and of how many. */
  worker: Config.integer("DEMO_WORKER"),
  workers: Config.integer("DEMO_WORKERS"),
  /** Requests a second, of all workers together. */
  requests: Config.integer("DEMO_REQUESTS"),
  filename: Config.string("DEMO_FILE"),
  databaseUrl: Config.option(Config.redacted("DATABASE_URL"))
})

export type Settings = Config.Config.Success<typeof Settings>

export const workOf = (input: typeof Order.Type): Work.Work => ({
  platform: "connections",
  connection: "shop",
  operation: "actions.execute",
  action: "place-order",
  input
})

export const connectionsOf = ({ databaseUrl, requests, run, serverUrl }: Settings) => {
  const budget = Option.match(databaseUrl, {
    onNone: () => Budget.layerMemory({ requests }),
    onSome: (url) => Budget.layerPg({ database: { url }, requests, name: run })
  })
  return SharedBudget.clients((shared) =>
    ConnectionsApi.layer({ baseUrl: serverUrl, attemptTimeout: "2 seconds", limits: { shared } })
  ).pipe(Layer.provide([budget, Auth.none, NodeConnectors.layer]))
}

/** A worker asks the server what became of an order when nobody heard the response. */
const verifyWith =
  ({ connection, jobs }: ConnectionsApi.Service) =>
  ({ work }: { readonly work?: Work.Work | undefined }) => {
    const orderId = String(work?.input["orderId"])
    const find = connection("shop").actions.execute("find-order", { input: { orderId } }, { retry: "idempotent" })
    return Effect.map(jobs.result(find, { output: Found }), ({ order }) =>
      order === null ? Ledger.notDone : Job.Completed(order)
    )
  }

export const workerOf = ({ databaseUrl, filename }: Settings) =>
  Layer.unwrapEffect(
    Effect.map(ConnectionsApi, (connections) => {
      // twice the time of an attempt: by then a request that was lost is not done any more
      const runner = { verify: verifyWith(connections), settleAfter: Duration.seconds(4) }
      return Option.match(databaseUrl, {
        onNone: () => DurableJobs.layerSqlite({ ...runner, filename }),
        onSome: (url) => DurableJobs.layerPg({ ...runner, database: { url } })
      })
    })
  )
