/** The library's client under measurement, over each transport. */
import { Auth, ConnectionsApi, Transport } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import { Deal, inFibers, inPromises, input, responseText, type Round } from "../workload.js"

const headers = { "content-type": "application/json" }
const emptyResponse = new Response(null, { status: 200, headers })
const body: Transport.BufferedBody = {
  text: responseText,
  bytes: new TextEncoder().encode(responseText),
  byteLength: responseText.length,
  truncated: false
}
const respond = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.sync(() =>
    Object.assign(HttpClientResponse.fromWeb(request, emptyResponse), { [Transport.BufferedBodyTypeId]: body })
  )

/** No sockets, and a body that is read already: what is left is the request pipeline. */
const memory = Transport.keepsAttempt(HttpClient.make(respond), respond)

export const transports = {
  node: NodeConnectors.layer,
  fetch: FetchHttpClient.layer,
  memory: Layer.succeed(HttpClient.HttpClient, memory)
}

export type Telemetry = "without" | "tracer" | "metrics"

const nativeTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Makes the spans of Effect itself, and is not its tracer: a client makes none for that one. */
const tracer = Tracer.make({ span: nativeTracer.span, context: nativeTracer.context })

/** The call in a fiber, or by one `runPromise` each. */
export type Form = "fiber" | "runPromise"

export const connectorsClient = (
  baseUrl: string,
  form: Form,
  transport: Layer.Layer<HttpClient.HttpClient>,
  telemetry: Telemetry = "without"
): Round => {
  // a revision of `npm run bench:compare` may not know metrics
  const layer = ConnectionsApi.layer(telemetry === "metrics" ? { baseUrl, metrics: true } : { baseUrl }).pipe(
    Layer.provide(Auth.serviceToken(Redacted.make("token"))),
    Layer.provide(transport)
  )
  const runtime = ManagedRuntime.make(
    telemetry === "tracer" ? Layer.provideMerge(layer, Layer.setTracer(tracer)) : layer
  )
  const decode = Schema.decodeUnknown(Deal)
  const one = (api: ConnectionsApi.Service) =>
    Effect.flatMap(api.actions.execute("crm", "fetch-deal", input), (execution) =>
      execution._tag === "Completed" ? decode(execution.value) : Effect.void
    )
  return form === "fiber"
    ? (count, inFlight) =>
        runtime.runPromise(Effect.flatMap(ConnectionsApi, (api) => inFibers(one(api), count, inFlight)))
    : async (count, inFlight) => {
        const call = one(await runtime.runPromise(ConnectionsApi))
        const run = Runtime.runPromise(await runtime.runtime())
        await inPromises(() => run(call))(count, inFlight)
      }
}
