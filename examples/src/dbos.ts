/**
 * `dbos.js KEY`: DBOS runs a job of this library as a workflow in PostgreSQL (`DATABASE_URL`). The same key again, also after a
 * kill, goes on with the same job. A step that was interrupted is run again by DBOS, so the submit looks whether it is.
 */
import { DBOS } from "@dbos-inc/dbos-sdk"
import { ConnectionsApi, JobRef } from "@effect-connectors/core"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { layer } from "./support/connections.js"

const runtime = ManagedRuntime.make(layer)
const processId = randomUUID()
const encodeRef = Schema.encodeSync(Schema.parseJson(JobRef))
const decodeRef = Schema.decodeSync(Schema.parseJson(JobRef))

const submit = Effect.gen(function* () {
  const { connection } = yield* ConnectionsApi
  const execution = yield* connection("crm").actions.execute(
    "sync-orders",
    { input: { region: "north" } },
    { async: true }
  )
  return execution._tag === "Accepted" ? { job: encodeRef(execution.job) } : { value: execution.value }
})

const follow = (job: string) => Effect.flatMap(ConnectionsApi, ({ jobs }) => jobs.result(decodeRef(job)))

const syncOrders = DBOS.registerWorkflow(
  async () => {
    const owner = await DBOS.runStep(async () => processId, { name: "intend" })
    const submitted = await DBOS.runStep(
      () => {
        if (owner !== processId) throw new Error("its process ended while it was being sent: look at the server")
        return runtime.runPromise(submit)
      },
      { name: "submit" }
    )
    console.log(`submitted ${JSON.stringify(submitted)}`)
    // a read: it may be run again, and goes on with the job where it is by then
    const { job, value } = { job: undefined, value: undefined, ...submitted }
    return job === undefined ? value : DBOS.runStep(() => runtime.runPromise(follow(job)), { name: "follow" })
  },
  { name: "syncOrders" }
)

DBOS.setConfig({ name: "orders", systemDatabaseUrl: process.env["DATABASE_URL"] ?? "", logLevel: "error" })
await DBOS.launch()
const handle = await DBOS.startWorkflow(syncOrders, { workflowID: process.argv[2] ?? "sync" })()
console.log(`result ${JSON.stringify(await handle.getResult())}`)
await DBOS.shutdown()
await runtime.dispose()
