/**
 * Traces, metrics and logs of a run, sent to `OTEL_EXPORTER_OTLP_ENDPOINT` (default `http://127.0.0.1:4318`) as OTLP.
 * `examples/data/dashboard.json` is a Grafana dashboard of the metrics.
 */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as Otlp from "@effect/opentelemetry/Otlp"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Stream from "effect/Stream"

const connections = ConnectionsApi.layerConfig(undefined, { metrics: true }).pipe(
  Layer.provide(Auth.layerConfig()),
  Layer.provide(NodeConnectors.layer)
)

const exporter = Layer.unwrapEffect(
  Effect.map(Config.withDefault(Config.string("OTEL_EXPORTER_OTLP_ENDPOINT"), "http://127.0.0.1:4318"), (baseUrl) =>
    Otlp.layerJson({ baseUrl, resource: { serviceName: "orders" }, shutdownTimeout: "5 seconds" })
  )
).pipe(Layer.provide(FetchHttpClient.layer))

const program = Effect.gen(function* () {
  const api = yield* ConnectionsApi
  const crm = api.connection("crm")
  const renders = Stream.range(1, 8).pipe(
    Stream.map((number) => crm.actions.execute("render-invoice", { input: { number } }, { async: true }))
  )
  const done = yield* Stream.runCount(api.jobs.results(renders))
  yield* Console.log(`rendered ${done} invoices`)
}).pipe(Effect.withSpan("orders"))

program.pipe(
  Effect.provide(Layer.mergeAll(connections, exporter, Logger.minimumLogLevel(LogLevel.Debug))),
  NodeRuntime.runMain
)
