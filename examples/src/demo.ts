/**
 * `npm run demo`: the main job of this library over real HTTP, in nine steps. It talks to an emulator of its own,
 * or to the server of `CONNECTIONS_BASE_URL` when that is set (then `CONNECTIONS_SERVICE_TOKEN`, or `CONNECTIONS_COOKIE`
 * and `CONNECTIONS_CSRF_TOKEN`, authorize it), and for BOSA / GL Connectors to that of `BOSA_BASE_URL` (with `BOSA_API_KEY`,
 * `BOSA_USER_TOKEN` and `BOSA_DIALECT`). `DEMO_*` below name the connections and actions that it uses.
 */
import { Action, Auth, BosaApi, ConnectionsApi, type Job } from "@effect-connectors/core"
import { NodeConnectors, ProgressBar } from "@effect-connectors/node"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Array from "effect/Array"
import * as BigDecimal from "effect/BigDecimal"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { parse } from "csv-parse/sync"
import { fileURLToPath } from "node:url"
import * as EmulatorProcess from "./support/emulatorProcess.js"

/** The server returned other data than the demo sent. */
class Mismatch extends Data.TaggedError("Mismatch")<{ readonly message: string }> {}

const dataFile = (name: string) => fileURLToPath(new URL(`../data/${name}`, import.meta.url))

const names = Config.all({
  crm: Config.withDefault(Config.string("DEMO_CRM"), "crm"),
  action: Config.withDefault(Config.string("DEMO_ACTION"), "sync-orders"),
  warehouse: Config.withDefault(Config.string("DEMO_WAREHOUSE"), "warehouse"),
  files: Config.withDefault(Config.string("DEMO_FILES"), "files"),
  connector: Config.withDefault(Config.string("DEMO_CONNECTOR"), "tracker"),
  list: Config.withDefault(Config.string("DEMO_LIST"), "list_issues"),
  parameters: Config.withDefault(Config.string("DEMO_PARAMETERS"), '{"project":"shop"}')
})

const Parameters = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

const Order = Schema.Struct({
  order_id: Schema.NumberFromString,
  ordered_on: Schema.String,
  region: Schema.String,
  customer: Schema.String,
  product: Schema.String,
  quantity: Schema.NumberFromString,
  // an amount of money stays text: a double would not hold it exactly
  unit_price: Schema.String
})

const table = "effect_connectors_demo"

const createTable = `
  drop table if exists ${table};
  create table ${table} (
    order_id integer primary key, ordered_on date not null, region text not null, customer text not null,
    product text not null, quantity integer not null, unit_price numeric(10, 2) not null
  )`

const aggregate = `
  select region, count(*)::integer as orders, sum(quantity * unit_price)::text as amount
  from ${table} group by region order by region`

const Regions = Schema.Struct({
  rows: Schema.Array(Schema.Struct({ region: Schema.String, orders: Schema.Int, amount: Schema.BigDecimal }))
})

const FileContent = Schema.Struct({ content: Schema.String })

const totalOf = (orders: ReadonlyArray<typeof Order.Type>): string =>
  BigDecimal.format(
    BigDecimal.sumAll(
      orders.map((order) =>
        BigDecimal.multiply(BigDecimal.unsafeFromNumber(order.quantity), BigDecimal.unsafeFromString(order.unit_price))
      )
    )
  )

const expectSame = (got: string, expected: string) =>
  got === expected
    ? Effect.void
    : new Mismatch({ message: `expected ${expected.slice(0, 60)}, the server gave ${got.slice(0, 60)}` })

/** A summary of the events: how many, and the result. */
const described = (events: ReadonlyArray<Job.JobEvent>): string => {
  const progress = events.filter((event) => event._tag === "Progress").length
  const results = events.filter((event) => event._tag === "Completed").map((event) => JSON.stringify(event.value))
  return `${events.length} events (${progress} of progress), result ${results.join(" and ")}`
}

const steps = 9

const program = Effect.gen(function* () {
  const connections = yield* ConnectionsApi
  const fileSystem = yield* FileSystem.FileSystem
  const name = yield* names
  const crm = connections.connection(name.crm)
  const warehouse = connections.connection(name.warehouse)
  const files = connections.connection(name.files)

  let done = 0
  /** Runs one step and prints whether it succeeded, with a figure. */
  const step = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>, figure: (value: A) => string) =>
    effect.pipe(
      Effect.tap((value) => Console.log(`step ${++done}/${steps} ok ${what} ${figure(value)}`)),
      Effect.tapError(() => Console.error(`step ${done + 1}/${steps} failed ${what}`))
    )

  yield* step(
    "connections listed",
    connections.list(),
    (all) => `${all.length} (${all.map(({ slug }) => slug).join(", ")})`
  )

  yield* step(
    "inputs read",
    crm.actions.inputs(name.action),
    (inputs) => `${inputs.length} (${inputs.map((input) => `${input.name}: ${input.type}`).join(", ")})`
  )

  const execution = yield* step(
    "executed",
    crm.actions.execute(name.action, { input: { region: "north", since: "2026-01-01" } }, { async: true }),
    (execution) => (execution._tag === "Accepted" ? `as job ${execution.job.jobId}` : "at once")
  )

  yield* step(
    "job followed",
    Effect.gen(function* () {
      const events: Array<Job.JobEvent> = []
      yield* connections.jobs.follow(execution).pipe(
        Stream.tap((event) => Effect.sync(() => events.push(event))),
        (events) => ProgressBar.run(events, { title: `  ${name.action}`, output: process.stdout })
      )
      return events
    }),
    described
  )

  const csv = yield* fileSystem.readFile(dataFile("orders.csv"))
  const orders = yield* Schema.decodeUnknown(Schema.Array(Order))(parse(Buffer.from(csv), { columns: true }))
  const batches = Array.chunksOf(orders, 100)

  yield* step(
    "rows loaded",
    connections.jobs
      .result(warehouse.sql.execute({ sql: createTable }))
      .pipe(
        Effect.andThen(
          Effect.forEach(batches, (rows) => connections.jobs.result(warehouse.sql.insert({ table, rows })))
        )
      ),
    () => `${orders.length} in ${batches.length} batches`
  )

  yield* step(
    "rows aggregated",
    connections.jobs
      .result(warehouse.sql.query({ sql: aggregate }), { output: Regions })
      .pipe(
        Effect.tap(({ rows }) =>
          expectSame(BigDecimal.format(BigDecimal.sumAll(rows.map((row) => row.amount))), totalOf(orders))
        )
      ),
    ({ rows }) => rows.map((row) => `${row.region} ${BigDecimal.format(row.amount)} (${row.orders})`).join(", ")
  )

  const path = "effect-connectors-demo/orders.csv"
  const content = Buffer.from(csv).toString("base64")

  yield* step(
    "file read back",
    connections.jobs.result(files.file.upload({ path, content, encoding: "base64" }, { retry: "idempotent" })).pipe(
      Effect.andThen(connections.jobs.result(files.file.read({ path, encoding: "base64" }), { output: FileContent })),
      Effect.tap((back) => expectSame(back.content, content))
    ),
    () => `${csv.length} bytes, the same`
  )

  const bosa = yield* BosaApi
  const list = bosa
    .connect(name.connector)
    .action(name.list)
    .pipe(Action.params(yield* Schema.decodeUnknown(Parameters)(name.parameters)))

  yield* step(
    "items read by pages",
    Effect.map(Stream.runCollect(Action.pages(Action.maxPages(100)(list))), Array.fromIterable),
    (pages) => {
      const items = pages.map(({ data }) => (Array.isArray(data) ? data.length : 1))
      return `${items.reduce((sum, length) => sum + length, 0)} in ${pages.length} pages (${items.join(", ")})`
    }
  )

  yield* step(
    "failure is a type",
    crm.actions
      .execute("no-such-action")
      .pipe(
        Effect.andThen(new Mismatch({ message: "an action that does not exist was executed" })),
        Effect.catchTag("NotFound", Effect.succeed)
      ),
    (error) => `${error._tag}: ${error.message}`
  )
})

const isSet = (variable: string) => Effect.map(Config.option(Config.nonEmptyString(variable)), Option.isSome)

// the first statement starts a database, which is slow on a slow machine
const connectionsAt = (baseUrl: string) =>
  Layer.provide(ConnectionsApi.layer({ baseUrl, attemptTimeout: "2 minutes" }), Auth.none)

const bosaAt = (baseUrl: string) => Layer.provide(BosaApi.layer({ baseUrl }), Auth.apiKey(Redacted.make("demo-key")))

/** The servers that the environment names; for the others an emulator that ends with the scope. */
const services = Layer.unwrapScoped(
  Effect.gen(function* () {
    const emulator = yield* EmulatorProcess.start(dataFile("world.json")).pipe(
      Effect.tap((url) => Console.log(`emulator ${url}`)),
      Effect.cached
    )
    const connections = (yield* isSet("CONNECTIONS_BASE_URL"))
      ? Layer.provide(ConnectionsApi.layerConfig(), Auth.layerConfig())
      : connectionsAt(yield* emulator)
    const bosa = (yield* isSet("BOSA_BASE_URL"))
      ? Layer.provide(BosaApi.layerConfig(), Auth.bosaConfig())
      : bosaAt(yield* emulator)
    return Layer.merge(connections, bosa)
  })
)

program.pipe(
  Effect.provide(Layer.provideMerge(services, Layer.merge(NodeConnectors.layer, NodeContext.layer))),
  Effect.tapErrorCause((cause) =>
    Cause.isInterruptedOnly(cause) ? Effect.void : Console.error(Cause.pretty(cause).split("\n")[0])
  ),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) ? 0 : Cause.isInterruptedOnly(exit.cause) ? 130 : 1)
  })
)
