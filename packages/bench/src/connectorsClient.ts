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
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import { type Client, Deal, inFibers, inPromises, input, responseText } from "./workload.js"

export const transportNames = ["node", "fetch", "memory"] as const

export type TransportName = (typeof transportNames)[number]

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

const transports: Readonly<Record<TransportName, Layer.Layer<HttpClient.HttpClient>>> = {
  node: NodeConnectors.layer,
  fetch: FetchHttpClient.layer,
  memory: Layer.succeed(HttpClient.HttpClient, memory)
}

export const telemetries = ["without", "tracer", "metrics"] as const

export type Telemetry = (typeof telemetries)[number]

const nativeTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Makes the spans of Effect itself, and is not its tracer: a client makes none for that one. */
const tracer = Tracer.make({ span: nativeTracer.span, context: nativeTracer.context })

export const connectorsClient = (
  baseUrl: string,
  form: "fiber" | "runPromise",
  transport: TransportName = "node",
  telemetry: Telemetry = "without"
): Client => {
  // a revision of `npm run bench:compare` may not know metrics
  const layer = ConnectionsApi.layer(telemetry === "metrics" ? { baseUrl, metrics: true } : { baseUrl }).pipe(
    Layer.provide(Auth.serviceToken(Redacted.make("token"))),
    Layer.provide(transports[transport])
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
    ? {
        name: "effect-connectors, in a fiber",
        round: (count, inFlight) =>
          runtime.runPromise(Effect.flatMap(ConnectionsApi, (api) => inFibers(one(api), count, inFlight))),
        close: () => runtime.dispose()
      }
    : {
        name: "effect-connectors, runPromise per call",
        round: async (count, inFlight) => {
          const call = one(await runtime.runPromise(ConnectionsApi))
          await inPromises(() => Effect.runPromise(call))(count, inFlight)
        },
        close: () => runtime.dispose()
      }
}
