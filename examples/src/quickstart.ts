/**
 * The first program: list, execute, follow a job to its result, and handle failures by their tags.
 */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const program = Effect.gen(function* () {
  const connections = yield* ConnectionsApi
  const crm = connections.connection("crm")

  for (const connection of yield* connections.list()) {
    yield* Console.log(`${connection.slug}: ${connection.displayName}`)
  }

  // `result` waits for the value, also when the server runs the action as a job
  const echoed = yield* connections.jobs.result(crm.actions.execute("echo", { input: { id: 7 } }))
  yield* Console.log(`echoed ${JSON.stringify(echoed)}`)

  yield* connections.jobs
    .follow(crm.actions.execute("sync-orders", { input: { region: "north" } }, { async: true }))
    .pipe(
      Stream.runForEach((event) => {
        switch (event._tag) {
          case "Submitted":
            return Console.log(`submitted as ${event.job.jobId}`)
          case "Progress":
            return Console.log(event.state.word)
          case "Completed":
            return Console.log(`completed with ${JSON.stringify(event.value)}`)
        }
      })
    )
})

program.pipe(
  Effect.catchTag("JobFailed", (failure) => Console.error("the job failed:", failure.error)),
  Effect.catchTag("OutcomeUnknown", (error) => Console.error(error.message)),
  Effect.provide(
    ConnectionsApi.layerConfig().pipe(Layer.provide(Auth.layerConfig()), Layer.provide(NodeConnectors.layer))
  ),
  NodeRuntime.runMain
)
