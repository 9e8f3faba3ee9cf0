/** Heap of one waiting job: 10,000 followed through `jobs.results`, and 10,000 fibers that poll. Run with --expose-gc. */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

const jobs = 10_000

let submitted = 0
const json = (value: unknown) =>
  new Response(JSON.stringify(value), { status: 200, headers: { "content-type": "application/json" } })
const client = HttpClient.make((request) =>
  Effect.sync(() =>
    HttpClientResponse.fromWeb(
      request,
      json(request.method === "POST" ? { job_id: `job-${++submitted}` } : { job_id: "job", status: "RUNNING" })
    )
  )
)

const settle = Effect.gen(function* () {
  yield* Effect.sleep("3 seconds")
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.()
    yield* Effect.sleep("20 millis")
  }
  return process.memoryUsage().heapUsed
})

const followed = Effect.gen(function* () {
  const api = yield* ConnectionsApi
  const execute = api.actions.execute("crm", "sync", {}, { async: true })
  const results = api.jobs.results(Stream.repeatEffect(Effect.succeed(execute)).pipe(Stream.take(jobs)), {
    concurrency: "unbounded"
  })
  return Stream.runDrain(results)
})

const fibers = Effect.gen(function* () {
  const api = yield* ConnectionsApi
  const one = Effect.flatMap(api.actions.execute("crm", "sync", {}, { async: true }), (execution) =>
    execution._tag === "Completed"
      ? Effect.void
      : Effect.repeat(api.jobs.get(execution.job), {
          schedule: Schedule.spaced("60 seconds"),
          until: (state) => state.state === "succeeded"
        })
  )
  return Effect.forEach(Array.from({ length: jobs }), () => Effect.fork(one), { discard: true }).pipe(
    Effect.zipRight(Effect.never)
  )
})

const measure = process.argv[2] === "fibers" ? fibers : followed

const program = Effect.gen(function* () {
  const waiting = yield* measure
  // one job first, so that code and caches are not counted
  const before = yield* settle
  yield* Effect.fork(waiting)
  const after = yield* settle
  return { submitted, bytesPerJob: Math.round((after - before) / jobs) }
}).pipe(
  Effect.provide(
    ConnectionsApi.layer({ baseUrl: "http://localhost" }).pipe(
      Layer.provide(Auth.none),
      Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
    )
  )
)

Effect.runPromise(program).then(
  (figures) => {
    process.stdout.write(JSON.stringify(figures) + "\n")
    process.exit(0)
  },
  (error) => {
    process.stderr.write(String(error) + "\n")
    process.exit(1)
  }
)
