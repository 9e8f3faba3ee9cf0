/** One variant of the fetch rows of `npm run bench`: `fetchWorker.js VARIANT URL`. */
import { Auth, ConnectionsApi, FetchTransport } from "@effect-connectors/core"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { cpuPerCall, Deal, inFibers, inPromises, input, path } from "./workload.js"

const [name = "", url = ""] = process.argv.slice(2)
const headers = { "content-type": "application/json", accept: "application/json", "x-service-token": "token" }

const stateText = JSON.stringify({ job_id: "job-7", status: "RUNNING", note: "n".repeat(200) })

/** No sockets: what is left is the platform's client, a web `Response`, and who reads it. */
const inMemory = HttpClient.make((request) =>
  Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(stateText, { headers })))
)

const rawFetch = async () => {
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(input) })
  return response.json()
}

const effectFetch = Effect.gen(function* () {
  const client = yield* HttpClient.HttpClient
  const request = yield* HttpClientRequest.bodyJson(HttpClientRequest.post(url + path, { headers }), input)
  return yield* Effect.flatMap(client.execute(request), HttpClientResponse.schemaBodyJson(Deal))
})

const platformText = Effect.suspend(() =>
  Effect.flatMap(
    inMemory.execute(HttpClientRequest.get("http://localhost/api/v1/jobs/job-7", { headers })),
    ({ text }) => text
  )
)

const ours = <A, E>(
  transport: Layer.Layer<HttpClient.HttpClient>,
  one: (api: ConnectionsApi.Service) => Effect.Effect<A, E>
): Effect.Effect<Effect.Effect<A, E>> =>
  Effect.map(ConnectionsApi, one).pipe(
    Effect.provide(
      ConnectionsApi.layer({ baseUrl: url }).pipe(
        Layer.provide(Auth.serviceToken(Redacted.make("token"))),
        Layer.provide(transport)
      )
    ),
    Effect.orDie
  )

const decode = Schema.decodeUnknown(Deal)
const executed = (api: ConnectionsApi.Service) =>
  Effect.flatMap(api.actions.execute("crm", "fetch-deal", input), (execution) =>
    execution._tag === "Completed" ? decode(execution.value) : Effect.void
  )
const polled = (api: ConnectionsApi.Service) => api.jobs.get("job-7")

const inFiber = async (one: Effect.Effect<Effect.Effect<unknown, unknown>>) => {
  const call = await Effect.runPromise(one)
  return (count: number, inFlight: number) => Effect.runPromise(inFibers(call, count, inFlight))
}

const rounds: Readonly<Record<string, () => ReturnType<typeof inFiber>>> = {
  "fetch + json": () => Promise.resolve(inPromises(rawFetch)),
  "FetchHttpClient + schemaBodyJson": () =>
    inFiber(
      Effect.map(HttpClient.HttpClient, (client) =>
        Effect.provideService(effectFetch, HttpClient.HttpClient, client)
      ).pipe(Effect.provide(FetchHttpClient.layer))
    ),
  "ours over FetchHttpClient.layer": () => inFiber(ours(FetchHttpClient.layer, executed)),
  "ours over FetchTransport.layer": () => inFiber(ours(FetchTransport.layer, executed)),
  "in memory: platform's client, text": () => inFiber(Effect.succeed(platformText)),
  "in memory: ours, a poll": () => inFiber(ours(Layer.succeed(HttpClient.HttpClient, inMemory), polled))
}

const round = await rounds[name]?.()
if (round === undefined) throw new Error(`there is no variant "${name}"`)
const client = { name, round, close: () => Promise.resolve() }

process.on("message", (count: unknown) => {
  void cpuPerCall(client, Number(count), 16).then((micros) => process.send?.(micros))
})
process.on("disconnect", () => process.exit(0))
