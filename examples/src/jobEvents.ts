/**
 * A server that streams the events of a job to a browser, and stops polling when the browser leaves. It listens on this
 * machine, on the port of `PORT` (3000).
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServer from "@effect/platform/HttpServer"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import * as Connections from "./support/connections.js"
import * as JobEventsApi from "./support/jobEventsApi.js"

const server = Layer.unwrapEffect(
  Effect.map(Config.withDefault(Config.port("PORT"), 3000), (port) =>
    NodeHttpServer.layer(createServer, { host: "127.0.0.1", port })
  )
)

HttpApiBuilder.serve().pipe(
  Layer.provide(JobEventsApi.layer),
  Layer.provide(Connections.layer),
  Layer.provide(HttpServer.withLogAddress(server)),
  Layer.launch,
  NodeRuntime.runMain
)
