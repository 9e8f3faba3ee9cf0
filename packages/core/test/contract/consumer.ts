// The contract as one program: it must compile unchanged, under strict and exactOptionalPropertyTypes, against the packages.
// `main` handles every tag it can meet: a missing or an extra one is a compile error.
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { Auth, ConnectionsApi, JobRef } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"

const baseUrl = "http://localhost:8081"
const token = Redacted.make("x")
export const program = Effect.gen(function*() {
  const connections = yield* ConnectionsApi
  const crm = connections.connection("crm-prod")
  const detail = yield* crm.get
  const all = yield* connections.list({ relayId: "r1" })
  const inputs = yield* crm.actions.inputs("fetch-deal")
  const done = yield* crm.actions.execute("fetch-deal", { input: { id: 7 } })
  const row = yield* connections.jobs.result(crm.sql.select({ table: "t" }, { async: true, timeoutMs: 5000 }))
  yield* connections.jobs.follow(crm.actions.execute("sync", { input: {} }, { async: true })).pipe(
    Stream.runForEach((event) => Console.log(event._tag)))
  if (done._tag === "Accepted") {
    const ref = JobRef.encode(done.job)
    yield* connections.jobs.watch(ref).pipe(Stream.runDrain)
  }
  return [detail.displayName, all.length, inputs.length, row] as const
})
export const main: Effect.Effect<unknown, never, never> = program.pipe(
  Effect.catchTag("OutcomeUnknown", (e) => Console.log(e.phase)),
  Effect.catchTag("InvalidRequest", (e) => Console.log(e.issues.length)),
  Effect.catchTag("NotSent", (e) => Console.log(e.code)),
  Effect.catchTag("Unreachable", (e) => Console.log(e.code)),
  Effect.catchTag("RateLimited", (e) => Console.log(e.retryAfter)),
  Effect.catchTags({
    Unauthorized: (e) => Console.log(e.status), Forbidden: () => Effect.void, NotFound: () => Effect.void, ApiRejected: () => Effect.void,
    ServerFailed: () => Effect.void, UnexpectedRedirect: () => Effect.void, UnexpectedBody: () => Effect.void, DeadlineExceeded: () => Effect.void,
    JobFailed: (e) => Console.log(e.job.jobId), JobCancelled: () => Effect.void, JobNotFound: () => Effect.void, JobDeadlineExceeded: () => Effect.void
  }),
  Effect.provide(ConnectionsApi.layer({ baseUrl }).pipe(Layer.provide(Auth.serviceToken(token)), Layer.provide(NodeConnectors.layer))),
  Effect.orDie
)
export const fromConfig = ConnectionsApi.layerConfig({
  baseUrl: Config.string("CONNECTIONS_BASE_URL"), deadline: Config.duration("D")
}, { retry: Schedule.recurs(1) }).pipe(Layer.provide(Auth.layerConfig({ serviceToken: Config.redacted("T") })))
