/** A worker of `npm run demo:durable`. It writes its part of the orders down, and works until all of that part has ended. */
import { DurableJobs } from "@effect-connectors/durable"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { connectionsOf, ordersOf, Settings, workerOf, workOf } from "./support/durableOrders.js"

// when the process that started this one is gone, however it ended
process.once("disconnect", () => process.exit())

const program = Effect.gen(function* () {
  const settings = yield* Settings
  const { rows, run, worker, workers } = settings
  const keyed = ordersOf(rows)
    .filter((_, index) => index % workers === worker)
    .map((order) => ({ key: `${run}/${order.orderId}`, order }))

  const work = Effect.gen(function* () {
    const jobs = yield* DurableJobs
    // a worker that is started again does the same once more: the same key is the same work
    yield* Effect.forEach(keyed, ({ key, order }) => jobs.submit(key, workOf(order)), {
      concurrency: 4,
      discard: true
    })
    // what is unknown after a kill is settled by `verify`
    const settled = (key: string) =>
      Effect.retry(jobs.result(key), {
        while: ({ _tag }) => _tag === "WorkUnknown",
        schedule: Schedule.spaced("1 second")
      })
    yield* Effect.forEach(keyed, ({ key }) => settled(key), { discard: true })
  })
  yield* Effect.provide(work, Layer.provide(workerOf(settings), connectionsOf(settings)))
  yield* Effect.sync(() => process.disconnect())
})

NodeRuntime.runMain(program)
