/**
 * Jobs over sockets under a budget of polls: `trackerSocketsWorker.js JOBS PER_SECOND WINDOW_MILLIS`. The server is in
 * this process: what counts is when a poll is sent, not what it costs.
 */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { createServer } from "node:http"

const [count = 0, perSecond = 0, windowMillis = 0] = process.argv.slice(2).map(Number)

let submitted = 0
const server = createServer((request, response) => {
  request.resume()
  request.once("end", () => {
    const body = request.method === "POST" ? { job_id: `job-${submitted++}` } : { job_id: "job", status: "RUNNING" }
    response.writeHead(200, { "content-type": "application/json" })
    response.end(JSON.stringify(body))
  })
})
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const address = server.address()
const port = typeof address === "object" ? address?.port : undefined

const sentAt: Array<number> = []
const timers: Array<number> = []

/** The transport of Node, with the time of each poll. It stays one that keeps the limits of an attempt. */
const timed = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, (client) => {
    const send = Transport.sendAttemptOf(client)
    if (send === undefined) throw new Error("this transport does not send attempts")
    return Transport.keepsAttempt(HttpClient.transform(client, identity), (request, attempt) =>
      Effect.suspend(() => {
        if (request.method === "GET") sentAt.push(performance.now())
        return send(request, attempt)
      })
    )
  })
)

const followed = Effect.gen(function* () {
  const api = yield* ConnectionsApi
  const execute = api.actions.execute("crm", "sync", {}, { async: true })
  const source = Stream.take(Stream.repeatEffect(Effect.succeed(execute)), count)
  yield* Effect.fork(Stream.runDrain(api.jobs.results(source, { concurrency: "unbounded", order: "end" })))
  yield* Effect.repeat(
    Effect.flatMap(Effect.sleep("20 millis"), () => api.jobs.stats),
    {
      until: ({ watched }) => watched === count
    }
  )
  sentAt.length = 0
  const sample = Effect.map(api.jobs.stats, (stats) => void timers.push(stats.timers))
  yield* Effect.repeat(sample, Schedule.spaced("50 millis")).pipe(Effect.timeoutOption(windowMillis))
})

await followed.pipe(
  Effect.provide(
    ConnectionsApi.layer({
      baseUrl: `http://127.0.0.1:${String(port)}`,
      jobs: { budget: { requests: perSecond, perMillis: 1_000 } }
    }).pipe(Layer.provide(Auth.none), Layer.provide(timed), Layer.provide(NodeConnectors.layer))
  ),
  Effect.runPromise
)

/** The most that were sent within one second, whenever it starts. */
let most = 0
for (let first = 0, last = 0; last < sentAt.length; last++) {
  while ((sentAt[last] ?? 0) - (sentAt[first] ?? 0) >= 1_000) first++
  most = Math.max(most, last - first + 1)
}
process.stdout.write(`${JSON.stringify({ polls: sentAt.length, most, timers: Math.max(...timers) })}\n`)
process.exit(0)
