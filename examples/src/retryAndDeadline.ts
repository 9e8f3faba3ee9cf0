/**
 * The choices of retries and deadlines, each on one call. Each line prints how the call ended.
 */
import { Call, ConnectionsApi, Retry } from "@effect-connectors/core"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Connections from "./support/connections.js"

const program = Effect.gen(function* () {
  const connections = yield* ConnectionsApi
  const crm = connections.connection("crm")
  const files = connections.connection("files")

  const show = <A, E extends { readonly _tag: string }, R>(choice: string, effect: Effect.Effect<A, E, R>) =>
    Effect.matchEffect(effect, {
      onSuccess: () => Console.log(`${choice}: done`),
      onFailure: (error) => Console.log(`${choice}: ${error._tag}`)
    })

  // a read is tried three times
  yield* show("read, default", connections.list())
  yield* show("read, none", connections.list().pipe(Call.withRetry("none")))

  // any schedule; it cannot make an unsafe call replayable
  const patient = Schedule.spaced("50 millis").pipe(Schedule.intersect(Schedule.recurs(4)))
  yield* show("read, own schedule", connections.list().pipe(Call.withRetry(patient)))

  // work is not done twice: a lost response is the error OutcomeUnknown
  yield* show("work, default", crm.actions.execute("echo", { input: { attempt: "default" } }))

  // writing the same bytes to the same path twice is the same as once
  const report = { path: "report.txt", content: "all is well" }
  yield* show("upload, idempotent", files.file.upload(report, { retry: "idempotent" }))

  // may do the work twice: the name says so
  const twice = Retry.replayUnsafe(patient)
  yield* show("work, replayed", crm.actions.execute("echo", { input: { attempt: "replayed" } }, { retry: twice }))

  // one limit over all attempts and the waits between them
  yield* show("read, deadline", connections.list().pipe(Call.withRetry(patient), Call.withDeadline("300 millis")))
})

program.pipe(Effect.provide(Connections.layer), NodeRuntime.runMain)
