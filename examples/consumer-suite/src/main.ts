import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Deals } from "./Deals.ts"
import * as Http from "./http.ts"
import { report } from "./report.ts"
import { Reviews } from "./Reviews.ts"

const live = Layer.merge(
  Layer.provide(Deals.layer, ConnectionsApi.layerConfig().pipe(Layer.provide(Auth.layerConfig()))),
  Layer.provide(Reviews.layer, BosaApi.layerConfig().pipe(Layer.provide(Auth.bosaConfig())))
).pipe(Layer.provide(Http.layer), Layer.provide(NodeConnectors.layer))

report(7, "website").pipe(Effect.flatMap(Console.log), Effect.provide(live), NodeRuntime.runMain)
