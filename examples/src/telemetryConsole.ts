/** Traces, metrics and logs of a run, on the console. */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { ConsoleMetricExporter, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics"
import { BatchSpanProcessor, ConsoleSpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"

const telemetry = NodeSdk.layer(() => ({
  resource: { serviceName: "orders" },
  spanProcessor: new BatchSpanProcessor(new ConsoleSpanExporter()),
  metricReader: new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() })
}))

const connections = ConnectionsApi.layerConfig(undefined, { metrics: true }).pipe(
  Layer.provide(Auth.layerConfig()),
  Layer.provide(NodeConnectors.layer)
)

const program = Effect.gen(function* () {
  const { connection, jobs } = yield* ConnectionsApi
  yield* jobs.result(connection("crm").actions.execute("sync", {}, { async: true }))
}).pipe(Effect.withSpan("nightly"))

program.pipe(
  Effect.provide(Layer.mergeAll(connections, telemetry, Logger.minimumLogLevel(LogLevel.Debug))),
  NodeRuntime.runMain
)
