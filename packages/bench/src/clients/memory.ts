/** Clients without sockets: what is left is the platform's client, a web `Response`, and who reads it. */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { headers, inFibers, type Round } from "../workload.js"

const stateText = JSON.stringify({ job_id: "job-7", status: "RUNNING", note: "n".repeat(200) })

const inMemory = HttpClient.make((request) =>
  Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(stateText, { headers })))
)

const platformText = Effect.suspend(() =>
  Effect.flatMap(
    inMemory.execute(HttpClientRequest.get("http://localhost/api/v1/jobs/job-7", { headers })),
    ({ text }) => text
  )
)

/** The platform's client alone, which reads the body as text. */
export const platformRead: Round = (count, inFlight) => Effect.runPromise(inFibers(platformText, count, inFlight))

export const connectorsPoll = (): Round => {
  const runtime = ManagedRuntime.make(
    ConnectionsApi.layer({ baseUrl: "http://localhost" }).pipe(
      Layer.provide(Auth.serviceToken(Redacted.make("token"))),
      Layer.provide(Layer.succeed(HttpClient.HttpClient, inMemory))
    )
  )
  return (count, inFlight) =>
    runtime.runPromise(Effect.flatMap(ConnectionsApi, (api) => inFibers(api.jobs.get("job-7"), count, inFlight)))
}
