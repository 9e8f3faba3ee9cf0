import { Auth, ConnectionsApi, JobRef } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import { Context } from "@temporalio/activity"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"

const layer = ConnectionsApi.layerConfig().pipe(Layer.provide([Auth.layerConfig(), NodeConnectors.layer]))
const runtime = ManagedRuntime.make(layer)

/** The reference of the job, as JSON. */
export const submit = (region: string): Promise<string> =>
  runtime.runPromise(
    Effect.gen(function* () {
      const { connection } = yield* ConnectionsApi
      const { actions } = connection("crm")
      const execution = yield* actions.execute("sync-orders", { input: { region } }, { async: true })
      if (execution._tag === "Completed") return yield* Effect.dieMessage("the server did not make it a job")
      return yield* Schema.encode(Schema.parseJson(JobRef))(execution.job)
    })
  )

/** Goes on with the job where it is. When the activity is cancelled the polls end. */
export const follow = (job: string): Promise<unknown> => {
  const context = Context.current()
  const heartbeat = Effect.repeat(
    Effect.sync(() => context.heartbeat()),
    Schedule.spaced("10 seconds")
  )
  return runtime.runPromise(
    Effect.gen(function* () {
      const { jobs } = yield* ConnectionsApi
      const ref = yield* Schema.decode(Schema.parseJson(JobRef))(job)
      return yield* Effect.raceFirst(jobs.result(ref), Effect.zipRight(heartbeat, Effect.never))
    }),
    { signal: context.cancellationSignal }
  )
}
