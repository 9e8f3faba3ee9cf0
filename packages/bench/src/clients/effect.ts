/** Effect's own client, as it comes and with what a client library puts around it. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schedule from "effect/Schedule"
import { Deal, headers, inFibers, input, path, type Round } from "../workload.js"

export const transports = { undici: NodeHttpClient.layerUndici, fetch: FetchHttpClient.layer }

const retries = Schedule.intersect(Schedule.jittered(Schedule.exponential("100 millis")), Schedule.recurs(2))

const plain = (client: HttpClient.HttpClient, url: string) =>
  Effect.flatMap(
    Effect.flatMap(HttpClientRequest.bodyJson(HttpClientRequest.post(url, { headers }), input), client.execute),
    HttpClientResponse.schemaBodyJson(Deal)
  )

const wrapped = (client: HttpClient.HttpClient, url: string) =>
  plain(client, url).pipe(
    Effect.timeout("30 seconds"),
    Effect.retry(retries),
    Effect.withSpan("connections.actions.execute")
  )

/** `wrapped` has a timeout of each attempt, retries and a span. */
export const effectClient = (
  origin: string,
  transport: Layer.Layer<HttpClient.HttpClient>,
  form: "plain" | "wrapped"
): Round => {
  const runtime = ManagedRuntime.make(transport)
  const one = form === "plain" ? plain : wrapped
  return (count, inFlight) =>
    runtime.runPromise(
      Effect.flatMap(HttpClient.HttpClient, (client) => inFibers(one(client, origin + path), count, inFlight))
    )
}
