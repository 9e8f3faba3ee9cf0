/**
 * `npm run demo:durable [-- --rows 40]`: rows of a CSV file become orders at a server, as durable jobs in a SQLite file. The worker is
 * killed twice while the server places an order, and started again. At the end every order was placed once.
 *
 * With `DATABASE_URL`, a PostgreSQL: three workers share the jobs there, each is killed once, and `--rows 10000` is the size
 * to try. The tables stay in the database. The server is an emulator in this process.
 */
import { DurableJobs } from "@effect-connectors/durable"
import * as Answer from "@effect-connectors/testing/Answer"
import { make as startEmulator } from "@effect-connectors/testing/Emulator"
import * as Job from "@effect-connectors/testing/Job"
import * as World from "@effect-connectors/testing/World"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Array from "effect/Array"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type ChildProcess, fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { connectionsOf, ordersOf, Placed, type Settings, workerOf } from "./support/durableOrders.js"

/** The demo did not show what it is to show. */
class Wrong extends Data.TaggedError("Wrong")<{ readonly message: string }> {}

const { values } = parseArgs({ options: { rows: { type: "string", default: "40" } } })

const OrderInput = Schema.Struct({ orderId: Schema.String, product: Schema.String, quantity: Schema.Number })

/** A shop. It tells who asks how many orders it has placed, before the response leaves. */
const shop = (onPlaced: (count: number, orderId: string) => void) => {
  const orders = new Map<string, typeof Placed.Type>()
  const place = Answer.typed({ input: OrderInput, output: Placed }, ({ orderId }) => {
    const order = { orderId, number: orders.size + 1 }
    orders.set(orderId, order)
    onPlaced(orders.size, orderId)
    return order
  })
  const find = Answer.typed(
    { input: Schema.Struct({ orderId: Schema.String }), output: Schema.Struct({ order: Schema.NullOr(Placed) }) },
    ({ orderId }) => ({ order: orders.get(orderId) ?? null })
  )
  return World.make(
    World.connection("shop")
      .action("place-order", Job.takes("1 second", { result: place }))
      .action("find-order", find)
  )
}

const program = fileURLToPath(new URL("./durableWorker.js", import.meta.url))

const start = (settings: Settings): ChildProcess =>
  fork(program, [], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      DEMO_SERVER_URL: settings.serverUrl,
      DEMO_RUN: settings.run,
      DEMO_ROWS: `${settings.rows}`,
      DEMO_WORKER: `${settings.worker}`,
      DEMO_WORKERS: `${settings.workers}`,
      DEMO_REQUESTS: `${settings.requests}`,
      DEMO_FILE: settings.filename
    }
  })

/** Runs a worker to its end, and starts it again when it was killed. */
const supervised = Effect.fnUntraced(function* (settings: Settings, running: Map<number, ChildProcess>) {
  const name = `worker ${settings.worker + 1}`
  for (let starts = 1; ; starts++) {
    const child = start(settings)
    running.set(settings.worker, child)
    yield* Console.log(`${name} ${starts === 1 ? "started" : "started again"}: pid ${child.pid}`)
    const how = yield* Effect.async<number | NodeJS.Signals | null>((resume) => {
      child.once("close", (code, signal) => resume(Effect.succeed(signal ?? code)))
      return Effect.async<void>((ended) => {
        child.once("close", () => ended(Effect.void))
        child.kill("SIGKILL")
      })
    })
    if (how === 0) return
    if (how !== "SIGKILL") return yield* new Wrong({ message: `${name} ended with ${how}` })
  }
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "demo-durable-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** What the table says of this run. Keys are listed in their order, so those of a run stand together. */
const jobsOf = (run: string) =>
  Stream.unwrap(
    Effect.map(DurableJobs, (jobs) =>
      Stream.paginateChunkEffect(`${run}/`, (cursor) =>
        Effect.map(
          jobs.list({ cursor, limit: 1_000 }),
          (page) => [Chunk.fromIterable(page.jobs), Option.fromNullable(page.next)] as const
        )
      )
    )
  ).pipe(
    Stream.filter(({ key }) => key.startsWith(`${run}/`)),
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray)
  )

/** The most that happened within a second. */
const worstSecond = (times: ReadonlyArray<number>): number => {
  let first = 0
  return times.reduce((worst, at, index) => {
    while (at - (times[first] ?? at) >= 1_000) first++
    return Math.max(worst, index - first + 1)
  }, 0)
}

const demo = Effect.gen(function* () {
  const rows = Number(values.rows)
  if (!(Number.isInteger(rows) && rows >= 10)) {
    return yield* new Wrong({ message: `--rows ${values.rows} is not a whole number of at least 10` })
  }
  const databaseUrl = Option.filter(yield* Config.option(Config.redacted("DATABASE_URL")), (url) => `${url}` !== "")
  const workers = Option.isSome(databaseUrl) ? 3 : 1
  const kills = Option.isSome(databaseUrl) ? workers : 2
  const requests = rows > 1_000 ? 300 : 40

  const running = new Map<number, ChildProcess>()
  const killAt = new Map(
    Array.makeBy(kills, (kill) => [Math.round((rows * (kill + 1)) / (kills + 1)), kill % workers] as const)
  )
  // within the request that places an order: its worker does not hear the response
  const onPlaced = (count: number, orderId: string): void => {
    const worker = killAt.get(count)
    const victim = worker === undefined ? undefined : running.get(worker)
    if (worker === undefined || victim === undefined) return
    victim.kill("SIGKILL")
    console.log(`kill -9 ${victim.pid}: worker ${worker + 1}, while the server places order ${orderId}, its ${count}.`)
  }
  const emulator = yield* startEmulator({ world: shop(onPlaced), executors: "memory", logLimit: 50 * rows })

  const settings: Settings = {
    serverUrl: emulator.url,
    run: `demo-${process.pid}-${(yield* Effect.clock).unsafeCurrentTimeMillis()}`,
    rows,
    worker: 0,
    workers,
    requests,
    filename: join(yield* folder, "jobs.db"),
    databaseUrl
  }
  yield* Console.log(
    `${rows} rows of orders.csv as jobs in ${Option.isSome(databaseUrl) ? "PostgreSQL" : "a SQLite file"}, ` +
      `${workers === 1 ? "1 worker" : `${workers} workers`}, ${requests} requests a second`
  )
  yield* Effect.forEach(Array.range(0, workers - 1), (worker) => supervised({ ...settings, worker }, running), {
    concurrency: "unbounded",
    discard: true
  })

  const found = yield* Effect.provide(jobsOf(settings.run), Layer.provide(workerOf(settings), connectionsOf(settings)))
  const executions = yield* emulator.calls.executions("shop", "place-order")
  const times = new Map<string, number>()
  for (const { input } of executions) {
    const { orderId } = Schema.decodeUnknownSync(OrderInput)(input)
    times.set(orderId, (times.get(orderId) ?? 0) + 1)
  }
  const ids = ordersOf(rows).map(({ orderId }) => orderId)
  const isPlaced = Schema.is(Placed)
  const states = new Map(
    found.map(({ key, state, value }) => [key, state === "succeeded" && isPlaced(value) ? state : "wrong"])
  )
  const missing = ids.filter((id) => states.get(`${settings.run}/${id}`) !== "succeeded" || !times.has(id))
  const doubled = Array.fromIterable(times).filter(([, count]) => count > 1)
  const lookedUp = yield* emulator.calls.executions("shop", "find-order")
  const calls = yield* emulator.calls.all
  yield* Console.log(
    [
      `succeeded ${ids.length - missing.length} of ${rows}`,
      `missing ${missing.length}`,
      `placed twice at the server ${doubled.length}`,
      `looked up at the server, as nobody heard the response ${new Set(lookedUp.map(({ input }) => JSON.stringify(input))).size}`,
      `requests ${calls.length}, at most ${worstSecond(calls.map(({ at }) => at))} in a second`
    ].join("\n")
  )
  if (missing.length > 0 || doubled.length > 0) {
    return yield* new Wrong({ message: `missing ${missing.join(", ")}, placed twice ${doubled.join(", ")}` })
  }
  yield* Console.log("nothing is missing and nothing was done twice")
})

demo.pipe(
  Effect.scoped,
  Effect.tapErrorCause((cause) =>
    Cause.isInterruptedOnly(cause) ? Effect.void : Console.error(Cause.pretty(cause).split("\n")[0])
  ),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) ? 0 : Cause.isInterruptedOnly(exit.cause) ? 130 : 1)
  })
)
