/**
 * A runner that is measured: `costsChild.js URL [FILE]`, over the SQLite file, or over the database in `DURABLE_DATABASE`. It
 * submits as many jobs as it is told to, or follows one job whose row is copied.
 */
import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { DurableJobs } from "@effect-connectors/durable/DurableJobs"
import type { Work } from "@effect-connectors/durable/Work"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { database } from "./child.js"
import type { CostsCommand, CostsMessage } from "./costsMessages.js"
import { template } from "./costsMessages.js"

const [url = "", filename] = process.argv.slice(2)

setFlagsFromString("--expose-gc")
const collect: unknown = runInNewContext("gc")

const report = (message: CostsMessage): void => void process.send?.(message)

const workOf = (key: string): Work => ({
  platform: "connections",
  connection: "crm",
  operation: "actions.execute",
  action: "sync-orders",
  input: { order: key, region: "north", since: "2026-01-01" }
})

const program = Effect.gen(function* () {
  const jobs = yield* DurableJobs
  const submitAll = (count: number) =>
    Effect.forEach(
      Array.from({ length: count }, (_, index) => `order-${index}`),
      (key) => jobs.submit(key, workOf(key)),
      { concurrency: 8, discard: true }
    )
  const followOne = Effect.flatMap(Clock.currentTimeMillis, (submittedAt) =>
    jobs.follow(
      { v: 1, api: "connections", origin: url, jobId: template, operation: "actions.execute", submittedAt },
      template
    )
  )
  const runtime = yield* Effect.runtime()
  process.on("message", (command: CostsCommand) => {
    if (command._tag === "Collect") {
      if (typeof collect === "function") for (let pass = 0; pass < 3; pass++) collect()
      const { heapUsed, rss } = process.memoryUsage()
      return report({ _tag: "Heap", heapBytes: heapUsed, rssBytes: rss })
    }
    const done = command._tag === "Submit" ? submitAll(command.count) : Effect.asVoid(followOne)
    void Effect.runPromise(Effect.provide(done, runtime)).then(() => report({ _tag: "Done" }))
  })
  return yield* Effect.forever(
    Effect.zipRight(
      Effect.flatMap(jobs.stats, ({ buckets, followed, states }) =>
        Effect.sync(() => {
          const { system, user } = process.cpuUsage()
          const ended = states.succeeded + states.failed + states.cancelled
          report({ _tag: "Stats", buckets, followed, ended, cpuMillis: (system + user) / 1_000 })
        })
      ),
      Effect.sleep("250 millis")
    )
  )
})

const platform = ConnectionsApi.layer({ baseUrl: url, limits: { requests: 200 } }).pipe(
  Layer.provide([Auth.serviceToken(Redacted.make("costs")), NodeConnectors.layer])
)
const durable = filename === undefined ? DurableJobs.layerPg({ database }) : DurableJobs.layerSqlite({ filename })

process.once("disconnect", () => process.exit())
NodeRuntime.runMain(Effect.provide(program, Layer.provide(durable, platform)))
