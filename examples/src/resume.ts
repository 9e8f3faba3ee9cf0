/**
 * `resume.js FILE`: a job that outlives its process. The program writes the job's reference to the file before the first
 * poll. When you start it again, it continues with that job and does not submit a second one.
 */
import { ConnectionsApi, JobRef } from "@effect-connectors/core"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Connections from "./support/connections.js"

class Usage extends Data.TaggedError("Usage")<{ readonly message: string }> {}

const Stored = Schema.parseJson()

const program = Effect.gen(function* () {
  const file = process.argv[2]
  if (file === undefined) return yield* new Usage({ message: "usage: resume.js FILE" })
  const connections = yield* ConnectionsApi
  const fileSystem = yield* FileSystem.FileSystem

  // without the reference the next process could not continue the job: a failure to write it ends the program
  const store = (job: JobRef) =>
    Effect.zipRight(
      fileSystem.writeFileString(file, JSON.stringify(JobRef.encode(job))),
      Console.log(`submitted ${job.jobId}`)
    )

  const submit = connections
    .connection("crm")
    .actions.execute("sync-orders", { input: { region: "north" } }, { async: true })

  const resume = Effect.gen(function* () {
    const job = yield* fileSystem
      .readFileString(file)
      .pipe(Effect.flatMap(Schema.decode(Stored)), Effect.flatMap(JobRef.decode))
    yield* Console.log(`continuing ${job.jobId}`)
    return yield* connections.jobs.result(job)
  })

  const result = (yield* fileSystem.exists(file))
    ? yield* resume
    : yield* connections.jobs.result(submit, { onSubmitted: store })
  yield* Console.log(`result ${JSON.stringify(result)}`)
  return yield* fileSystem.remove(file, { force: true })
})

program.pipe(Effect.provide(Layer.merge(Connections.layer, NodeContext.layer)), NodeRuntime.runMain)
